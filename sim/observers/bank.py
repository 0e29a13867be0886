"""A bank that is opened into its instances: the visits of each are counted apart, and the whole is their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.observers.counting import BINS, ENDED, LOW, OpenTime, count_visits
from sim.observers.durations import NOBODY
from sim.observers.span import Span
from sim.observers.station import ALWAYS, Counted, StationObserver, opening_of
from sim.rules.compiling import kernel
from sim.stations.bank import by_instance, take
from sim.stations.schedule import Schedule

Ints = NDArray[np.int64]


class BankObserver:
    """Count the visits of each instance of a bank; batches come in the order of arrival.

    There is a schedule for each of `instances`; of a bank of which there is plenty there are none.
    """

    def __init__(self, schedules: Sequence[Schedule], instances: int, span: Span) -> None:
        self._schedules, self._span = tuple(schedules), span
        self._counted = Counted(
            days=np.zeros((instances, 6, span.days), dtype=np.int64),
            bins=np.zeros((instances, 3, BINS), dtype=np.int64),
            people=np.zeros((instances, 3), dtype=np.int64),
            time=np.zeros((instances, 3, 2), dtype=np.int64),
            sums=np.tile(np.array([0, 0, -1], dtype=np.int64), (instances, 1)),
        )
        self.members = tuple(
            StationObserver(self._schedules[k : k + 1], span, Counted(*(column[k] for column in self._counted)))
            for k in range(instances)
        )
        """The observer of each instance."""
        self._opening = opening_of(self._schedules or (ALWAYS,) * instances)
        self._reached = np.zeros((instances, 1), dtype=np.int64)
        self._whole: StationObserver | None = None
        """The bank as one station, if it was asked for since visits were last added."""

    def add(
        self,
        arrived: Ints,
        started: Ints,
        left: Ints,
        gave_up: Ints = NOBODY,
        instance: NDArray[Any] = NOBODY,
    ) -> None:
        """Add visits in the order of arrival, each to its instance; see `StationObserver.add`."""
        if arrived.size:
            self._whole = None
            count_by_instance(
                arrived,
                started,
                left,
                gave_up,
                instance,
                self._span.end,
                *self._counted,
                self._opening,
                self._reached,
            )

    @property
    def whole(self) -> StationObserver:
        """Return the bank as it stands, as one station."""
        if self._whole is not None:
            return self._whole
        counted = self._counted
        sums = np.array([counted.sums[:, 0].sum(), *counted.sums[:, 1:].max(axis=0)], dtype=np.int64)
        days, bins, people, time = (column.sum(axis=0) for column in counted[:4])
        self._whole = StationObserver(self._schedules, self._span, Counted(days, bins, people, time, sums))
        return self._whole


@kernel
def count_by_instance(
    arrived: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
    instance: Ints,
    end: int,
    days: Ints,
    bins: Ints,
    people: Ints,
    time: Ints,
    sums: Ints,
    opening: OpenTime,
    reached: Ints,
) -> None:
    """Add the visits of each instance to its own counts, of which there is a row an instance: see `count_visits`."""
    # Most do not wait, and leave on the day on which they came: only the others are laid out by instance.
    others = np.empty(arrived.size, dtype=np.int64)
    number = 0
    for i in range(arrived.size):
        at, own, day = arrived[i], instance[i], arrived[i] // DAY
        if started[i] == at and left[i] < min((day + 1) * DAY, end):
            days[own, 0, day] += 1
            days[own, 1, day] += 1
            days[own, 2, day] += 1
            days[own, 4, day] += (left[i] - at) >> 20
            days[own, 5, day] += (left[i] - at) & LOW
            people[own, ENDED] += 1
            bins[own, ENDED, 0] += 1
            sums[own, 2] = max(sums[own, 2], left[i])
        else:
            others[number] = i
            number += 1
    starts, is_open, before, first, after = opening
    order, ends = by_instance(take(instance, others[:number]), days.shape[0])
    begin = np.int64(0)
    for k in range(days.shape[0]):
        some = take(others, order[begin : ends[k]])
        begin = ends[k]
        opens = starts, is_open, before, first[k : k + 1], after[k : k + 1]
        count_visits(
            take(arrived, some), take(started, some), take(left, some), take(gave_up, some), None, end,
            days[k], bins[k], people[k], time[k], opens, sums[k], reached[k],
        )  # fmt: skip
