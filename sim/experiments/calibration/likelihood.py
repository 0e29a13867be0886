"""How likely the published figures are, given the latents: what an emulated run says, and what it may be off.

The logarithm of a published figure is that of the simulated one, of some hours or days before, and normal errors:

- the model's discrepancy: its standard deviation is a latent, one of the way to the award and one of what follows it,
  half-normal beforehand; it is correlated (`alike`): of counts the less the more they have grown, and along the funnel
  the more the more come from one stage to the next, so that neither three reports within a week nor four stages of one
  report are independent observations of a wrong model;
- rounding, the chance in a count, and what the emulator misses, each of its own known size; the last two as alike
  between figures as what was left of runs that the emulator did not learn from. Where a figure is rounded coarsely,
  as 5,000,000 is, what was counted is a latent, uniform between the numbers that are printed so: a normal error would
  let rounding explain what lies beyond them.

That a wave was filled is no figure but a bound: as many eligible people joined as there were places, or more. It has no
discrepancy: worlds are wanted in which the simulated wave is filled.

How old the figures of a report were when it was printed is a latent of each report, half-normal beforehand; but where a
report tells of which day they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.alike import alike
from sim.experiments.calibration.emulator import Emulator
from sim.experiments.calibration.figures import AGE_SHARE, OLDEST_SCALE, Figure
from sim.experiments.calibration.inputs import Inputs, Values, half_normal, half_normal_slope

Places = NDArray[np.int64]

DISCREPANCIES = ("discrepancy up to the award", "discrepancy after the award")
SCALE_OF_DISCREPANCY = 0.1
"""The scale of the half-normal law of the discrepancy's standard deviation, of logarithms: a judgement.

