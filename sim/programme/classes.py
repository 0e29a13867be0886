"""The classes of every course as they are scheduled so far: when they begin, and their seats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import WEEK
from sim.programme.market import MarketTable
from sim.rules.choosing import SELF_PACED

Ints = NDArray[np.int64]


class Classes:
    """The live classes of a market; providers change them as they add seats."""

    def __init__(self, market: MarketTable) -> None:
        self._market = market
        self.live: NDArray[np.bool_] = market.courses["seats"] != SELF_PACED
        until = market.courses["until"].copy()
        # The classes of a period begin at `first` and then at an interval, before `end`; all in µs.
        first, interval = (market.courses[name].copy() for name in ("first", "interval"))
        seats = np.where(self.live, market.courses["seats"], 0)
        self._course = [np.arange(self.live.size)]
        self._periods: list[tuple[Ints, Ints, Ints, Ints]] = [(first, interval, seats, until)]
        self._last = np.zeros((self.live.size, 2), dtype=np.int64)
        """Where the last period of each course stands [course; part, place]."""
        self._last[:, 1] = np.arange(self.live.size)

    def change(self, course: int, first: int, interval: int, seats: int) -> None:
        """Let a course have other classes from one that begins at `first` on, which is itself of them."""
        part, place = self._last[course].tolist()
        *_, ends = self._periods[part]
        until = int(self._market.courses["until"][course])
        ends[place] = min(first, until)  # of a course that is no longer offered there are no more classes
        self._course.append(np.array([course]))
        self._periods.append(tuple(np.array([each], dtype=np.int64) for each in (first, interval, seats, until)))  # type: ignore[arg-type]
        self._last[course] = len(self._periods) - 1, 0

    def before(self, instants: Ints) -> Ints:
        """Return the seats of classes that begin before each of some instants, µs [course, instant]."""
        found = np.zeros((self.live.size, instants.size), dtype=np.int64)
        for course, period in zip(self._course, self._periods, strict=True):
            first, interval, seats, ends = (column[:, None] for column in period)
            begun = np.maximum(-(-(np.minimum(instants, ends) - first) // interval), 0)
            np.add.at(found, course, seats * begun)
        return found

    def offered(self, since: int, until: int) -> Ints:
        """Return the seats of classes that begin from an instant to before another, µs, by course."""
        between: Ints = np.diff(self.before(np.array([since, max(until, since)])), axis=1)[:, 0]
        return between

    def offered_by_provider(self, until: int, weeks: int) -> Ints:
        """Return the seats of all classes that begin from 0 to before an instant (µs) [provider, week].

        Weeks count from the first Monday. Of a provider no more than its instructors can teach in a week.
        """
        market = self._market
        edges = np.clip(market.first_week + WEEK * np.arange(weeks + 1, dtype=np.int64), 0, max(until, 0))
        by_provider = np.zeros((len(market.providers), weeks), dtype=np.int64)
        np.add.at(by_provider, market.courses["provider"], np.diff(self.before(edges), axis=1))
        if market.weeks.size:
            by_provider = np.minimum(by_provider, market.weeks[:, :weeks])
        return by_provider
