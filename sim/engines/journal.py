"""What an engine writes down while people pass: stamps and outcomes by column, visits by station."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.calendar.order import STATIONS
from sim.programme.payment_runs import RunRecord
from sim.programme.programme import Programme
from sim.programme.waves import WaveRecord

CHECKS = ("email", "registry", "third_layer")

PERSON_STAMPS = (
    *(f"{station}_{what}" for station in STATIONS for what in ("arrived", "started", "left")),
    *(f"{check}_passed" for check in CHECKS),
    "refused",
    "gave_up",
    "tested",
    "first_joined",
    "last_joined",
    "gave_up_waves",
    "awarded",
)
"""Stamps of every person (µs, NEVER where it did not happen); of retries, those of the last."""

PERSON_OUTCOMES = (
    *(f"{check}_tries" for check in CHECKS),
    "refused_by",
    "gave_up_at",
    "first_wave",
    "last_wave",
    "waves_lost",
    "awarded_by",
    "participant",
)
"""Outcomes of every person; waves and participant's numbers count from 0, -1 is none."""


def participant_stamps(programme: Programme) -> tuple[str, ...]:
    """Return the stamps of one who is awarded."""
    courses = programme.parameters.purchase.further.courses
    return (
        "link_tried",
        "linked",
        *(f"bought_{k + 1}" for k in range(courses)),
        *(f"completed_{k + 1}" for k in range(courses)),
        "certified",
        "reviewed",
        "revoked",
        "closed",
        *(f"{name}_{what}" for name in payment_names(programme) for what in ("due", "ready", "paid")),
    )


def participant_outcomes(programme: Programme) -> tuple[str, ...]:
    """Return the outcomes of one who is awarded; `unspent` is what returned of the training balance."""
    courses = programme.parameters.purchase.further.courses
    return (
        "person",
        "wave",
        "partner",
        *(f"price_{k + 1}" for k in range(courses)),
        "unspent",
        *(f"{name}_attempts" for name in payment_names(programme)),
    )


def payment_names(programme: Programme) -> tuple[str, ...]:
    """Return the names of the payments, in order of their numbers: incentives, then surveys."""
    incentives = programme.parameters.budget.incentives
    return (
        *(f"incentive_{k + 1}" for k in range(incentives)),
        *(f"survey_{k + 1}" for k in range(len(programme.survey_steps))),
    )


class Columns:
    """Named columns of 64 bits that grow together."""

    def __init__(self, stamps: tuple[str, ...], outcomes: tuple[str, ...], rows: int = 0) -> None:
        self.stamps = stamps
        self.outcomes = outcomes
        self.rows = rows
        self._data = {name: np.full(rows, NEVER, dtype=np.int64) for name in stamps}
        self._data |= {name: np.full(rows, -1, dtype=np.int64) for name in outcomes}

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return self._data[name]

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


@dataclass
class Visits:
    """All visits of a station: who, when arrived, started, left or gave up (µs, NEVER: not yet)."""

    person: Any = field(default_factory=lambda: array("q"))
    arrived: Any = field(default_factory=lambda: array("q"))
    started: Any = field(default_factory=lambda: array("q"))
    left: Any = field(default_factory=lambda: array("q"))
    gave_up: Any = field(default_factory=lambda: array("q"))

    def arrive(self, person: int, now: int) -> int:
        """Write down an arrival and return the number of the visit."""
        self.person.append(person)
        self.arrived.append(now)
        self.started.append(NEVER)
        self.left.append(NEVER)
        self.gave_up.append(NEVER)
        return len(self.person) - 1

    def pass_through(self, person: int, now: int) -> None:
        """Write down a visit to a station of which there is plenty."""
        visit = self.arrive(person, now)
        self.started[visit] = self.left[visit] = now

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Return the columns as arrays."""
        names = ("person", "arrived", "started", "left", "gave_up")
        return {name: np.array(getattr(self, name), dtype=np.int64) for name in names}


@dataclass
class Journal:
    """What happened in a run: the only thing that observers read.

    `days` are the live counts at each day's end: (instant, people by place, rupiah awarded, paid,
    returned by kind). `end` is the instant at which the run ended.
    """

    programme: Programme
    people: Columns
    participants: Columns
    traits: NDArray[np.uint32]
    visits: dict[str, dict[str, NDArray[np.int64]]]
    waves: list[WaveRecord]
    last_announcement: int
    runs: list[RunRecord]
    days: list[tuple[int, list[int], list[int], list[int], list[int]]]
    budget_refused: int
    end: int
