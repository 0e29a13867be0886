"""A SimPy resource whose capacity follows a schedule."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

import simpy
from simpy.resources.resource import Request

from sim.journey.order import ProgrammeAct
from sim.stations.schedule import Schedule
from sim.stations.timeline import Timeline, Wait


class Line(deque[Any]):
    """A queue of requests; SimPy's own is a list, which is slow to leave at the front."""

    def pop(self, index: int = -1) -> Any:
        """Remove and return the request at an index, quickly at both ends."""
        if index == 0:
            return self.popleft()
        request = self[index]
        del self[index]
        return request


class StationResource(simpy.Resource):
    """Servers in parallel behind one queue; their number follows from a value that changes with time.

    After a reduction nobody is interrupted, and nobody starts until those in service are fewer than the servers.
    """

    PutQueue = Line

    def __init__(self, timeline: Timeline, value: int) -> None:
        super().__init__(timeline, capacity=1)
        self.timeline = timeline
        self.value = value
        """The schedule's value in force."""
        self.period = 0
        """How often it has changed."""
        self._capacity = self.servers(value)

    def servers(self, value: int) -> int:
        """Return how many can be served at a time at a value of the schedule."""
        return value

    def change(self, value: int) -> None:
        """Let another value of the schedule hold from now on."""
        self.period += 1
        self.value = value
        self.open(self.servers(value))

    def open(self, servers: int) -> None:
        """Serve as many at a time from now on, and begin with those who wait."""
        self._capacity = servers
        # A resource grants one request each time it is asked: ask until the new servers are busy.
        while self.put_queue and len(self.users) < servers:
            self._trigger_put(None)

    def request(self, patience: int | None = None) -> Request:
        """Return the request for a place: a queue does not ask how long one waits."""
        return Request(self)

    def patience_ends(self, place: Request, patience: int) -> int:
        """Return the instant at which one who requests a place now gives up."""
        return self.timeline.now + patience

    def departure(self, service: int) -> int:
        """Return the instant at which a service that starts now ends."""
        return self.timeline.now + service

    def people(self) -> int:
        """Return how many wait or are served."""
        return len(self.put_queue) + len(self.users)


R = TypeVar("R", bound=StationResource)


def following(timeline: Timeline, schedules: Sequence[Schedule], make: Callable[[int], R]) -> tuple[R, ...]:
    """Make a resource for each schedule from its first value, and let them follow; those of one schedule together."""
    resources = tuple(make(schedule.at(0)) for schedule in schedules)
    for schedule in {id(schedule): schedule for schedule in schedules}.values():
        alike = [each for each, its in zip(resources, schedules, strict=True) if its is schedule]
        timeline.process(_follow(timeline, schedule, alike))
    return resources


def _follow(timeline: Timeline, schedule: Schedule, resources: list[R]) -> Generator[Wait, None, None]:
    for at, value in schedule.changes():
        if at <= 0:
            continue
        yield timeline.act(at, ProgrammeAct.CAPACITY)
        for resource in resources:
            resource.change(value)
