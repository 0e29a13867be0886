"""A baseline that was checked: what is found of each of its figures, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.results.baselines.baseline import Baseline, Change, Expected, Runs
from sim.results.baselines.judge import BEYOND, Judged, Verdict, judge
from sim.results.baselines.levels import Level
from sim.results.baselines.luck import dealt_anew
from sim.results.figure import is_number

DONE, MOVED, CANNOT_TELL, NOT_COMPARABLE = 0, 1, 3, 4
"""Exit codes; bad input is 2."""

FIRST_OF = (MOVED, NOT_COMPARABLE, CANNOT_TELL, DONE)
"""Of several the first of these holds."""

GONE = "is no longer told"

SINCE = ".failed_since"
"""End of the figures that say in which month a service level failed first, be it kept over all or not."""


@dataclass(frozen=True)
class Checked:
    """What is found of a baseline."""

    baseline: Baseline
    judged: Mapping[str, Judged] = field(default_factory=dict)
    """By figure; empty where it cannot be compared."""
    levels: tuple[Level, ...] = ()
    changed: tuple[Change, ...] = ()
    """Parameters that are no longer what they were."""
    not_comparable: tuple[Change, ...] = ()
    engine: str = ""
    """The engine that was used now."""
    luck: tuple[str, ...] = ()
    """Why replications are not held against each other one by one; empty where they are."""
    new: tuple[str, ...] = ()
    """Figures that the baseline does not have."""
    replications: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    """Words of stations, groups and partners, by their names."""

    def of(self, *verdicts: Verdict) -> dict[str, Judged]:
        """Return the figures of some verdicts."""
        return {name: one for name, one in self.judged.items() if one.verdict in verdicts}

    @property
    def moved(self) -> dict[str, Judged]:
        """Return the figures that moved beyond their margins, the farthest first; since when levels fail, last."""
        found = self.of(*BEYOND)
        return dict(sorted(found.items(), key=lambda item: (item[0].endswith(SINCE), -farness(item[1]))))

    @property
    def broken(self) -> tuple[Level, ...]:
        """Return the service levels that are broken and were not."""
        return tuple(level for level in self.levels if level.newly_broken)

    @property
    def code(self) -> int:
        """Return the exit code of this baseline alone."""
        if self.not_comparable:
            return NOT_COMPARABLE
        if self.moved or self.broken:
            return MOVED
        return CANNOT_TELL if self.of(Verdict.UNCLEAR) else DONE


def code_of(codes: list[int]) -> int:
    """Return the exit code of several baselines."""
    return next((code for code in FIRST_OF if code in codes), DONE)


def farness(one: Judged) -> float:
    """Return how many margins a figure is from what was expected; what is no number is far."""
    if one.difference is None:
        return 0.0 if one.verdict is Verdict.IDENTICAL else float("inf")
    return abs(one.difference) / one.margin if one.margin else float("inf")


def judged(baseline: Baseline, runs: Runs, paired: bool) -> dict[str, Judged]:
    """Return what is found of every figure of a baseline in some replications."""
    return {name: _judged(expected, name, runs, paired) for name, expected in baseline.figures.items()}


def _judged(expected: Expected, name: str, runs: Runs, paired: bool) -> Judged:
    if name not in runs[0]:
        return Judged(Verdict.MOVED, expected.values[0], None, said=GONE)
    return judge(expected, [run[name] for run in runs], paired)


def seed_by_seed(baseline: Baseline, runs: Runs) -> bool:
    """Return whether replications are still alike, each with its own."""
    count = len(runs)
    before, now = [], []
    for name, expected in baseline.figures.items():
        then, found = expected.values[:count], [run.get(name) for run in runs]
        if all(is_number(value) for value in (*then, *found)):
            before.append(np.array(then, dtype=np.float64))
            now.append(np.array(found, dtype=np.float64))
    return not dealt_anew(before, now)
