"""Weights and members: held against laws that are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pytest

from sim.experiments.calibration.emulator import Emulator, singles
from sim.experiments.calibration.figures import Figure
from sim.experiments.calibration.inputs import Inputs, Values
from sim.experiments.calibration.likelihood import Known, Target, spread
from sim.experiments.calibration.members import corrected, kept, smoothed, weighed
from sim.parameters.kinds import Declared, Kind, Number, Range


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
    """What `corrected` reads of a target: the covariance of what is missed."""

    emulated: Values

    @property
    def known(self) -> Missed:
        """Return itself, as a target's known errors."""
        return self


ALIKE = np.array([[1, 0.9, 0.2], [0.9, 1, 0.1], [0.2, 0.1, 1]])
MISSED, LUCK = np.array([0.03, 0.04, 0.05]), np.array([0.02, 0.01, 0.06])


def test_a_run_and_the_emulator_together_say_what_normal_errors_say() -> None:
    """Catch a correction that forgets that figures are missed together: held against 100,000 draws of both errors."""
    target, chance = Missed(spread(MISSED, ALIKE)), np.random.default_rng(3)
    truth = np.full((100_000, 3), 5.0)
    emulated = truth + chance.multivariate_normal(np.zeros(3), target.emulated, len(truth))
    run = truth + chance.multivariate_normal(np.zeros(3), spread(LUCK, ALIKE), len(truth))
    better, left = corrected(target, emulated, run, spread(LUCK, ALIKE))  # type: ignore[arg-type]
    np.testing.assert_allclose(better.mean(axis=0), 5, atol=1e-3)
    np.testing.assert_allclose(np.cov(better.T), left, rtol=0.02, atol=2e-6)
    exact, nothing = corrected(target, emulated[:2], run[:2], 1e-18 * np.eye(3))  # type: ignore[arg-type]
    np.testing.assert_allclose(exact, run[:2], atol=1e-9)
    assert np.abs(nothing).max() < 1e-12


@pytest.fixture(scope="module")
def target() -> Target:
    """Return three figures that are known functions of one number."""
    one = Number("delay", 1.0, Declared(Kind.UNCERTAIN, Range(0, 2), fitted=True))
    figures = [
        Figure("joined", str(k), datetime(2020, 8, k + 1), people) for k, people in enumerate((12_345, 23_457, 34_569))
    ]
    middle, slopes = np.log([each.published for each in figures]), np.array([[0.05, 0, 0], [0.04, 0, 0], [-0.06, 0, 0]])
    emulator = Emulator(singles(1), middle, slopes, MISSED, ALIKE)
    known = Known(slope=np.zeros(3), luck=0.04**2 * np.eye(3), emulated=spread(MISSED, ALIKE))
    return Target(Inputs({"delay": one}, ()), emulator, tuple(figures), known, datetime(2020, 4, 11))


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_weights_on_average_leave_what_the_emulator_says(
    target: Target, noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catch noise that is added and not known of, or known of and not added.

    At any draw the weight is 1 on average over what a run may say there, so that what weighs the draws moves no mean:
    those of a number and of its square stay 0 and 1, within four standard errors.
    """
    monkeypatch.setattr("sim.experiments.calibration.members.NOISES", (noise,))
    chance, count = np.random.default_rng(11), 40_000
    latents = chance.standard_normal((count, len(target.latents)))
    off = chance.multivariate_normal(np.zeros(3), spread(MISSED, ALIKE) + spread(LUCK, ALIKE), count)
    found = weighed(target, latents, target.mean(latents) + off, LUCK, np.random.default_rng(12))
    assert found.noise == noise
    for what, mean in ((latents[:, 0], 0.0), (latents[:, 0] ** 2, 1.0)):
        error = np.sqrt((found.weights**2) @ (what - mean) ** 2)
        assert found.weights @ what == pytest.approx(mean, abs=4 * error)
    assert found.effective < 0.9 * count


def test_noise_is_added_only_where_few_draws_would_decide(target: Target) -> None:
    """Catch runs that are blurred without need, and a few draws that decide although noise would mend it."""
    chance = np.random.default_rng(13)
    latents = chance.standard_normal((400, len(target.latents)))
    off = chance.multivariate_normal(np.zeros(3), spread(MISSED, ALIKE) + spread(LUCK, ALIKE), len(latents))
    right = weighed(target, latents, target.mean(latents) + off, LUCK, np.random.default_rng(14))
    assert right.noise == 0
    astray = replace(target, known=replace(target.known, emulated=30 * target.known.emulated))
    far = replace(astray, figures=tuple(replace(f, published=2 * f.published) for f in target.figures))
    blurred = weighed(far, latents, far.mean(latents) + 6 * off, LUCK, np.random.default_rng(14))
    assert blurred.noise > 0
