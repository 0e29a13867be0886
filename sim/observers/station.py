"""What is measured of a station, or of a bank: arrivals, starts, departures and renegings a day, work, queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.observers.counting import OpenTime, count_visits, open_until
from sim.observers.durations import NOBODY, Durations
from sim.observers.span import Span
from sim.stations.schedule import Schedule

ALWAYS = Schedule(np.array([-NEVER]), np.array([1]))
"""The schedule of a station that is always open."""


class Counted(NamedTuple):
    """What is counted of a station's visits: see `count_visits`, and `tally` for the waits."""

    days: NDArray[np.int64]
    bins: NDArray[np.int64]
    people: NDArray[np.int64]
    time: NDArray[np.int64]
    sums: NDArray[np.int64]


class StationObserver:
    """Count the visits of a station; batches come in the order of arrival.

    A bank has a schedule for each of its instances; a station of which there is plenty has none and is always open.
    """

    def __init__(self, schedules: Sequence[Schedule], span: Span, counted: Counted | None = None) -> None:
        if counted is None:
            days, sums = np.zeros((6, span.days), dtype=np.int64), np.array([0, 0, -1], dtype=np.int64)
            counted = Counted(days, *Durations().counts, sums)
        self.waits = Durations(counted.bins, counted.people, counted.time)
        self._span = span
        self._counts, self._sums = counted.days, counted.sums
        self.opening = opening_of(schedules or (ALWAYS,))
        """When each instance is open."""
        self._reached = np.zeros(self.opening[3].size, dtype=np.int64)

    def add(
        self,
        arrived: NDArray[np.int64],
        started: NDArray[np.int64],
        left: NDArray[np.int64],
        gave_up: NDArray[np.int64] = NOBODY,
        instance: NDArray[Any] = NOBODY,
    ) -> None:
        """Add visits in the order of arrival (µs; NEVER, or at or beyond the end: not by then).

        `gave_up` may be empty: nobody did; `instance` may be empty: all come to the first.
        """
        count_visits(
            arrived,
            started,
            left,
            gave_up,
            instance if instance.size else None,
            self._span.end,
            self._counts,
            *self.waits.counts,
            self.opening,
            self._sums,
            self._reached,
        )

    @property
    def arrivals(self) -> NDArray[np.int64]:
        """Return the people who arrived, by day."""
        return self._counts[0, : self._span.days]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return the people whose service began, by day."""
        return self._counts[1, : self._span.days]

    @property
    def departures(self) -> NDArray[np.int64]:
        """Return the people whose service ended, by day."""
        return self._counts[2, : self._span.days]

    @property
    def renegings(self) -> NDArray[np.int64]:
        """Return the people who gave up the wait, by day."""
        return self._counts[3, : self._span.days]

    def busy(self) -> int:
        """Return the server time used to the end of the run, µs."""
        return self.busy_from(np.zeros(1, dtype=np.int64))[0]

    def busy_from(self, days: NDArray[np.int64]) -> list[int]:
        """Return the server time used from each of strictly ascending days to before the next, or to the end, µs."""
        high, low = np.add.reduceat(self._counts[4:, : self._span.days], days, axis=1).tolist()
        return [(most << 20) + least for most, least in zip(high, low, strict=True)]

    @property
    def last_departure(self) -> int:
        """Return the instant at which the last who was served left before the end of the run, µs; -1 if nobody did."""
        return int(self._sums[2])

    @property
    def inside_at_end(self) -> int:
        """Return how many wait or are in service at the end of the run."""
        return int((self.arrivals - self.departures - self.renegings).sum())

    @property
    def over_capacity(self) -> int:
        """Return the opening time with a queue, µs; of a bank the sum over its instances."""
        return int(self._sums[0])

    @property
    def longest_wait(self) -> int:
        """Return the longest wait until the end of the run, µs."""
        return int(self._sums[1])

    def queue(self) -> NDArray[np.int64]:
        """Return the people who wait at each day's end."""
        waiting: NDArray[np.int64] = np.cumsum(self.arrivals - self.starts - self.renegings)
        return waiting

    def open_time(self) -> int:
        """Return the µs in which the station was open until the end of the run; of a bank the sum."""
        return int(open_until(self._span.end, self.opening))


def opening_of(schedules: Sequence[Schedule]) -> OpenTime:
    """Return when each instance is open; instances that share a schedule share its periods."""
    different = list({id(schedule): schedule for schedule in schedules}.values())
    starts = [np.maximum(schedule.starts, 0) for schedule in different]
    is_open = [(schedule.values != 0).astype(np.int64) for schedule in different]
    before = [np.concatenate([[0], np.cumsum(np.diff(s) * o[:-1])]) for s, o in zip(starts, is_open, strict=True)]
    ends = np.cumsum([s.size for s in starts])
    number = {id(schedule): k for k, schedule in enumerate(different)}
    of_instance = np.array([number[id(schedule)] for schedule in schedules], dtype=np.int64)
    after = ends[of_instance]
    first = after - np.array([s.size for s in starts])[of_instance]
    return np.concatenate(starts), np.concatenate(is_open), np.concatenate(before), first, after
