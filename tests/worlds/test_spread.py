"""What is said of many runs: quantiles and the parts of a variance, against what theory says of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.results.spread import ends_in_words, quantiles, variance
from tests.building import SIGMAS


def test_quantiles_of_known_numbers() -> None:
    """Catch another method of quantiles, and ends beyond what was seen."""
    np.testing.assert_allclose(quantiles(range(1, 41)), [0.05 * (40 + 1 / 3) + 1 / 3, 20.5, 41 - 2.35], rtol=1e-12)
    assert quantiles([3, 1, 2]).tolist() == [1, 2, 3]
    assert quantiles([7]).tolist() == [7, 7, 7]
    both = quantiles([[1, 10], [2, 20], [3, 30]])
    assert both.tolist() == [[1, 10], [2, 20], [3, 30]]


def test_the_least_and_the_greatest_of_few_hold_what_is_said() -> None:
    """Catch ends of few worlds inside the least and the greatest: of 19 these hold a further one in 18 of 20 cases."""
    assert quantiles(range(19)).tolist() == [0, 9, 18]
    assert quantiles(range(20))[0] > 0
    assert ends_in_words(19) == "from the least to the greatest"
    assert ends_in_words(20) == "from the 5th to the 95th percentile"
    draws = np.random.default_rng(3).standard_normal((20, 40_000))
    low, _, high = quantiles(draws[:19])
    held = np.mean((low < draws[19]) & (draws[19] < high))
    assert abs(held - 18 / 20) < SIGMAS * np.sqrt(0.9 * 0.1 / 40_000)


def test_an_interval_holds_nine_in_ten() -> None:
    """Catch an interval that is too narrow with forty worlds: the median of what it holds is 90 %, whatever the law."""
    luck = np.random.default_rng(1)
    draws = luck.standard_normal((40, 20_000))
    low, _, high = quantiles(draws)
    held = stats.norm.cdf(high) - stats.norm.cdf(low)
    # Each end is median-unbiased: it is beyond its quantile as often as not, within chance.
    beyond = np.mean(low < stats.norm.ppf(0.05)), np.mean(high > stats.norm.ppf(0.95))
    assert np.abs(np.array(beyond) - 0.5).max() < SIGMAS * 0.5 / np.sqrt(20_000) + 0.005  # 0.005: type 8 is nearly so
    assert 0.88 < np.mean(held) < 0.91


def test_a_textbook_analysis_of_variance() -> None:
    """Catch a mean square that is divided wrongly: the sums are done by hand."""
    # Means 2, 5, 8 of two each; within 3 × 2 × 1² = 6 over 3, between 2 × (9 + 0 + 9) = 36 over 2.
    found = variance([[1, 3], [4, 6], [7, 9]])
    assert found is not None
    assert (found.luck, found.worlds) == (2, (18 - 2) / 2)
    assert found.share_of_luck == 0.2
    # Unequal sizes: n0 = (5 - (1 + 4 + 4) / 5) / 2 = 1.6; grand mean 5, within 4 over 2, between 25 + 2 × 1 + 2 × 2.25.
    other = variance([[0], [5, 7], [6, 8]])
    assert other is not None
    grand = 26 / 5
    between = grand**2 + 2 * (6 - grand) ** 2 + 2 * (7 - grand) ** 2
    assert other.luck == 2
    assert other.worlds == pytest.approx((between / 2 - 2) / 1.6, rel=1e-12)


def test_parts_of_a_variance_are_found_again() -> None:
    """Catch a biased part: worlds of variance 4 and luck of variance 1, a quarter of the worlds run twice."""
    luck = np.random.default_rng(2)
    found = []
    for _ in range(4_000):
        middle = luck.normal(0, 2, 40)
        runs = middle[:, None] + luck.normal(0, 1, (40, 2))
        found.append(variance([runs[k].tolist() if k < 10 else [float(runs[k, 0])] for k in range(40)]))
    of_luck, of_worlds = (np.array([getattr(each, part) for each in found]) for part in ("luck", "worlds"))
    for values, true in ((of_luck, 1.0), (of_worlds, 4.0)):
        assert abs(values.mean() - true) < SIGMAS * values.std() / np.sqrt(values.size)
    assert np.std(of_luck) == pytest.approx(np.sqrt(2 / 10), rel=0.1)  # of a mean square with ten degrees of freedom


def test_all_is_luck_or_nothing_is() -> None:
    """Catch a share beyond 0 to 1, and a share of nothing."""
    all_luck = variance([[1, -1], [1, -1], [-1, 1]])
    assert all_luck is not None
    assert (all_luck.worlds, all_luck.share_of_luck) == (0, 1)
    none = variance([[1, 1], [2, 2]])
    assert none is not None
    assert none.share_of_luck == 0
    same = variance([[5, 5], [5, 5]])
    assert same is not None
    assert same.share_of_luck is None
    assert variance([[1], [2]]) is None
    assert variance([[1, 2]]) is None
    assert variance([[], []]) is None
