"""Differences pair by pair: intervals that cover, a family-wise error that holds, and the best only where it is so."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, quantile_test

from sim.results.meaning import Meaning, meaning
from sim.results.paired import CONFIDENCE, FAMILY_WISE, Values, best, count, difference, holm, least_chance, too_few
from tests.building import ALPHA

AMOUNT, WAIT, WEEKS, NEITHER = (
    meaning(name, {})
    for name in ("funnel.awarded", "wait.place.median_days_got_it", "processing.weeks_to_clear", "money.paid")
)
PAIRS, BANK = 20, 2000
"""Replications of a comparison, and comparisons: at 95 %, some 1,900 have to cover."""


def inside(covered: int, least: float, most: float = 1.0) -> bool:
    """Return whether so many of the bank can be covered by chance, were the true share between two."""
    return bool(
        binom.ppf(ALPHA / 2, BANK, least) <= covered <= (BANK if most == 1 else binom.ppf(1 - ALPHA / 2, BANK, most))
    )


def normal(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return pairs that have most of their spread in common; the true difference is 0.3."""
    common = rng.normal(100, 5, PAIRS)
    return common + 0.3 + rng.normal(0, 1, PAIRS), common + rng.normal(0, 1, PAIRS), 0.3


def test_intervals_of_means_cover_the_truth() -> None:
    """Catches an interval with the wrong quantile, the wrong degrees of freedom, or of unpaired values."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(BANK):
        here, there, truth = normal(rng)
        found = difference(here.tolist(), there.tolist(), AMOUNT)
        assert found.low is not None and found.high is not None
        covered += found.low <= truth <= found.high
    assert inside(covered, CONFIDENCE, CONFIDENCE)


def test_intervals_of_means_of_skewed_differences_cover_nearly_as_often() -> None:
    """Catches intervals that fail where differences are skewed: t misses 2 % more with twenty exponential ones."""
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(BANK):
        found = difference(rng.exponential(1.0, PAIRS).tolist(), [0.0] * PAIRS, AMOUNT)
        assert found.low is not None and found.high is not None
        covered += found.low <= 1.0 <= found.high
    assert inside(covered, 0.90, CONFIDENCE)


def test_intervals_of_quantiles_cover_whatever_the_law() -> None:
    """Catches quantiles taken as means: the middle of log-normal differences is 1, their mean far from it."""
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(BANK // 4):
        found = difference(np.exp(rng.normal(0, 2, PAIRS)).tolist(), [0.0] * PAIRS, WAIT)
        assert found.low is not None and found.high is not None
        covered += found.low <= 1.0 <= found.high
    assert covered >= binom.ppf(ALPHA, BANK // 4, CONFIDENCE)


def test_the_middle_has_the_interval_and_the_chance_of_the_library() -> None:
    """Catches an end that is one place off, ties with nothing that count as below it, and a chance of one side."""
    rng = np.random.default_rng(9)
    for pairs in (*range(6, 31), 60):
        apart = np.round(rng.normal(0.5, 1.5, pairs), 0)
        found, library = difference(apart.tolist(), [0.0] * pairs, WAIT), quantile_test(apart, q=0.0, p=0.5)
        low, high = library.confidence_interval(CONFIDENCE)
        assert (found.low, found.high, found.chance) == (low, high, library.pvalue)


def test_holm_holds_the_family_wise_error() -> None:
    """Catches chances that are not adjusted: of ten figures without a difference, 40 % of families would have one."""
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(BANK // 2):
        apart = rng.normal(0, 1, (10, PAIRS))
        chances = holm([difference(row.tolist(), [0.0] * PAIRS, AMOUNT).chance for row in apart])
        wrong += any(chance is not None and chance < FAMILY_WISE for chance in chances)
    assert wrong <= binom.ppf(1 - ALPHA, BANK // 2, FAMILY_WISE)


def test_holm_as_published() -> None:
    """Catches a step of Holm's that is missing; what has no chance takes no part."""
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06], nan_ok=True)
    assert holm([]) == []


