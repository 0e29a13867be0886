"""What a run is called: its scenario, what the command line changes of it, and what differs from the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.parameters.differences import Difference, differences, levels, plain
from sim.parameters.idle import idle
from sim.parameters.parameters import Parameters
from sim.parameters.sayings import CAPACITY, LEVER, MOST_TOLD, OUTAGES, Saying, sayings, together


@dataclass(frozen=True)
class Named:
    """Hold how a run is named wherever it is told."""

    name: str
    base: str
    """Name of the base."""
    question: str | None
    """The scenario's question; None where it no longer holds."""
    changed: tuple[Saying, ...]
    """What the command line changes of the scenario."""
    differs: tuple[Saying, ...]
    """What differs from the base, the scenario's changes and the command line's alike."""
    differences: tuple[Difference, ...]
    """The same, key by key."""
    levels: tuple[Difference, ...]
    """The service levels that differ from the base's, which the name leaves out: the programme is the same."""

    @property
    def title(self) -> str:
        """Return the name with what the command line changes: "history, with OVO closed 1 to 10 November 2020"."""
        return self.titled(self.changed)

    def titled(self, changed: Sequence[Saying], most: int = MOST_TOLD) -> str:
        """Return the name with so many at most of what was changed."""
        if not changed:
            return self.name
        told = together(changed, most)
        itself = told.startswith(("until ", "with ", "without "))
        return f"{self.name}, {told}" if itself else f"{self.name}, with {told}"

    @property
    def against_base(self) -> str | None:
        """Return what differs from the base in a line; None where the title says all of it."""
        said_by_the_title = self.name == self.base and self.changed == self.differs
        return None if said_by_the_title or not self.differs else f"Differs from {self.base}: {together(self.differs)}"

    def manifest(self) -> dict[str, Any]:
        """Return the name, the question and every difference from the base, as plain values."""
        told = (*self.differences, *self.levels)
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "base": self.base,
            "differs_from_base": [
                {"key": one.path, "base": plain(one.before), "here": plain(one.after)} for one in told
            ],
            "in_words": [saying.words for saying in self.differs],
        }


ASKED_OF = ("population.applicants", "demand")
"""What every question is about: it does not hold of other people."""


def named(run: Parameters, base: Parameters, scenario: Parameters | None = None) -> Named:
    """Return how a run is named; `scenario` is what its scenario alone would be, None where that is no valid input.

    The question holds unless the command line changes what the scenario itself sets, or takes its effect away, or who
    registers; that of the base is of all as it was. How much a place takes is one thing, whichever of its keys says it.
    """
    found = differences(base, run)
    own = differences(base if scenario is None else scenario, run)
    set_by_scenario = () if scenario is None else differences(base, scenario)
    holds = scenario is not None and not any(
        scenario == base
        or any(idle(run, other.path) for other in set_by_scenario)
        or one.path.startswith(ASKED_OF)
        or any(one.touches(other) or _places(one.path, run) & _places(other.path, run) for other in set_by_scenario)
        for one in own
    )
    asked_anew = scenario is not None and run.scenario.question != scenario.scenario.question
    return Named(
        name=run.scenario.name,
        base=base.scenario.name,
        question=run.scenario.question if holds or asked_anew else None,
        changed=sayings(own, base if scenario is None else scenario, run),
        differs=sayings(found, base, run),
        differences=found,
        levels=levels(base, run),
    )


OF_THE_MARKET = {
    "seats": ("market.seats", "market.catalogue.seats_a_week", "market.catalogue.seats"),
    "instructors": ("market.instructors", "market.instructors_share"),
}
"""Keys and blocks that say together how many seats there are, and how many can be taught."""

OF_PLATFORMS = {"market.checkout_capacity": "checkout", "market.certificates": "certificates"}
"""Levers of the market, and the block of every platform that each multiplies."""


def _places(path: str, run: Parameters) -> set[str]:
    """Return the blocks of which a key says how much they take; a lever says it of all below it."""
    block, _, key = path.rpartition(".")
    for place, keys in OF_THE_MARKET.items():
        if path in keys or block in keys:
            return {place}
    if path in OF_PLATFORMS and run.market is not None:
        return {f"market.platforms.{platform}.{OF_PLATFORMS[path]}" for platform in run.market.platforms}
    if key != LEVER:
        return {block} if key in (*CAPACITY, OUTAGES) else set()
    stations = {station.config for station in run.journey.stations if station.lever == block}
    partners = {f"payment.partners.{partner}" for partner in run.payment.partners} if block == "payment" else set()
    return stations | partners | {block}
