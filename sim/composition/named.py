"""How a run is named: what was asked for, held against its scenario alone and against the base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.composition.asked import BASE
from sim.composition.compose import Composition
from sim.parameters import BadInput, Problem
from sim.parameters.differences import Difference, differences, inside, levels
from sim.parameters.named import Named, named


def named_as(found: Composition) -> Named:
    """Return how the run that was composed is named.

    Raises BadInput where the scenario's file says that it changes something else than it does, or has the base's name.
    """
    of_base, alone = found.base.parameters, found.alone
    if alone is None:
        return named(found.parameters, of_base)
    of_scenario = differences(of_base, alone.parameters)
    of_levels = levels(of_base, alone.parameters)
    problems = [*_called_as_the_base(found, of_scenario), *_undeclared(alone, of_scenario, of_levels)]
    if problems:
        raise BadInput(problems)
    return named(found.parameters, of_base, alone.parameters)


def _called_as_the_base(found: Composition, of_scenario: Sequence[Difference]) -> Iterator[Problem]:
    """Find the base's name on a scenario that changes something of the base."""
    name = found.parameters.scenario.name
    if name == BASE and of_scenario:
        allowed = f"is the name of the base, from which {of_scenario[0].path} differs"
        yield Problem("scenario.name", name, allowed, "Give it a name of its own.")


def _undeclared(alone: Composition, found: Sequence[Difference], of_levels: Sequence[Difference]) -> list[Problem]:
    """Return where a scenario's `changes`, if its file has them, are not what it changes.

    Service levels may be among them or not.
    """
    said = alone.changes.get("scenario", {}).get("changes")
    if not isinstance(said, list):
        return []
    declared = [str(path) for path in said]
    every = [*found, *of_levels]
    idle = [path for path in declared if not any(one.path == path or inside(one.path, path) for one in every)]
    silent = [one.path for one in found if not any(one.path == path or inside(one.path, path) for path in declared)]
    do = f"Write what it changes: [{', '.join(_briefly(every, declared))}]."
    problems = [Problem("scenario.changes", path, f"does not differ from {BASE}", do) for path in idle]
    left_out = ", ".join(silent)
    return problems + [
        Problem("scenario.changes", said, f"leaves out {left_out}, which the scenario changes", do)
    ] * bool(silent)


def _briefly(found: Sequence[Difference], declared: Sequence[str]) -> list[str]:
    """Return the keys that differ, those inside a block that is declared by the block's name."""
    return list(dict.fromkeys(next((path for path in declared if inside(one.path, path)), one.path) for one in found))
