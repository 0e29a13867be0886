"""A throughput station: one server that lets people through at a rate.

The rate is people a week, in millionths, so that a scaled rate is a whole number. In a busy period the
kth departure lies k intervals after its beginning, rounded to the microsecond: intervals are not
rounded one by one, the remainder is carried. A busy period goes on when a service starts at the instant
of the last departure; a change of rate begins a new count. The rate is read when a service starts.

First come, first served: start, reneging and departure of an arrival follow from the arrivals before it,
so the kernel knows them on arrival, stores no queue, and takes arrivals in batches of any size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER, WEEK
from sim.rules.compiling import rule
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


THROUGHPUT_START = (-1, 0, -1, 0, -1)
"""The state of a kernel's station before anyone has come: last departure, remainder, period counted, period,
and the instant before which nobody can start (of one who gave up as well)."""


@rule
def pass_throughput(
    starts: NDArray[np.int64],
    rates: NDArray[np.int64],
    state: NDArray[np.int64],
    arrived: NDArray[np.int64],
    bears: NDArray[np.int64],
    started: NDArray[np.int64],
    left: NDArray[np.int64],
    gave_up: NDArray[np.int64],
) -> None:
    """Take a batch of arrivals (ascending, µs) through a throughput station; the state goes on to the next.

    `bears` is how long each waits before giving up (empty: for ever; then `gave_up` is empty as well). Fill
    `started`, `left` and `gave_up`, NEVER where it does not happen.
    """
    last, remainder, counted, period, cursor = state[0], state[1], state[2], state[3], state[4]
    rate = whole = part = 0
    for i in range(arrived.size):
        start = max(arrived[i], cursor)
        while start < NEVER:
            while period + 1 < starts.size and starts[period + 1] <= start:
                period += 1
            if rates[period] > 0:
                break
            start = starts[period + 1] if period + 1 < starts.size else NEVER
        cursor = start
        if bears.size:
            gave_up[i] = NEVER
            if start > arrived[i] + bears[i]:
                gave_up[i] = arrived[i] + bears[i]
                started[i] = left[i] = NEVER
                continue
        if start >= NEVER:
            started[i] = left[i] = NEVER
            continue
        if rates[period] != rate:
            rate = rates[period]
            whole = WORK_OF_A_WEEK // rate
            part = WORK_OF_A_WEEK - whole * rate
        if start != last or period != counted:
            remainder = rate // 2
            counted = period
        interval = whole
        remainder += part
        if remainder >= rate:
            remainder -= rate
            interval += 1
        last = cursor = start + interval
        started[i] = start
        left[i] = last
    state[0], state[1], state[2], state[3], state[4] = last, remainder, counted, period, cursor
