"""What tables need of a comparison: scenarios, each with its runs by replication, and values in one order.

A comparison is made by what runs it; here is what it must have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from sim.parameters import Parameters
from sim.parameters.differences import differences
from sim.parameters.named import Named
from sim.results.figure import Figure, Value
from sim.results.meaning import Meaning, meaning, words_of
from sim.results.weeks import Series


class OutcomeOf(Protocol):
    """What is kept of a run."""

    @property
    def figures(self) -> Mapping[str, Figure]: ...  # noqa: D102
    @property
    def weeks(self) -> Mapping[str, Series]: ...  # noqa: D102
    @property
    def months(self) -> Mapping[str, Series]: ...  # noqa: D102


class ScenarioOf(Protocol):
    """One scenario of a comparison."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def question(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> Parameters: ...  # noqa: D102
    @property
    def named(self) -> Named: ...  # noqa: D102
    @property
    def sweep(self) -> Mapping[str, Any]: ...  # noqa: D102


class ReplicatedOf(Protocol):
    """A scenario and its runs by replication."""

    @property
    def compared(self) -> ScenarioOf: ...  # noqa: D102
    @property
    def runs(self) -> Mapping[int, OutcomeOf]: ...  # noqa: D102


class ComparisonOf(Protocol):
    """Scenarios in the same replications."""

    @property
    def study(self) -> str | None: ...  # noqa: D102
    @property
    def scenarios(self) -> Sequence[ReplicatedOf]: ...  # noqa: D102
    @property
    def reference(self) -> int: ...  # noqa: D102
    @property
    def in_worlds(self) -> bool: ...  # noqa: D102
    @property
    def figures(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def scale(self) -> float: ...  # noqa: D102


NOT_COMPARED = ("wave.",)
"""Beginnings of figures that are no figure of two scenarios: their third waves have nothing in common."""


@dataclass(frozen=True)
class Paired:
    """A comparison over the replications that every scenario has."""

    comparison: ComparisonOf

    @cached_property
    def replications(self) -> tuple[int, ...]:
        """Return the replications that every scenario has, in order."""
        each = [set(scenario.runs) for scenario in self.comparison.scenarios]
        return tuple(sorted(set.intersection(*each)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the scenarios."""
        return tuple(scenario.compared.name for scenario in self.comparison.scenarios)

    @cached_property
    def words(self) -> dict[str, str]:
        """Return the words of stations, groups and partners of all scenarios."""
        found: dict[str, str] = {}
        for scenario in self.comparison.scenarios:
            found |= words_of(scenario.compared.parameters)
        return found

    @cached_property
    def figures(self) -> dict[str, str]:
        """Return every figure that any scenario has, those shown first: name → unit."""
        found: dict[str, str] = {}
        for scenario in self.comparison.scenarios:
            for run in scenario.runs.values():
                found |= {name: figure.unit for name, figure in run.figures.items() if name not in found}
        shown = {name: found[name] for name in self.comparison.figures if name in found}
        return shown | {name: unit for name, unit in found.items() if not name.startswith(NOT_COMPARED)}

    @property
    def shown(self) -> list[str]:
        """Return the figures that are shown and that some scenario has."""
        return [name for name in self.comparison.figures if name in self.figures]

    def meaning(self, name: str) -> Meaning:
        """Return what a figure means."""
        return meaning(name, self.words)

    def runs(self, scenario: int) -> list[OutcomeOf]:
        """Return the runs of a scenario in the order of the replications."""
        return [self.comparison.scenarios[scenario].runs[replication] for replication in self.replications]

    def cells(self, scenario: int, name: str) -> list[Value]:
        """Return a figure of a scenario in each replication; None where it has none."""
        return [run.figures[name].value if name in run.figures else None for run in self.runs(scenario)]

    def has(self, scenario: int, name: str) -> bool:
        """Return whether a scenario knows a figure, in any replication."""
        return any(name in run.figures for run in self.runs(scenario))

    def values(self, scenario: int, name: str) -> list[float | None]:
        """Return a figure that is a number in each replication; None where it has no value."""
        return [float(value) if is_number(value) else None for value in self.cells(scenario, name)]  # type: ignore[arg-type]

    def is_number(self, name: str) -> bool:
        """Return whether a figure is a number wherever it has a value, and has one somewhere."""
        known = [value for k in range(len(self.names)) for value in self.cells(k, name) if value is not None]
        return bool(known) and all(map(is_number, known))


def is_number(value: Value) -> bool:
    """Return whether a value is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Axis:
    """One number by which scenarios differ, and its value in those that differ in nothing else."""

    key: str
    values: dict[int, float]
    """By the place of the scenario, in the order of the values."""


LEAST_OF_AN_AXIS = 3


def axis(comparison: ComparisonOf) -> Axis | None:
    """Return the number along which scenarios lie, swept or not; None where fewer than three lie along one."""
    parameters = [scenario.compared.parameters for scenario in comparison.scenarios]
    reference = parameters[comparison.reference]
    found: dict[str, dict[int, float]] = {}
    for place, each in enumerate(parameters):
        apart = differences(reference, each)
        if len(apart) == 1 and is_number(apart[0].before) and is_number(apart[0].after):
            found.setdefault(apart[0].path, {comparison.reference: apart[0].before})[place] = apart[0].after
    if not found:
        return None
    key, values = max(found.items(), key=lambda each: len(each[1]))
    if len(values) < LEAST_OF_AN_AXIS:
        return None
    return Axis(key, dict(sorted(values.items(), key=lambda each: each[1])))
