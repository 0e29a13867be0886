"""Classes of seats that begin at known instants, one every interval, until the course is no longer offered.

A person books the earliest class that begins after now and has a free seat, unless it begins later than they are
willing to wait. A class that begins at the very instant has begun; one that begins at the last instant of their
patience is taken. Bookings stand, whatever becomes of a course.

Seats of a course are taken in order of time, so of all its classes only the first with a free seat matters: its
beginning and the seats taken are the state of a course, and batches may be of any size. Where a provider's instructors
bound the live seats of a week, a booking takes a seat of the class and one of the week in which the class begins;
classes that are sold out and those of full weeks are passed for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.calendar.instants import WEEK
from sim.rules.choosing import SELF_PACED
from sim.rules.compiling import kernel, rule
from sim.rules.whole import Whole
from sim.stations.scaling import scaled_number, stretched
from sim.stations.timeline import Timeline

COURSE = np.dtype([("first", "i8"), ("interval", "i8"), ("until", "i8"), ("seats", "i8")])
"""A course: its first class, the interval between classes (at least 1 µs), and the instant from which it is no longer
offered, in µs, none beyond NEVER; seats a class (0: closed), or SELF_PACED."""


def scaled_classes(seats: int, interval: int, scale: float) -> tuple[int, int]:
    """Return m = max(1, round(seats × scale)) and the interval (µs) × m / (seats × scale): as many seats a day."""
    if seats <= 0:
        return seats, interval
    simulated, stretch = scaled_number(seats, scale)
    return simulated, stretched(interval, stretch)


class Course:
    """A course in SimPy: its classes to come, each a container of free seats."""

    def __init__(
        self, timeline: Timeline, first: int, interval: int, until: int, seats: int, weeks: Weeks | None = None
    ) -> None:
        self.timeline = timeline
        self.seats = seats
        self.until = until
        self.weeks = weeks
        """What the provider's instructors can teach; None: all classes."""
        self._first = first
        self._interval = interval
        self._next = first
        self._class: tuple[int, simpy.Container] | None = None
        """The first class with a free seat, once somebody has asked for it: when it begins, and its free seats."""

    def quote(self, latest: int) -> tuple[int, simpy.Container | None] | None:
        """Return the earliest class after now that has a free seat, if it begins by `latest` and is offered."""
        now = self.timeline.now
        if self.seats == SELF_PACED:
            return (now, None) if self._first <= now < self.until else None
        if self.seats == 0:
            return None
        begins = self._come_to(now)
        while begins <= latest and begins < self.until:
            if self.weeks is None or self.weeks.has_seats(begins):
                if self._class is None:
                    self._class = begins, simpy.Container(self.timeline, self.seats, self.seats)
                    self._next = begins + self._interval
                return self._class
            if self.weeks.is_beyond(begins):
                break
            # The week is full: none of its classes is booked any more.
            monday = self.weeks.monday_after(begins)
            self._class, self._next = None, begins + -((begins - monday) // self._interval) * self._interval
            begins = self._next
        return None

    def _come_to(self, now: int) -> int:
        """Forget a class that has begun or is sold out; return when the first begins that may have a free seat."""
        if self._class is not None and (self._class[0] <= now or not self._class[1].level):
            self._class = None
        if self._class is not None:
            return self._class[0]
        if self._next <= now:
            self._next += ((now - self._next) // self._interval + 1) * self._interval
        return self._next

    def reschedule(self, seats: int, interval: int) -> int:
        """Give the course classes of so many seats at an interval from now on; return when the first of them begins.

        A class that is sold out stays so; one with seats taken, the first of the new ones, has the new seats.
        """
        first = self._come_to(self.timeline.now)
        if self._class is not None:
            free = simpy.Container(self.timeline, seats, self._class[1].level + seats - self.seats)
            self._class, self._next = (first, free), first + interval
        self.seats, self._interval = seats, interval
        return first

    def book(self, latest: int) -> int | None:
        """Take a seat of the class that is quoted now; return when it begins, None if there is none by `latest`."""
        quote = self.quote(latest)
        if quote is None:
            return None
        begins, free = quote
        if free is not None:
            free.get(1)
            if self.weeks is not None:
                self.weeks.take(begins)
        return begins


class Weeks:
    """The live seats that a provider's instructors can still teach in each week, in SimPy."""

    def __init__(self, timeline: Timeline, seats: Sequence[int], first_week: int) -> None:
        self._first_week = first_week
        self._free = [simpy.Container(timeline, number, number) if number else None for number in seats]

    def _week(self, begins: int) -> int:
        return (begins - self._first_week) // WEEK

    def is_beyond(self, begins: int) -> bool:
        """Return whether a class begins after the last week that is known; it is not offered."""
        return self._week(begins) >= len(self._free)

    def has_seats(self, begins: int) -> bool:
        """Return whether a seat is left in the week in which a class begins."""
        free = None if self.is_beyond(begins) else self._free[self._week(begins)]
        return free is not None and free.level > 0

    def monday_after(self, begins: int) -> int:
        """Return when the week after that of a class begins, µs."""
        return self._first_week + (self._week(begins) + 1) * WEEK

    def take(self, begins: int) -> None:
        """Take a seat of the week in which a class begins."""
        free = self._free[self._week(begins)]
        assert free is not None
        free.get(1)


def seats_start(courses: NDArray[np.void]) -> NDArray[np.int64]:
    """Return the state of a kernel's courses before anyone has come [course; class that books, seats taken]."""
    state = np.zeros((courses.size, 2), dtype=np.int64)
    state[:, 0] = courses["first"]
    return state


@rule
def first_class(
    offer: Any, classes: NDArray[np.int64], weeks: NDArray[np.int64], first_week: int, now: Whole, latest: Whole
) -> int:
    """Return when the earliest class of a live course with a free seat begins after now, -1 if not by `latest`.

    `offer` is an element of the courses, `classes` the state of the course, `weeks` the seats left to its provider by
    week (empty: no limit).
    """
    if offer.seats <= 0:
        return -1
    at, taken = classes[0], classes[1]
    if at <= now:
        at += ((now - at) // offer.interval + 1) * offer.interval
        taken = 0
    elif taken >= offer.seats:
        at += offer.interval
        taken = 0
    found = -1
    while at <= latest and at < offer.until:
        if weeks.size == 0:
            found = at
            break
        week = (at - first_week) // WEEK
        if week >= weeks.size:
            break
        if weeks[week] > 0:
            found = at
            break
        to_monday = first_week + (week + 1) * WEEK - at
        at += (to_monday + offer.interval - 1) // offer.interval * offer.interval
        taken = 0
    classes[0], classes[1] = at, taken
    return found


@kernel
def book_seats(
    courses: NDArray[np.void],
    state: NDArray[np.int64],
    course: NDArray[np.int64],
    now: NDArray[np.int64],
    patience: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> None:
    """Book seats for a batch in order of (time, number), each of one live course; the state goes on to the next batch.

    `now` and `patience` are µs a person; their sum must fit 64 bits. Fill `begins` (µs, -1: no class by then). Of a
    course only `until` may change between two batches, for those who come later.
    """
    no_weeks = np.empty(0, dtype=np.int64)
    for i in range(now.size):
        one = course[i]
        begins[i] = first_class(courses[one], state[one], no_weeks, 0, now[i], now[i] + patience[i])
        state[one, 1] += int(begins[i] >= 0)
