"""People on their way between stations: flows in order of time, and those whose time has not yet come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.backlog import Backlog
from sim.engines.cohort.flow_kernels import merge_order

Ints = NDArray[np.int64]
People = NDArray[np.uint32]
Flow = tuple[NDArray[Any], ...]
"""(instants, persons) in order of (time, person); of those who try again also the attempt."""

EMPTY = np.zeros(0, dtype=np.int64)
NOBODY = np.zeros(0, dtype=np.uint32)
NO_FLOW: Flow = (EMPTY, NOBODY)
NO_RETRY: Flow = (EMPTY, NOBODY, EMPTY)


VISIT = np.dtype([("at", "i8"), ("number", "u4"), ("attempt", "u4")])
"""Someone of a flow as a record, for a backlog."""


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
            flow = _first(flow, int(times.searchsorted(NEVER)))
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
            count = int(flow[0].searchsorted(until))
            taken.append(_first(flow, count))
            self._flows[0] = tuple(column[count:] for column in flow)
        return concatenated(taken, self._nothing)


class Unordered:
    """Those who come, or leave, at instants in no order."""

    def __init__(self, horizon: int, *, retries: bool) -> None:
        self._backlog, self._retries = Backlog(VISIT, horizon), retries

    def __len__(self) -> int:
        return len(self._backlog)

    def put(self, flow: Flow) -> None:
        """Add people with the instants at which they come; who never comes is not kept."""
        records = np.empty(flow[0].size, dtype=VISIT)
        records["at"], records["number"] = flow[:2]
        records["attempt"] = flow[2] if self._retries else 0
        self._backlog.put(records)

    def take(self, until: int) -> Flow:
        """Remove and return those who come before an instant, in order of (time, person)."""
        taken = self._backlog.take(until)
        if not taken.size:
            return NO_RETRY if self._retries else NO_FLOW
        flow = taken["at"].copy(), taken["number"].copy()
        return (*flow, taken["attempt"].astype(np.int64)) if self._retries else flow


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
