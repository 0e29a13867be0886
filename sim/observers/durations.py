"""Durations, ended and censored: exact counts and sums, quantiles of the cumulative incidence to 0.1 %.

Who still waits at the end of the run is censored. Who leaves without what they waited for never gets it: the quantile
is of all who began. Beside it stand the quantiles of those alone who got it, and of those who left.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.observers.counting import BINS, ENDED, GAVE_UP, SHIFT, WAITING, ZERO, bin_of, tally_waits

MARGIN = 1e-12
"""Of a share: what is reached but for the last bits of a sum is reached."""

NOBODY = np.zeros(0, dtype=np.int64)

Counts = NDArray[np.int64]


def lower_edge(number: int) -> float:
    """Return the least duration of a bin, µs."""
    if number == 0:
        return 0.0
    return float(np.array([(number + ZERO) << SHIFT], dtype=np.int64).view(np.float64)[0])


class Durations:
    """Durations of people who began to wait: some ended, some gave up, some still wait at the end of the run."""

    def __init__(self, bins: Counts | None = None, people: Counts | None = None, sums: Counts | None = None) -> None:
        self.bins = np.zeros((3, BINS), dtype=np.int64) if bins is None else bins
        """[ended, gave up or waiting; bin]"""
        self.people = np.zeros(3, dtype=np.int64) if people is None else people
        self.sums = np.zeros((3, 2), dtype=np.int64) if sums is None else sums

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

    @staticmethod
    def several(number: int) -> tuple[Counts, Counts, Counts]:
        """Return zeros for several durations in one array each: bins, people and sums."""
        shapes: tuple[tuple[int, ...], ...] = ((3, BINS), (3,), (3, 2))
        bins, people, sums = (np.zeros((number, *shape), dtype=np.int64) for shape in shapes)
        return bins, people, sums

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

    def unfinished(self) -> Durations:
        """Return the waits alone of those who left without what they waited for, or still wait."""
        some = Durations()
        for how in (GAVE_UP, WAITING):
            some.bins[how], some.people[how], some.sums[how] = self.bins[how], self.people[how], self.sums[how]
        return some

    def quantile(self, share: float) -> float | None:
        """Return the days within which a share of all who began got it; None where it is not reached."""
        return self.quantiles(share)[0]

    def quantiles(self, *shares: float) -> list[float | None]:
        """Return the days within which each share of all who began got it; None where it is not reached.

        By Aalen and Johansen: leaving and getting it compete for those who are still without either, and who leaves
        never gets it. Within a bin those censored come last, as is the rule for ties.
        """
        if not self.ended:
            return [None for _ in shares]
        used = np.flatnonzero(self.bins.any(axis=0))
        ended, over = self.bins[ENDED, used], self.bins[ENDED, used] + self.bins[GAVE_UP, used]
        at_risk = self.began - np.concatenate([[0], np.cumsum(over + self.bins[WAITING, used])[:-1]])
        without = np.cumprod(1.0 - over / at_risk)
        got_it = np.cumsum(np.concatenate([[1.0], without[:-1]]) * ended / at_risk)
        # Without censoring this is the empirical quantile; the margin keeps 0.95 × 20 from becoming 20.
        first = [np.flatnonzero((got_it >= share - MARGIN) & (ended > 0))[:1] for share in shares]
        return [lower_edge(int(used[reached[0]])) / DAY if reached.size else None for reached in first]

    def quantiles_of(self, how: int, *shares: float) -> list[float | None]:
        """Return quantiles in days of those alone who ENDED their wait, or who GAVE_UP; None where nobody did."""
        people = int(self.people[how])
        if not people:
            return [None for _ in shares]
        used = np.flatnonzero(self.bins[how])
        so_far = np.cumsum(self.bins[how, used])
        first = [int(so_far.searchsorted((share - MARGIN) * people)) for share in shares]
        return [lower_edge(int(used[reached])) / DAY for reached in first]

    def mean_days(self) -> float | None:
        """Return the mean in days of the waits that ended with what was waited for; None where none did."""
        return self._time(ENDED) / self.ended / DAY if self.ended else None

    def within(self, limit: int) -> int:
        """Return how many ended within a limit in µs, to the resolution of the bins."""
        return int(self.bins[ENDED, : int(bin_of(limit)) + 1].sum())
