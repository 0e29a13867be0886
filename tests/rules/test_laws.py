"""Laws of chance by their quantiles, against SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.calendar.instants import DAY, HOUR
from sim.rules.laws import CONSTANT, EXPONENTIAL, LAW, LOGNORMAL, UNIFORM, draw, draw_within, normal_quantile
from sim.rules.luck import Group, key
from tests.building import ALPHA, uniforms

LEAST, MOST = 2.0**-53, 1 - 2.0**-53
GRID = [LEAST, 1e-12, 1e-6, 0.001, *np.linspace(0.01, 0.99, 99), 0.999, 1 - 1e-6, 1 - 1e-12, MOST]
INSIDE = st.floats(LEAST, MOST)


def law(code: int, minimum: float, mean: float, spread: float = 0.0) -> Any:
    return np.array([(code, minimum, mean, spread)], dtype=LAW)[0]


def test_normal_quantile_is_scipys() -> None:
    """Catches a digit lost in the three polynomials, or a wrong one chosen at their borders."""
    at = np.concatenate([np.geomspace(LEAST, 0.5, 4001), 1 - np.geomspace(LEAST, 0.5, 4001)])
    border = [0.075, 0.925, np.exp(-25.0), 1 - np.exp(-25.0)]
    near = [b * (1 + e) for b in border for e in (-1e-12, 0, 1e-12) if b * (1 + e) < 1]
    p = np.concatenate([at[at < 1], near])
    ours = np.array([normal_quantile(x) for x in p])
    np.testing.assert_allclose(ours, special.ndtri(p), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize(
    ("ours", "theory"),
    [
        (law(CONSTANT, HOUR, 2 * DAY), lambda u: HOUR + 2 * DAY),
        (law(EXPONENTIAL, HOUR, 2 * DAY), stats.expon(HOUR, 2 * DAY).ppf),
        (law(UNIFORM, HOUR, 2 * DAY), stats.uniform(HOUR, 4 * DAY).ppf),
        (
            law(LOGNORMAL, HOUR, 2 * DAY, 0.75),
            stats.lognorm(np.sqrt(np.log1p(0.75**2)), HOUR, 2 * DAY / np.sqrt(1 + 0.75**2)).ppf,
        ),
    ],
    ids=["constant", "exponential", "uniform", "lognormal"],
)
def test_a_law_is_its_quantile(ours: Any, theory: Any) -> None:
    """Catches a wrong transform, a minimum left out, or a mean that is not that of the part above it."""
    for u in GRID:
        assert draw(ours, u) == pytest.approx(theory(u), rel=1e-12, abs=1.01)


@pytest.mark.parametrize("spread", [0.1, 1.0, 3.0])
def test_a_lognormal_has_the_mean_and_the_spread_it_is_given(spread: float) -> None:
    """Catches a mean or spread of the logarithm in place of the law's own.

    The theory's law through two of our quantiles has the mean and the coefficient of variation given.
    """
    ours = law(LOGNORMAL, 0, 50 * DAY, spread)
    low, high = np.log(draw(ours, 0.25)), np.log(draw(ours, 0.75))
    sigma = (high - low) / (special.ndtri(0.75) - special.ndtri(0.25))
    theory = stats.lognorm(sigma, 0, np.exp((low + high) / 2))
    assert theory.mean() == pytest.approx(50 * DAY, rel=1e-9)
    assert theory.std() / theory.mean() == pytest.approx(spread, rel=1e-9)


@given(code=st.sampled_from([EXPONENTIAL, LOGNORMAL, UNIFORM]), spread=st.floats(0, 10), u=INSIDE, v=INSIDE)
def test_more_luck_never_gives_less(code: int, spread: float, u: float, v: float) -> None:
    """Catches a transform that is not the inverse of a distribution: it must rise with its uniform."""
    one, other = sorted((u, v))
    assert draw(law(code, 0, DAY, spread), one) <= draw(law(code, 0, DAY, spread), other)


@given(code=st.integers(0, 3), mean=st.floats(0, 36_525 * DAY), spread=st.floats(0, 10), u=INSIDE)
def test_a_draw_is_neither_negative_nor_beyond_a_thousand_years(
    code: int, mean: float, spread: float, u: float
) -> None:
    """Catches an overflow of 64 bits, which would send a person into the past."""
    assert 0 <= draw(law(code, 0, mean, spread), u) <= 1015 * 365 * DAY


@given(code=st.integers(0, 3), mean=st.floats(0, 1e15), limit=st.integers(1, 10**15), u=INSIDE)
def test_a_draw_within_never_reaches_the_limit(code: int, mean: float, limit: int, u: float) -> None:
    """Catches a person who joins at the very closing or before the opening, by the rounding of a draw."""
    assert 0 <= draw_within(law(code, 0, mean), u, limit) < limit


@pytest.mark.parametrize("mean", [HOUR, DAY, 40 * DAY])
def test_a_draw_within_has_the_truncated_law(mean: int) -> None:
    """Catches a law cut off, folded or drawn anew in place of one given that it is below the limit."""
    limit = 4 * DAY
    theory = stats.truncexpon(limit / mean, 0, mean)
    for u in GRID:
        # Near the limit the quantile of a short law is ill-conditioned; the distribution function is not.
        assert theory.cdf(draw_within(law(EXPONENTIAL, 0, mean), u, limit) + 0.5) == pytest.approx(u, abs=1e-9)


def test_draws_of_many_people_follow_the_law() -> None:
    """Catches luck that is not uniform, or shared by neighbours.

    Kolmogorov and Smirnov at ALPHA; 20,000 people show any shift of the distribution by 0.02.
    """
    whose = key(1, 0)
    us = [uniforms(whose, Group.SCREENING.value, person, 0)[1] for person in range(20_000)]
    delays = [draw(law(EXPONENTIAL, 0, DAY), u) for u in us]
    assert stats.kstest(delays, stats.expon(0, DAY).cdf).pvalue > ALPHA
    between_neighbours = np.subtract(us[1::2], us[::2])
    assert stats.kstest(between_neighbours, stats.triang(0.5, -1, 2).cdf).pvalue > ALPHA
