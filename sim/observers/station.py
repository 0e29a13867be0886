"""What is measured of a station: arrivals, starts, departures and renegings a day, work, queues."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.observers.durations import Durations
from sim.stations.schedule import Schedule


class OpenTime:
    """Time in which a station is open, as a function of the instant."""

    def __init__(self, schedule: Schedule | None) -> None:
        if schedule is None:
            schedule = Schedule(np.array([-NEVER]), np.array([1]))
        starts = np.maximum(schedule.starts, 0)
        is_open = np.minimum(schedule.values, 1)
        lengths = np.diff(starts) * is_open[:-1]
        self._starts, self._open = starts, is_open
        self._before = np.concatenate([[0], np.cumsum(lengths)])

    def until(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the µs in which the station was open from 0 to each instant."""
        period = np.searchsorted(self._starts, instants, side="right") - 1
        period = np.maximum(period, 0)
        return self._before[period] + (instants - self._starts[period]) * self._open[period]


class StationObserver:
    """Count visits of one station; batches come in the order of arrival.

    `arrivals`, `starts`, `departures`, `renegings` are people a day.
    """

    def __init__(self, schedule: Schedule | None, days: int) -> None:
        self.waits = Durations()
        self.arrivals = np.zeros(days, dtype=np.int64)
        self.starts = np.zeros(days, dtype=np.int64)
        self.departures = np.zeros(days, dtype=np.int64)
        self.renegings = np.zeros(days, dtype=np.int64)
        self.busy = 0
        """Server time used until the end of the run, µs."""
        self.over_capacity = 0
        """Opening time with a queue, µs."""
        self.longest_wait = 0
        self._open = OpenTime(schedule)
        self._queued_until = 0

    def add(
        self,
        arrived: NDArray[np.int64],
        started: NDArray[np.int64],
        left: NDArray[np.int64],
        gave_up: NDArray[np.int64],
        end: int,
    ) -> None:
        """Add visits in the order of arrival (µs, NEVER: not by the end of the run at `end`)."""
        if arrived.size == 0:
            return
        days = self.arrivals.size
        for counts, instants in (
            (self.arrivals, arrived),
            (self.starts, started),
            (self.departures, left),
            (self.renegings, gave_up),
        ):
            counts += np.bincount(instants[instants < end] // DAY, minlength=days)
        served, reneged = started < end, gave_up < end
        still = ~(served | reneged)
        self.waits.add(started[served] - arrived[served], "ended")
        self.waits.add(gave_up[reneged] - arrived[reneged], "gave_up")
        self.waits.add(end - arrived[still], "waiting")
        self.busy += int((np.minimum(left[served], end) - started[served]).sum())

        until = np.minimum(np.minimum(started, gave_up), end)
        self.longest_wait = max(self.longest_wait, int((until - arrived).max()))
        # First come, first served: the union of the waits grows with each arrival.
        reached = np.maximum.accumulate(np.concatenate([[self._queued_until], until]))
        begins = np.maximum(arrived, reached[:-1])
        waits = reached[1:] > begins
        self.over_capacity += int((self._open.until(reached[1:][waits]) - self._open.until(begins[waits])).sum())
        self._queued_until = int(reached[-1])

    def queue(self) -> NDArray[np.int64]:
        """Return the people who wait at each day's end."""
        return np.cumsum(self.arrivals - self.starts - self.renegings)

    def open_time(self, end: int) -> int:
        """Return the µs in which the station was open."""
        return int(self._open.until(np.array([end]))[0])
