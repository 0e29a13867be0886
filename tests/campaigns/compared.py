"""How often 95 % intervals of a comparison hold a known truth: comparisons drawn from a bank, judged by their own code.

The bank has the runs of two scenarios in the same worlds with the same luck, made by the very jobs of a comparison. It
stands for all that could be: its mean difference, and of quantiles the middle one, is the truth. Every comparison
draws its replications from it with replacement, so they are independent of one another, and no correction for a
finite bank is owed. Of each key figure it is counted how often the interval holds the truth.

For what is called real although nothing is, the first scenario is held against itself in the same worlds with luck
dealt again. Which of two runs comes first is as likely as not, so there is no difference at all. The chances of all
figures are adjusted together (Holm, 5 %), and it is counted how often any is called real.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from sim.composition.study import asked as comparison_of
from sim.experiments.comparing import specification
from sim.experiments.comparing.design import Design
from sim.experiments.jobs.executors import Processes
from sim.results.figure import Figure
from sim.results.meaning import words_of
from sim.results.paired import CONFIDENCE, FAMILY_WISE
from tests.campaigns.drawn_comparisons import (
    Held,
    Pairs,
    Run,
    at_least,
    dealt_again,
    held,
    pairs_of,
    said,
    together,
    wrongly_real,
)
from tests.campaigns.log import FOLDER, Log

SCENARIOS, WORDS = ("intake_200k", "intake_800k"), ("clock.end=2020-10-01", "market=open")
"""What is compared, and what makes its runs cheap."""

SHOWN = (
    "places.awarded",
    "wait.place.mean_days_got_it",
    "wait.registered_to_award.median_days_got_it",
    "wait.place.left_without",
    "funnel.bought_first",
    "peak.queue_payments",
    "wait.first_incentive_due_to_paid.p95_days",
    "money.paid",
)
"""The figures of the study of these scenarios that there are in such runs."""

SIZES = (20, 5)
"""Replications of a comparison."""

WITHIN = 0.02
"""The intervals of the means of all figures hold the truth in 95 % within this; those of the middles in no fewer."""

OTHERS_FROM = 20
"""Replications, a comparison's default, from which on figures that are not shown are judged.

Many of these are skewed, or the same in most runs: Student's t of a few does not hold them as often.
"""


def main(words: list[str]) -> int:
    """Fill the bank, or go on with it, draw the comparisons, print the rates and return 1 where one is off."""
    asked = _asked(words)
    bank = Bank(asked)
    bank.fill(asked.replications)
    wrong: list[str] = []
    for size in asked.sizes:
        wrong += [*_intervals(bank, size, asked), *_nothing_real(bank, size, asked)]
    print("\n".join(wrong or ["All within what is stated."]))
    return 1 if wrong else 0


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns compared", description=__doc__)
    parser.add_argument("--replications", type=int, default=400, help="of the bank (default: 400)")
    parser.add_argument("--worlds", type=int, default=60, help="in which they are, again and again (default: 60)")
    parser.add_argument("--draws", type=int, default=2000, help="comparisons that are drawn (default: 2,000)")
    parser.add_argument("--some", type=int, default=500, help="of these for figures that are not shown (default: 500)")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="replications of each (default: 20 5)")
    parser.add_argument("--scale", type=float, default=0.001, help="people of a run, as a share (default: 0.001)")
    parser.add_argument("--words", nargs="*", default=WORDS, help=f"for both (default: {' '.join(WORDS)})")
    parser.add_argument("--scenarios", nargs=2, default=SCENARIOS, help=f"default: {' '.join(SCENARIOS)}")
    parser.add_argument("--seed", type=int, default=13, help="another seed draws other comparisons (default: 13)")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument("--log", type=Path, default=FOLDER / "compared.jsonl", help="the bank")
    return parser.parse_args(words)


class Bank:
    """Runs of two scenarios: in each of some worlds in turn, then again with luck dealt again."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.log, self.workers, self.worlds = Log(asked.log), asked.workers, asked.worlds
        self._words = [f"scenario={','.join(asked.scenarios)}", f"population.scale={asked.scale}"]
        self._words += [*asked.words, f"replications={asked.worlds}", "people=none"]
        self._called = " ".join([f"at {asked.scale}", *asked.words])
        self.runs: list[list[Run]] = []
        """Of each scenario; run n is in world n modulo `worlds`, with luck n + 1."""

    @cached_property
    def _design(self) -> Design:
        return comparison_of(self._words).design

    def fill(self, replications: int) -> None:
        """Make the runs that are not kept yet, by the jobs of a comparison, and read all."""
        done = self.log.outcomes()
        for begin in range(0, replications, self.worlds):
            self._deal(range(begin, min(begin + self.worlds, replications)), done)
        done = self.log.outcomes()
        for each in self._design.scenarios:
            known = (done[self._trial(each.name, number)]["figures"] for number in range(replications))
            self.runs.append([{figure: Figure(*one) for figure, one in told.items()} for told in known])

    def pairs(self) -> list[Pairs]:
        """Return the figures of the second scenario against the first."""
        words = {name: word for each in self._design.scenarios for name, word in words_of(each.parameters).items()}
        there, here = self.runs
        return pairs_of(here, there, words)

    def _trial(self, name: str, number: int) -> str:
        return f"{name} {self._called}: {number}"

    def _deal(self, numbers: range, done: Mapping[str, object]) -> None:
        """Make the runs of all worlds that are not done, under a luck that no other runs have."""
        jobs, trials = {}, {}
        for compared, world in self._design.runs([1 + number - numbers.start for number in numbers]):
            trial = self._trial(compared.name, numbers.start + world.number - 1)
            if trial not in done:
                luck = compared.config["run"] | {"replication": numbers.start}  # to which the world's number is added
                job = specification.job_of(replace(compared, config=compared.config | {"run": luck}), world, 1)
                jobs[job.file], trials[job.file] = job, trial

        if jobs:
            with Processes(self.workers) as processes:
                for name, found in processes.do(jobs):
                    assert isinstance(found, bytes), found
                    figures = specification.read(found).figures
                    self.log.add(trials[name], "run", figures={figure: list(one) for figure, one in figures.items()})
            print(f"{numbers.stop} replications are there", flush=True)


