"""Durations, ended and censored: exact counts and sums, quantiles by Kaplan-Meier to 0.1 %.

Who still waits at the end of the run is censored. Who leaves without what they waited for either ends the wait
by that, as at a station, or never reaches it and counts among those who do not: the quantile is of all who began.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.observers.counting import BINS, ENDED, GAVE_UP, SHIFT, WAITING, ZERO, bin_of, tally_waits

NOBODY = np.zeros(0, dtype=np.int64)


def lower_edge(number: int) -> float:
    """Return the least duration of a bin, µs."""
    if number == 0:
        return 0.0
    return float(np.array([(number + ZERO) << SHIFT], dtype=np.int64).view(np.float64)[0])


class Durations:
    """Durations of people who began to wait: some ended, some gave up, some still wait at the end of the run."""

    def __init__(self) -> None:
        self.bins = np.zeros((3, BINS), dtype=np.int64)
        """[ended, gave up or waiting; bin]"""
        self.people = np.zeros(3, dtype=np.int64)
        self.sums = np.zeros((3, 2), dtype=np.int64)

    def add(
        self,
        began: NDArray[np.int64],
        ended: NDArray[np.int64],
        gave_up: NDArray[np.int64] = NOBODY,
        *,
        end: int,
    ) -> None:
        """Add waits from `began` to `ended`, or to `gave_up` if that is earlier, in a run until `end` (µs)."""
        tally_waits(began, ended, gave_up, end, self.bins, self.people, self.sums)

    @property
    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return what compiled counting adds durations to: see `tally`."""
        return self.bins, self.people, self.sums

    @classmethod
    def sum_of(cls, some: Iterable[Durations]) -> Durations:
        """Return the durations of several, counted together."""
        together = cls()
        for each in some:
            together.bins += each.bins
            together.people += each.people
            together.sums += each.sums
        return together

    @property
    def ended(self) -> int:
        """Return how many waits ended with what was waited for."""
        return int(self.people[ENDED])

    @property
    def gave_up(self) -> int:
        """Return how many left without what they waited for."""
        return int(self.people[GAVE_UP])

    @property
    def waiting(self) -> int:
        """Return how many still wait at the end of the run."""
        return int(self.people[WAITING])

    @property
    def began(self) -> int:
        """Return how many began to wait."""
        return int(self.people.sum())

    @property
    def time(self) -> int:
        """Return the sum of all durations until the end of the run, µs."""
        return sum(self._time(how) for how in (ENDED, GAVE_UP, WAITING))

    def _time(self, how: int) -> int:
        return (int(self.sums[how, 0]) << 20) + int(self.sums[how, 1])

    def quantile(self, share: float, *, leaving_ends: bool) -> float | None:
        """Return the Kaplan-Meier quantile in days; None where it is not reached.

        Within a bin those whose wait ended come before those censored, as is the rule for ties.
        """
        ends = self.bins[ENDED] + (self.bins[GAVE_UP] if leaving_ends else 0)
        used = np.flatnonzero(ends + self.bins[WAITING])
        ended, censored = ends[used], self.bins[WAITING, used]
        never = 0 if leaving_ends else self.gave_up
        at_risk = never + ended.sum() + censored.sum() - np.concatenate([[0], np.cumsum(ended + censored)[:-1]])
        survival = np.cumprod(1.0 - ended / at_risk)
        # Without censoring this is the empirical quantile; the margin keeps 0.95 × 20 from becoming 20.
        reached = np.flatnonzero((survival <= 1.0 - share + 1e-12) & (ended > 0))
        return None if reached.size == 0 else lower_edge(int(used[reached[0]])) / DAY

    def mean_days(self, *, leaving_ends: bool) -> float | None:
        """Return the mean in days of the waits that ended; None where none did."""
        how = (ENDED, GAVE_UP) if leaving_ends else (ENDED,)
        ended = sum(int(self.people[each]) for each in how)
        return sum(self._time(each) for each in how) / ended / DAY if ended else None

    def within(self, limit: int) -> int:
        """Return how many ended within a limit in µs, to the resolution of the bins."""
        return int(self.bins[ENDED, : int(bin_of(limit)) + 1].sum())
