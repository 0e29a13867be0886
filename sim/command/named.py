"""How a run is named: what was asked for, held against its scenario alone and against the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.command import base, scenario
from sim.command.asked import read
from sim.command.references import resolved
from sim.parameters import BadInput, Parameters, Problem, validate
from sim.parameters.differences import Difference, differences, inside
from sim.parameters.named import Named, named

BASE = "history"
"""The scenario that is the base."""


def named_as(overrides: Sequence[str], parameters: Parameters) -> Named:
    """Return how the run that overrides ask for is named.

    Raises BadInput where the scenario's file says that it changes something else than it does.
    """
    asked, of_base = read(overrides, base.options()).scenario, base_parameters()
    alone = of_base if asked == BASE else _alone(asked)
    if alone is not None:
        problems = list(_undeclared(asked, differences(of_base, alone)))
        if problems:
            raise BadInput(problems)
    return named(parameters, of_base, alone)


def base_parameters() -> Parameters:
    """Return the parameters of the base."""
    return validate(_composed({}, {}))


def _alone(asked: str) -> Parameters | None:
    """Return the parameters of a scenario without anything else; None where that is no valid input."""
    delta = scenario.load(asked)
    composed, problems = resolved(_composed(delta.parts, delta.keys))
    try:
        return None if problems else validate(composed)
    except BadInput:
        return None


def _composed(parts: dict[str, str], keys: dict[str, Any]) -> dict[str, Any]:
    """Return the base with parts exchanged and keys changed, as Hydra composes it, in a fiftieth of the time."""
    composed: dict[str, Any] = {group: base.part(group, option) for group, option in (base.parts() | parts).items()}
    composed |= {key: value for key, value in base.base().items() if key != "defaults"}
    merged = _merged(composed, keys)
    assert isinstance(merged, dict)
    return merged


def _merged(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: _merged(below[key], value) if key in below else value for key, value in above.items()}}


def _undeclared(asked: str, found: Sequence[Difference]) -> list[Problem]:
    """Return where a scenario's `changes`, if its file has them, are not what it changes."""
    said = scenario.load(asked).keys["scenario"].get("changes")
    if not isinstance(said, list):
        return []
    declared = [str(path) for path in said]
    idle = [path for path in declared if not any(one.path == path or inside(one.path, path) for one in found)]
    silent = [one.path for one in found if not any(one.path == path or inside(one.path, path) for path in declared)]
    do = f"Write what it changes: [{', '.join(_briefly(found, declared))}]."
    problems = [Problem("scenario.changes", path, f"does not differ from {BASE}", do) for path in idle]
    return problems + [
        Problem("scenario.changes", said, f"leaves out {path}, which the scenario changes", do) for path in silent
    ]


def _briefly(found: Sequence[Difference], declared: Sequence[str]) -> list[str]:
    """Return the keys that differ, those inside a block that is declared by the block's name."""
    return list(dict.fromkeys(next((path for path in declared if inside(one.path, path)), one.path) for one in found))