Half of that law lies below 6.7 %, a twentieth above 20 %. With a scale of 5 % the size that the figures after the award
point to, 13 %, is one in 125, so that the law held it down, and intervals with it.
"""

LEAST_DISCREPANCY = 0.01
"""What the model is off at the least, as a standard deviation of logarithms beside that: no model is exact."""


@dataclass(frozen=True)
class Known:
    """What is known of the figures beside their published size: a number each, and what goes together."""

    slope: Values
    """Growth of the simulated figure in the day before it was printed, as a share of it."""
    luck: Values
    """Covariance of their logarithms by luck, in the world that they were published of."""
    emulated: Values
    """Covariance of what the emulator misses."""
    stages: Mapping[datetime, Values] = field(default_factory=dict)
    """Logarithms of the simulated counts of all stages, at each instant of a figure that is a count so far."""


@dataclass(frozen=True)
class Target:
    """The likelihood of figures, as a function of the latents: those of the inputs, discrepancies, ages of reports."""

    inputs: Inputs
    emulator: Emulator
    """Of these figures."""
    figures: Sequence[Figure]
    known: Known
    begins: datetime
    """When the programme began."""
    unused: tuple[int, ...] = ()
    """Places of figures that the likelihood leaves out: those that are to be predicted, and bounds."""

    @cached_property
    def reports(self) -> tuple[datetime, ...]:
        """Return the dates of reports whose figures may be older than they."""
        return tuple(sorted({each.at for each in self.figures if each.may_be_older}))

    @cached_property
    def latents(self) -> tuple[str, ...]:
        """Return the names of all latents."""
        ages, digits = (f"age of {at:%Y-%m-%d}" for at in self.reports), (self.figures[k].name for k in self.coarse)
        return (*self.inputs.latents, *DISCREPANCIES, *ages, *(f"rounding of {name}" for name in digits))

    @cached_property
    def coarse(self) -> list[int]:
        """Return the places of the figures whose rounding is a latent."""
        return [k for k, each in enumerate(self.figures) if each.coarse]

    @cached_property
    def active(self) -> list[int]:
        """Return the places of the latents that the figures can say something of; the others keep their prior."""
        keys = len(self.inputs.keys)
        moving = set(self.emulator.active)
        found = set(moving)
        for k, (_, places) in enumerate(self.inputs.groups):
            if moving & set(places):
                found |= {keys + 2 * k, keys + 2 * k + 1}
        return [*sorted(found), *range(len(self.inputs.latents), len(self.latents))]

    @cached_property
    def observed(self) -> Values:
        """Return the logarithms of the published figures."""
        return np.log([each.published for each in self.figures])

    @cached_property
    def _fixed(self) -> Values:
        rounding = np.array([0.0 if each.coarse else each.rounding for each in self.figures])
        found: Values = np.diag(rounding**2) + self.known.luck + self.known.emulated
        return found

    @cached_property
    def alike(self) -> Values:
        """Return the covariance of the discrepancy of size one: up to the award and after it, a matrix each."""
        return alike(self.figures, self.known.stages)

    @cached_property
    def correlation(self) -> Values:
        """Return the correlation of the discrepancy between figures, where both sizes are the same."""
        both = self.alike.sum(axis=0)
        size = np.sqrt(np.diag(both))
        # What is given has no error, nor a stage to which all of these come: it is like no other.
        found: Values = both / np.where(size > 0, size, 1)[:, None] / np.where(size > 0, size, 1)
        return found

    @cached_property
    def _ages(self) -> Values:
        """Return how much an age of one scale takes off each figure, a row for each report."""
        found = np.zeros((len(self.reports), len(self.figures)))
        for k, figure in enumerate(self.figures):
            if figure.may_be_older:
                scale = min(OLDEST_SCALE, AGE_SHARE * (figure.at - self.begins).total_seconds() / 86400)
                found[self.reports.index(figure.at), k] = self.known.slope[k] * scale
        return found

    def full(self, active: Values) -> Values:
        """Return rows of all latents from those of the active ones; nought for the others."""
        found = np.zeros((len(active), len(self.latents)))
        found[:, self.active] = active
        return found

    def mean(self, latents: Values) -> Values:
        """Return the logarithms of the figures as an emulated run says they are printed: rows of all latents."""
        count = len(self.inputs.latents)
        return self._mean(self.inputs.inputs(latents[:, :count]), latents[:, count:])

    def _mean(self, inputs: Values, errors: Values) -> Values:
        return self._printed(self.emulator(inputs), errors)

    def _printed(self, emulated: Values, errors: Values) -> Values:
        """Return what is printed of emulated figures, as the latents of the errors say."""
        found: Values = emulated - self._aged(errors)
        found[:, self.coarse] -= self._counted(errors)[0]
        return found

    def aged(self, latents: Values) -> Values:
        """Return what the ages of the reports take off the logarithms, from rows of all latents."""
        return self._aged(latents[:, len(self.inputs.latents) :])

    def _aged(self, errors: Values) -> Values:
        ages = errors[:, len(DISCREPANCIES) : len(DISCREPANCIES) + len(self.reports)]
        found: Values = half_normal(ages) @ self._ages
        return found

    def _counted(self, errors: Values) -> tuple[Values, Values]:
        """Return what was counted over what is printed, of the coarse figures, as a logarithm; and its slopes."""
        from scipy.special import ndtr

        z = errors[:, len(DISCREPANCIES) + len(self.reports) :]
        half = np.array([self.figures[k].half for k in self.coarse])
        counted = 1 + half * (2 * ndtr(z) - 1)
        return np.log(counted), half * np.sqrt(2 / np.pi) * np.exp(-0.5 * z**2) / counted

    def discrepancy(self, latents: Values) -> Values:
        """Return the discrepancy's standard deviation up to the award and after it, from rows of all latents."""
        return self._discrepancy(latents[:, len(self.inputs.latents) :])

    def _discrepancy(self, errors: Values) -> Values:
        found: Values = np.hypot(LEAST_DISCREPANCY, SCALE_OF_DISCREPANCY * half_normal(errors[:, : len(DISCREPANCIES)]))
        return found

    def covariance(self, latents: Values) -> Values:
        """Return the covariance of the errors, a matrix for each row of all latents."""
        return self._covariance(latents[:, len(self.inputs.latents) :], np.arange(len(self.figures)))

    def _covariance(self, errors: Values, some: Places) -> Values:
        """Return the covariance of the errors of some figures."""
        among = np.ix_(some, some)
        groups = self.alike[:, some[:, None], some].reshape(len(DISCREPANCIES), -1)
        found: Values = (self._discrepancy(errors) ** 2 @ groups).reshape(-1, len(some), len(some))
        return found + self._fixed[among]

    def __call__(self, active: Values) -> tuple[Values, Values]:
        """Return the logarithm of the likelihood of rows of active latents, up to a constant, and its slopes."""
        latents, some, count = self.full(active), self.used, len(self.inputs.latents)
        inputs, errors = self.inputs.inputs(latents[:, :count]), latents[:, count:]
        emulated, pulled = self.emulator.with_slopes(inputs)
        mean = self._printed(emulated, errors)
        away = (self.observed - mean)[:, some]
        inverse, logs = inverted(self._covariance(errors, some))
        pull = (inverse @ away[:, :, None])[:, :, 0]
        slopes = np.zeros_like(latents)
        every = np.zeros((len(active), len(self.figures)))
        every[:, some] = pull
        every[:, self.bounds], within = self._within(mean)
        slopes[:, :count] = self.inputs.onto_latents(latents[:, :count], pulled(every))
        # Along the discrepancies: the covariance is the sum of matrices, each times the square of one of them.
        bent = pull[:, :, None] * pull[:, None, :] - inverse
        along = bent.reshape(len(bent), -1) @ self.alike[:, some[:, None], some].reshape(len(DISCREPANCIES), -1).T
        own = SCALE_OF_DISCREPANCY * half_normal(errors[:, : len(DISCREPANCIES)])
        grows = SCALE_OF_DISCREPANCY * half_normal_slope(errors[:, : len(DISCREPANCIES)])
        slopes[:, count : count + len(DISCREPANCIES)] = along * own * grows
        ages = slice(len(DISCREPANCIES), len(DISCREPANCIES) + len(self.reports))
        slopes[:, count:][:, ages] = -half_normal_slope(errors[:, ages]) * (every @ self._ages.T)
        slopes[:, count + ages.stop :] = -self._counted(errors)[1] * every[:, self.coarse]
        return 0.5 * logs - 0.5 * (away * pull).sum(axis=1) + within, slopes[:, self.active]

    def of_inputs(self, inputs: Values, errors: Values) -> Values:
        """Return the logarithm of rows of z, and of the latents of the errors: a row for each, or one for all."""
        return self.of_mean(self._mean(inputs, errors), errors)

    def of_mean(self, mean: Values, errors: Values) -> Values:
        """Return the logarithm of rows of what is said of the figures, with the latents of the errors."""
        some = self.used
        normal = normal_log((self.observed - mean)[:, some], self._covariance(errors, some))
        return normal + self._within(mean)[1]

    def _within(self, mean: Values) -> tuple[Values, Values]:
        """Return the slopes of the logarithm along those of the bounds, and how likely all bounds are kept."""
        from scipy.special import log_ndtr

        some = self.bounds
        sharp = 1 / np.sqrt(np.diag(self._fixed)[some])
        room = sharp * (mean - self.observed)[:, some]
        logs: Values = log_ndtr(room)
        return sharp * np.exp(-0.5 * room**2 - logs) / np.sqrt(2 * np.pi), logs.sum(axis=1)

    @cached_property
    def used(self) -> Places:
        """Return the places of the figures that the likelihood uses, without bounds."""
        return self._places(bounds=False, unused=False)

    @cached_property
    def bounds(self) -> Places:
        """Return the places of the bounds that the likelihood uses."""
        return self._places(bounds=True, unused=False)

    @cached_property
    def left_out(self) -> Places:
        """Return the places of the figures that are to be predicted."""
        return self._places(bounds=False, unused=True)

    def _places(self, bounds: bool, unused: bool) -> Places:
        kinds = [(each.bound, k in self.unused) for k, each in enumerate(self.figures)]
        return np.array([k for k, kind in enumerate(kinds) if kind == (bounds, unused)], dtype=np.int64)

    def predicted(self, latents: Values, rng: np.random.Generator) -> Values:
        """Return a draw of the left out figures' logarithms for each row of all latents, given the figures used."""
        some, others = self.used, self.left_out
        mean, covariance = self.mean(latents), self.covariance(latents)
        across = covariance[:, others[:, None], some]
        pull = np.swapaxes(np.linalg.solve(covariance[:, some[:, None], some], np.swapaxes(across, 1, 2)), 1, 2)
        away = (self.observed - mean)[:, some]
        centre = mean[:, others] + np.einsum("dij,dj->di", pull, away)
        left = covariance[:, others[:, None], others] - pull @ np.swapaxes(across, 1, 2)
        luck = rng.standard_normal(centre.shape)
        found: Values = centre + np.einsum("dij,dj->di", np.linalg.cholesky(left), luck)
        return found


def inverted(covariances: Values) -> tuple[Values, Values]:
    """Return the inverses of covariances, and the logarithms of the determinants of these inverses.

    By Cholesky factors (LAPACK's potri), at half the time of inverses of matrices of any kind.
    """
    from scipy.linalg.lapack import dpotri

    roots = np.linalg.cholesky(covariances)
    halves = np.empty_like(roots)
    for root, half in zip(roots, halves, strict=True):
        half[:] = dpotri(root.T)[0].T  # the transpose of a lower factor is an upper one; what is beside it stays nought
    found = halves + np.swapaxes(halves, 1, 2)
    every = np.arange(found.shape[-1])
    found[:, every, every] /= 2
    return found, -2 * np.log(roots[:, every, every]).sum(axis=1)


def spread(sizes: Values, alike: Values) -> Values:
    """Return the covariance of errors of some standard deviations and of some correlation."""
    found: Values = sizes[:, None] * sizes * alike
    return found


def normal_log(away: Values, covariance: Values) -> Values:
    """Return the logarithm of normal densities of rows, up to a constant."""
    root = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(root, away[:, :, None])[:, :, 0]
    found: Values = -0.5 * (scaled**2).sum(axis=1) - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return found
