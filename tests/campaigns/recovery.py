"""Take known values, simulate, "publish" what was simulated, fit to it, and see whether the intervals hold them.

Values are drawn from their laws, as are the sizes of the errors; or these are given. Every history is a real run of
one person in a hundred, with luck of its own, in which all waves are filled as they were; its figures are moved by a
discrepancy of that size, aged and rounded as the published ones are. One emulator, learned once over the laws, serves
all histories. Of each history it is counted how many numbers lie within their 90 % interval, and how many of the counts
at the end of the fit, which it does not publish, lie within that of their prediction.

So the emulator of the first design and the sampler are tested. The nearer designs, the weighting of draws by runs and
the 60 members of a fit are not, but where `--weighed` asks for it: then draws of some histories are run, weighed and
taken as a fit does, and the rank of the known value among the members, which is uniform where they stand for what is
known, is counted within its middle 90 %.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from sim.experiments.calibration.design import OF_THE_FIT
from sim.experiments.calibration.figures import Figure, half_unit
from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.learning import ENDS, Learned, Problem, Runs, Settings, draws_of, learn_first
from sim.experiments.calibration.likelihood import DISCREPANCIES, LEAST_DISCREPANCY, SCALE_OF_DISCREPANCY, Target
from sim.experiments.calibration.members import kept, weighed
from sim.experiments.calibration.sampling import Effort, sample
from sim.experiments.jobs.job import MODEL, sources_hash
from tests.campaigns.log import FOLDER, Log
from tests.campaigns.recovered import Found, off, said

MIDDLE = (0.05, 0.95)
FIRST = 100_000
"""The first replication of the histories: no run of the design has their luck."""

EFFORT = Effort(chains=24, rounds=5, steps=40, kept=100)
REPEATED = 40
DRAWS = 2000

MOST_TRIED = 100
"""Values that are drawn at the most for one history: in seven of ten runs all waves are filled."""

MODES = 400_000
"""The first replication of the runs at the modes."""

WEIGHED = 500_000
"""The first replication of the runs by which draws are weighed."""

TRIED, MEMBERS = 200, 15
"""Draws of a history that are run, and members that are taken of them: about as many of each as in a fit."""

FIT = ("experiments/calibration", "experiments/draws.py", *OF_THE_FIT)
"""The sources of the fit, beside those of the model."""


@dataclass(frozen=True)
class History:
    """A history whose values are known: its number, all latents, and what it published; then the counts at the end."""

    number: int
    latents: Values
    figures: list[Figure]


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print the coverage and return 1 where it is not what it should be."""
    from sim.command.fit import fit_of

    asked = _asked(words)
    problem, _ = fit_of([f"population.scale={asked.scale}"])
    settings = replace(problem.settings, points=asked.points, workers=asked.workers)
    made, log = made_with(problem, asked), Log(asked.log)
    done = Found.of(log, made, asked.histories).lines
    some = [k for k in range(asked.histories) if k not in done or (k < asked.weighed and "members" not in done[k])]
    if some:
        learned = learn_first(replace(problem, settings=settings, tell=_quiet), REPEATED)
    context = multiprocessing.get_context("spawn")
    for begin in range(0, len(some), asked.workers * 4):
        histories = published(learned, some[begin : begin + asked.workers * 4], asked.seed, asked.discrepancy)
        jobs = [(learned, each, TRIED if each.number < asked.weighed else 0) for each in histories]
        with ProcessPoolExecutor(asked.workers, mp_context=context) as pool:
            for found in pool.map(held, jobs):
                log.add(str(found.pop("history")), "done", made=made, **found)
        print("\n".join(said(Found.of(log, made, asked.histories), asked.histories)), flush=True)
    counted = Found.of(log, made, asked.histories)
    wrong = [] if asked.discrepancy else [*off([*counted.lines.values()])]
    print("\n".join([*said(counted, asked.histories), *wrong]))
    if asked.discrepancy:
        print("Not judged: 90 % is promised of sizes of discrepancy that are drawn from their law, not of given ones.")
    return 1 if wrong else 0


