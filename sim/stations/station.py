"""A station in SimPy: a resource whose capacity follows a schedule."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Any

import simpy

from sim.calendar.order import Act
from sim.stations.schedule import Schedule
from sim.stations.timeline import Timeline


class Line(deque[Any]):
    """A queue of requests; SimPy's own is a list, which is slow to leave at the front."""

    def pop(self, index: int = -1) -> Any:
        """Remove and return the request at an index, quickly at both ends."""
        if index == 0:
            return self.popleft()
        request = self[index]
        del self[index]
        return request


class Station(simpy.Resource):
    """Parallel servers in one queue; their number follows a schedule.

    After a reduction nobody is interrupted, and nobody starts until those in service are fewer than
    the servers.
    """

    PutQueue = Line

    def __init__(self, timeline: Timeline, schedule: Schedule) -> None:
        super().__init__(timeline, capacity=1)
        self.timeline = timeline
        self.period = 0
        """How often the capacity has changed."""
        self.value = schedule.at(0)
        self._capacity = self._servers(self.value)
        timeline.process(self._follow(schedule))

    def _servers(self, value: int) -> int:
        """Return how many can be served at a time at a value of the schedule."""
        return value

    def _follow(self, schedule: Schedule) -> Generator[simpy.Event, None, None]:
        for at, value in schedule.changes():
            if at <= 0:
                continue
            yield self.timeline.act(at, Act.CAPACITY)
            self.period += 1
            self.value = value
            self._capacity = self._servers(value)
            # A resource grants one request each time it is asked: ask until the new servers are busy.
            while self.put_queue and len(self.users) < self._capacity:
                self._trigger_put(None)

    def departure(self, service: int) -> int:
        """Return the instant at which a service that starts now ends."""
        return self.timeline.now + service

    def people(self) -> int:
        """Return how many wait or are served."""
        return len(self.put_queue) + len(self.users)
