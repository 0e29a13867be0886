"""Durations, ended and censored: exact counts and sums, quantiles by Kaplan-Meier to 0.1 %."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY

_SHIFT = 42  # of the 52 bits of a double's fraction 10 remain: 1,024 bins an octave
_ZERO = (1023 << 10) - 1
_BINS = 56 << 10


def _bin(durations: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bin of each duration in µs: 0 for none, else log-linear."""
    bits = durations.astype(np.float64).view(np.int64)
    return np.where(durations > 0, (bits >> _SHIFT) - _ZERO, 0)


def _lower_edge(bins: int) -> float:
    """Return the least duration of a bin, µs."""
    if bins == 0:
        return 0.0
    return float(np.array([(bins + _ZERO) << _SHIFT], dtype=np.int64).view(np.float64)[0])


class Durations:
    """Durations of people who began to wait: some ended, some gave up, some still wait at the end of the run."""

    def __init__(self) -> None:
        self._ended = np.zeros(_BINS, dtype=np.int64)
        self._censored = np.zeros(_BINS, dtype=np.int64)
        self.ended = 0
        self.gave_up = 0
        self.waiting = 0
        self.ended_time = 0
        """Sum of the durations that ended, µs."""
        self.time = 0
        """Sum of all durations until the end of the run, µs."""

    def add(self, durations: NDArray[np.int64], how: str) -> None:
        """Add durations (µs) that `how`: "ended", "gave_up" or are still "waiting"."""
        if durations.size == 0:
            return
        bins = np.bincount(_bin(durations), minlength=_BINS)
        # Sums of 80 million waits of years exceed 64 bits: add the halves.
        total = (int((durations >> 20).sum()) << 20) + int((durations & ((1 << 20) - 1)).sum())
        self.time += total
        if how == "ended":
            self._ended += bins
            self.ended += durations.size
            self.ended_time += total
        else:
            self._censored += bins
            setattr(self, how, getattr(self, how) + durations.size)

    @property
    def began(self) -> int:
        """Return how many began to wait."""
        return self.ended + self.gave_up + self.waiting

    def quantile(self, share: float) -> float | None:
        """Return the Kaplan-Meier quantile in days; None where it is not reached.

        Within a bin those who ended come before those censored, as is the rule for ties.
        """
        if self.ended == 0:
            return None
        used = np.flatnonzero(self._ended + self._censored)
        ended, censored = self._ended[used], self._censored[used]
        at_risk = self.began - np.concatenate([[0], np.cumsum(ended + censored)[:-1]])
        survival = np.cumprod(1.0 - ended / at_risk)
        # Without censoring this is the empirical quantile; the margin keeps 0.95 × 20 from becoming 20.
        reached = np.flatnonzero(survival <= 1.0 - share + 1e-12)
        return None if reached.size == 0 else _lower_edge(int(used[reached[0]])) / DAY

    def mean_days(self) -> float | None:
        """Return the mean in days of the durations that ended; None where none did."""
        return self.ended_time / self.ended / DAY if self.ended else None

    def within(self, limit: int) -> int:
        """Return how many ended within a limit in µs, to the resolution of the bins."""
        return int(self._ended[: int(_bin(np.array([limit], dtype=np.int64))[0]) + 1].sum())