def test_pairing_is_worth_what_the_variances_say() -> None:
    """Catches the ratio turned round: independent values gain nothing, common ones a lot."""
    rng = np.random.default_rng(5)
    here, there, _ = normal(rng)
    found = difference(here.tolist(), there.tolist(), AMOUNT)
    both = np.var(here, ddof=1) + np.var(there, ddof=1)
    assert found.narrower == pytest.approx(both / np.var(here - there, ddof=1))
    assert found.narrower is not None and found.narrower > 10


@pytest.mark.parametrize(
    ("here", "there", "means", "said"),
    [
        ([1.0], [2.0], AMOUNT, "one replication: no interval"),
        ([3.0, 3.0], [3.0, 3.0], AMOUNT, "the same in both"),
        ([3.0, 4.0], [1.0, 2.0], AMOUNT, "the same difference in every replication"),
        ([None, None], [1.0, 2.0], WEEKS, "not reached here in 2 of 2"),
        ([1.0, None, 4.0], [0.0, 2.0, 1.0], AMOUNT, "no value here in 1 of 3; left out of the difference"),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], WAIT, "too few replications for an interval of the middle (6 are needed)"),
    ],
)
def test_what_is_particular_is_said(here: Values, there: Values, means: Meaning, said: str) -> None:
    """Catches a missing value that is hidden, an interval of one replication, and a not-a-number."""
    found = difference(here, there, means)
    assert found.said == said
    assert not any(isinstance(value, float) and math.isnan(value) for value in found)


def test_what_is_not_reached_is_worse_than_anything() -> None:
    """Catches replications that drop out where a scenario is so bad that it is never cleared."""
    assert count([100.0, 90.0, None], [None, 80.0, None], WEEKS) == (1, 1, 3)
    assert count([1.0, None], [2.0, 3.0], AMOUNT) == (0, 1, 1)
    assert count([1.0, 2.0], [2.0, 3.0], NEITHER) is None


def test_the_best_is_marked_only_where_it_is_so_nearly_always() -> None:
    """Catches a mark at 18 of 20, without an interval that agrees, or of a figure without a direction."""
    base = [float(number) for number in range(20)]
    better = [value + 5 + number % 3 for number, value in enumerate(base)]
    assert best([base, better], AMOUNT) == 1
    assert best([better, base], WEEKS) == 1  # fewer weeks
    one_worse = [better[0] - 9, *better[1:]]
    two_worse = [better[0] - 9, better[1] - 9, *better[2:]]
    assert best([base, one_worse], AMOUNT) == 1
    assert best([base, two_worse], AMOUNT) is None
    wild = [value + 0.01 for value in base[:-1]] + [base[-1] - 1000]
    assert best([base, wild], AMOUNT) is None  # better in 19 of 20, but not at the mean
    assert best([base, better], NEITHER) is None
    assert best([[1.0], [2.0]], AMOUNT) is None
    assert best([base, better, better], AMOUNT) is None  # two are alike
    assert best([[None] * 20, better], WEEKS) == 1  # the other never gets there


def test_nothing_has_a_best_by_chance() -> None:
    """Catches a rule that is too weak: of scenarios without a difference one is marked less than once in a hundred."""
    rng = np.random.default_rng(6)
    marked = sum(best(rng.normal(0, 1, (2, PAIRS)).tolist(), AMOUNT) is not None for _ in range(BANK))
    assert marked <= binom.ppf(1 - ALPHA, BANK, 0.01)


def test_too_few_pairs_to_tell_are_no_evidence_of_no_difference() -> None:
    """Catches four waits that all differ the same way called alike: chance alone does that in one of eight."""
    four = [12.0, 13.0, 14.5, 15.0]
    found = difference(four, [1.0] * 4, WAIT)
    assert found.chance == least_chance(4, WAIT) == 0.125
    assert too_few([found.chance, 1e-6], [0.125, 0.0]) == [True, False]
    assert too_few([0.5], [least_chance(20, WAIT)]) == [False]
    # Six can tell one figure, at 0.031, and not two.
    assert too_few([0.5], [least_chance(6, WAIT)]) == [False]
    assert too_few([0.5, 0.5], [least_chance(6, WAIT)] * 2) == [True, True]
    assert too_few([None, 0.4], [0.0, least_chance(2, AMOUNT)]) == [False, False]
