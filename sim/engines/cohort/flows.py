"""People on their way between stations: flows in order of time, and those whose time has not yet come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.cohort.flow_kernels import merge_order

Ints = NDArray[np.int64]
People = NDArray[np.uint32]
Flow = tuple[NDArray[Any], ...]
"""(instants, persons) in order of (time, person); of those who try again also the attempt."""

EMPTY = np.zeros(0, dtype=np.int64)
NOBODY = np.zeros(0, dtype=np.uint32)
NO_FLOW: Flow = (EMPTY, NOBODY)
NO_RETRY: Flow = (EMPTY, NOBODY, EMPTY)


FARTHEST = (1 << 16) - 1
"""Periods after the first that are told apart: of weeks, twelve centuries, which no run lasts."""


def attempts_of(flow: Flow) -> Ints:
    """Return the attempts of a flow (from 0), empty where all come for the first time."""
    return flow[2] if len(flow) > 2 else EMPTY


def concatenated(flows: list[Flow], nothing: Flow) -> Flow:
    """Return several flows, one behind another."""
    if len(flows) < 2:
        return flows[0] if flows else nothing
    return tuple(np.concatenate(columns) for columns in zip(*flows, strict=True))


class Departures:
    """Those who leave a station in order of time, known before they leave."""

    def __init__(self, nothing: Flow = NO_FLOW) -> None:
        self._flows: list[Flow] = []
        self._nothing = nothing

    def __bool__(self) -> bool:
        return bool(self._flows)

    def put(self, flow: Flow) -> None:
        """Add those who leave behind all before; who never leaves is not kept."""
        times = flow[0]
        if times.size and times[-1] >= NEVER:
            flow = _first(flow, int(np.searchsorted(times, NEVER)))
        if flow[0].size:
            self._flows.append(flow)

    def take(self, until: int) -> Flow:
        """Remove and return those who leave before an instant."""
        taken = []
        while self._flows and self._flows[0][0][0] < until:
            flow = self._flows[0]
            if flow[0][-1] < until:
                taken.append(self._flows.pop(0))
                continue
            count = int(np.searchsorted(flow[0], until))
            taken.append(_first(flow, count))
            self._flows[0] = tuple(column[count:] for column in flow)
        return concatenated(taken, self._nothing)


class Backlog:
    """Those who come, or leave, at instants in no order; kept by weeks, and of the present week by day."""

    def __init__(self, nothing: Flow = NO_RETRY) -> None:
        self._nothing = nothing
        self._weeks: dict[int, list[Flow]] = {}
        self._days: dict[int, list[Flow]] = {}
        self._week = -1
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, flow: Flow) -> None:
        """Add people with the instants at which they come; who never comes is not kept."""
        if flow[0].size and flow[0].max() >= NEVER:
            coming = flow[0] < NEVER
            flow = tuple(column[coming] for column in flow)
        self._size += flow[0].size
        for week, of_week in by_period(flow, 0, WEEK):
            if week > self._week:
                self._weeks.setdefault(week, []).append(of_week)
            else:
                self._put_by_day(of_week)

    def _put_by_day(self, flow: Flow) -> None:
        for day, of_day in by_period(flow, 0, DAY):
            self._days.setdefault(day, []).append(of_day)

    def take(self, until: int) -> Flow:
        """Remove and return those who come before an instant, in order of (time, person)."""
        self._week = max(self._week, (until - 1) // WEEK)
        for week in [week for week in self._weeks if week <= self._week]:
            self._put_by_day(concatenated(self._weeks.pop(week), self._nothing))
        ripe = [day for day in self._days if day * DAY < until]
        taken = concatenated([flow for day in ripe for flow in self._days.pop(day)], self._nothing)
        if taken[0].size == 0:
            return taken
        now = taken[0] < until
        if not now.all():
            late = ~now
            self._days[(until - 1) // DAY] = [tuple(column[late] for column in taken)]
            taken = tuple(column[now] for column in taken)
        order = in_order(taken[0], taken[1])
        self._size -= order.size
        return tuple(column[order] for column in taken)


NUMBER_BITS = 27
"""Bits of a person's number, below `limits.PEOPLE`; 37 more hold the microseconds of a day and a half."""


def in_order(times: Ints, people: People) -> NDArray[np.intp]:
    """Return the order of (time, person)."""
    first = int(times.min()) if times.size else 0
    if not times.size or int(times.max()) - first >= 1 << (64 - NUMBER_BITS):
        return np.lexsort((people, times))
    # One word is sorted faster than two keys.
    return np.argsort((times - first).astype(np.uint64) << np.uint64(NUMBER_BITS) | people)


def by_period(flow: Flow, begins: int, length: int) -> list[tuple[int, Flow]]:
    """Return a flow by periods of a length, counted from an instant (both µs); see `FARTHEST`."""
    if flow[0].size == 0:
        return []
    periods = (flow[0] - begins) // length
    first = int(periods.min())
    # A short key is sorted by counting; whoever comes more than 65,535 periods after the first shares the last one.
    offset = np.minimum(periods - first, FARTHEST).astype(np.uint16)
    counts = np.bincount(offset)
    if counts.size == 1:
        return [(first, flow)]
    order = np.argsort(offset, kind="stable")
    ends = np.cumsum(counts)
    ordered = tuple(column[order] for column in flow)
    return [
        (first + period, tuple(column[end - count : end] for column in ordered))
        for period, (count, end) in enumerate(zip(counts.tolist(), ends.tolist(), strict=True))
        if count
    ]


def merge(left: Flow, right: Flow) -> Flow:
    """Return two flows as one, in order of (time, person)."""
    if left[0].size == 0:
        return right
    if right[0].size == 0:
        return left
    order = np.empty(left[0].size + right[0].size, dtype=np.int64)
    merge_order(left[0], left[1], right[0], right[1], order)
    return tuple(np.concatenate(columns)[order] for columns in zip(left, right, strict=True))


def _first(flow: Flow, count: int) -> Flow:
    return tuple(column[:count] for column in flow)
