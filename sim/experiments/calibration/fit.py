"""The whole fit: designs, emulator, draws, members, and the one point that stands for them as the base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.experiments.calibration.inputs import FURTHEST, LEVEL, Values, rounded, spread_at
from sim.experiments.calibration.learning import (
    TRIED,
    Learned,
    Problem,
    Runs,
    draws_of,
    learn_first,
    learn_nearer,
)
from sim.experiments.calibration.likelihood import Target
from sim.experiments.calibration.members import Ints, Weighed, kept, weighed
from sim.experiments.calibration.sampling import Chains, sample
from sim.parameters.kinds import Follows, Number

UNINFORMED = 0.9
"""A number whose standard deviation after the fit, as z, is no less than this is not told by the figures."""

MANY = 4000
"""Draws of what is known after the fit, by the emulator, that are looked at."""

STEP = 1e-4
"""The step, as z, by which slopes are taken."""


@dataclass(frozen=True)
class Fit:
    """What a fit gives."""

    learned: Learned
    target: Target
    chains: Chains
    latents: Values
    """The draws that were run, a row of all latents each."""
    runs: Runs
    """What their runs said."""
    weighed: Weighed
    members: Ints
    """The places of the members among the draws."""
    base: dict[str, float]
    """The values of the base that the fit sets."""
    base_run: Runs

    @property
    def member_inputs(self) -> Values:
        """Return the z of the members. Of a draw that is taken again, what no figure depends on is drawn anew."""
        inputs, rows = self.target.inputs, self.latents[self.members].copy()
        again = np.array([row for row, place in enumerate(self.members) if place in self.members[:row]], dtype=int)
        idle = np.setdiff1d(np.arange(rows.shape[1]), self.target.active)
        rows[again[:, None], idle] = self.learned.problem.rng(7).standard_normal((len(again), len(idle)))
        return inputs.inputs(rows[:, : len(inputs.latents)])

    @property
    def discrepancies(self) -> tuple[float, float]:
        """Return the middle of what is known of the discrepancy's size, up to the award and after it."""
        up_to_award, after_award = np.median(self.target.discrepancy(self.rows()), axis=0)
        return float(up_to_award), float(after_award)

    def rows(self) -> Values:
        """Return rows of all latents drawn from what is known after the fit, by the emulator."""
        return draws_of(self.target, self.chains, MANY, self.learned.problem.rng(6))


def fit(problem: Problem) -> Fit:
    """Fit history to the published figures."""
    settings = problem.settings
    learned, _ = learn_nearer(problem, learn_first(problem))
    target = learned.target()
    problem.tell("draws from the emulator")
    chains = sample(target, len(target.active), settings.effort, problem.rng(3), problem.workers)
    latents = draws_of(target, chains, settings.tried, problem.rng(4))
    points = problem.inputs.inputs(latents[:, : len(problem.inputs.latents)])
    runs = problem.runs(points, TRIED, "members")
    count = len(problem.figures)
    weights = weighed(target, latents, runs.logs[:, :count], learned.luck[:count], problem.rng(8))
    members = kept(weights.weights, settings.members, problem.rng(5))
    base = base_values(target, chains, draws_of(target, chains, MANY, problem.rng(6)))
    return Fit(learned, target, chains, latents, runs, weights, members, base, problem.base_run(base))


def base_values(target: Target, chains: Chains, latents: Values) -> dict[str, float]:
    """Return the values of the base that the fit sets, to four digits, and those that follow them.

    They are of the fitted numbers that the figures tell, as `latents` drawn after the fit say: the mode, with all
    others as they are configured, and the sizes of the errors at their means. A number that the figures tell only by
    the level of what varies from wave to wave has the mean of that level.
    """
    inputs = target.inputs
    drawn = inputs.inputs(latents[:, : len(inputs.latents)])
    middle, around = _before(target, latents)
    alone, by_level = _told(target, latents, drawn)
    fitted = {
        k
        for k, key in enumerate(inputs.keys)
        if inputs.numbers[key].declared.fitted and not _is_whole(inputs.numbers[key])
    }
    told = sorted(fitted & (alone | by_level))
    at = inputs.configured()
    at[told] = [drawn[:, k].mean() if k in alone else middle[k] for k in told]
    at = mode(target, chains, at, [k for k in told if k in alone], middle, around)
    found = inputs.values(at[None])
    values = {inputs.keys[k]: float(f"{found[inputs.keys[k]][0]:.4g}") for k in told}
    for key, number in inputs.numbers.items():
        law = number.declared.law
        if isinstance(law, Follows) and law.leader in values:
            values[key] = rounded(inputs.proportion(key) * values[law.leader])
    return values


def _told(target: Target, latents: Values, drawn: Values) -> tuple[set[int], set[int]]:
    """Return the places of inputs that the figures tell themselves, and of those told by the level of their group.

    Of what varies from wave to wave one is told itself where more is known of it than the level says of every other.
    """
    inputs, keys = target.inputs, len(target.inputs.keys)
    spread, least = drawn.std(axis=0), np.full(keys, UNINFORMED)
    by_level: set[int] = set()
    for k, (_, places) in enumerate(inputs.groups):
        level, deviation = latents[:, keys + 2 * k], spread_at(latents[:, keys + 2 * k + 1])
        least[places] = UNINFORMED * np.sqrt(LEVEL**2 * level.var() + np.mean(deviation**2))
        if level.std() < UNINFORMED:
            by_level |= set(places)
    return {int(k) for k in np.flatnonzero(spread < least) if k in set(target.emulator.active)}, by_level


def _before(target: Target, latents: Values) -> tuple[Values, Values]:
    """Return middle and spread of each input before its own figures: of what varies, around the level after the fit."""
    inputs = target.inputs
    keys = len(inputs.keys)
    middle, spread = np.zeros(keys), np.ones(keys)
    for k, (_, places) in enumerate(inputs.groups):
        middle[places] = LEVEL * latents[:, keys + 2 * k].mean()
        spread[places] = spread_at(latents[:, keys + 2 * k + 1]).mean()
    return middle, spread


def _is_whole(number: Number) -> bool:
    return number.declared.law is not None and number.declared.law.whole


def mode(target: Target, chains: Chains, at: Values, moved: list[int], middle: Values, spread: Values) -> Values:
    """Return the z at which prior and likelihood are greatest over some inputs, the others staying where they are."""
    from scipy.optimize import minimize

    errors = np.zeros(len(target.latents))
    errors[target.active] = chains.flat.mean(axis=0)
    errors = errors[None, len(target.inputs.latents) :]

    def against(some: Values) -> Values:
        trials = np.repeat(at[None], len(some), axis=0)
        trials[:, moved] = some
        apart = (some - middle[moved]) / spread[moved]
        found: Values = 0.5 * (apart**2).sum(axis=1) - target.of_inputs(trials, errors)
        return found

    def slope(some: Values) -> Values:
        step = STEP * np.eye(len(some))
        said = against(np.vstack([some + step, some - step]))
        found: Values = (said[: len(some)] - said[len(some) :]) / (2 * STEP)
        return found

    best = at.copy()
    if moved:
        best[moved] = minimize(lambda some: against(some[None])[0], at[moved], jac=slope, method="L-BFGS-B").x
    return np.clip(best, -FURTHEST, FURTHEST)
