"""The classes of every course as they are scheduled so far: when they begin, and their seats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.choosing import SELF_PACED

Ints = NDArray[np.int64]

Period = tuple[int, int, int]
"""Classes from a first one on (µs), at an interval (µs), of so many seats; until the next period's first."""


class Classes:
    """The live classes of a market; `courses` are of `OFFER`."""

    def __init__(self, courses: NDArray[np.void]) -> None:
        self.live: NDArray[np.bool_] = courses["seats"] != SELF_PACED
        self._until = courses["until"].tolist()
        columns = (courses[name].tolist() for name in ("first", "interval", "seats"))
        self._periods: list[list[Period]] = [[period] for period in zip(*columns, strict=True)]

    def change(self, course: int, first: int, interval: int, seats: int) -> None:
        """Let a course have other classes from one that begins at `first` on, which is itself of them."""
        self._periods[course].append((first, interval, seats))

    def offered(self, course: int, since: int, until: int) -> int:
        """Return the seats of a course's classes that begin from an instant to before another, µs."""
        if not self.live[course]:
            return 0
        found = 0
        periods = self._periods[course]
        ends = [*(first for first, _, _ in periods[1:]), self._until[course]]
        for (first, interval, seats), end in zip(periods, ends, strict=True):
            last = min(end, until, self._until[course])
            found += seats * (_before(last, first, interval) - _before(min(since, last), first, interval))
        return found

    def offered_by_course(self, until: int) -> Ints:
        """Return the seats of classes that begin from 0 to before an instant, by course."""
        return np.array([self.offered(course, 0, until) for course in range(self.live.size)], dtype=np.int64)


def _before(at: int, first: int, interval: int) -> int:
    """Return how many classes of a period begin before an instant."""
    return max(-(-(at - first) // interval), 0)
