"""What is counted of the market: who came, what was sold where, seats taken, and who found nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, WEEK
from sim.calendar.months import months
from sim.observers.span import Span
from sim.programme.classes import Classes
from sim.programme.market import MarketTable
from sim.rules.choosing import SELF_PACED

Ints = NDArray[np.int64]


class MarketCounts:
    """Counts of the market of a run; platforms and courses by their numbers, days from the first of the run."""

    def __init__(self, table: MarketTable, span: Span) -> None:
        self.table, self._span = table, span
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
        self.turned_away = np.zeros(courses, dtype=np.int64)
        """How often a course had no class soon enough for one who chose it."""
        self.turned_away_by_day = span.no_days()
        """The same of all courses, by day."""
        self.found_no_seat = span.no_days()
        """Those who found nothing and had been turned away by a course, by day."""

    def add_came(self, platform: Ints, at: Ints) -> None:
        """Count people who came to platforms (-1: to none) before the end, at instants."""
        self._count(self.came, platform, at)

    def add_nothing(self, platform: Ints, at: Ints) -> None:
        """Count people who found nothing on a platform (-1: there was none), at instants."""
        in_time = at < self._span.end
        self._count(self.found_nothing, platform[in_time], at[in_time])

    def add_booked(self, platform: Ints, course: Ints, choice: Ints, at: Ints, begins: Ints) -> None:
        """Count courses that were booked before the end, at instants."""
        later = choice > 0
        self._count(self.next_choices, platform[later], at[later])
        month = self._month_of_day[at // DAY]
        shape = self.table.courses.size, len(self.table.keys)
        for each in np.unique(month).tolist():
            here = month == each
            numbers = np.ravel_multi_index((course[here], platform[here]), shape)
            counts = np.bincount(numbers, minlength=shape[0] * shape[1]).reshape(shape)
            self.sold[each] = self.sold.get(each, 0) + counts
        live = self._live[course]
        self.booked_by_day += np.bincount(at[live] // DAY, minlength=self.booked_by_day.size)
        seats = live & (begins < self._span.end)
        self.taken += np.bincount(course[seats], minlength=self.taken.size)
        self.taken_by_day += np.bincount(begins[seats] // DAY, minlength=self.taken_by_day.size)

    def add_turned_away(self, times: Ints, at: Ints, leaves: NDArray[np.bool_]) -> None:
        """Count how many courses had no class soon enough for people who chose at instants before the end.

        `leaves` says who found nothing.
        """
        np.add.at(self.turned_away_by_day, at // DAY, times)
        np.add.at(self.found_no_seat, at // DAY, leaves & (times > 0))

    def _count(self, counts: Ints, platform: Ints, at: Ints) -> None:
        np.add.at(counts, (platform, at // DAY), 1)

    @property
    def sold_by_course(self) -> Ints:
        """Return the courses sold [course, platform]."""
        shape = self.table.courses.size, len(self.table.keys)
        return np.sum([np.zeros(shape, dtype=np.int64), *self.sold.values()], axis=0)  # type: ignore[no-any-return]


def week_of_day(table: MarketTable, days: int) -> Ints:
    """Return the week of each day: its number from that in which the run begins, weeks beginning on Mondays."""
    return (np.arange(days, dtype=np.int64) * DAY - table.first_week) // WEEK
