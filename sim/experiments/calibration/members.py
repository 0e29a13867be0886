"""Members: draws held against real runs, weighted by what the emulator had wrong there, and a few of equal weight.

The emulator's figure at a draw and a run there are two observations of the same thing, each with an error of known
size; together they say more than either, and the likelihood of the published figures by both, over that by the emulator
alone, is the draw's weight. Where the emulator is as good as a run the weights are near 1; where it is poor the run
decides.

With dozens of figures a few draws, whose emulated figures are off and whose runs happen to be right in all of them, may
outweigh all others. Then runs are taken with noise of known size, which is added to what they say and to what is known
of their error: the weights still follow from what is observed, only less is. The noise is the least with which no few
draws decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.likelihood import Target, spread

Ints = NDArray[np.int64]

NOISES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""The variances of the noise that is tried, over that of what the emulator misses."""

LIGHT, WORTH = 0.5, 0.1
"""Few draws decide where Pareto's k is above the first (Vehtari et al. 2024), or all are worth less than this share."""


@dataclass(frozen=True)
class Weighed:
    """The weights of draws, which sum to 1, and how they came about."""

    weights: Values
    tail: float
    """The shape of the tail of the raw weights (Pareto's k): above 0.7 few draws would decide."""
    noise: float = 0.0
    """The variance of the noise with which runs were taken, over that of what the emulator misses."""

    @property
    def effective(self) -> float:
        """Return how many draws of equal weight they are worth."""
        return float(1 / np.sum(self.weights**2))


def corrected(target: Target, emulated: Values, run: Values, theirs: Values) -> tuple[Values, Values]:
    """Return the best guess of the logarithms at some draws from emulator and run, and the covariance of its error.

    `theirs` is the covariance of what the run is off.
    """
    ours = target.known.emulated
    share = np.linalg.solve(ours + theirs, ours).T
    return emulated + (run - emulated) @ share.T, (np.eye(len(ours)) - share) @ ours


def weighed(target: Target, latents: Values, run: Values, luck: Values, rng: np.random.Generator) -> Weighed:
    """Return the weights of draws (rows of all latents) of which there is a run each: its figures' logarithms.

    `luck` is the standard deviation of these by luck, as alike between figures as what the emulator misses. `rng` gives
    the noise, the same but for its size however much of it is needed.
    """
    count = len(target.inputs.latents)
    emulated = target.emulator(target.inputs.inputs(latents[:, :count]))
    ours, theirs = target.known.emulated, spread(luck, target.emulator.alike)
    mean, errors = target.mean(latents), latents[:, count:]
    before = target.of_mean(mean, errors)
    noise = rng.standard_normal(run.shape) @ _root(ours)
    for size in NOISES:
        better, left = corrected(target, emulated, run + np.sqrt(size) * noise, theirs + size * ours)
        surer = replace(target, known=replace(target.known, emulated=left))
        found = replace(smoothed(surer.of_mean(mean + better - emulated, errors) - before), noise=size)
        if found.tail <= LIGHT and found.effective >= WORTH * len(run):
            break
    return found


def _root(covariance: Values) -> Values:
    """Return what makes draws of a covariance of independent ones; of few runs, figures may be missed as one."""
    try:
        return np.asarray(np.linalg.cholesky(covariance).T, dtype=np.float64)
    except np.linalg.LinAlgError:
        sizes, ways = np.linalg.eigh(covariance)
        return np.asarray(np.sqrt(np.maximum(sizes, 0))[:, None] * ways.T, dtype=np.float64)


def smoothed(logs: Values) -> Weighed:
    """Return the Pareto-smoothed weights whose logarithms are given (Vehtari et al. 2024)."""
    raw = np.exp(logs - logs.max())
    n = len(raw)
    many = int(min(0.2 * n, 3 * np.sqrt(n)))
    order = np.argsort(raw, kind="stable")
    tail, cut = order[n - many :], raw[order[n - many - 1]]
    beyond = raw[tail] - cut
    shape = 0.0
    if many > 4 and beyond[-1] > 1e-12:
        shape, scale = _pareto(np.maximum(beyond, 1e-300))
        at = (np.arange(many) + 0.5) / many
        steep = np.expm1(-shape * np.log1p(-at)) / shape if abs(shape) > 1e-9 else -np.log1p(-at)
        raw = raw.copy()
        raw[tail] = np.minimum(cut + scale * steep, 1.0)
    return Weighed(raw / raw.sum(), float(shape))


def _pareto(beyond: Values) -> tuple[float, float]:
    """Return shape and scale of a generalised Pareto law, by the estimate of Zhang and Stephens (2009)."""
    n = len(beyond)
    many = 30 + int(np.sqrt(n))
    quarter = beyond[int(n / 4 + 0.5) - 1]
    theta = 1 / beyond[-1] + (1 - np.sqrt(many / (np.arange(1, many + 1) - 0.5))) / (3 * quarter)
    shapes = -np.log1p(-theta[:, None] * beyond).mean(axis=1)
    profile = n * (np.log(theta / shapes) + shapes - 1)
    weights = 1 / np.exp(profile - profile[:, None]).sum(axis=1)
    best = float((theta * weights).sum() / weights.sum())
    shape = float(np.log1p(-best * beyond).mean())
    return (n * shape + 5) / (n + 10), -shape / best


def kept(weights: Values, count: int, rng: np.random.Generator) -> Ints:
    """Return the places of draws of equal weight, by systematic resampling: each about as often as its weight says.

    They are in an order of chance, so that the first of them stand for all, and one taken twice is not twice in turn.
    """
    at = (rng.random() + np.arange(count)) / count
    found: Ints = np.minimum(np.searchsorted(np.cumsum(weights), at), len(weights) - 1)
    return found[rng.permutation(count)]