def made_with(problem: Problem, asked: argparse.Namespace) -> dict[str, Any]:
    """Return what a history's line depends on beside its number, as JSON says it.

    It does not depend on the values that a fit sets, only on their laws: every uncertain number is drawn.
    """
    inputs = problem.inputs
    middle = inputs.configs(problem.config, np.zeros((1, len(inputs.keys))))
    laws = {key: repr(number.declared) for key, number in inputs.numbers.items()}
    described = json.dumps([middle, laws, repr(problem.figures)], sort_keys=True, default=str)
    return {
        "seed": asked.seed,
        "points": asked.points,
        "scale": asked.scale,
        "discrepancy": asked.discrepancy,
        "effort": asdict(EFFORT),
        "configs": hashlib.sha256(described.encode()).hexdigest(),
        "model": sources_hash(MODEL),
        "fit": sources_hash(FIT),
        "campaign": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
    }


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns recovery", description=__doc__)
    parser.add_argument("--histories", type=int, default=100, help="known values that are tried (default: 100)")
    parser.add_argument("--points", type=int, default=Settings().points, help="runs that the emulator learns from")
    parser.add_argument("--scale", type=float, default=0.01, help="people of a run, as a share (default: 0.01)")
    parser.add_argument("--seed", type=int, default=12, help="another seed draws other histories (default: 12)")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument(
        "--discrepancy", type=float, nargs=2, help="sizes up to and after the award; else drawn from their law"
    )
    parser.add_argument("--weighed", type=int, default=0, help=f"histories of which {TRIED} draws are run and weighed")
    parser.add_argument("--log", type=Path, default=FOLDER / "recovery.jsonl", help="what was done so far")
    asked = parser.parse_args(words)
    if min(asked.discrepancy or [1.0]) < LEAST_DISCREPANCY:
        parser.error(f"--discrepancy: each must be at least {LEAST_DISCREPANCY}, the least that the fit thinks of")
    return asked


def _quiet(so_far: str) -> None:
    if so_far.rpartition("run ")[2].partition(" ")[0].endswith("00"):
        print(so_far, flush=True)


def published(
    learned: Learned, numbers: Sequence[int], seed: int, discrepancy: Sequence[float] | None = None
) -> list[History]:
    """Return histories: values drawn, simulated, and published with errors of their own.

    As in the real one, every wave was filled: values, and luck, with which one is not are drawn again. What is known of
    a history is known given that, so that its intervals must hold the values that are left as often as any.
    """
    problem, size = alone(learned.problem), len(learned.problem.inputs.latents)
    latents_of, found = learned.target(full_population=False).latents, []
    for number in numbers:
        luck = np.random.default_rng([seed, number])
        for tried in range(MOST_TRIED):
            latents = luck.standard_normal(len(latents_of))
            if discrepancy is not None:
                own = np.sqrt(np.square(discrepancy) - LEAST_DISCREPANCY**2) / SCALE_OF_DISCREPANCY
                latents[size : size + len(DISCREPANCIES)] = ndtri(np.clip(2 * ndtr(own) - 1, 1e-9, 1 - 1e-9))
            points = problem.inputs.inputs(latents[None, :size])
            run = problem.runs(points, FIRST + number * MOST_TRIED + tried, "histories")
            if problem.filled(run).all():
                found.append(_published(learned, number, latents, run, luck))
                break
    assert len(found) == len(numbers), "of so many draws one fills all waves"
    return found


def _published(learned: Learned, number: int, latents: Values, run: Runs, luck: np.random.Generator) -> History:
    """Return what is published of a run, with errors of a size that the latents say."""
    problem = learned.problem
    ends = problem.ends(np.exp(run.logs[0, len(problem.figures) :]).tolist())
    whole = of_one_run(learned.target(full_population=False, figures=[*problem.figures, *ends]), problem, run)
    covariance = np.tensordot(whole.discrepancy(latents[None])[0] ** 2, whole.alike, axes=1)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance)))
    logs = run.logs[0] + root @ luck.standard_normal(len(root)) - whole.aged(latents[None])[0]
    figures = [
        each if each.bound else _as_printed(each, float(np.exp(off)))
        for each, off in zip(whole.figures, logs, strict=True)
    ]
    return History(number, latents, figures)


def _as_printed(figure: Figure, value: float) -> Figure:
    """Return all that a history publishes of a figure: rounded as the real one is; counts at the end are exact.

    What is smaller than that unit is printed to its first digit: nobody prints 100,000 of 30,000.
    """
    unit = 1.0 if figure.scope == "at the end" else 2 * half_unit(figure.published)
    unit = min(unit, 10.0 ** math.floor(math.log10(max(value, 1.0))))
    return replace(figure, published=max(round(value / unit), 1) * unit, unit=unit)


