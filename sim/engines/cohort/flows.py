"""People on their way between parts: those whose time has not yet come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.compiling import rule

Ints = NDArray[np.int64]
Flow = tuple[Ints, Ints, Ints]
"""(instants ascending, persons, attempts): people in the order in which they come."""

EMPTY = np.zeros(0, dtype=np.int64)
NO_FLOW: Flow = (EMPTY, EMPTY, EMPTY)


def append(left: Flow, right: Flow) -> Flow:
    """Return one flow behind another."""
    if left[0].size == 0:
        return right
    if right[0].size == 0:
        return left
    return (
        np.concatenate([left[0], right[0]]),
        np.concatenate([left[1], right[1]]),
        np.concatenate([left[2], right[2]]),
    )


class Line:
    """Those who leave a station in order of time, known before they leave."""

    def __init__(self) -> None:
        self._parts: list[Flow] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, flow: Flow) -> None:
        """Add those who leave behind all before; who never leaves is not kept."""
        count = int(np.searchsorted(flow[0], NEVER))
        if count:
            self._parts.append((flow[0][:count], flow[1][:count], flow[2][:count]))
            self._size += count

    def take(self, until: int) -> Flow:
        """Remove and return those who leave before an instant."""
        taken = NO_FLOW
        while self._parts and self._parts[0][0][0] < until:
            times, persons, attempts = self._parts[0]
            count = int(np.searchsorted(times, until))
            taken = append(taken, (times[:count], persons[:count], attempts[:count]))
            if count == times.size:
                self._parts.pop(0)
            else:
                self._parts[0] = (times[count:], persons[count:], attempts[count:])
        self._size -= taken[0].size
        return taken


class Later:
    """Those who come back after a delay, in no order; kept by day."""

    def __init__(self) -> None:
        self._days: dict[int, list[Flow]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, flow: Flow) -> None:
        """Add people with the instants at which they come back."""
        days = flow[0] // DAY
        for day in np.unique(days).tolist():
            on = days == day
            self._days.setdefault(day, []).append((flow[0][on], flow[1][on], flow[2][on]))
        self._size += flow[0].size

    def take(self, until: int) -> Flow:
        """Remove and return those who come back before an instant, in order of (time, person)."""
        ripe = [day for day in self._days if day * DAY < until]
        if not ripe:
            return NO_FLOW
        taken = NO_FLOW
        for day in ripe:
            for part in self._days.pop(day):
                taken = append(taken, part)
        now = taken[0] < until
        if not now.all():
            day = (until - 1) // DAY
            late = ~now
            self._days[day] = [(taken[0][late], taken[1][late], taken[2][late])]
            taken = (taken[0][now], taken[1][now], taken[2][now])
        order = np.lexsort((taken[1], taken[0]))
        self._size -= order.size
        return taken[0][order], taken[1][order], taken[2][order]


def merge(left: Flow, right: Flow) -> Flow:
    """Return two flows as one, in order of (time, person)."""
    if left[0].size == 0:
        return right
    if right[0].size == 0:
        return left
    order = np.empty(left[0].size + right[0].size, dtype=np.int64)
    _merge_order(left[0], left[1], right[0], right[1], order)
    both = append(left, right)
    return both[0][order], both[1][order], both[2][order]


@rule
def _merge_order(t: Ints, p: Ints, u: Ints, q: Ints, order: Ints) -> None:
    i, j = 0, 0
    for k in range(order.size):
        if j == u.size or (i < t.size and (t[i] < u[j] or (t[i] == u[j] and p[i] < q[j]))):
            order[k] = i
            i += 1
        else:
            order[k] = t.size + j
            j += 1
