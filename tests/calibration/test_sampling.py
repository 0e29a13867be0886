"""Draws follow the target: held against posteriors that are known, and against the sizes of their own errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.sampling import Chains, Effort, sample

EFFORT = Effort(chains=48, rounds=4, steps=60, kept=150)


def conjugate(size: int, figures: int, noise: float) -> tuple[Values, Values, Values, Values]:
    """Return a linear model, what was seen of it, and the mean and covariance of its posterior."""
    luck = np.random.default_rng(7)
    slopes = luck.standard_normal((figures, size)) * (luck.random((figures, size)) < 0.5)
    seen = slopes @ luck.standard_normal(size) + noise * luck.standard_normal(figures)
    covariance = np.linalg.inv(np.eye(size) + slopes.T @ slopes / noise**2)
    return slopes, seen, covariance @ slopes.T @ seen / noise**2, covariance


@pytest.mark.parametrize("noise", [1.0, 0.03])
def test_a_linear_model_has_its_known_posterior(noise: float) -> None:
    """Catch a sampler that leans to its prior or to the law of its scale, also where the figures say much more."""
    slopes, seen, mean, covariance = conjugate(20, 12, noise)

    def likelihood(w: Values) -> tuple[Values, Values]:
        off = (seen - w @ slopes.T) / noise
        return -0.5 * np.square(off).sum(axis=1), off @ slopes / noise

    found = sample(likelihood, 20, EFFORT, np.random.default_rng(1))
    assert found.rhat.max() < 1.03  # of chains of 150 draws
    spread = np.sqrt(np.diag(covariance))
    off = (found.flat.mean(axis=0) - mean) / spread * np.sqrt(found.effective)
    assert np.abs(off).max() < stats.norm.isf(1e-6)
    # Variances and covariances as means of products, each with the error that its own chains say.
    scaled = (found.draws - mean) / spread
    products = Chains((scaled[:, :, :, None] * scaled[:, :, None, :]).reshape(*scaled.shape[:2], -1))
    theirs = (covariance / np.outer(spread, spread)).ravel()
    off = (products.flat.mean(axis=0) - theirs) / products.flat.std(axis=0) * np.sqrt(products.effective)
    assert np.abs(off).max() < stats.norm.isf(1e-7)


def test_a_bent_target_is_followed() -> None:
    """Catch draws that follow the normal law of their scale and not the target: a curved ridge, by its quadrature."""

    def ridge(w: Values) -> Values:
        found: Values = -0.5 * np.square((w[:, 1] - w[:, 0] ** 2 + 1) / 0.2)
        return found

    def with_slopes(w: Values) -> tuple[Values, Values]:
        off = (w[:, 1] - w[:, 0] ** 2 + 1) / 0.2**2
        return ridge(w), np.column_stack([2 * w[:, 0] * off, -off])

    found = sample(with_slopes, 2, Effort(64, 3, 40, 120), np.random.default_rng(3))
    x, y = np.meshgrid(np.linspace(-6, 6, 1201), np.linspace(-6, 12, 1801))
    grid = np.column_stack([x.ravel(), y.ravel()])
    weight = np.exp(ridge(grid) - 0.5 * (grid**2).sum(axis=1))
    for k in (0, 1):
        for power in (1, 2):
            theirs = np.average(grid[:, k] ** power, weights=weight)
            mine = found.flat[:, k] ** power
            assert abs(mine.mean() - theirs) < 6 * mine.std() / np.sqrt(found.effective[k] / 4), (k, power)


def at_two(w: Values) -> tuple[Values, Values]:
    """Return the likelihood of latents that were seen at 2, each with an error of 1, and its slopes."""
    return -0.5 * np.square(w - 2).sum(axis=1), 2 - w


def test_processes_change_no_draw() -> None:
    """Catch chains whose luck hangs on how many processes move them."""
    here, apart = (sample(at_two, 3, Effort(8, 2, 20, 30), np.random.default_rng(2), count) for count in (1, 2))
    np.testing.assert_array_equal(here.draws, apart.draws)
    assert len(np.unique(here.draws[:, -1, 0])) == 8


def flying(x: Values) -> tuple[Values, Values]:
    """Return minus the exponential of 20 times the square, and its slope: they overflow from 6 on."""
    steep = np.exp(20 * x**2)
    return -steep.sum(axis=1), -40 * x * steep


def test_a_path_that_flies_off_is_lost() -> None:
    """Catch a path whose numbers overflow that is taken, or that ends a fit: here by warnings, which are errors."""
    chains = sample(flying, 1, Effort(8, 2, 40, 200), np.random.default_rng(3))
    assert np.isfinite(chains.flat).all()
    assert np.abs(chains.flat).max() < 0.6  # a density of exp(-1000) there


def test_chains_that_differ_are_said_to() -> None:
    """Catch a diagnosis that calls stuck chains converged, and one that counts each draw of a slow chain in full."""
    luck = np.random.default_rng(5)
    good = luck.standard_normal((8, 500, 1))
    assert Chains(good).rhat[0] < 1.01
    assert Chains(good).effective[0] == pytest.approx(4000, rel=0.2)
    assert Chains(good + np.arange(8)[:, None, None]).rhat[0] > 1.5
    slow = np.empty((8, 2000, 1))
    slow[:, 0] = luck.standard_normal((8, 1))
    for k in range(1, 2000):
        slow[:, k] = 0.9 * slow[:, k - 1] + np.sqrt(0.19) * luck.standard_normal((8, 1))
    assert Chains(slow).effective[0] == pytest.approx(16000 * 0.1 / 1.9, rel=0.3)


def test_chains_that_differ_in_width_only_are_said_to() -> None:
    """Catch an R-hat of places alone: a chain that stays in the middle of the others has their mean and their ranks."""
    luck = np.random.default_rng(6)
    same = luck.standard_normal((8, 500, 2))
    narrow = same.copy()
    narrow[0, :, 1] *= 0.2
    assert Chains(same).rhat.max() < 1.01
    found = Chains(narrow).rhat
    assert found[0] == Chains(same).rhat[0]
    assert found[1] > 1.05
