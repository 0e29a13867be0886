"""The census: at each day's end, how many people stand in each place. Each thread fills a sheet of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.programme.programme import Programme


class Sheet:
    """What one thread counts, [day, place]."""

    def __init__(self, days: int, places: int) -> None:
        self.counts = np.zeros((days, places), dtype=np.int64)

    def count(self, now: int, place: int, people: int) -> None:
        """Count people who stand in a place at a day's end, or at the end of the run."""
        self.counts[day_before(now), place] += people


class Census:
    """The sheets of all threads."""

    def __init__(self, programme: Programme) -> None:
        self._shape = (-(-programme.horizon // DAY), len(programme.journey.places))
        self._sheets: list[Sheet] = []

    def sheet(self) -> Sheet:
        """Return a new sheet for a thread."""
        self._sheets.append(Sheet(*self._shape))
        return self._sheets[-1]

    def taken(self) -> NDArray[np.int64]:
        """Return all that was counted, [day, place]."""
        total: NDArray[np.int64] = np.sum([sheet.counts for sheet in self._sheets], axis=0)
        return total


def day_before(now: int) -> int:
    """Return the number of the day that ends at an instant, or in which it lies."""
    return -(-now // DAY) - 1
