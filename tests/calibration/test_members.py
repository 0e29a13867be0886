"""Weights and members: held against laws that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.members import corrected, kept, smoothed


def test_weights_of_a_light_tail_are_left_as_they_are() -> None:
    """Catch a smoothing that changes what a mean comes to: importance sampling of one normal law from another."""
    luck = np.random.default_rng(1)
    x = luck.standard_normal(20_000)
    found = smoothed(-0.5 * ((x - 0.5) ** 2 - x**2))
    assert found.weights.sum() == pytest.approx(1)
    assert found.weights @ x == pytest.approx(0.5, abs=0.03)
    assert found.weights @ x**2 == pytest.approx(1.25, abs=0.08)
    assert found.tail < 0.5
    assert found.effective == pytest.approx(len(x) * np.exp(-0.25), rel=0.1)


def test_a_heavy_tail_is_said_to_be_one() -> None:
    """Catch weights that few draws decide without a word: a narrow law drawn from for one four times as wide."""
    x = np.random.default_rng(2).standard_normal(2_000)
    found = smoothed(-0.5 * (x / 4) ** 2 + 0.5 * x**2)
    assert found.tail > 0.7
    assert smoothed(np.zeros(50)).effective == pytest.approx(50)


def test_members_come_as_often_as_they_weigh() -> None:
    """Catch a resampling that drops a heavy draw, or takes a light one twice."""
    weights = np.array([0.5, 0.02, 0.28, 0.2])
    for seed in range(50):
        count = np.bincount(kept(weights, 100, np.random.default_rng(seed)), minlength=4)
        assert np.abs(count - 100 * weights).max() < 1 + 1e-9
    assert len(kept(np.full(200, 1 / 200), 60, np.random.default_rng(1))) == 60
    assert len(set(kept(np.full(200, 1 / 200), 60, np.random.default_rng(1)).tolist())) == 60


@dataclass
class Missed:
    """What `corrected` reads of a target: the covariance of what is missed, and its correlation."""

    emulated: Values
    alike: Values

    @property
    def known(self) -> Missed:
        """Return itself, as a target's known errors."""
        return self

    @property
    def emulator(self) -> Missed:
        """Return itself, as a target's emulator."""
        return self


def test_a_run_and_the_emulator_together_say_what_normal_errors_say() -> None:
    """Catch a correction that forgets that figures are missed together: held against 100,000 draws of both errors."""
    alike = np.array([[1, 0.9, 0.2], [0.9, 1, 0.1], [0.2, 0.1, 1]])
    missed, luck = np.array([0.03, 0.04, 0.05]), np.array([0.02, 0.01, 0.06])
    target, chance = Missed(missed[:, None] * missed * alike, alike), np.random.default_rng(3)
    truth = np.full((100_000, 3), 5.0)
    emulated = truth + chance.multivariate_normal(np.zeros(3), target.emulated, len(truth))
    run = truth + chance.multivariate_normal(np.zeros(3), luck[:, None] * luck * alike, len(truth))
    better, left = corrected(target, emulated, run, luck)  # type: ignore[arg-type]
    np.testing.assert_allclose(better.mean(axis=0), 5, atol=1e-3)
    np.testing.assert_allclose(np.cov(better.T), left, rtol=0.02, atol=2e-6)
    exact, nothing = corrected(target, emulated[:2], run[:2], np.full(3, 1e-9))  # type: ignore[arg-type]
    np.testing.assert_allclose(exact, run[:2], atol=1e-9)
    assert np.abs(nothing).max() < 1e-12
