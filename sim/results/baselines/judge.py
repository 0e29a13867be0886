"""Judge a figure: identical, the same, moved beyond its margin, or more replications are needed to tell."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, fisher_exact

from sim.results.baselines.baseline import Expected
from sim.results.baselines.chances import MOVED, SAME, student
from sim.results.figure import Value, is_number
from sim.results.meaning import Better

MOST = 1_000
"""Replications beyond which it is not said how many would do."""

TEXTS_MOVED = 1.2e-5
"""Chance of the difference of two texts, or of what is reached or not, from which it is called moved: with ten runs
each, that of no run alike."""

TEXTS_UNCLEAR = 0.05
"""The same from which it is not called the same either."""

OTHER_PAIRS = 0.5
"""Seed by seed, a text, or what is reached or not, may be another in up to this share of the runs."""

PAIRS_MOVED, PAIRS_SAME = 0.005, 0.05
"""Chance of as many other pairs as were found, or more, were the share just that, from which on it is called moved; and
of as many or fewer, from which on the same. The first is that of all of eight; where nothing changed there is none."""

LEAST_PAIRS = 4
"""Replications in which a figure must be reached in both for the mean of its values to be compared."""

FARTHEST_JUMP = 2.0
"""Margins that a figure which jumps from its usual value now and then may move by, to be called the same for that."""


class Verdict(Enum):
    """What is found of a figure."""

    IDENTICAL = "identical"
    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    MOVED = "moved"
    UNCLEAR = "cannot tell"


BEYOND = (Verdict.BETTER, Verdict.WORSE, Verdict.MOVED)
"""Verdicts for which a baseline fails."""


class Judged(NamedTuple):
    """A figure, and what is found of it."""

    verdict: Verdict
    expected: Value
    """Mean over the replications; of a text the most frequent."""
    found: Value
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    """Ends of the 90 % interval of the difference."""
    margin: float | None = None
    """In the figure's unit."""
    needed: int | None = None
    """Where it cannot tell: how many replications would do; None where more than a thousand."""
    said: str = ""


class Spread(NamedTuple):
    """The mean of a difference, and the samples that its error comes from: the pairs, or those before and found."""

    mean: float
    samples: tuple[tuple[float, int], ...]
    """Variance of one replication, and how many there are, of each; of a single replication it is not known."""

    @property
    def error(self) -> float:
        """Return the standard error of the mean; infinite where it is not known."""
        return math.sqrt(sum(variance / count for variance, count in self.samples))

    @property
    def free(self) -> float:
        """Return the degrees of freedom of the error (of two samples by Welch 1947)."""
        both = sum(variance / count for variance, count in self.samples)
        if not 0 < both < math.inf:
            return max(sum(count - 1 for _, count in self.samples), 1)
        return both**2 / sum((variance / count) ** 2 / (count - 1) for variance, count in self.samples)

    def half(self, chance: float) -> float:
        """Return how far the true difference may lie beyond the mean, to either side, but for a chance."""
        return student(chance, self.free) * self.error if self.error else 0.0

    def with_runs(self, count: int) -> Spread:
        """Return the same with so many replications, were mean and variances what they are.

        Those recorded stay where they are more: found ones can be added alone until there are as many.
        """
        return Spread(self.mean, tuple((variance, max(size, count)) for variance, size in self.samples))


def _sample(values: NDArray[np.float64]) -> tuple[float, int]:
    return (float(values.var(ddof=1)) if values.size > 1 else math.inf), values.size


def judge(expected: Expected, found: Sequence[Value], paired: bool) -> Judged:
    """Return what is found of a figure in some replications.

    Where luck is what it was, they are held against the first as many of those expected, one by one; else against all.
    """
    alike = expected.values[: len(found)]
    if list(alike) == list(found) and list(map(type, alike)) == list(map(type, found)):
        mean = _middle(alike)
        return Judged(Verdict.IDENTICAL, mean, mean)
    before = alike if paired else expected.values
    numbers = all(value is None or is_number(value) for value in (*before, *found))
    if not numbers or expected.margin is None:
        return _texts(before, found, paired)
    if any(value is None for value in (*before, *found)):
        return _reached(expected, before, found, paired)
    of_means = _numbers(expected, np.array(before, dtype=np.float64), np.array(found, dtype=np.float64), paired)
    if of_means.verdict is Verdict.UNCLEAR and not paired and _has_a_usual_value(before, found):
        how_often = _texts(before, found, paired)
        assert of_means.difference is not None and of_means.margin is not None
        near = abs(of_means.difference) <= FARTHEST_JUMP * of_means.margin
        if how_often.verdict is Verdict.SAME and near:
            return of_means._replace(verdict=Verdict.SAME, needed=None, said=how_often.said)
    return of_means


def _has_a_usual_value(before: Sequence[Value], found: Sequence[Value]) -> bool:
    """Return whether most replications have the very same value, then and now, and the others jump away from it.

    So does a quantile of waits that end on few days. Its spread is that of the jumps that happened to be recorded, and
    where there was none its margin is too small for the first that comes: so it is asked how often they come. How far
    they may move the mean is asked beside.
    """
    usual = _usual(before)
    return all(2 * sum(value == usual for value in some) > len(some) for some in (before, found))


