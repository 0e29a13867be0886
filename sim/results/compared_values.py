"""The figures of a comparison in the order of the replications that every scenario has, which pairs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sim.parameters.differences import differences
from sim.results.comparison import Comparison
from sim.results.figure import Value, is_number
from sim.results.meaning import Meaning, meaning, words_of
from sim.results.outcome import Outcome

NOT_COMPARED = ("wave.",)
"""Beginnings of figures that are no figure of two scenarios: their third waves have nothing in common."""


@dataclass(frozen=True)
class Paired:
    """A comparison over the replications that every scenario has."""

    comparison: Comparison

    @cached_property
    def replications(self) -> tuple[int, ...]:
        """Return the replications that every scenario has, in order."""
        return self.comparison.replications

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

    def runs(self, scenario: int) -> list[Outcome]:
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


@dataclass(frozen=True)
class Axis:
    """One number by which scenarios differ, and its value in those that differ in nothing else."""

    key: str
    values: dict[int, float]
    """By the place of the scenario, in the order of the values."""


LEAST_OF_AN_AXIS = 3


def axis(comparison: Comparison) -> Axis | None:
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
