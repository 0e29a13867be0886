"""Scenarios side by side, in the same worlds with the same luck: what their tables, figures and answer are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.observers.people_changes import PeopleChanges
from sim.parameters import Parameters
from sim.parameters.named import Named
from sim.results.outcome import Outcome
from sim.results.tried import Tried


@dataclass(frozen=True)
class Compared:
    """One scenario of a comparison, composed and in order."""

    name: str
    """Unique and short: "rate_800k", or "processing.rate=400000"."""
    label: str
    """In a planner's words, for tables and legends."""
    question: str
    config: dict[str, Any]
    """As composed, in the base world."""
    parameters: Parameters
    named: Named
    """What differs from the base."""
    sweep: dict[str, Any]
    """Swept keys and their values; empty where nothing is swept."""


@dataclass(frozen=True)
class Replicated:
    """A scenario and its runs."""

    compared: Compared
    runs: dict[int, Outcome]
    """By replication, from 1, which is the number of the world where there are worlds; without those left out."""


@dataclass(frozen=True)
class LeftOut:
    """A run that could not be made: whose, which, and why in words."""

    scenario: str
    replication: int
    why: str


@dataclass(frozen=True)
class Precision:
    """How well the means of some figures were to be known, and whether they came to be."""

    asked: float
    """Half the width of the 95 % interval of a mean, as a share of the mean."""
    figures: tuple[str, ...]
    most: int
    """Replications that it was given at most."""
    widest: float | None
    """What was reached, of the figure that is known worst; None where it cannot be said of one."""
    of: str
    """The scenario and the figure that is known worst, in words."""

    @property
    def reached(self) -> bool:
        """Return whether all figures are known as well as was asked."""
        return self.widest is not None and self.widest <= self.asked


@dataclass(frozen=True)
class Comparison:
    """Scenarios and their runs: replication k is the same world and luck in each, so differences are paired."""

    study: str | None
    scenarios: tuple[Replicated, ...]
    reference: int
    """Place of the reference among the scenarios."""
    in_worlds: bool
    """Whether replications are worlds, each with a luck; else each is the base world with a luck."""
    figures: tuple[str, ...]
    """Names of the key figures shown, in order."""
    scale: float
    question: str | None = None
    """What the study asks."""
    left_out: tuple[LeftOut, ...] = ()
    precision: Precision | None = None
    """None where no precision was asked for."""
    people: dict[str, tuple[PeopleChanges, ...]] = field(default_factory=dict)
    """Of each scenario but the reference, who gains and who loses, by replication; nothing where it was not asked."""
    not_the_same_people: dict[str, str] = field(default_factory=dict)
    """Scenarios that cannot be held against the reference person by person, and why."""

    causes: tuple[Tried, ...] = ()
    """Each difference of each scenario alone, added to the reference; nothing where it was not asked why."""
    shadow_prices: tuple[Tried, ...] = ()
    """Each scenario with a tenth more of each thing."""

    @property
    def replications(self) -> tuple[int, ...]:
        """Return the replications that every scenario has."""
        common = set.intersection(*(set(each.runs) for each in self.scenarios))
        return tuple(sorted(common))
