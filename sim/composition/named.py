"""How a run is named: what was asked for, held against its scenario alone and against the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.composition import base, scenario
from sim.composition.compose import Composition, before_scenario, merged
from sim.composition.references import resolved
from sim.parameters import BadInput, Parameters, Problem, validate
from sim.parameters.differences import Difference, differences, inside
from sim.parameters.named import Named, named

BASE = "history"
"""The scenario that is the base."""


def named_as(found: Composition) -> Named:
    """Return how the run that was composed is named.

    Raises BadInput where the scenario's file says that it changes something else than it does.
    """
    of_base = base_parameters()
    asked: str | None = found.asked.scenario
    if found.asked.replayed is not None:  # the scenario of the run that is made again, if it is one that is known
        asked = found.parameters.scenario.name if found.parameters.scenario.name in scenario.names() else None
    alone = None if asked is None else of_base if asked == BASE else _alone(asked)
    if asked is not None and alone is not None:
        problems = list(_undeclared(asked, differences(of_base, alone)))
        if problems:
            raise BadInput(problems)
    return named(found.parameters, of_base, alone)


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
    composed: dict[str, Any] = merged(before_scenario(base.parts() | parts), keys)
    return {key: value for key, value in composed.items() if key != "defaults"}


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
