"""A throughput station: one server that lets people through at a rate.

The rate is people a week, in millionths, so that a scaled rate is a whole number. In a busy period the
kth departure lies k intervals after its beginning, rounded to the microsecond: intervals are not
rounded one by one, the remainder is carried. A busy period goes on when a service starts at the instant
of the last departure; a change of rate begins a new count. The rate is read when a service starts.
"""

from __future__ import annotations

from sim.calendar.instants import WEEK
from sim.stations.schedule import MILLION, Schedule
from sim.stations.station import Station
from sim.stations.timeline import Timeline

WORK_OF_A_WEEK = WEEK * MILLION
"""Microseconds of a week times the millionths of a person: this over the rate is the interval in µs."""


class Throughput(Station):
    """A throughput station in SimPy."""

    def __init__(self, timeline: Timeline, schedule: Schedule) -> None:
        super().__init__(timeline, schedule)
        self._last = -1
        self._counted = -1
        self._remainder = 0

    def _servers(self, value: int) -> int:
        return min(value, 1)

    def departure(self, service: int = 0) -> int:
        """Return the instant at which a service that starts now ends."""
        now = self.timeline.now
        if now != self._last or self.period != self._counted:
            self._remainder = self.value // 2  # rounds to the nearest microsecond
            self._counted = self.period
        interval, part = divmod(WORK_OF_A_WEEK, self.value)
        self._remainder += part
        if self._remainder >= self.value:
            self._remainder -= self.value
            interval += 1
        self._last = now + interval
        return self._last
