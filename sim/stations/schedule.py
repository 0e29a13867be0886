"""One schedule a station: its capacity as a step function of time, the same for both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER, WEEK

MILLION = 1_000_000

UNLIMITED = WEEK * MILLION
"""The capacity that never binds, in millionths: as a rate of people a week, one a microsecond; as the cap of a daily
run, more people than there are."""


@dataclass(frozen=True)
class Schedule:
    """Capacity `values[i]` holds from `starts[i]` (µs, ascending, the first far in the past) to the next."""

    starts: NDArray[np.int64]
    values: NDArray[np.int64]

    def at(self, instant: int) -> int:
        """Return the capacity in force at an instant."""
        return int(self.values[self.starts.searchsorted(instant, side="right") - 1])

    def changes(self) -> Iterator[tuple[int, int]]:
        """Yield (instant, capacity) for every change after the first."""
        return zip(self.starts[1:].tolist(), self.values[1:].tolist(), strict=True)

    def within(self, since: int, until: int) -> Schedule:
        """Return the schedule closed before an instant and from another on."""
        closed = ((-NEVER + 1, max(since, -NEVER + 1)), (until, NEVER))
        return compile_schedule(int(self.values[0]), self.changes(), closed)

    def integral(self, until: int) -> int:
        """Return the sum of capacity × µs from 0 to an instant, exact."""
        corners = [0, *(s for s in self.starts.tolist() if 0 < s < until), until]
        return sum(self.at(a) * (b - a) for a, b in pairwise(corners))

    def open_time(self, until: int) -> int:
        """Return the µs from 0 to an instant in which the capacity is not zero."""
        return Schedule(self.starts, np.minimum(self.values, 1)).integral(until)


def compile_schedule(
    base: int, steps: Iterable[tuple[int, int]] = (), outages: Iterable[tuple[int, int]] = ()
) -> Schedule:
    """Return the schedule of a base capacity, steps (instant, capacity) and outages (from, until).

    Within an outage the capacity is zero, whatever the steps say. Changes that change nothing are left out, so that a
    schedule written in two ways is the same; so are those at NEVER, which do not happen.
    """
    stepped = dict(sorted(steps))
    closing: Counter[int] = Counter()
    for start, end in outages:
        if start < end:
            closing[start] += 1
            closing[end] -= 1
    starts, values = [-NEVER], [base]
    capacity, outages_now = base, 0
    for corner in sorted(stepped.keys() | closing.keys()):
        capacity = stepped.get(corner, capacity)
        outages_now += closing[corner]
        value = 0 if outages_now else capacity
        if value != values[-1] and corner < NEVER:
            starts.append(corner)
            values.append(value)
    return Schedule(np.array(starts, dtype=np.int64), np.array(values, dtype=np.int64))


def share_of_cumulative(amounts: Iterable[float], scale: float) -> list[int]:
    """Return whole portions of scaled amounts: the kth is the floor of the first k's sum less the floor before.

    Amounts are held in millionths, so that no rounding gathers.
    """
    portions, before, total = [], 0, 0
    for amount in amounts:
        total += round(amount * scale * MILLION)
        portions.append(total // MILLION - before)
        before = total // MILLION
    return portions
