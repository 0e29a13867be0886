"""How often a check of the baselines is wrong: 300 checks, drawn from a bank of runs, judged by the check's own code.

The bank has 300 runs of each baseline that ships and of each case: as it is; changed by twice the margin; changed by a
tenth of it. The change is one of a share (`LEVER`), as large as moves the figure that it moves farthest, of those that
it moves in proportion, by so many margins; what that figure then moves in the bank is printed. Of each check the
recorded and the found replications are drawn from the bank, the baseline with its margins is made anew, and every
figure is judged: first with the replications that a check runs at first, then, where it cannot tell, with all. Where
luck is dealt again, the two have no replication in common.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binomtest

from sim.command.baselines import REPLICATIONS, composed
from sim.experiments.baselines import Asked, baseline_of, figures
from sim.experiments.jobs.executors import side_by_side
from sim.results.baselines.baseline import Baseline, kept
from sim.results.baselines.checked import judged
from sim.results.baselines.judge import BEYOND, Judged, Verdict
from sim.results.figure import Figure, is_number
from tests.campaigns.log import FOLDER, Log

SCENARIOS = ("history", "rate_200k", "rate_800k", "payment_caps_2020", "seats_halved")
LEVER, TRIED = "processing.email.passes", 0.05
"""What is changed, and by how much in the pilot."""

PART, STEADY = 0.1, 0.2
"""A second pilot changes it by this part of that; a figure is steady where it then moves by that part, within a fifth.
A median that jumps from minutes to days is not: it would not move at all where a small change is tried."""

PILOT = 20
CASES = {"as it is": 0.0, "twice the margin": 2.0, "a tenth of the margin": 0.1}

Run = dict[str, Figure]


class Trial(NamedTuple):
    """What checks are counted: the runs recorded and found, and whether each has its seed in both."""

    title: str
    case: str
    paired: bool
    most: float | None
    """At most this share of checks may call a baseline moved; None: at least 95 % have to call its figure moved."""


TRIALS = (
    Trial("luck dealt again, nothing changed", "as it is", False, 0.0),
    Trial("changed by twice the margin, same seeds", "twice the margin", True, None),
    Trial("changed by twice the margin, luck dealt again", "twice the margin", False, None),
    Trial("changed by a tenth of the margin, same seeds", "a tenth of the margin", True, 0.01),
    Trial("changed by a tenth of the margin, luck dealt again", "a tenth of the margin", False, 0.01),
)
LEAST = 0.95


def main(words: list[str]) -> int:
    """Fill the bank, or go on with it, draw the checks, print the rates and return 1 where one is not as promised."""
    asked = _asked(words)
    bank = Bank(Log(asked.log), asked.scale, asked.workers)
    names = asked.scenarios or SCENARIOS
    aims = {name: bank.aim(name) for name in names}
    for name in names:
        for case, margins in CASES.items():
            bank.fill(name, case, aims[name].lever(margins), range(asked.runs))
            print(f"{name}, {case}: {asked.runs} runs", flush=True)
    wrong = False
    for trial in TRIALS:
        lines, failed = _rates(trial, bank, aims, asked)
        print("\n".join(lines), flush=True)
        wrong |= failed
    return int(wrong)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns baselines", description=__doc__)
    parser.add_argument("--runs", type=int, default=300, help="runs of each scenario and case (default: 300)")
    parser.add_argument("--checks", type=int, default=300, help="checks that are drawn (default: 300)")
    parser.add_argument("--scale", type=float, default=0.001, help="people of a run, as a share (default: 0.001)")
    parser.add_argument("--scenarios", nargs="*", help=f"default: {' '.join(SCENARIOS)}")
    parser.add_argument("--replications", type=int, default=REPLICATIONS, help="of a baseline")
    parser.add_argument("--seed", type=int, default=14, help="another seed draws other checks (default: 14)")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument("--log", type=Path, default=FOLDER / "baselines.jsonl", help="the bank")
    return parser.parse_args(words)


class Aim(NamedTuple):
    """What the lever does in a scenario: the figure that it moves farthest, and margins for each unit of it."""

    figure: str
    before: float
    a_unit: float

    def lever(self, margins: float) -> float:
        """Return the value of the lever that moves the figure by so many margins."""
        return self.before - margins / abs(self.a_unit)


class Bank:
    """Runs of scenarios and cases, kept as they are made."""

    def __init__(self, log: Log, scale: float, workers: int) -> None:
        self.log, self.scale, self.workers = log, scale, workers
        self._runs: dict[str, list[Run]] = {}
        self._asked: dict[str, Asked] = {}

    def asked(self, name: str) -> Asked:
        """Return a scenario as it is, at the size of the bank."""
        if name not in self._asked:
            self._asked[name] = composed([f"scenario={name}", f"population.scale={self.scale}"])
        return self._asked[name]

    def aim(self, name: str) -> Aim:
        """Try the lever and return what it does; the figure is one that is always reached, and moves steadily."""
        before = float(self.asked(name).flat[LEVER])
        tried = (before, before - TRIED, before - PART * TRIED)
        here, there, nearer = (self.fill(name, "pilot", x, range(PILOT)) for x in tried)
        baseline = made(self.asked(name), range(PILOT), here)
        far = {}
        for figure, expected in baseline.figures.items():
            values, near = ([run[figure].value for run in runs] for runs in (there, nearer))
            if expected.margin is None or not all(map(is_number, (*values, *near, *expected.values))):
                continue
            mean, moved, moved_near = (
                float(np.mean(np.array(each, dtype=float))) for each in (expected.values, values, near)
            )
            margin = expected.margin.of(mean)
            steady = abs((moved_near - mean) - PART * (moved - mean)) <= STEADY * PART * abs(moved - mean)
            if margin and expected.margin.why != "counting" and steady:
                far[figure] = (moved - mean) / margin
        figure = max(far, key=lambda one: abs(far[one]))
        return Aim(figure, before, far[figure] / TRIED)

    def fill(self, name: str, case: str, lever: float, numbers: Sequence[int]) -> list[Run]:
        """Return the runs of a case, those that are not kept yet made first."""
        trial = f"{name} at {self.scale}, {case}, {lever:.9g}"
        known = {line["replication"]: line for line in self.log.outcomes().values() if line.get("case") == trial}
        todo = [number for number in numbers if number not in known]
        block = 20 * self.workers
        asked = composed([*self.asked(name).words, f"{LEVER}={lever!r}"])
        for begin in range(0, len(todo), block):
            some = todo[begin : begin + block]
            runs = side_by_side(figures, [asked.task(number) for number in some], self.workers, lambda count: None)
            for number, run in zip(some, runs, strict=True):
                told = {figure: list(one) for figure, one in run.items()}
                self.log.add(f"{trial} {number}", "run", case=trial, replication=number, figures=told)
        if todo:
            known = {line["replication"]: line for line in self.log.outcomes().values() if line.get("case") == trial}
        runs = [_run(known[number]["figures"]) for number in numbers]
        self._runs[f"{name} {case}"] = runs
        return runs

    def runs(self, name: str, case: str) -> list[Run]:
        """Return the runs of a case that was filled."""
        return self._runs[f"{name} {case}"]


def _run(told: dict[str, Any]) -> Run:
    return {figure: Figure(*one) for figure, one in told.items()}


def made(asked: Asked, numbers: Sequence[int], runs: Sequence[Run]) -> Baseline:
    """Return the baseline that some runs give."""
    return baseline_of(asked, numbers, runs, {}, {})


def _rates(trial: Trial, bank: Bank, aims: dict[str, Aim], asked: argparse.Namespace) -> tuple[list[str], bool]:
    """Count over all checks how often each baseline is called moved, and how often its figure is."""
    chance, lines, failed = random.Random(f"{asked.seed} {trial.title}"), [f"{trial.title}:"], False  # noqa: S311
    any_moved = 0
    counts = {name: {"moved": 0, "figure": 0, "cannot tell": 0} for name in aims}
    names: dict[str, int] = {}
    for _ in range(asked.checks):
        found = {name: _one(trial, bank, name, asked.replications, chance) for name in aims}
        any_moved += any(one.verdict in BEYOND for each in found.values() for one in each.values())
        for name, each in found.items():
            moved = [figure for figure, one in each.items() if one.verdict in BEYOND]
            names |= {f"{name}: {figure}": names.get(f"{name}: {figure}", 0) + 1 for figure in moved}
            counts[name]["moved"] += bool(moved)
            counts[name]["figure"] += each[aims[name].figure].verdict in BEYOND
            counts[name]["cannot tell"] += any(one.verdict is Verdict.UNCLEAR for one in each.values())
    lines.append(f"  any baseline moved: {said(any_moved, asked.checks)}")
    for name, aim in aims.items():
        count = counts[name]
        told = f"moved {said(count['moved'], asked.checks)}, some figure unclear in {count['cannot tell']}"
        if trial.case != "as it is":
            told += f"; {aim.figure} ({_change(bank, name, trial.case, aim):.2f} margins): "
            told += said(count["figure"], asked.checks)
        lines.append(f"  {name}: {told}")
        if trial.most is None:
            failed |= count["figure"] < LEAST * asked.checks
        else:
            failed |= count["moved"] > trial.most * asked.checks
    if trial.most is not None:
        lines += [f"    {figure} moved in {count}" for figure, count in sorted(names.items())]
    return lines, failed


def _one(trial: Trial, bank: Bank, name: str, count: int, chance: random.Random) -> dict[str, Judged]:
    """Draw a baseline and what is found, and judge."""
    recorded, found = bank.runs(name, "as it is"), bank.runs(name, trial.case)
    drawn = chance.sample(range(len(recorded)), count if trial.paired else 2 * count)
    before, now = drawn[:count], drawn[:count] if trial.paired else drawn[count:]
    baseline = made(bank.asked(name), range(count), [recorded[number] for number in before])
    values = [kept(found[number]) for number in now]
    first = judged(baseline, values[: baseline.first], trial.paired)
    if any(one.verdict is Verdict.UNCLEAR for one in first.values()):
        return judged(baseline, values, trial.paired)
    return first


def _change(bank: Bank, name: str, case: str, aim: Aim) -> float:
    """Return by how many margins the figure moves in the bank, by the mean margin of baselines drawn from it."""
    recorded, found = bank.runs(name, "as it is"), bank.runs(name, case)
    apart = np.mean([_number(two, aim) - _number(one, aim) for one, two in zip(recorded, found, strict=True)])
    return abs(float(apart)) / float(np.mean(list(_margins(bank, name, aim))))


def _margins(bank: Bank, name: str, aim: Aim) -> Iterator[float]:
    recorded = bank.runs(name, "as it is")
    for begin in range(0, len(recorded) - REPLICATIONS + 1, REPLICATIONS):
        some = [{aim.figure: run[aim.figure]} for run in recorded[begin : begin + REPLICATIONS]]
        expected = made(bank.asked(name), range(REPLICATIONS), some).figures[aim.figure]
        assert expected.margin is not None
        yield expected.margin.of(float(np.mean(np.array(expected.values, dtype=float))))


def _number(run: Run, aim: Aim) -> float:
    return float(run[aim.figure].value or 0)


def said(count: int, of: int) -> str:
    """Return a rate with its 95 % interval."""
    low, high = binomtest(count, of).proportion_ci(method="exact")
    return f"{count} of {of} ({100 * count / of:.1f} %; {100 * low:.1f} to {100 * high:.1f} %)"
