"""Points drawn in proportion to a standard normal prior and a likelihood, by many chains side by side.

Hamiltonian Monte Carlo (Neal 2011) in latents that are scaled so that they are about standard normal after the fit: by
the mean and covariance of the chains themselves, learned in rounds in which the likelihood at first has little weight.
The step is set so that as many proposals are taken as is best; step and scale are the same for all draws that are kept,
which so follow the target exactly. All chains move at once: a step costs one evaluation of as many points as there are
chains. Once step and scale are set, the chains are parted in two, which may be moved side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.experiments.calibration.inputs import Values
from sim.experiments.jobs.executors import side_by_side

LogLikelihood = Callable[[Values], tuple[Values, Values]]
"""Gives the logarithm of the likelihood of rows of latents, and its slope along each latent."""

COOLING = 4.0
"""The likelihood has less weight in the rounds that learn: by this factor less in each than in the next."""

LEAN = 1e-3
"""How much of the variances is added to the covariance that the chains say: they may be few beside the latents."""

TAKEN = 0.9
"""The share of proposals that should be taken: more than is best for a normal law, for where the target is narrower."""

SHORTEST, LONGEST = 1.2, 3.0
"""How long one proposal moves, where a quarter of a standard normal's turn is 1.57: at random between these."""

MOST_STEPS = 60
"""Steps of a proposal at most."""


PARTS = 2
"""Parts of the chains that are moved apart once step and scale are set: the same on any number of processes."""

LOST = 1000.0
"""A proposal whose energy has risen by this much is given up: it would be taken never, and might leave all numbers."""


@dataclass(frozen=True)
class Effort:
    """How long the chains are: how many there are, the rounds that learn, their steps, the draws kept of each."""

    chains: int = 64
    rounds: int = 5
    steps: int = 80
    kept: int = 400


