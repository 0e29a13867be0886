"""Differences between two scenarios that share their replications: how large, how well computed, how often better.

Each replication gives a pair: the same world and the same luck in both. So what differs between replications alone
falls out of the difference, and the interval is of the differences themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from scipy.stats import binomtest, quantile_test

from sim.results.meaning import Better, Meaning

Values = Sequence[float | None]
"""A figure of a scenario in each replication, in one order for all scenarios; None where it has none."""

CONFIDENCE = 0.95
"""Of an interval: in so many of 100 comparisons it holds what the mean, or the middle, of all worlds would be."""

FAMILY_WISE = 0.05
"""The chance that any difference of all those that are shown is called real although none is."""

MOSTLY = 0.95
"""The best is marked where it is so in at least this share of the replications."""

SAME = 1e-12
"""Differences that lie no further apart than this share of the values differ in their last bits only."""

LEAST_OF_MIDDLE = 6
"""Pairs from which the middle of the differences has an interval: with five the ends hold it in 94 % at most."""

MEAN, MIDDLE = "mean: Student's t over the pairs", "middle of the pairs: order statistics"
"""How the 95 % interval of a difference is found: of amounts, and of quantiles such as a median wait."""


class Difference(NamedTuple):
    """What a scenario has more than the reference, over replications that both have."""

    pairs: int
    difference: float | None
    """Mean over the pairs; of a quantile the middle one of them. None where no pair has both."""
    low: float | None
    high: float | None
    """Ends of the 95 % interval; None where there is none, and `said` says why."""
    chance: float | None
    """The chance of a difference at least so large, either way, were there none (p-value, of this figure alone)."""
    narrower: float | None
    """Variance of the difference without pairing, over that with it; None where either is nothing."""
    said: str
    """What is particular, in words; empty where nothing is."""

    def is_real(self, positive: bool) -> bool:
        """Return whether the interval leaves out nothing, and lies on the side that is asked about."""
        if self.low is None or self.high is None:
            return False
        return self.low > 0 if positive else self.high < 0


def difference(here: Values, there: Values, meaning: Meaning) -> Difference:
    """Return what `here` has more than `there`, by the method that fits the figure."""
    both = [(one, other) for one, other in zip(here, there, strict=True) if one is not None and other is not None]
    left_out = _left_out(len(both), here, there, meaning)
    if not both:
        return Difference(0, None, None, None, None, None, left_out)
    mine, its = (np.array(values, dtype=np.float64) for values in zip(*both, strict=True))
    apart = mine - its
    centre = float(np.median(apart) if meaning.quantile else np.mean(apart))
    if apart.size == 1:
        said = "one replication: no interval"
        return Difference(1, centre, None, None, None, None, _and(said, left_out))
    if np.ptp(apart) <= SAME * float(np.max(np.abs([mine, its]))):
        value = float(apart[0])
        said = "the same in both" if not value else "the same difference in every replication"
        return Difference(apart.size, value, value, value, None, None, _and(said, left_out))
    narrower = _narrower(mine, its, apart)
    if not meaning.quantile:
        return Difference(apart.size, centre, *_student(apart), narrower, left_out)
    chance = _chance_of_middle(apart.size, int(np.sum(apart < 0)), int(np.sum(apart == 0)))
    if apart.size < LEAST_OF_MIDDLE:
        said = f"too few replications for an interval of the middle ({LEAST_OF_MIDDLE} are needed)"
        return Difference(apart.size, centre, None, None, chance, narrower, _and(said, left_out))
    low, high = np.sort(apart)[list(_ends_of_middle(apart.size, CONFIDENCE))].tolist()
    return Difference(apart.size, centre, low, high, chance, narrower, left_out)


@cache
def _chance_of_middle(pairs: int, below: int, at: int) -> float:
    """Return the chance of so many differences below nothing and at nothing, were nothing the middle of all."""
    signs = np.repeat([-1.0, 0.0, 1.0], [below, at, pairs - below - at])
    return float(quantile_test(signs, q=0.0, p=0.5).pvalue)


@cache
def _ends_of_middle(pairs: int, confidence: float) -> tuple[int, int]:
    """Return the places, in order from 0, of the differences at which the interval of the middle ends."""
    low, high = quantile_test(np.arange(float(pairs)), q=0.0, p=0.5).confidence_interval(confidence)
    return int(low), int(high)


def least_chance(pairs: int, meaning: Meaning) -> float:
    """Return the smallest chance that so many pairs can give: of a middle, as if all differed the same way."""
    return 2.0 ** (1 - pairs) if meaning.quantile and pairs else 0.0


def _student(apart: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the ends of the interval of the mean, and the chance of a mean so far from nothing."""
    free, mean = apart.size - 1, float(np.mean(apart))
    error = float(np.std(apart, ddof=1)) / math.sqrt(apart.size)
    half = float(stdtrit(free, 0.5 + CONFIDENCE / 2)) * error
    return mean - half, mean + half, 2 * float(stdtr(free, -abs(mean) / error))