def _intervals(bank: Bank, size: int, asked: argparse.Namespace) -> list[str]:
    """Print how often intervals hold the truth, and return what is off."""
    pairs, many = bank.pairs(), len(bank.runs[0])
    numbers = np.random.default_rng([asked.seed, size]).integers(many, size=(asked.draws, size))
    print(f"{size} replications, drawn from {many}: how many of the 95 % intervals hold the truth")
    wrong = []
    for what, quantile in (("means", False), ("middles", True)):
        some = [each for each in pairs if each.meaning.quantile is quantile]
        shown = [held(each, numbers) for each in some if each.name in SHOWN]
        rest = [held(each, numbers[: asked.some]) for each in some if each.name not in SHOWN]
        rest = sorted((each for each in rest if each.of), key=lambda one: one.share)
        for which, group in ((f"{what} of figures that are shown", shown), (f"{what} of the others", rest)):
            found = _group(f"{which}, {size} replications", group, quantile)
            wrong += found if group is shown or size >= OTHERS_FROM else []
        for each in [*(one for one in shown if one.of), *rest[:3]]:
            print(f"    {each.name}: {said(each.count, each.of)}")
    return wrong


def _group(what: str, group: Sequence[Held], quantile: bool) -> list[str]:
    """Print how often the intervals of some figures hold the truth together, and return what is off."""
    if not any(each.of for each in group):
        print(f"  {what}: none has an interval")
        return []
    share, error = together(group)
    print(f"  {what}: {100 * share:.1f} % of {len(group)} figures' (standard error {100 * error:.1f} %)", flush=True)
    most = 1.0 if quantile else CONFIDENCE + WITHIN
    if share + 2 * error >= CONFIDENCE - WITHIN and share - 2 * error <= most:
        return []
    return [f"{what}: {100 * share:.1f} % is not {CONFIDENCE:.0%} within {WITHIN:.0%}."]


def _nothing_real(bank: Bank, size: int, asked: argparse.Namespace) -> list[str]:
    """Print how often anything is called real where nothing is, and return what is off."""
    pairs, many = bank.pairs(), len(bank.runs[0])
    chance, wrong = np.random.default_rng([asked.seed, size, 0]), []
    for which, some, draws in (
        ("figures that are shown", [each for each in pairs if each.name in SHOWN], asked.draws),
        ("figures", pairs, asked.some),
    ):
        first, second = dealt_again(many, bank.worlds, (draws, size), chance)
        count = sum(wrongly_real(some, first, second))
        what = f"{size} replications, luck dealt again: any of {len(some)} {which} called real"
        print(f"  {what}: {said(count, draws)}", flush=True)
        if at_least(count, draws) > FAMILY_WISE:
            wrong.append(f"{what} more often than {FAMILY_WISE:.0%}.")
    return wrong