def _numbers(expected: Expected, before: NDArray[np.float64], found: NDArray[np.float64], paired: bool) -> Judged:
    assert expected.margin is not None
    margin = expected.margin.of(_mean([value for value in expected.values if is_number(value)]))
    samples = (_sample(found - before),) if paired else (_sample(before), _sample(found))
    spread = Spread(float((found - before).mean() if paired else found.mean() - before.mean()), samples)
    half = spread.half(SAME)
    low, high = spread.mean - half, spread.mean + half
    needed = None
    if -margin <= low and high <= margin:
        verdict = Verdict.SAME
    elif abs(spread.mean) - spread.half(MOVED) > margin:
        verdict = _direction(spread.mean, expected.better)
    else:
        verdict, needed = Verdict.UNCLEAR, _needed(spread, margin, len(found))
    return Judged(verdict, float(before.mean()), float(found.mean()), spread.mean, low, high, margin, needed)


def _direction(difference: float, better: Better) -> Verdict:
    if better is Better.NEITHER:
        return Verdict.MOVED
    return Verdict.BETTER if (difference > 0) == (better is Better.MORE) else Verdict.WORSE


def _needed(spread: Spread, margin: float, count: int) -> int | None:
    """Return how many replications would tell, were mean and spread what they are; None for more than MOST."""
    if not math.isfinite(spread.error):
        return count + 1
    off = abs(abs(spread.mean) - margin)
    chance = SAME if abs(spread.mean) <= margin else MOVED
    more = range(count + 1, MOST + 1)
    # The more there are, the surer it is.
    at = bisect_left(more, True, key=lambda some: spread.with_runs(some).half(chance) < off)
    return more[at] if at < len(more) else None


def _texts(before: Sequence[Value], found: Sequence[Value], paired: bool) -> Judged:
    """Judge what is no number by how often it is what is expected most often."""
    usual, now = _usual(before), _usual(found)
    if paired:
        count = len(found)
        other = sum(one != two for one, two in zip(before, found, strict=True))
        moved = float(binom.sf(other - 1, count, OTHER_PAIRS)) <= PAIRS_MOVED
        said = f"another in {other} of {count} replications"
        if not moved and float(binom.cdf(other, count, OTHER_PAIRS)) > PAIRS_SAME:
            return Judged(Verdict.UNCLEAR, usual, now, needed=2 * count, said=said)
    else:
        counts = [[sum(v == usual for v in some), sum(v != usual for v in some)] for some in (before, found)]
        chance = float(fisher_exact(counts).pvalue)
        # Of few runs no chance is so small: there it has to be every run before, and none now.
        moved = chance <= TEXTS_MOVED or not (counts[0][1] or counts[1][0])
        said = f"{counts[0][0]} of {len(before)} were so, now {counts[1][0]} of {len(found)}"
        if not moved and chance < TEXTS_UNCLEAR:
            return Judged(Verdict.UNCLEAR, usual, now, needed=2 * len(found), said=said)
    return Judged(Verdict.MOVED if moved else Verdict.SAME, usual, now, said=said)


def _reached(expected: Expected, before: Sequence[Value], found: Sequence[Value], paired: bool) -> Judged:
    """Judge a figure that is not reached in every replication: how often, and then the values where it is."""
    whether = _texts([value is not None for value in before], [value is not None for value in found], paired)
    if whether.verdict is not Verdict.SAME:
        then, now = (
            _of_those(some) if usually else None
            for some, usually in ((before, whether.expected), (found, whether.found))
        )
        return whether._replace(expected=then, found=now)
    if paired:
        pairs = [(one, two) for one, two in zip(before, found, strict=True) if one is not None and two is not None]
        here, there = [one for one, _ in pairs], [two for _, two in pairs]
    else:
        here, there = ([value for value in some if value is not None] for some in (before, found))
    if min(len(here), len(there)) < LEAST_PAIRS:
        few = whether._replace(expected=_of_those(before), found=_of_those(found))
        if not here or not there or _alike(here, there):
            return few
        return few._replace(verdict=Verdict.UNCLEAR, needed=math.ceil(LEAST_PAIRS * len(found) / len(there)))
    of_values = _numbers(expected, np.array(here, dtype=np.float64), np.array(there, dtype=np.float64), paired)
    needed = of_values.needed and math.ceil(of_values.needed * len(found) / len(there))
    return of_values._replace(said=whether.said, needed=needed)


def _of_those(values: Sequence[Value]) -> Value:
    """Return the mean of the runs that reach a figure; None where none does."""
    there = [value for value in values if value is not None]
    return _mean(there) if there else None


def _alike(here: Sequence[Value], there: Sequence[Value]) -> bool:
    """Return whether a few values lie no farther from those expected than these from one another.

    Of so few a margin says nothing: it is hundreds of their standard deviations.
    """
    before, now = (np.array(some, dtype=np.float64) for some in (here, there))
    apart = np.ptp(before)
    return bool(before.min() - apart <= now.min() and now.max() <= before.max() + apart)


def _usual(values: Sequence[Value]) -> Value:
    return Counter(values).most_common(1)[0][0]


def _middle(values: Sequence[Value]) -> Value:
    """Return the mean of numbers, else the most frequent."""
    numbers = [value for value in values if is_number(value)]
    return _mean(numbers) if numbers and len(numbers) == len(values) else _usual(values)


def _mean(numbers: Sequence[Value]) -> float:
    return float(np.mean(np.array(numbers, dtype=np.float64))) if numbers else 0.0
