"""What runs of many worlds say together: the middle 90 % of a figure, and which part of its variance is luck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
"""Quantiles of an interval: 90 % of worlds lie between its ends."""

METHOD: Final = "median_unbiased"
"""How a quantile is taken between two of n values in order: the kth stands at (k - 1/3) / (n + 1/3), whatever the law
(Hyndman and Fan 1996, type 8). With fewer than 20 values the ends are the least and the greatest."""


LEAST = 20
"""Values from which the ends are no longer the least and the greatest: these hold a further one in (n - 1) of (n + 1)
cases, whatever the law, so of 19 in 90 %."""


def ends_in_words(count: int) -> str:
    """Return where the interval of so many values begins and ends."""
    return "from the least to the greatest" if count < LEAST else "from the 5th to the 95th percentile"


def quantiles(values: ArrayLike) -> NDArray[np.float64]:
    """Return the low end, the middle and the high end, along the first axis."""
    given = np.asarray(values, dtype=np.float64)
    ends = (LOW, MIDDLE, HIGH) if len(given) >= LEAST else (0.0, MIDDLE, 1.0)
    found: NDArray[np.float64] = np.quantile(given, ends, axis=0, method=METHOD)
    return found


class Variance(NamedTuple):
    """The variance of one run, in two parts."""

    luck: float
    """Of runs of one world, with another luck each."""
    worlds: float
    """Of the worlds' means: what is not known."""

    @property
    def share_of_luck(self) -> float | None:
        """Return the share of luck; None where nothing varies."""
        both = self.luck + self.worlds
        return self.luck / both if both > 0 else None


def variance(groups: Sequence[Sequence[float]]) -> Variance | None:
    """Return the variance of luck and of worlds from the values of each world's runs, one or more a world.

    A one-way analysis of variance with random effects, groups of unequal size (Searle, Casella and McCulloch 1992,
    chapter 3): luck is the mean square within, worlds what the mean square between has beyond it, nothing at the
    least. None with fewer than two worlds, or none that was run twice.
    """
    groups = [group for group in groups if group]
    worlds, runs = len(groups), sum(map(len, groups))
    if worlds < 2 or runs == worlds:
        return None
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    means = np.array([np.mean(group) for group in groups])
    grand = float(np.sum(sizes * means) / runs)
    within = float(sum(np.sum((np.asarray(group) - mean) ** 2) for group, mean in zip(groups, means, strict=True)))
    between = float(np.sum(sizes * (means - grand) ** 2))
    luck = within / (runs - worlds)
    size = (runs - float(np.sum(sizes**2)) / runs) / (worlds - 1)
    return Variance(luck, max(0.0, (between / (worlds - 1) - luck) / size))
