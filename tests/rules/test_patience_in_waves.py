"""Patience in waves: how many a person joins and loses before giving up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.rules.luck import key
from sim.rules.patience_in_waves import FOR_EVER, WAVES_TOLERATED, goes_on, waves_tolerated
from tests.building import ALPHA, SIGMAS, uniforms

KEY = key(9, 0)


def test_waves_tolerated_are_geometric() -> None:
    """Catches a count from nought, or a mean that is one off; 40,000 people at ALPHA."""
    n, mean = 40_000, 8.0
    found = np.array([waves_tolerated(KEY, mean, person) for person in range(n)])
    assert found.min() == 1
    assert found.mean() == pytest.approx(mean, abs=SIGMAS * np.sqrt(mean * (mean - 1) / n))
    theory = stats.geom(1 / mean)
    counts = np.bincount(np.minimum(found, 40))[1:]
    expected = n * np.append(theory.pmf(np.arange(1, 40)), theory.sf(39))
    assert stats.chisquare(counts, expected).pvalue > ALPHA


@pytest.mark.parametrize("mean", [1.01, 1.5, 2.0, 8.0])
def test_waves_tolerated_by_their_lane(mean: float) -> None:
    """Catches luck of another occurrence, and a mean just above one wave that is taken for one."""
    theory = stats.geom(1 / mean)
    for person in range(300):
        u = uniforms(KEY, WAVES_TOLERATED, person)["waves tolerated"]
        found = waves_tolerated(KEY, mean, person)
        # The least number of waves at which the distribution reaches the uniform.
        assert theory.cdf(found - 1) <= u + 1e-12
        assert theory.cdf(found) >= u - 1e-12


def test_patience_for_ever_and_for_one_wave() -> None:
    """Catches a division by nought, and patience for ever that ends."""
    assert all(waves_tolerated(KEY, 1.0, person) == 1 for person in range(100))
    assert {waves_tolerated(KEY, 0.0, person) for person in range(100)} == {FOR_EVER}
    assert FOR_EVER > 1_000_000


@pytest.mark.parametrize(("lost", "stays"), [(0, True), (2, True), (3, False), (4, False)])
def test_who_has_lost_as_many_as_they_bear_gives_up(lost: int, stays: bool) -> None:
    """Catches one wave too many or too few: of three waves tolerated, the third that is lost is the last."""
    assert goes_on(lost, 3) == stays
    assert goes_on(lost, FOR_EVER)