def _narrower(mine: NDArray[np.float64], its: NDArray[np.float64], apart: NDArray[np.float64]) -> float | None:
    unpaired = float(np.var(mine, ddof=1) + np.var(its, ddof=1))
    paired = float(np.var(apart, ddof=1))
    return unpaired / paired if unpaired > 0 and paired > 0 else None


def _left_out(pairs: int, here: Values, there: Values, meaning: Meaning) -> str:
    """Say in how many replications one of the two has no value."""
    if pairs == len(here):
        return ""
    what = "not reached" if meaning.unreached else "no value"
    mine, its = (sum(value is None for value in values) for values in (here, there))
    parts = [
        f"{what} {where} in {missing} of {len(here)}" for where, missing in (("here", mine), ("there", its)) if missing
    ]
    return _and(", ".join(parts), "left out of the difference" if pairs else "")


def _and(*said: str) -> str:
    return "; ".join(part for part in said if part)


class Count(NamedTuple):
    """In how many replications a scenario is better than another, or worse; in the rest they are alike."""

    better: int
    worse: int
    of: int
    """Replications that can tell the two apart, or find them alike."""


def count(here: Values, there: Values, meaning: Meaning) -> Count | None:
    """Return in how many replications `here` is better than `there`; None where neither direction is better."""
    if meaning.better is Better.NEITHER:
        return None
    signs = [sign for one, other in zip(here, there, strict=True) if (sign := _better(one, other, meaning)) is not None]
    return Count(sum(sign > 0 for sign in signs), sum(sign < 0 for sign in signs), len(signs))


def _better(here: float | None, there: float | None, meaning: Meaning) -> int | None:
    """Return 1 where a value is better than another, -1 where it is worse, 0 where neither; None: it cannot be told."""
    if here is None or there is None:
        return int(here is not None) - int(there is not None) if meaning.unreached else None
    if abs(here - there) <= SAME * max(abs(here), abs(there)):
        return 0
    return 1 if (here > there) == (meaning.better is Better.MORE) else -1


def best(scenarios: Sequence[Values], meaning: Meaning) -> int | None:
    """Return the place of the best scenario of a figure; None where none may be called so.

    It is better than every other one in at least 95 % of the replications, and the interval of its difference from
    each of them agrees.
    """
    if meaning.better is Better.NEITHER or len(scenarios) < 2 or len(scenarios[0]) < 2:
        return None
    replications = list(zip(*scenarios, strict=True))
    for place, own in enumerate(scenarios):
        others = [values for other, values in enumerate(scenarios) if other != place]
        wins = sum(
            all(_better(each[place], value, meaning) == 1 for k, value in enumerate(each) if k != place)
            for each in replications
        )
        if wins >= MOSTLY * len(replications):
            return place if all(_agrees(own, other, meaning) for other in others) else None
    return None


def _agrees(own: Values, other: Values, meaning: Meaning) -> bool:
    if meaning.unreached and all(value is None for value in other):
        return True
    return difference(own, other, meaning).is_real(positive=meaning.better is Better.MORE)


def holm(chances: Sequence[float | None]) -> list[float | None]:
    """Return the chances of several figures together (Holm 1979): one below 5 % is real, with 5 % for all of them.

    What has no chance of its own has none here, and is not of the family.
    """
    known = sorted((chance, place) for place, chance in enumerate(chances) if chance is not None)
    adjusted: list[float | None] = [None] * len(chances)
    largest = 0.0
    for rank, (chance, place) in enumerate(known):
        largest = max(largest, min(1.0, chance * (len(known) - rank)))
        adjusted[place] = largest
    return adjusted


def too_few(chances: Sequence[float | None], least: Sequence[float]) -> list[bool]:
    """Return of which figures there are too few pairs: were its chance the least, Holm would not call it real."""
    found = []
    for place, (chance, smallest) in enumerate(zip(chances, least, strict=True)):
        at_best = holm([*chances[:place], smallest, *chances[place + 1 :]])[place]
        found.append(chance is not None and at_best is not None and at_best >= FAMILY_WISE)
    return found


def sign_chance(more: int, fewer: int) -> float:
    """Return the chance of signs at least so uneven, either way, were both as likely: what has none is left out."""
    return float(binomtest(more, more + fewer).pvalue) if more + fewer else 1.0


def least_to_tell(groups: int) -> int:
    """Return how many replications must all agree for the sign test to tell one of so many groups (Holm)."""
    return next(many for many in range(1, 1000) if groups * 2.0 ** (1 - many) < FAMILY_WISE)
