"""The time that is observed: from 0 to the end of the run, its days, and the snapshots at published dates."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY

Snapshots = tuple[NDArray[np.int64], NDArray[np.int64]]
"""What compiled counting needs of the snapshots: see `counting.count_stamp`."""


class Span:
    """The time that is observed, shared by all counts of a run; only its end may come earlier than was thought."""

    def __init__(self, end: int, snapshots: Iterable[int]) -> None:
        self.end = end
        self.snapshots = sorted(set(snapshots))
        """Instants before which stamps are counted, ascending."""
        instants = np.array(self.snapshots, dtype=np.int64)
        first = np.full(self.days, -1, dtype=np.int64)
        for number in reversed(range(instants.size)):
            if 0 <= instants[number] // DAY < self.days:
                first[instants[number] // DAY] = number
        self.calendar: Snapshots = (first, instants)

    @property
    def days(self) -> int:
        """Return the number of days, at least one."""
        return max((self.end + DAY - 1) // DAY, 1)

    def finish(self, end: int) -> None:
        """Set an end that was not known before; raise ValueError where it is later than was thought."""
        if end > self.end:
            raise ValueError(f"a run observed until {self.end} cannot end at {end}")
        self.end = end

    def no_days(self) -> NDArray[np.int64]:
        """Return a zero for each day."""
        return np.zeros(self.days, dtype=np.int64)
