"""Scenarios: the questions there are, and a planner's own file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.command import folders
from sim.command.harmless import harms
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, suggestion


def find(asked: str) -> Path:
    """Return the file of a scenario that was asked for by name or by path."""
    own = asked.endswith((".yaml", ".yml")) or "/" in asked or "\\" in asked
    path = Path(asked).expanduser() if own else folders.scenarios() / f"{asked}.yaml"
    if own and not path.is_file():
        raise BadInput([Problem("scenario", asked, "is no file", "Give its path from where you are.")])
    if not own and asked not in names():
        advice = suggestion(asked, names())
        do = f"{advice} A file of your own: scenario=./mine.yaml."
        raise BadInput([Problem("scenario", asked, "there is no such scenario", do)])
    return path


def names() -> list[str]:
    """Return the names of the scenarios, the base first."""
    return sorted((path.stem for path in folders.scenarios().glob("*.yaml")), key=lambda n: (n != "history", n))


def load(asked: str) -> DictConfig:
    """Read a scenario and refuse what it may not say."""
    path = find(asked)
    try:
        config = OmegaConf.load(path)
        plain = OmegaConf.to_container(config, resolve=False)
    except (yaml.YAMLError, UnicodeDecodeError, OmegaConfBaseException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise BadInput([Problem("scenario", asked, f"cannot be read: {reason}", "Mend the file.")]) from None
    if not isinstance(config, DictConfig) or not isinstance(plain, dict):
        do = "See `prakerja run --help` for an example."
        raise BadInput([Problem("scenario", asked, "must be a file of keys", do)])
    found = [*_unnamed(plain), *harms(plain), *_of_hydra(plain)]
    if found:
        raise BadInput(found)
    return config


def table() -> list[tuple[str, str]]:
    """Return name and question of every scenario."""
    rows = []
    for name in names():
        said = yaml.safe_load((folders.scenarios() / f"{name}.yaml").read_text(encoding="utf-8"))["scenario"]
        rows.append((said["name"], said["question"]))
    return rows


def _unnamed(plain: dict[Any, Any]) -> Iterator[Problem]:
    said = plain.get("scenario")
    examples = {"name": "registry_down", "question": "What if the registry were down for a week?"}
    for key, example in examples.items():
        if not isinstance(said, dict) or not said.get(key):
            do = f"Write it, such as {key}: {example}"
            yield Problem(f"scenario.{key}", NOTHING, "is missing in the scenario's file", do)


def _of_hydra(plain: dict[Any, Any]) -> Iterator[Problem]:
    defaults = plain.get("defaults") or []
    listed = [str(key) for entry in defaults for key in (entry if isinstance(entry, dict) else [entry])]
    for key in [*plain, *listed]:
        if "hydra" in str(key):
            yield Problem(str(key), NOTHING, "belongs to Hydra, not to the programme", "Leave it out.")
