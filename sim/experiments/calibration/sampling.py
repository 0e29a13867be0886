"""Points drawn in proportion to a standard normal prior and a likelihood, by many chains side by side.

Elliptical slice sampling (Murray, Adams and MacKay 2010) needs no step sizes and no derivatives where the prior is
normal. Where the figures say much, chains of it are slow; so after a start with the prior itself its place is taken by
a Student t whose centre and covariance are those of the chains so far (Nishihara, Murray and Adams 2014), and what the
target differs from it goes with the likelihood. The t is the same for all draws that are kept, so these follow the
target exactly. The rounds that learn it begin with a likelihood of little weight. All chains move at once, so that a step costs one evaluation of as many points as there are chains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.experiments.calibration.inputs import Values

LogLikelihood = Callable[[Values], Values]
"""Gives the logarithm of the likelihood of rows of latents."""

FREEDOM = 8.0
"""Degrees of freedom of the Student t: tails long enough for those of the target."""

COOLING = 4.0
"""The likelihood has less weight in the rounds that learn: by this factor less in each than in the next."""

LEAN = 1e-4
"""How much of the variances is added to the covariance that the chains say: they may be few beside the latents."""

MOST_SHRINKS = 200


@dataclass(frozen=True)
class Effort:
    """How long the chains are: how many there are, the rounds that learn the t, their steps, the draws kept of each."""

    chains: int = 96
    rounds: int = 5
    steps: int = 200
    kept: int = 300


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
        """Return the split R-hat of the ranks of each latent; 1 where all chains tell the same (Vehtari et al. 2021)."""
        chains = _normal_ranks(_split(self.draws))
        within, between = _within_and_between(chains)
        n = chains.shape[1]
        found: Values = np.sqrt(((n - 1) / n * within + between) / np.maximum(within, 1e-300))
        return found

    @property
    def effective(self) -> Values:
        """Return of each latent how many independent draws its draws are worth, by Geyer's initial monotone sequence."""
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


def sample(
    likelihood: LogLikelihood, size: int, effort: Effort, rng: np.random.Generator, start: Values | None = None
) -> Chains:
    """Return draws of as many latents, standard normal beforehand, in proportion to the likelihood.

    `start` may name points near which the chains begin: else it is the best of many draws from the prior.
    """
    at = _starts(likelihood, size, effort.chains, rng) if start is None else start
    centre, root = np.zeros(size), np.eye(size)
    freedom = np.inf
    for heat in reversed(range(effort.rounds)):
        warm = _warmed(likelihood, COOLING**-heat)
        said = warm(at)
        seen = np.empty((effort.chains, effort.steps, size))
        for k in range(effort.steps):
            at, said = _step(warm, at, said, centre, root, freedom, rng)
            seen[:, k] = at
        late = seen[:, effort.steps // 2 :].reshape(-1, size)
        centre = late.mean(axis=0)
        covariance = np.cov(late.T).reshape(size, size)
        root = np.linalg.cholesky(covariance + LEAN * np.diag(np.diag(covariance)))
        freedom = FREEDOM
    kept = np.empty((effort.chains, effort.kept, size))
    for k in range(effort.kept):
        at, said = _step(likelihood, at, said, centre, root, freedom, rng)
        kept[:, k] = at
    return Chains(kept)


def _warmed(likelihood: LogLikelihood, weight: float) -> LogLikelihood:
    return lambda at: weight * likelihood(at)


def _starts(likelihood: LogLikelihood, size: int, chains: int, rng: np.random.Generator) -> Values:
    tried = rng.standard_normal((40 * chains, size))
    said = likelihood(tried)
    return tried[np.argsort(-said, kind="stable")[:chains]]


def _step(
    likelihood: LogLikelihood,
    at: Values,
    said: Values,
    centre: Values,
    root: Values,
    freedom: float,
    rng: np.random.Generator,
) -> tuple[Values, Values]:
    """Return the next point of each chain, and the likelihood there."""
    chains, size = at.shape
    scale = np.ones(chains)
    if np.isfinite(freedom):
        scale = (freedom + _squares(at, centre, root)) / rng.chisquare(freedom + size, chains)
    level = said + _correction(at, centre, root, freedom) + np.log(rng.random(chains))
    away = at - centre
    other = np.sqrt(scale)[:, None] * (rng.standard_normal(at.shape) @ root.T)
    angle = rng.uniform(0, 2 * np.pi, chains)
    low, high = angle - 2 * np.pi, angle.copy()
    new, new_said = at.copy(), said.copy()
    open_ = np.arange(chains)
    for _ in range(MOST_SHRINKS):
        tried = centre + away[open_] * np.cos(angle[open_])[:, None] + other[open_] * np.sin(angle[open_])[:, None]
        found = likelihood(tried)
        good = found + _correction(tried, centre, root, freedom) > level[open_]
        new[open_[good]], new_said[open_[good]] = tried[good], found[good]
        open_ = open_[~good]
        if not open_.size:
            break
        below = angle[open_] < 0
        low[open_[below]], high[open_[~below]] = angle[open_[below]], angle[open_[~below]]
        angle[open_] = rng.uniform(low[open_], high[open_])
    return new, new_said


def _squares(at: Values, centre: Values, root: Values) -> Values:
    found: Values = np.square(np.linalg.solve(root, (at - centre).T)).sum(axis=0)
    return found


def _correction(at: Values, centre: Values, root: Values, freedom: float) -> Values:
    """Return the logarithm of the prior over the reference, up to a constant."""
    if not np.isfinite(freedom):
        return np.zeros(len(at))
    squares = _squares(at, centre, root)
    found: Values = -0.5 * (at**2).sum(axis=1) + 0.5 * (freedom + at.shape[1]) * np.log1p(squares / freedom)
    return found
