"""The census: at each day's end, how many people stand in each place. Each thread fills a sheet of its own.

It follows from who came to a place and who left it, day by day; or it is counted at the day's end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.engines.cohort.flow_kernels import move_people
from sim.programme.programme import Programme

NOWHERE = -1
"""In place of a place: where those come from who register, and where another station or sheet takes over."""


class Sheet:
    """What one thread counts."""

    def __init__(self, days: int, places: int, horizon: int) -> None:
        self.counts = np.zeros((days, places), dtype=np.int64)
        """Who stands in a place at a day's end [day, place]."""
        self._moves = np.zeros((days, places + 1), dtype=np.int64)
        """How many more have come to a place than left it, on a day [day, place]; the last column is nowhere."""
        self._horizon = horizon

    def count(self, now: int, place: int, people: int) -> None:
        """Count people who stand in a place at a day's end, or at the end of the run."""
        self.counts[day_before(now), place] += people

    def move(self, at: NDArray[np.int64], left: int, came: int) -> None:
        """Let people go from a place to another, one at each of some ascending instants before the horizon."""
        if not at.size:
            return
        day = int(at[0]) // DAY
        if day == int(at[-1]) // DAY:
            assert at[-1] < self._horizon, "who moves later is in no census"
            self._moves[day, left] -= at.size
            self._moves[day, came] += at.size
        else:
            move_people(at, self._horizon, int(left), int(came), self._moves)

    def move_some(self, at: NDArray[np.int64], left: int, came: int) -> None:
        """Let people go from a place to another at instants in any order; those beyond the horizon do not."""
        move_people(at, self._horizon, int(left), int(came), self._moves)

    def taken(self) -> NDArray[np.int64]:
        """Return all that was counted, [day, place]."""
        found: NDArray[np.int64] = self.counts + self._moves[:, :-1].cumsum(axis=0)
        return found


class Census:
    """The sheets of all threads."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._sheets: list[Sheet] = []

    def sheet(self) -> Sheet:
        """Return a new sheet for a thread."""
        horizon = self._programme.horizon
        self._sheets.append(Sheet(-(-horizon // DAY), len(self._programme.journey.places), horizon))
        return self._sheets[-1]

    def taken(self) -> NDArray[np.int64]:
        """Return all that was counted, [day, place]."""
        total: NDArray[np.int64] = np.sum([sheet.taken() for sheet in self._sheets], axis=0)
        return total


def day_before(now: int) -> int:
    """Return the number of the day that ends at an instant, or in which it lies."""
    return -(-now // DAY) - 1
