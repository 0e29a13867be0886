"""Courses: classes of seats that people book, in order of time across all courses.

A course is self-paced (no seats: whoever buys it begins at once) or live: classes of a number of seats begin at known
instants, one every interval from a first one on, until the course is no longer offered. A person comes with their
choices in order. They book the earliest class of their first choice that begins after now and has a free seat, unless
it begins later than they are willing to wait; then they take the next choice. A class that begins at the very instant
has begun; one that begins at the last instant of their patience is taken. Quote and booking are one act, so nobody
takes a seat that another was offered. Who finds nothing leaves unserved. Bookings stand, whatever becomes of a course.

Seats of a course are taken in order of time, so of all its classes only the first with a free seat matters: its
beginning and the seats taken are the state of a course, and batches may be of any size.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.stations.scaling import scaled_number, stretched
from sim.stations.timeline import Timeline

COURSE = np.dtype([("first", "i8"), ("interval", "i8"), ("until", "i8"), ("seats", "i8")])
"""A course: its first class, the interval between classes (at least 1 µs), and the instant from which it is no longer
offered, in µs, none beyond NEVER; seats a class (0: closed), or SELF_PACED."""

SELF_PACED = -1
"""The seats of a course without classes; it is offered from its `first` instant on."""


def scaled_classes(seats: int, interval: int, scale: float) -> tuple[int, int]:
    """Return m = max(1, round(seats × scale)) and the interval (µs) × m / (seats × scale): as many seats a day."""
    if seats <= 0:
        return seats, interval
    simulated, stretch = scaled_number(seats, scale)
    return simulated, stretched(interval, stretch)


class Booking(NamedTuple):
    """A seat: which of a person's choices, the course, and the instant at which its class begins, µs."""

    choice: int
    course: int
    begins: int


class Course:
    """A course in SimPy: its classes to come, each a container of free seats."""

    def __init__(self, timeline: Timeline, first: int, interval: int, until: int, seats: int) -> None:
        self.timeline = timeline
        self.seats = seats
        self.until = until
        self._first = first
        self._interval = interval
        self._next = first
        self._classes: deque[tuple[int, simpy.Container]] = deque()

    def quote(self, latest: int) -> tuple[int, simpy.Container | None] | None:
        """Return the earliest class after now that has a free seat, if it begins by `latest` and is offered."""
        now = self.timeline.now
        if self.seats == SELF_PACED:
            return (now, None) if self._first <= now < self.until else None
        if self.seats == 0:
            return None
        while self._classes and self._classes[0][0] <= now:
            self._classes.popleft()
        for begins, free in self._classes:
            if free.level:
                return (begins, free) if begins <= latest and begins < self.until else None
        if self._next <= now:
            self._next += ((now - self._next) // self._interval + 1) * self._interval
        if self._next > latest or self._next >= self.until:
            return None
        free = simpy.Container(self.timeline, self.seats, self.seats)
        self._classes.append((self._next, free))
        self._next += self._interval
        return self._classes[-1]

    def book(self, latest: int) -> int | None:
        """Take a seat of the class that is quoted now; return when it begins, None if there is none by `latest`."""
        quote = self.quote(latest)
        if quote is None:
            return None
        begins, free = quote
        if free is not None:
            free.get(1)
        return begins


class Seats:
    """The courses of a market in SimPy. People take a turn of the timeline before they book."""

    def __init__(self, timeline: Timeline, courses: NDArray[np.void]) -> None:
        self.timeline = timeline
        self.courses = [Course(timeline, *course.tolist()) for course in courses]

    def book(self, choices: Sequence[int], patience: int) -> Booking | None:
        """Take a seat now in the first of the choices whose class begins within `patience` µs; None if none does."""
        for choice, course in enumerate(choices):
            begins = self.courses[course].book(self.timeline.now + patience)
            if begins is not None:
                return Booking(choice, course, begins)
        return None


def seats_start(courses: NDArray[np.void]) -> NDArray[np.int64]:
    """Return the state of a kernel's courses before anyone has come [course; class that books, seats taken]."""
    state = np.zeros((courses.size, 2), dtype=np.int64)
    state[:, 0] = courses["first"]
    return state


@rule
def book_seats(
    courses: NDArray[np.void],
    state: NDArray[np.int64],
    now: NDArray[np.int64],
    choices: NDArray[np.int64],
    patience: NDArray[np.int64],
    choice: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> None:
    """Book for a batch of people in order of (time, number); the state goes on to the next batch.

    `now` and `patience` are µs a person, `choices` courses [person; in order, -1 ends them]; now + patience must fit
    64 bits. Fill `choice` (-1: unserved) and `begins` (µs). Of a course only `until` may change between two batches,
    for those who come later; further classes are a course of their own.
    """
    for i in range(now.size):
        choice[i] = begins[i] = -1
        for j in range(choices.shape[1]):
            course = choices[i, j]
            if course < 0:
                break
            c = courses[course]
            if c.seats == SELF_PACED:
                if c.first <= now[i] < c.until:
                    choice[i], begins[i] = j, now[i]
                    break
                continue
            if c.seats == 0:
                continue
            at, taken = state[course, 0], state[course, 1]
            if at <= now[i]:
                at += ((now[i] - at) // c.interval + 1) * c.interval
                taken = 0
            elif taken == c.seats:
                at += c.interval
                taken = 0
            fits = at <= now[i] + patience[i] and at < c.until
            state[course, 0], state[course, 1] = at, taken + fits
            if fits:
                choice[i], begins[i] = j, at
                break
