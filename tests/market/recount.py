"""A run of the market by either engine, and its courses worked out anew from people's rows, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import NEVER, WEEK
from sim.engines.cohort import model as cohort
from sim.engines.observed import observe
from sim.engines.person import model as person
from sim.observers.observations import Observations
from sim.programme.ledger import Day
from sim.programme.market import MarketTable
from sim.programme.programme import Programme
from sim.results.table import Table
from sim.results.tables import tables
from sim.rules.choosing import SELF_PACED
from tests.building import Engine, programme


class Bought(NamedTuple):
    """A course that a participant has booked; instants in µs."""

    at: int
    number: int
    purchase: int
    platform: int
    course: int
    choice: int
    begins: int
    price: int
    completed: int


@dataclass(frozen=True)
class Seen:
    """What an engine says of a run of the market: rows of people, what was observed, counts at day's ends, tables."""

    programme: Programme
    people: Any
    participants: Any
    observations: Observations
    days: list[Day]
    tables: dict[str, Table]
    end: int

    @property
    def table(self) -> MarketTable:
        """Return the market."""
        assert self.programme.seats is not None
        return self.programme.seats

    def bought(self) -> list[Bought]:
        """Return all bookings, in order of (time, participant's number)."""
        return sorted(self._bought())

    def _bought(self) -> Iterator[Bought]:
        own = self.participants
        for purchase in range(self.programme.courses):
            names = ("platform", "course", "choice", "begun", "price", "completed")
            columns = [own[f"{name}_{purchase + 1}"] for name in names]
            at = own[f"bought_{purchase + 1}"]
            for number in np.flatnonzero(at < NEVER).tolist():
                platform, course, choice, begins, price, completed = (int(column[number]) for column in columns)
                yield Bought(int(at[number]), number, purchase, platform, course, choice, begins, price, completed)


def seen(engine: Engine, changes: dict[str, Any]) -> Seen:
    """Return what an engine says of a run."""
    compiled = programme(changes=changes)
    if engine == "person":
        journal = person.simulate(compiled)
        observations = observe(journal)
        made = tables(observations, journal.waves, journal.runs)
        return Seen(compiled, journal.people, journal.participants, observations, journal.days, made, journal.end)
    result = cohort.simulate(compiled, record=np.arange(compiled.people))
    rows = result.rows
    own = rows.participants.some(result.participants.astype(np.int64))
    made = tables(result.observations, result.waves, result.runs)
    return Seen(compiled, rows.people, own, result.observations, result.days, made, rows.end)


def classes(table: MarketTable, course: int, until: int) -> list[int]:
    """Return when the classes of a course begin, from 0 to before an instant."""
    offer = table.courses[course]
    if offer["seats"] == SELF_PACED:
        return []
    last = min(int(offer["until"]), until)
    return [at for at in range(int(offer["first"]), last, int(offer["interval"])) if at >= 0]


def week_of(table: MarketTable, begins: int) -> int:
    """Return the number of the week in which a class begins."""
    return (begins - table.first_week) // WEEK
