"""The composed config of a run that was made before, read to make the run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.composition import yaml_file
from sim.composition.asked import REPLAYED, WORLDS
from sim.composition.harmless import harms
from sim.composition.limits import MOST_COMPOSED, MOST_COMPOSED_BYTES
from sim.parameters import BadInput, Problem
from sim.parameters.market_file import COPY


def load(asked: str) -> dict[str, Any]:
    """Return a whole config from the file that was asked for; where its results were written is left out.

    The courses of a market file are those of its copy beside the config.

    Raises BadInput where it cannot be read, or says what a config may not say.
    """
    try:
        path = Path(asked).expanduser()
        contents = yaml_file.load(path, yaml_file.Limits(MOST_COMPOSED_BYTES, MOST_COMPOSED))
    except (yaml_file.UnreadableError, OSError, ValueError, RuntimeError) as error:
        do = "Give the config.yaml of a run's folder."
        raise BadInput([Problem(REPLAYED, asked, f"cannot be read: {error}", do)]) from None
    if not isinstance(contents, dict):
        do = "Give the config.yaml of a run's folder."
        raise BadInput([Problem(REPLAYED, asked, "must be a file of keys", do)])
    found = list(harms(contents, most=MOST_COMPOSED))
    # Hydra would read these two, rather than pass them on to be refused as unknown keys.
    reserved = [key for key in ("defaults", "hydra") if key in contents]
    found += [Problem(key, contents[key], "is no key of a composed config", "Leave it out.") for key in reserved]
    if found:
        raise BadInput(found)
    contents.pop(WORLDS, None)  # no part of the parameters: sim.composition.ensemble reads it
    if isinstance(contents.get("run"), dict) and "folder" in contents["run"]:
        contents["run"] = {**contents["run"], "folder": None}
    market, copy = contents.get("market"), path.parent / COPY
    if isinstance(market, dict) and market.get("file") is not None and copy.is_file():
        contents["market"] = {**market, "file": str(copy)}
    return contents
