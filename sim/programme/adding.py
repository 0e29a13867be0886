"""Providers that add seats while demand stays above them: a weekly event, the same for both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import WEEK
from sim.journey.order import ProgrammeAct
from sim.programme.classes import Classes
from sim.programme.market import MarketTable
from sim.programme.programme import Programme
from sim.stations.classes import scaled_classes
from sim.stations.timeline import Timeline, Wait

Ints = NDArray[np.int64]


class LiveCourses(Protocol):
    """How the event reaches an engine's courses."""

    def asked(self) -> Ints:
        """Return how often each live course was booked or had no class soon enough, since the beginning."""

    def reschedule(self, course: int, seats: int, interval: int, now: int) -> int:
        """Give a live course classes of so many seats at an interval, µs; return when the first of them begins."""


class Adding:
    """Whose classes have grown, and how often."""

    def __init__(self, programme: Programme, market: MarketTable, classes: Classes, courses: LiveCourses) -> None:
        assert programme.parameters.market is not None
        adding = programme.parameters.market.adding
        assert adding is not None
        self._ratio, self._step, self._most = adding.ratio, adding.step, adding.most
        self._scale = programme.parameters.population.scale
        self._market, self._classes, self._courses = market, classes, courses
        self._times = np.zeros(len(market.providers), dtype=np.int64)
        """How often each provider has added seats."""
        self._asked = np.zeros(market.courses.size, dtype=np.int64)

    def add(self, now: int) -> None:
        """Let those providers add seats whose live seats of the last week were asked for often enough."""
        asked = self._courses.asked()
        provider = self._market.courses["provider"]
        offered = self._classes.offered(now - WEEK, now)
        wanted, had = (
            np.bincount(provider, weights=some, minlength=self._times.size) for some in (asked - self._asked, offered)
        )
        self._asked = asked
        grows = (had > 0) & (wanted >= self._ratio * had) & (self._times < self._most)
        self._times[grows] += 1
        for course in np.flatnonzero(grows[provider] & self._classes.live).tolist():
            self._grow(course, int(self._times[provider[course]]), now)

    def _grow(self, course: int, times: int, now: int) -> None:
        full = round(int(self._market.seats_of_all[course]) * (1 + self._step * times))
        seats, interval = scaled_classes(full, int(self._market.interval_of_all[course]), self._scale)
        first = self._courses.reschedule(course, seats, interval, now)
        self._classes.change(course, first, interval, seats)


def adds(programme: Programme) -> bool:
    """Return whether providers add seats in a programme."""
    market = programme.parameters.market
    return market is not None and market.adding is not None


def mondays(timeline: Timeline, market: MarketTable, horizon: int) -> Iterator[Wait]:
    """Yield what waits for each next Monday, 00:00, as long as the run may last."""
    at = market.first_week
    while (at := at + WEEK) < horizon:
        yield timeline.act(at, ProgrammeAct.ADD_CLASSES)
