"""Seats: classes of a number of seats that begin at set instants and are booked on arrival.

A person books, on arrival, the earliest class with a free seat that begins after now. If it begins later than their
patience they give up at once. Service starts as the class begins, and a person leaves when the service that they bring
has passed since. The classes are those of a course (classes.py), one an instance.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.calendar.instants import NEVER, instant, length
from sim.journey.kinds import Kind
from sim.journey.order import ProgrammeAct
from sim.stations.blocks import Block, Blocks, Calendar, one_each
from sim.stations.classes import COURSE, Course, book_seats, scaled_classes, seats_start
from sim.stations.plan import EMPTY, Ints, Kernel, Plan, Served
from sim.stations.schedule import Schedule, compile_schedule
from sim.stations.timeline import Timeline, Wait


def plan_seats(blocks: Blocks, scale: float, calendar: Calendar) -> SeatsPlan:
    """Return the plan of classes of seats."""
    courses = np.array([_course(block, scale) for block in blocks], dtype=COURSE)
    return SeatsPlan(one_each(blocks, lambda block: _seats(block, scale)), courses, blocks[0].service)


def _course(block: Block, scale: float) -> tuple[int, int, int, int]:
    seats, interval = scaled_classes(block.seats, length(block.every_days), scale)
    return instant(block.first), interval, NEVER, seats


def _seats(block: Block, scale: float) -> Schedule:
    return compile_schedule(_course(block, scale)[3])


@dataclass(frozen=True, eq=False)
class SeatsPlan(Plan):
    """Classes of seats; the schedules are the simulated seats a class."""

    kind = Kind.SEATS

    courses: NDArray[np.void]
    """The classes of each instance."""
    law: Any = None
    """The config's law of the time from a class's beginning until one leaves, of all instances."""

    @property
    def service(self) -> Any | None:
        """Return the config's law of the service that a person brings."""
        return self.law

    def resources(self, timeline: Timeline) -> tuple[SeatsResource, ...]:
        """Return the SimPy resource of each instance."""
        return tuple(SeatsResource(timeline, Course(timeline, *course.tolist())) for course in self.courses)

    def kernel(self) -> SeatsKernel:
        """Return a kernel for all instances, before anyone has come."""
        return SeatsKernel(self.courses)

    def offered(self, until: int) -> float:
        """Return the seats of the classes that begin after 0 and before an instant."""
        return sum(
            seats * (_classes_before(until, first, interval) - _classes_before(1, first, interval))
            for first, interval, _, seats in self.courses.tolist()
        )


def _classes_before(until: int, first: int, interval: int) -> int:
    return max((until - 1 - first) // interval + 1, 0)


class Seat(simpy.Event):
    """A request for a seat, triggered as the class begins in which it was booked on arrival."""

    def __init__(self, timeline: Timeline, begins: int | None) -> None:
        super().__init__(timeline)
        self.begins = begins

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; a seat that was taken is not given to another."""


class SeatsResource:
    """Classes of seats in SimPy; the same protocol as SimPy's own resources."""

    def __init__(self, timeline: Timeline, course: Course) -> None:
        self.timeline = timeline
        self._course = course
        self._booked: dict[int, list[Seat]] = {}
        """Seats taken of the classes to come, by their beginning."""

    def request(self, patience: int | None = None) -> Seat:
        """Book a seat now, of a class that begins within one's patience if there is one, and return the request."""
        latest = NEVER if patience is None else self.timeline.now + patience
        seat = Seat(self.timeline, self._course.book(latest))
        if seat.begins is not None:
            if seat.begins not in self._booked:
                self._booked[seat.begins] = []
                self.timeline.process(self._begin(seat.begins))
            self._booked[seat.begins].append(seat)
        return seat

    def _begin(self, at: int) -> Generator[Wait, None, None]:
        yield self.timeline.act(at, ProgrammeAct.RUN)
        for seat in self._booked.pop(at):
            seat.succeed()

    def patience_ends(self, place: Seat, patience: int) -> int:
        """Return the instant at which one who has just requested a seat gives up: at once, if no class suits."""
        return self.timeline.now if place.begins is None else self.timeline.now + patience

    def departure(self, service: int) -> int:
        """Return the instant at which one leaves the class that begins now."""
        return self.timeline.now + max(service, 1)


class SeatsKernel(Kernel):
    """Classes of seats by their compiled kernel."""

    def __init__(self, courses: NDArray[np.void]) -> None:
        super().__init__(courses.size)
        self._courses, self._state = courses, seats_start(courses)

    def serve(
        self,
        arrived: Ints,
        people: NDArray[Any],
        attempts: Ints = EMPTY,
        instance: NDArray[Any] = EMPTY,
        service: Ints = EMPTY,
        patience: Ints = EMPTY,
        until: int = NEVER,
    ) -> Served:
        """Take arrivals; who has a seat starts as its class begins, and leaves at `left`."""
        self._column("service", service, arrived)
        if self.instances == 1:
            instance = np.zeros(arrived.size, dtype=np.int64)
        waits = patience if patience.size else np.full(arrived.size, NEVER)
        begins = np.empty_like(arrived)
        book_seats(self._courses, self._state, self._instances_of(instance, arrived), arrived, waits, begins)
        booked = begins >= 0
        return Served(
            started=np.where(booked, begins, NEVER),
            left=np.where(booked, begins + np.maximum(service, 1), NEVER),
            gave_up=np.where(booked, NEVER, arrived) if patience.size else EMPTY,
            departures=None,
        )
