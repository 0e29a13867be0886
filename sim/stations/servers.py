"""Parallel servers with a drawn service; scaled, fewer servers of a stretched service offer the same work.

The kernel keeps those in service in a heap of (departure, person). Whoever leaves does so from its top,
so departures come out in order and nothing is sorted between stations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.rules.compiling import rule
from sim.rules.verifying import stretched
from sim.stations.schedule import Schedule
from sim.stations.station import Station
from sim.stations.timeline import Timeline


def scaled_servers(servers: int, scale: float) -> tuple[int, float]:
    """Return the simulated number m = max(1, round(servers × scale)) and the stretch m / (servers × scale)."""
    if servers == 0:
        return 0, 1.0
    simulated = max(1, round(servers * scale))
    return simulated, simulated / (servers * scale)


class Servers(Station):
    """Parallel servers in SimPy; the schedule holds their number before scaling."""

    def __init__(self, timeline: Timeline, schedule: Schedule, scale: float) -> None:
        self._scale = scale
        super().__init__(timeline, schedule)

    def _servers(self, value: int) -> int:
        return scaled_servers(value, self._scale)[0]

    def departure(self, service: int) -> int:
        """Return the instant at which a service that starts now ends; its stretch is read now."""
        takes: int = stretched(service, scaled_servers(self.value, self._scale)[1])
        return self.timeline.now + takes


SERVERS_START = (0, 0, 0, 0)
"""The state of a kernel's servers before anyone has come: in service, last start, period, unused."""


@rule
def _push(times: NDArray[np.int64], people: NDArray[np.int64], size: int, time: int, person: int) -> None:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if times[above] < time or (times[above] == time and people[above] < person):
            break
        times[at] = times[above]
        people[at] = people[above]
        at = above
    times[at] = time
    people[at] = person


@rule
def _pop(times: NDArray[np.int64], people: NDArray[np.int64], size: int) -> None:
    """Take the top off a heap of `size`; the last fills its place."""
    time, person = times[size - 1], people[size - 1]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size - 1:
            break
        right = below + 1
        if right < size - 1 and (
            times[right] < times[below] or (times[right] == times[below] and people[right] < people[below])
        ):
            below = right
        if time < times[below] or (time == times[below] and person < people[below]):
            break
        times[at] = times[below]
        people[at] = people[below]
        at = below
    times[at] = time
    people[at] = person


@rule
def pass_servers(
    starts: NDArray[np.int64],
    servers: NDArray[np.int64],
    stretches: NDArray[np.float64],
    state: NDArray[np.int64],
    busy: NDArray[np.int64],
    busy_people: NDArray[np.int64],
    people: Any,
    arrived: NDArray[np.int64],
    service: NDArray[np.int64],
    bears: NDArray[np.int64],
    started: NDArray[np.int64],
    left: NDArray[np.int64],
    gave_up: NDArray[np.int64],
    out_time: NDArray[np.int64],
    out_people: Any,
    until: int,
) -> int:
    """Take a batch of arrivals (ascending, µs) through parallel servers; the state goes on to the next.

    `busy` and `busy_people` are the heap, as long as the most servers. Departures are put out in order of
    (time, person): all before `until`, and those after it that made room for a start. Return how many.
    """
    size, cursor, period = state[0], state[1], state[2]
    out = 0
    for i in range(arrived.size):
        start = max(arrived[i], cursor)
        while True:
            while period + 1 < starts.size and starts[period + 1] <= start:
                period += 1
            while size > 0 and busy[0] <= start:
                out_time[out] = busy[0]
                out_people[out] = busy_people[0]
                out += 1
                _pop(busy, busy_people, size)
                size -= 1
            if size < servers[period] or start >= NEVER:
                break
            following = starts[period + 1] if period + 1 < starts.size else NEVER
            start = min(following, busy[0]) if size > 0 else following
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
        started[i] = start
        left[i] = start + stretched(service[i], stretches[period])
        _push(busy, busy_people, size, left[i], np.int64(people[i]))
        size += 1
    while size > 0 and busy[0] < until:
        out_time[out] = busy[0]
        out_people[out] = busy_people[0]
        out += 1
        _pop(busy, busy_people, size)
        size -= 1
    state[0], state[1], state[2] = size, cursor, period
    return out