def held(job: tuple[Learned, History, int], effort: Effort = EFFORT) -> dict[str, Any]:
    """Return which known values and which counts at the end lie within their intervals.

    A job says how many draws are run and weighed: of so many it is said too whether the members hold the known values.
    """
    learned, history, tried = job
    target = at_its_sizes(learned, history)
    rng = np.random.default_rng([history.number, 77])
    chains = sample(target, len(target.active), effort, rng)
    latents = draws_of(target, chains, DRAWS, rng)
    count = len(learned.problem.inputs.latents)
    drawn = learned.problem.inputs.inputs(latents[:, :count])
    truth = learned.problem.inputs.inputs(history.latents[None, :count])[0]
    keys = learned.problem.inputs.keys
    said = {keys[k]: _covered(drawn[:, k], truth[k]) for k in target.emulator.active}
    errors = {name: _covered(latents[:, count + k], history.latents[count + k]) for k, name in enumerate(DISCREPANCIES)}
    ends = target.predicted(latents, rng)
    predicted = {
        what: _covered(ends[:, k], np.log(history.figures[len(learned.problem.figures) + k].published))
        for k, what in enumerate(ENDS)
    }
    some = latents[np.linspace(0, len(latents) - 1, tried).round().astype(int)]
    return {
        "history": history.number,
        "values": said,
        "errors": errors,
        "predictions": predicted,
        "narrowed": {keys[k]: round(float(drawn[:, k].std()), 3) for k in target.emulator.active},
        "rhat": round(float(chains.rhat.max()), 4),
        "effective": round(float(chains.effective.min())),
        **(by_members(learned, history, some, rng) if tried else {}),
    }


def at_its_sizes(learned: Learned, history: History) -> Target:
    """Return the likelihood of a history, with a law of errors of the sizes that its figures point to.

    How alike errors are depends on how many of a stage come to the next, and how far an age takes a figure back on its
    growth. A fit has both of its nearer designs; here they are those of one run at the mode, found twice, since the
    first design lies everywhere, and its medians near no history.
    """
    target, problem = learned.target(full_population=False, figures=history.figures), alone(learned.problem)
    at = np.zeros(len(target.active))
    for _ in range(2):
        at = mode(target, at)
        inputs = problem.inputs.inputs(target.full(at[None])[:, : len(problem.inputs.latents)])
        target = of_one_run(target, problem, problem.runs(inputs, MODES + history.number, "mode"))
    return target


def alone(problem: Problem) -> Problem:
    """Return a problem whose runs are made in this process, one after the other, and of which nothing is told."""
    return replace(problem, settings=replace(problem.settings, workers=0), tell=lambda so_far: None)


def of_one_run(target: Target, problem: Problem, run: Runs) -> Target:
    """Return a likelihood whose law of errors is of the sizes of a run, and its figures' growth that of it."""
    stages = dict(zip(problem.instants, run.stages[0], strict=True))
    slope = np.append(run.growth[0], np.zeros(len(target.figures) - len(problem.figures)))
    return replace(target, known=replace(target.known, stages=stages, slope=slope))


def mode(target: Target, at: Values) -> Values:
    """Return the active latents that are the most likely after the figures, searched from some."""

    def against(some: Values) -> tuple[float, Values]:
        said, slopes = target(some[None])
        return float(0.5 * some @ some - said[0]), some - slopes[0]

    found: Values = minimize(against, at, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found


def by_members(learned: Learned, history: History, latents: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Return which known values have a rank among the members in its middle 90 %, and what the weights are worth.

    The members are taken from draws (rows of all latents) by the weights that a run of each gives, made here.
    """
    problem = alone(learned.problem)
    inputs, count = problem.inputs, len(problem.figures)
    known = len(inputs.latents)  # coarsely rounded figures add latents; their number differs between histories
    z = inputs.inputs(np.vstack([latents[:, :known], history.latents[:known]]))
    drawn, truth = z[:-1], z[-1]
    runs = problem.runs(drawn, WEIGHED + history.number * len(drawn), "weighed")
    target = at_its_sizes(learned, replace(history, figures=history.figures[:count]))
    weights = weighed(target, latents, runs.logs[:, :count], learned.luck[:count], rng)
    members = drawn[kept(weights.weights, MEMBERS, rng)]
    rank = ((members < truth).sum(axis=0) + rng.random(len(truth))) / (MEMBERS + 1)
    inside = (rank >= MIDDLE[0]) & (rank <= MIDDLE[1])
    return {
        "members": {inputs.keys[k]: bool(inside[k]) for k in target.emulator.active},
        "worth": round(weights.effective, 1),
        "tail": round(weights.tail, 2),
    }


def _covered(draws: Values, truth: float) -> bool:
    low, high = np.quantile(draws, MIDDLE)
    return bool(low <= truth <= high)
