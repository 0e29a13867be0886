"""The whole fit: designs, emulator, draws, members, and the one point that stands for them as the base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.learning import (
    ENDS,
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
    base: Values
    """The z of the base: the fitted numbers where figures and what was thought agree most, the others as configured."""
    base_run: Runs

    @property
    def inputs(self) -> Values:
        """Return the z of the draws that were run."""
        inputs = self.target.inputs
        return inputs.inputs(self.latents[:, : len(inputs.latents)])

    def rows(self, count: int, purpose: int) -> Values:
        """Return rows of all latents drawn from what is thought after the fit, by the emulator."""
        return draws_of(self.target, self.chains, count, self.learned.problem.rng(purpose))


def fit(problem: Problem) -> Fit:
    """Fit history to the published figures."""
    settings = problem.settings
    learned, _ = learn_nearer(problem, learn_first(problem))
    target = learned.target()
    problem.tell("draws from the emulator")
    chains = sample(target, len(target.active), settings.effort, problem.rng(3))
    latents = draws_of(target, chains, settings.tried, problem.rng(4))
    points = problem.inputs.inputs(latents[:, : len(problem.inputs.latents)])
    runs = problem.runs(points, TRIED, "members")
    count = len(problem.figures)
    weights = weighed(target, latents, runs.logs[:, :count], learned.luck[:count])
    members = kept(weights.weights, settings.members, problem.rng(5))
    base = base_point(target, chains)
    return Fit(learned, target, chains, latents, runs, weights, members, base, problem.runs(base[None], 0, "base"))


def base_point(target: Target, chains: Chains) -> Values:
    """Return the z of the base: the mode over the fitted numbers, with all others at the middle of their laws.

    Numbers that vary from wave to wave bring their level along. The sizes of the errors are their means after the fit.
    """
    from scipy.optimize import minimize

    inputs = target.inputs
    fitted = {k for k, key in enumerate(inputs.keys) if inputs.numbers[key].declared.fitted}
    free = set(fitted)
    means = np.zeros(len(target.latents))
    means[target.active] = chains.flat.mean(axis=0)
    for k, (_, places) in enumerate(inputs.groups):
        if fitted & set(places):
            free.add(len(inputs.keys) + 2 * k)
    at = np.zeros(len(target.latents))
    at[len(inputs.latents) :] = means[len(inputs.latents) :]
    for k in range(len(inputs.groups)):
        at[len(inputs.keys) + 2 * k + 1] = means[len(inputs.keys) + 2 * k + 1]
    moved = sorted(free & set(target.active))

    def against(some: Values) -> float:
        trial = at.copy()
        trial[moved] = some
        return float(0.5 * some @ some - target(trial[None, target.active])[0])

    def slope(some: Values) -> Values:
        step = 1e-4 * np.eye(len(some))
        trials = np.repeat(at[None], 2 * len(some), axis=0)
        trials[:, moved] = np.vstack([some + step, some - step])
        said = target(trials[:, target.active])
        found: Values = some - (said[: len(some)] - said[len(some) :]) / 2e-4
        return found

    if moved:
        at[moved] = minimize(against, means[moved], jac=slope, method="L-BFGS-B", options={"maxiter": 500}).x
    found: Values = inputs.inputs(at[None, : len(inputs.latents)])[0]
    return found


def at_the_end(fit: Fit) -> Values:
    """Return the counts when the fit ends of the members' runs, in the order of ENDS."""
    found: Values = np.exp(fit.runs.logs[fit.members, -len(ENDS) :])
    return found
