"""Take known values, simulate, "publish" what was simulated, fit to it, and see whether the intervals hold them.

Values are drawn from their laws, as are the sizes of the errors; or these are given. Every history is a real run of
one person in a hundred, with luck of its own; its figures are moved by a discrepancy of that size, aged and rounded as
the published ones are. One emulator, learned once over the laws, serves all histories. Of each history it is counted
how many of the numbers that the figures can tell lie within their 90 % interval, and how many of the counts at the end
of the fit, which it does not publish, lie within that of their prediction.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.calibration.figures import Figure, half_unit
from sim.experiments.calibration.inputs import Values
from sim.experiments.calibration.learning import ENDS, Learned, Settings, draws_of, learn_first
from sim.experiments.calibration.sampling import Effort, sample
from tests.campaigns.log import FOLDER, Log

MIDDLE = (0.05, 0.95)
FIRST = 100_000
"""The first replication of the histories: no run of the design has their luck."""

EFFORT = Effort(chains=32, rounds=5, steps=60, kept=150)
REPEATED = 40
DRAWS = 2000


@dataclass(frozen=True)
class History:
    """A history whose values are known: its number, all latents, and what it published; then the counts at the end."""

    number: int
    latents: Values
    figures: list[Figure]


def main(words: list[str]) -> int:
    """Run, or go on with, the campaign; print the coverage and return 1 where it is not what it should be."""
    from sim.command.ask import fit_of

    asked = _asked(words)
    problem, _ = fit_of([f"population.scale={asked.scale}"])
    settings = replace(problem.settings, points=asked.points, workers=asked.workers)
    learned = learn_first(replace(problem, settings=settings, tell=_quiet), REPEATED)
    log = Log(asked.log)
    done = log.outcomes()
    some = [k for k in range(asked.histories) if str(k) not in done]
    context = multiprocessing.get_context("spawn")
    for begin in range(0, len(some), asked.workers * 4):
        histories = published(learned, some[begin : begin + asked.workers * 4], asked.seed, asked.discrepancy)
        with ProcessPoolExecutor(asked.workers, mp_context=context) as pool:
            for found in pool.map(held, [(learned, each) for each in histories]):
                log.add(str(found.pop("history")), "done", **found)
        print("\n".join(said(log, asked.histories)), flush=True)
    wrong = [*off(log, asked.histories)]
    print("\n".join([*said(log, asked.histories), *wrong]))
    return 1 if wrong else 0


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
    parser.add_argument("--log", type=Path, default=FOLDER / "recovery.jsonl", help="what was done so far")
    return parser.parse_args(words)


def _quiet(so_far: str) -> None:
    if so_far.rpartition("run ")[2].partition(" ")[0].endswith("00"):
        print(so_far, flush=True)


def published(
    learned: Learned, numbers: Sequence[int], seed: int, discrepancy: Sequence[float] | None = None
) -> list[History]:
    """Return histories: values drawn, simulated, and published with errors of their own."""
    problem = learned.problem
    target = learned.target(full_population=False)
    count, size = len(problem.figures), len(problem.inputs.latents)
    luck = [np.random.default_rng([seed, number]) for number in numbers]
    latents = np.array([each.standard_normal(len(target.latents)) for each in luck])
    found = []
    for row, number in enumerate(numbers):
        runs = problem.runs(problem.inputs.inputs(latents[row : row + 1, :size]), FIRST + number, "histories")
        ends = learned.ends(np.exp(runs.logs[0, count:]).tolist())
        whole = learned.target(full_population=False, figures=[*problem.figures, *ends])
        mine = replace(whole, known=replace(whole.known, slope=np.append(runs.growth[0], np.zeros(len(ENDS)))))
        sizes = mine.discrepancy(latents[row : row + 1])[0]
        if discrepancy is not None:
            sizes = np.where([each.after_award for each in mine.figures], discrepancy[1], discrepancy[0])
        covariance = sizes[:, None] * sizes * mine.correlation
        root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(sizes)))
        logs = runs.logs[0] + root @ luck[row].standard_normal(len(sizes)) - mine.aged(latents[row : row + 1])[0]
        said = zip(mine.figures, logs, runs.logs[0], strict=True)
        figures = [_kept(each, log) if each.bound else _as_printed(each, float(np.exp(off))) for each, off, log in said]
        found.append(History(number, latents[row], figures))
    return found


def _kept(bound: Figure, log: float) -> Figure:
    """Return a bound as the run keeps it: a wave was filled, or was not."""
    return replace(bound, bound=1 if log >= np.log(bound.published) else -1)


def _as_printed(figure: Figure, value: float) -> Figure:
    """Return a figure of another size, rounded as the published one is; counts at the end are exact."""
    unit = 1.0 if figure.scope == "at the end" else 2 * half_unit(figure.published)
    return replace(figure, published=max(round(value / unit), 1) * unit, unit=unit)


def held(job: tuple[Learned, History], effort: Effort = EFFORT) -> dict[str, Any]:
    """Return which known values and which counts at the end lie within their intervals."""
    learned, history = job
    target = learned.target(full_population=False, figures=history.figures)
    rng = np.random.default_rng([history.number, 77])
    chains = sample(target, len(target.active), effort, rng)
    latents = draws_of(target, chains, DRAWS, rng)
    count = len(learned.problem.inputs.latents)
    drawn = learned.problem.inputs.inputs(latents[:, :count])
    truth = learned.problem.inputs.inputs(history.latents[None, :count])[0]
    keys = learned.problem.inputs.keys
    said = {keys[k]: _covered(drawn[:, k], truth[k]) for k in target.emulator.active}
    errors = {name: _covered(latents[:, count + k], history.latents[count + k]) for k, name in enumerate(ERRORS)}
    ends = target.predicted(latents, rng)
    predicted = {
        what: _covered(ends[:, k], np.log(history.figures[len(learned.problem.figures) + k].published))
        for k, what in enumerate(ENDS)
    }
    return {
        "history": history.number,
        "values": said,
        "errors": errors,
        "predictions": predicted,
        "narrowed": {keys[k]: round(float(drawn[:, k].std()), 3) for k in target.emulator.active},
        "rhat": round(float(chains.rhat.max()), 4),
        "effective": round(float(chains.effective.min())),
    }


ERRORS = ("discrepancy up to the award", "discrepancy after the award")


def _covered(draws: Values, truth: float) -> bool:
    low, high = np.quantile(draws, MIDDLE)
    return bool(low <= truth <= high)


# Coverage


def _lines(log: Log, histories: int) -> list[dict[str, Any]]:
    return [line for name, line in log.outcomes().items() if int(name) < histories]


def coverage(shares: Sequence[float]) -> tuple[float, float]:
    """Return the mean of shares of independent histories, and its standard error."""
    return float(np.mean(shares)), float(np.std(shares, ddof=1) / np.sqrt(len(shares))) if len(shares) > 1 else np.inf


def counted(log: Log, histories: int) -> dict[str, tuple[float, float]]:
    """Return the coverage and its error: of the values, of those that the figures tell much of, of predictions."""
    lines = _lines(log, histories)
    told = [[inside for key, inside in line["values"].items() if line["narrowed"][key] < 0.7] for line in lines]
    found = {
        "values": coverage([float(np.mean(list(line["values"].values()))) for line in lines]),
        "values known to 0.7 of what was thought": coverage([float(np.mean(each)) for each in told if each]),
        "predictions": coverage([float(np.mean(list(line["predictions"].values()))) for line in lines]),
    }
    for what in ENDS:
        found[f"prediction of {what}"] = coverage([float(line["predictions"][what]) for line in lines])
    return found


def off(log: Log, histories: int) -> Iterator[str]:
    """Yield what does not cover 90 % within three standard errors, of what is counted over all numbers."""
    for name, (share, error) in counted(log, histories).items():
        # The error of a share that is seen to be 1 is that of 0.9.
        error = max(error, np.sqrt(0.09 / histories / 9)) if not name.startswith("prediction of") else np.inf
        if abs(share - 0.9) > 3 * error:
            yield f"{name}: {100 * share:.1f} % is not 90 % within its error."


def said(log: Log, histories: int) -> list[str]:
    """Return the coverage so far, as lines."""
    lines = _lines(log, histories)
    said = [f"{len(lines)} of {histories} histories; R-hat at most {max(line['rhat'] for line in lines):.3f}"]
    for name, (share, error) in counted(log, histories).items():
        said.append(f"  {name}: {100 * share:.1f} % within 90 % intervals (standard error {100 * error:.1f} %)")
    return said
