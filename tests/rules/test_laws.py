"""Laws of chance by their quantiles, against SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.calendar.instants import DAY, HOUR
from sim.rules.laws import CONSTANT, EXPONENTIAL, LAW, LAWS, LOGNORMAL, UNIFORM, draw, draw_within
from sim.rules.luck import key
from sim.rules.patience_at_stations import LANES
from tests.building import ALPHA, uniforms

LEAST, MOST = 2.0**-53, 1 - 2.0**-53
GRID = [LEAST, 1e-12, 1e-6, 0.001, *np.linspace(0.01, 0.99, 99), 0.999, 1 - 1e-6, 1 - 1e-12, MOST]
INSIDE = st.floats(LEAST, MOST)


def law(code: int, minimum: float, mean: float, spread: float = 0.0) -> Any:
    return np.array([(code, minimum, mean, spread)], dtype=LAW)[0]


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


def test_every_law_of_the_config_has_a_code() -> None:
    """Catches a law that the config offers and that is drawn as another: codes are those that `draw` tells apart."""
    assert LAWS == {"constant": CONSTANT, "exponential": EXPONENTIAL, "lognormal": LOGNORMAL, "uniform": UNIFORM}
    assert len(set(LAWS.values())) == len(LAWS)


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


@pytest.mark.parametrize(
    ("code", "minimum", "mean", "u", "limit", "expected"),
    [
        (CONSTANT, 0, 70, 0.5, 100, 70),  # below the limit: the law's own
        (CONSTANT, 0, 100, 0.5, 100, 99),  # at it or beyond: the last moment
        (CONSTANT, 0, 500, 0.5, 100, 99),
        (UNIFORM, 10, 100, 0.25, 1000, 60),
        (UNIFORM, 10, 100, 0.75, 100, 99),
        (EXPONENTIAL, 0, 0, 0.5, 100, 0),  # no mean: at once
        (EXPONENTIAL, 30, 0, 0.5, 100, 30),
        (EXPONENTIAL, 100, 50, 0.5, 100, 99),  # a minimum at the limit or beyond it
        (EXPONENTIAL, 500, 50, 0.5, 100, 99),
        (EXPONENTIAL, 0, 1e12, 0.5, 1000, 500),  # far longer than the limit: even within it
        (EXPONENTIAL, 0, 1e12, MOST, 1000, 999),
        (EXPONENTIAL, 0, 1e12, LEAST, 1000, 0),
        (EXPONENTIAL, 200, 1e12, 0.5, 1000, 600),  # from the minimum on
        (EXPONENTIAL, 0, 0.5, 0.9, 1000, 1),  # shorter than a microsecond
    ],
)
def test_a_draw_within_at_its_edges(
    code: int, minimum: float, mean: float, u: float, limit: int, expected: int
) -> None:
    """Catches a minimum counted twice or left out, and a law cut off where it should be that within the limit."""
    # Far below the mean, 1 - exp loses digits: a quantile may be a microsecond off, but the last moment may not.
    apart = 1 if mean == 1e12 and u < MOST else 0
    assert draw_within(law(code, minimum, mean), u, limit) == pytest.approx(expected, abs=apart)


def test_draws_of_many_people_follow_the_law() -> None:
    """Catches luck that is not uniform, or shared by neighbours.

    Kolmogorov and Smirnov at ALPHA; 20,000 people show any shift of the distribution by 0.02.
    """
    one = key(1, 0)
    us = [uniforms(one, LANES, person)["patience"] for person in range(20_000)]
    delays = [draw(law(EXPONENTIAL, 0, DAY), u) for u in us]
    assert stats.kstest(delays, stats.expon(0, DAY).cdf).pvalue > ALPHA
    between_neighbours = np.subtract(us[1::2], us[::2])
    assert stats.kstest(between_neighbours, stats.triang(0.5, -1, 2).cdf).pvalue > ALPHA
