"""How scenarios are compared: which, in which worlds, how often, and how well it is to be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.experiments.worlds import World
from sim.results.comparison import Compared


@dataclass(frozen=True)
class Design:
    """Scenarios that are in order in all worlds, and how they are compared."""

    study: str | None
    question: str | None
    scenarios: tuple[Compared, ...]
    worlds: tuple[tuple[World, ...], ...]
    """Of each scenario, the world of every replication that there may be, numbered from 1."""
    reference: int
    figures: tuple[str, ...]
    """As they were named; empty where it was not said which."""
    in_worlds: bool
    replications: int
    """How many there are at first."""
    precision: float | None = None
    """Half the width of the 95 % interval of a mean, as a share of it; None: there are no more replications."""

    with_people: bool = False
    """Whether it is told person by person who gains and who loses."""
    why: bool = False
    """Whether each difference is tried alone, and a tenth more of each thing."""

    @property
    def scale(self) -> float:
        """Return the share of the full population that is simulated."""
        return self.scenarios[0].parameters.population.scale

    @property
    def most(self) -> int:
        """Return how many replications there may be."""
        return len(self.worlds[0]) if self.precision is not None else self.replications

    def runs(self, replications: Sequence[int]) -> Iterator[tuple[Compared, World]]:
        """Yield scenario and world of every run of some replications, the reference first in each."""
        order = [self.reference, *(place for place in range(len(self.scenarios)) if place != self.reference)]
        for replication in replications:
            for place in order:
                yield self.scenarios[place], self.worlds[place][replication - 1]
