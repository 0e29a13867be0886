"""What the person engine writes down while people pass: stamps and outcomes by column, visits by station."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.programme.classes import Classes
from sim.programme.ledger import Day
from sim.programme.payment_runs import RunRecord
from sim.programme.programme import Programme
from sim.programme.waves import WaveRecord


class Columns:
    """Named columns of 64 bits that grow together; KeyError for a name that is not declared.

    Stamps are µs, NEVER where it did not happen; outcomes are -1 where there is none. The names are those of
    `Journey.person_stamps` and `person_outcomes`, or of `Programme.participant_stamps` and `participant_outcomes`.
    """

    def __init__(self, stamps: Iterable[str], outcomes: Iterable[str], rows: int = 0) -> None:
        self.stamps = tuple(stamps)
        self.outcomes = tuple(outcomes)
        self.rows = rows
        self._data = {name: np.full(rows, NEVER, dtype=np.int64) for name in self.stamps}
        self._data |= {name: np.full(rows, -1, dtype=np.int64) for name in self.outcomes}

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        try:
            return self._data[name]
        except KeyError:
            raise KeyError(f"{name!r} is no declared column; declared are {', '.join(self._data)}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def grow(self, rows: int) -> None:
        """Append empty rows."""
        for name in self._data:
            filler = NEVER if name in self.stamps else -1
            self._data[name] = np.concatenate([self._data[name], np.full(rows, filler, dtype=np.int64)])
        self.rows += rows

    def some(self, rows: NDArray[np.int64]) -> Columns:
        """Return the columns with some of the rows."""
        chosen = Columns(self.stamps, self.outcomes)
        chosen._data = {name: column[rows] for name, column in self._data.items()}
        chosen.rows = rows.size
        return chosen

    def mask(self, horizon: int) -> None:
        """Take back the stamps that lie at or beyond the horizon: they have not happened."""
        for name in self.stamps:
            column = self._data[name]
            column[column >= horizon] = NEVER


def _integers() -> array[int]:
    return array("q")


@dataclass
class Visits:
    """All visits of a station: who at which attempt (from 0) came to which instance, and when (µs, NEVER: not yet)."""

    person: array[int] = field(default_factory=_integers)
    attempt: array[int] = field(default_factory=_integers)
    instance: array[int] = field(default_factory=_integers)
    arrived: array[int] = field(default_factory=_integers)
    started: array[int] = field(default_factory=_integers)
    left: array[int] = field(default_factory=_integers)
    gave_up: array[int] = field(default_factory=_integers)

    def arrive(self, person: int, now: int, attempt: int = 0, instance: int = 0) -> int:
        """Write down an arrival and return the number of the visit."""
        self.person.append(person)
        self.attempt.append(attempt)
        self.instance.append(instance)
        self.arrived.append(now)
        self.started.append(NEVER)
        self.left.append(NEVER)
        self.gave_up.append(NEVER)
        return len(self.person) - 1

    def pass_through(self, person: int, now: int, attempt: int = 0, instance: int = 0) -> None:
        """Write down a visit to a station of which there is plenty."""
        visit = self.arrive(person, now, attempt, instance)
        self.started[visit] = self.left[visit] = now

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Return the columns as arrays."""
        names = ("person", "attempt", "instance", "arrived", "started", "left", "gave_up")
        return {name: np.array(getattr(self, name), dtype=np.int64) for name in names}


@dataclass
class MarketLog:
    """What happened in the market, in order of time: who came where, who found nothing, and what was booked."""

    came_to: array[int] = field(default_factory=_integers)
    """Platforms, -1: there was none; and when, µs."""
    came_at: array[int] = field(default_factory=_integers)
    nothing_on: array[int] = field(default_factory=_integers)
    nothing_at: array[int] = field(default_factory=_integers)
    booked: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    """Person, platform, course, choices before it, when it was booked, and when it begins."""

    returned: list[tuple[int, int, int]] = field(default_factory=list)
    """Who came back for which purchase when: the person, the purchase from 0, and µs."""

    def came(self, platform: int, now: int) -> None:
        """Write down one who comes to a platform."""
        self.came_to.append(platform)
        self.came_at.append(now)

    def nothing(self, platform: int, now: int) -> None:
        """Write down one who leaves a platform without a course."""
        self.nothing_on.append(platform)
        self.nothing_at.append(now)

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Return the columns as arrays; `booked` is [booking; its six numbers], `returned` [return; its three]."""
        names = ("came_to", "came_at", "nothing_on", "nothing_at")
        columns = {name: np.array(getattr(self, name), dtype=np.int64) for name in names}
        booked = np.array(self.booked, dtype=np.int64).reshape(-1, 6)
        return columns | {"booked": booked, "returned": np.array(self.returned, dtype=np.int64).reshape(-1, 3)}


@dataclass
class Journal:
    """What happened in a run: the only thing that observers of the person engine read.

    `days` are the live counts at each day's end. `end` is the instant at which the run ended.
    """

    programme: Programme
    people: Columns
    participants: Columns
    traits: NDArray[np.uint32]
    visits: dict[str, dict[str, NDArray[np.int64]]]
    waves: list[WaveRecord]
    last_announcement: int
    runs: list[RunRecord]
    days: list[Day]
    budget_refused: int
    market: dict[str, NDArray[np.int64]]
    """The log of the market, `turned_away` by course, and `misses` [buyer; platform, when, how many, whether they found
    nothing]; empty of an open market."""
    classes: Classes | None
    """The classes as they were scheduled in the run; None of an open market."""
    seeking: NDArray[np.bool_]
    """Participants who go to buy one more course, or are at it."""
    end: int
