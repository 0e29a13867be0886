"""What is counted of the market: who came, what was sold where, seats taken, and who found nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, WEEK
from sim.calendar.months import months
from sim.journey.measures import CLASS_WAIT
from sim.observers.counts import Counts
from sim.observers.market_counting import count_by_platform, count_seats, count_sold, count_turned_away
from sim.observers.span import Span
from sim.programme.classes import Classes
from sim.programme.market import MarketTable
from sim.rules.choosing import SELF_PACED

Ints = NDArray[np.int64]


class MarketCounts:
    """Counts of the market of a run; platforms and courses by their numbers, days from the first of the run."""

    def __init__(self, table: MarketTable, span: Span, counts: Counts) -> None:
        self.table, self._span, self._counts = table, span, counts
        self.classes = Classes(table)
        """The classes as they were scheduled in the run."""
        platforms, courses = len(table.keys), table.courses.size
        _, self._month_of_day = months(span.days)
        self._live: NDArray[np.bool_] = table.courses["seats"] != SELF_PACED
        self.came = np.zeros((platforms + 1, span.days), dtype=np.int64)
        """People who came to buy, tries of the same course among them [platform, day]; the last row: no platform."""
        self.found_nothing = np.zeros_like(self.came)
        """Of them, those who found nothing, by the day on which they left."""
        self.next_choices = np.zeros((platforms, span.days), dtype=np.int64)
        """Courses sold that were not the buyer's first choice."""
        self.sold: dict[int, Ints] = {}
        """Courses sold by month of the run (from 0) [course, platform]."""
        self.taken = np.zeros(courses, dtype=np.int64)
        """Live seats taken, of classes that began before the end of the run."""
        self.taken_by_day = span.no_days()
        """The same of all courses, by the day on which the class began."""
        self.booked_by_day = span.no_days()
        """Live seats of all courses by the day on which they were booked."""
        self._waited = np.zeros((courses, 2), dtype=np.int64)
        """Time from booking to class, or to the end of the run, µs: its upper and its lower half [course, half]."""
        self.turned_away = np.zeros(courses, dtype=np.int64)
        """How often a course had no class soon enough for one who chose it."""
        self.turned_away_by_day = span.no_days()
        """The same of all courses, by day."""
        self.found_no_seat = np.zeros((platforms, span.days), dtype=np.int64)
        """Those who found nothing and had been turned away by a course [platform, day]."""
        self.found_nothing_to_buy = np.zeros_like(self.found_no_seat)
        """Those who found nothing since no course that they could buy was on sale [platform, day]."""

    def add_came(self, platform: Ints, at: Ints) -> None:
        """Count people who came to platforms (-1: to none) before the end, at instants."""
        count_by_platform(platform, at, self._span.end, self.came)

    def add_nothing(self, platform: Ints, at: Ints) -> None:
        """Count people who found nothing on a platform (-1: there was none), at instants."""
        count_by_platform(platform, at, self._span.end, self.found_nothing)

    def add_booked(
        self, persons: NDArray[Any], platform: Ints, course: Ints, choice: Ints, at: Ints, begins: Ints
    ) -> None:
        """Count courses that persons booked before the end, at instants in order, and how long they wait for a class.

        No run without a date of its end ends before a class that is booked.
        """
        for month, some in self._by_month(at):
            if month not in self.sold:
                self.sold[month] = np.zeros((self.table.courses.size, len(self.table.keys)), dtype=np.int64)
            count_sold(platform[some], course[some], self.sold[month])
        count_seats(
            platform, course, choice, at, begins, self._span.end, self._live,
            self.next_choices, self.booked_by_day, self.taken, self.taken_by_day,
            self._waited, *self._counts.waits_of(CLASS_WAIT),
        )  # fmt: skip
        if self._counts.speaks_of(CLASS_WAIT):
            live = self._live[course]
            self._counts.level(CLASS_WAIT, persons[live], at[live], begins[live])

    def _by_month(self, at: Ints) -> Iterator[tuple[int, slice]]:
        """Yield the months of ascending instants, each with the slice of those that lie in it."""
        begin = 0
        while begin < at.size:
            month = int(self._month_of_day[at[begin] // DAY])
            after = int(np.searchsorted(self._month_of_day, month, side="right")) * DAY
            end = int(np.searchsorted(at, after))
            yield month, slice(begin, end)
            begin = end

    def add_turned_away(self, platform: Ints, times: Ints, at: Ints, leaves: NDArray[np.bool_]) -> None:
        """Count how many courses had no class soon enough for people who chose at instants before the end.

        `leaves` says who found nothing.
        """
        count_turned_away(
            platform, at, times, leaves, self.turned_away_by_day, self.found_no_seat, self.found_nothing_to_buy
        )

    @property
    def waited(self) -> list[int]:
        """Return the time from booking to class, or to the end of the run, of all bookings of each course, µs."""
        return [(upper << 20) + lower for upper, lower in self._waited.tolist()]

    @property
    def waiting(self) -> Ints:
        """Return how many bookings wait for their class at each day's end."""
        return np.cumsum(self.booked_by_day - self.taken_by_day)

    @property
    def platform_gone(self) -> Ints:
        """Return those who found nothing since their platform left while they were at its checkout [platform, day]."""
        gone: Ints = self.found_nothing[:-1] - self.found_no_seat - self.found_nothing_to_buy
        return gone

    @property
    def sold_by_course(self) -> Ints:
        """Return the courses sold [course, platform]."""
        shape = self.table.courses.size, len(self.table.keys)
        return np.sum([np.zeros(shape, dtype=np.int64), *self.sold.values()], axis=0)  # type: ignore[no-any-return]


def week_of_day(table: MarketTable, days: int) -> Ints:
    """Return the week of each day: its number from that in which the run begins, weeks beginning on Mondays."""
    return (np.arange(days, dtype=np.int64) * DAY - table.first_week) // WEEK