@dataclass(frozen=True)
class Chains:
    """Draws: chains × draws × latents."""

    draws: Values

    @property
    def flat(self) -> Values:
        """Return all draws, a row each."""
        return self.draws.reshape(-1, self.draws.shape[-1])

    @property
    def rhat(self) -> Values:
        """Return the R-hat of each latent; 1 where all chains tell the same (Vehtari et al. 2021).

        It is the larger of two: that of the draws, which sees chains at different places, and that of their distances
        from the median of all, which sees a chain that is narrower or wider than the others.
        """
        folded = np.abs(self.draws - np.median(self.flat, axis=0))
        return np.maximum(_rhat(self.draws), _rhat(folded))

    @property
    def effective(self) -> Values:
        """Return how many independent draws those of each latent are worth, by Geyer's initial monotone sequence."""
        chains = _normal_ranks(_split(self.draws))
        m, n, size = chains.shape
        within, between = _within_and_between(chains)
        variance = (n - 1) / n * within + between
        centred = chains - chains.mean(axis=1, keepdims=True)
        power = np.fft.rfft(centred, 2 * n, axis=1)
        covariance = np.fft.irfft(power * power.conj(), axis=1)[:, :n].mean(axis=0) / n
        rho = 1 - (within - covariance * n / (n - 1)) / np.maximum(variance, 1e-300)
        pairs = rho[: n // 2 * 2].reshape(-1, 2, size).sum(axis=1)
        pairs = np.minimum.accumulate(np.where(np.minimum.accumulate(pairs > 0, axis=0), pairs, 0.0), axis=0)
        time = np.maximum(2 * pairs.sum(axis=0) - 1, 1 / np.log10(m * n))
        found: Values = m * n / time
        return found


def _rhat(draws: Values) -> Values:
    """Return the split R-hat of the normal scores of the ranks."""
    chains = _normal_ranks(_split(draws))
    within, between = _within_and_between(chains)
    n = chains.shape[1]
    found: Values = np.sqrt(((n - 1) / n * within + between) / np.maximum(within, 1e-300))
    return found


def _split(draws: Values) -> Values:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _normal_ranks(chains: Values) -> Values:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    flat = chains.reshape(-1, chains.shape[-1])
    found: Values = ndtri((rankdata(flat, axis=0) - 0.375) / (len(flat) + 0.25)).reshape(chains.shape)
    return found


def _within_and_between(chains: Values) -> tuple[Values, Values]:
    """Return the mean variance within chains, and the variance of their means."""
    return chains.var(axis=1, ddof=1).mean(axis=0), chains.mean(axis=1).var(axis=0, ddof=1)


@dataclass
class _Motion:
    """How chains move: the weight of the likelihood, the scale of the latents, the length of a step."""

    likelihood: LogLikelihood
    weight: float
    centre: Values
    root: Values
    step: float

    def energy(self, scaled: Values) -> tuple[Values, Values]:
        """Return the negative logarithm of the target at scaled latents, and its slope along them."""
        at = self.centre + scaled @ self.root.T
        said, slope = self.likelihood(at)
        energy = 0.5 * (at**2).sum(axis=1) - self.weight * said
        energy = np.where(np.isfinite(energy), energy, np.inf)
        return energy, np.nan_to_num((at - self.weight * slope) @ self.root)

    @np.errstate(over="ignore", invalid="ignore")
    def moved(self, at: Values, rng: np.random.Generator) -> tuple[Values, float]:
        """Return the next point of each chain, and the mean chance with which the proposals were to be taken.

        With too long a step a path flies off, to numbers that are not finite, and is lost.
        """
        scaled = np.asarray(np.linalg.solve(self.root, (at - self.centre).T).T, dtype=np.float64)
        energy, slope = self.energy(scaled)
        speed = rng.standard_normal(at.shape)
        before = energy + 0.5 * (speed**2).sum(axis=1)
        steps = int(np.clip(np.ceil(rng.uniform(SHORTEST, LONGEST) / self.step), 1, MOST_STEPS))
        length = self.step * rng.uniform(0.9, 1.1)
        there, lost = scaled, np.zeros(len(at), dtype=bool)
        for _ in range(steps):
            speed = speed - 0.5 * length * slope
            there = np.where(lost[:, None], scaled, there + length * speed)
            energy, slope = self.energy(there)
            speed = speed - 0.5 * length * slope
            lost |= ~(energy - before < LOST)
        after = np.where(lost, np.inf, energy + 0.5 * (speed**2).sum(axis=1))
        chance = np.exp(np.minimum(before - after, 0))
        taken = rng.random(len(at)) < chance
        new = np.where(taken[:, None], self.centre + there @ self.root.T, at)
        return new, float(chance.mean())


def sample(likelihood: LogLikelihood, size: int, effort: Effort, rng: np.random.Generator, workers: int = 1) -> Chains:
    """Return draws of as many latents, standard normal beforehand, in proportion to the likelihood.

    With more than one worker the likelihood is pickled.
    """
    at = _starts(likelihood, size, effort.chains, rng)
    motion = _Motion(likelihood, 1.0, np.zeros(size), np.eye(size), 0.1)
    for heat in reversed(range(effort.rounds)):
        motion.weight = COOLING**-heat
        seen = np.empty((effort.chains, effort.steps, size))
        for k in range(effort.steps):
            at, chance = motion.moved(at, rng)
            motion.step = float(np.clip(motion.step * np.exp((chance - TAKEN) / np.sqrt(1 + k / 4)), 1e-4, 1.5))
            seen[:, k] = at
        late = seen[:, effort.steps // 2 :].reshape(-1, size)
        covariance = np.asarray(np.cov(late.T), dtype=np.float64).reshape(size, size)
        motion.centre = late.mean(axis=0)
        covariance += LEAN * np.diag(np.diag(covariance)) + 1e-12 * np.eye(size)
        motion.root = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    motion.step = _step_for(motion, at, effort.steps, rng)
    parts = [
        _Part(motion, some, effort.kept, luck)
        for some, luck in zip(np.array_split(at, PARTS), rng.spawn(PARTS), strict=True)
    ]
    return Chains(np.concatenate(side_by_side(_kept, parts, workers, lambda done: None)))


@dataclass
class _Part:
    """Some of the chains, that are moved as often as draws of them are kept, and their luck."""

    motion: _Motion
    at: Values
    kept: int
    rng: np.random.Generator


def _kept(part: _Part) -> Values:
    """Return the draws of some chains: chains × draws × latents."""
    at, found = part.at, np.empty((len(part.at), part.kept, part.at.shape[1]))
    for k in range(part.kept):
        at, _ = part.motion.moved(at, part.rng)
        found[:, k] = at
    return found


def _step_for(motion: _Motion, at: Values, steps: int, rng: np.random.Generator) -> float:
    """Return the step with which the wanted share of proposals is taken, tried from a point of each chain."""
    tried = []
    motion.step = 0.5
    for k in range(max(steps // 2, 10)):
        at, chance = motion.moved(at, rng)
        motion.step = float(np.clip(motion.step * np.exp((chance - TAKEN) / np.sqrt(1 + k / 4)), 1e-4, 1.5))
        tried.append(np.log(motion.step))
    return float(np.exp(np.mean(tried[len(tried) // 2 :])))


def _starts(likelihood: LogLikelihood, size: int, chains: int, rng: np.random.Generator) -> Values:
    """Return the likeliest of many draws from the prior."""
    tried = rng.standard_normal((20 * chains, size))
    said, _ = likelihood(tried)
    return tried[np.argsort(-said, kind="stable")[:chains]]
