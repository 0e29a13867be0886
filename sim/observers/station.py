"""What is measured of a station: arrivals, starts, departures and renegings a day, work, queues."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.observers.counting import count_passages, count_visits, open_until
from sim.observers.durations import NOBODY, Durations
from sim.stations.schedule import Schedule


class StationObserver:
    """Count visits of one station; batches come in the order of arrival.

    `counts` are people [arrivals, starts, departures, renegings; day].
    """

    def __init__(self, schedule: Schedule | None, days: int) -> None:
        self.waits = Durations()
        self.counts = np.zeros((4, days), dtype=np.int64)
        self._sums = np.zeros(5, dtype=np.int64)
        if schedule is None:
            schedule = Schedule(np.array([-NEVER]), np.array([1]))
        starts = np.maximum(schedule.starts, 0)
        is_open = np.minimum(schedule.values, 1)
        before = np.concatenate([[0], np.cumsum(np.diff(starts) * is_open[:-1])])
        self._open = (starts, is_open, before)

    def add(
        self,
        arrived: NDArray[np.int64],
        started: NDArray[np.int64],
        left: NDArray[np.int64],
        gave_up: NDArray[np.int64] = NOBODY,
        *,
        end: int,
    ) -> None:
        """Add visits in the order of arrival (µs; NEVER, or at or beyond the end: not by then)."""
        count_visits(
            arrived,
            started,
            left,
            gave_up,
            end,
            self.counts,
            self.waits.bins,
            self.waits.people,
            self.waits.sums,
            self._open,
            self._sums,
        )

    def add_plenty(self, arrived: NDArray[np.int64], *, end: int) -> None:
        """Add visits to a station of which there is plenty: nobody waits, nothing takes time."""
        count_passages(arrived, end, self.counts, self.waits.bins, self.waits.people)

    @property
    def busy(self) -> int:
        """Return the server time used until the end of the run, µs."""
        return (int(self._sums[0]) << 20) + int(self._sums[1])

    @property
    def over_capacity(self) -> int:
        """Return the opening time with a queue, µs."""
        return int(self._sums[2])

    @property
    def longest_wait(self) -> int:
        """Return the longest wait until the end of the run, µs."""
        return int(self._sums[3])

    def queue(self) -> NDArray[np.int64]:
        """Return the people who wait at each day's end."""
        return np.cumsum(self.counts[0] - self.counts[1] - self.counts[3])

    def open_time(self, end: int) -> int:
        """Return the µs in which the station was open."""
        out = np.empty(1, dtype=np.int64)
        open_until(np.array([end]), *self._open, out)
        return int(out[0])
