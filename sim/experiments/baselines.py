"""Record baselines, and check them: the same scenarios again, on the same seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.experiments.jobs.executors import side_by_side
from sim.experiments.memory import refuse_what_does_not_fit, without_rows
from sim.experiments.tasks import Task, processes_for
from sim.parameters import Parameters
from sim.results.baselines.baseline import Baseline, Expected, changes, kept, not_comparable
from sim.results.baselines.checked import Checked, judged, seed_by_seed
from sim.results.baselines.judge import Verdict
from sim.results.baselines.levels import levels
from sim.results.baselines.luck import probe, what_changed
from sim.results.baselines.margins import Unit, margin
from sim.results.figure import Figure
from sim.results.manifest import commit, versions
from sim.results.meaning import meaning, words_of

FIRST = 0.4
"""Share of a baseline's replications that a check runs at first; all, where it cannot tell."""

NOTHING_IN_COMMON = "seed by seed, the replications have nothing in common with those recorded"
"""Why luck seems another where no decision's draws show it. A changed parameter may do that too: not asked then."""

MADE_BY = ("python", "prakerja", "numpy", "numba", "simpy", "duckdb")
"""Versions that a baseline names: of what its figures could depend on."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """A scenario as it is composed now: what is run to record it, or to check it."""

    name: str
    words: tuple[str, ...]
    parameters: Parameters
    flat: dict[str, Any]
    """The composed config, key → value."""
    sha256: str

    def task(self, replication: int) -> Task:
        """Return one of its runs."""
        run = self.parameters.run.model_copy(update={"replication": replication, "threads": 1})
        return Task(without_rows(self.parameters.model_copy(update={"run": run})))


def figures(task: Task) -> dict[str, Figure]:
    """Simulate once and return the key figures."""
    from sim.experiments.run import evaluate

    return evaluate(task.parameters).figures


def run(
    wanted: Sequence[tuple[Asked, Sequence[int]]], tell: Tell, processes: int | None = None, what: str = ""
) -> list[list[dict[str, Figure]]]:
    """Return the key figures of some replications of each scenario, whatever the number of processes the same."""
    tasks = [asked.task(replication) for asked, some in wanted for replication in some]
    if not tasks:
        return [[] for _ in wanted]
    for asked, _ in wanted:
        refuse_what_does_not_fit(asked.task(0).parameters)
    several = processes or processes_for(tasks)
    done = iter(side_by_side(figures, tasks, several, lambda count: tell(f"{what}run {count} of {len(tasks)}")))
    return [[next(done) for _ in some] for _, some in wanted]


def record(some: Sequence[tuple[Asked, int]], tell: Tell, processes: int | None = None) -> list[Baseline]:
    """Run every scenario in so many replications and return the baselines."""
    luck, made_by = probe(), _made_by()
    wanted = [(asked, _replications(asked, count)) for asked, count in some]
    found = []
    for (asked, numbers), runs in zip(wanted, run(wanted, tell, processes), strict=True):
        found.append(baseline_of(asked, numbers, runs, luck, made_by))
    return found


def baseline_of(
    asked: Asked,
    numbers: Sequence[int],
    runs: Sequence[dict[str, Figure]],
    luck: dict[str, str],
    made_by: dict[str, str],
) -> Baseline:
    """Return the baseline that some runs of a scenario give."""
    of, words, values = Unit.of(asked.flat), words_of(asked.parameters), [kept(each) for each in runs]
    expected = {}
    for name in values[0]:
        each, unit = tuple(run.get(name) for run in values), runs[0][name].unit
        expected[name] = Expected(unit, meaning(name, words).better, margin(each, unit, of), each)
    first = math.ceil(FIRST * len(numbers))
    origin = (asked.name, asked.words, asked.flat, asked.sha256)
    return Baseline(*origin, tuple(numbers), first, luck, expected, made_by)


def _replications(asked: Asked, count: int) -> tuple[int, ...]:
    first = asked.parameters.run.replication
    return tuple(range(first, first + count))


def _made_by() -> dict[str, str]:
    return {"commit": commit() or "unknown"} | {name: said for name, said in versions().items() if name in MADE_BY}


def check(
    wanted: Sequence[tuple[Baseline, Asked]], tell: Tell = lambda so_far: None, processes: int | None = None
) -> list[Checked]:
    """Run every baseline again and return what is found; where it cannot tell, with all its replications."""
    otherwise = {baseline.name: not_comparable(baseline.parameters, asked.flat) for baseline, asked in wanted}
    those = [(baseline, asked) for baseline, asked in wanted if not otherwise[baseline.name]]
    first = run([(asked, baseline.replications[: baseline.first]) for baseline, asked in those], tell, processes)
    luck = probe()
    found = {b.name: _checked(b, a, runs, luck) for (b, a), runs in zip(those, first, strict=True)}
    more = [(pair, runs) for pair, runs in zip(those, first, strict=True) if found[pair[0].name].of(Verdict.UNCLEAR)]
    those_too = [(a, b.replications[b.first :]) for (b, a), _ in more]
    rest = run(those_too, tell, processes, "not told yet: the other replications, ")
    for ((baseline, asked), runs), further in zip(more, rest, strict=True):
        if further:
            found[baseline.name] = _checked(baseline, asked, [*runs, *further], luck)
    return [
        found.get(baseline.name)
        or Checked(baseline, not_comparable=otherwise[baseline.name], engine=asked.parameters.engine)
        for baseline, asked in wanted
    ]


def _checked(baseline: Baseline, asked: Asked, runs: Sequence[dict[str, Figure]], luck: dict[str, str]) -> Checked:
    values = [kept(each) for each in runs]
    every = [{name: figure.value for name, figure in each.items()} for each in runs]
    reasons, otherwise = what_changed(baseline.luck, luck), changes(baseline.parameters, asked.flat)
    if not (reasons or otherwise or seed_by_seed(baseline, values)):
        reasons = [NOTHING_IN_COMMON]
    units = {name: figure.unit for name, figure in runs[0].items()}
    return Checked(
        baseline=baseline,
        judged=judged(baseline, values, paired=not reasons),
        levels=tuple(levels(baseline, every, units, asked.flat)),
        changed=otherwise,
        engine=asked.parameters.engine,
        luck=tuple(reasons),
        new=tuple(name for name in values[0] if name not in baseline.figures),
        replications=len(runs),
        words=words_of(asked.parameters),
    )


def against(old: Baseline, new: Baseline, asked: Asked) -> Checked:
    """Return what a baseline that is recorded anew moves of the one before."""
    otherwise = not_comparable(old.parameters, new.parameters)
    if otherwise:
        return Checked(old, not_comparable=otherwise, engine=new.engine)
    count = min(len(old.replications), len(new.replications))
    runs = [{name: one.values[k] for name, one in new.figures.items()} for k in range(count)]
    reasons, changed = what_changed(old.luck, new.luck), changes(old.parameters, new.parameters)
    if old.replications[:count] != new.replications[:count]:
        reasons.append("other replications")
    elif not (reasons or changed or seed_by_seed(old, runs)):
        reasons = [NOTHING_IN_COMMON]
    units = {name: one.unit for name, one in new.figures.items()}
    found = judged(old, runs, paired=not reasons)
    return replace(
        Checked(old, found, tuple(levels(old, runs, units, asked.flat)), changed),
        engine=new.engine,
        luck=tuple(reasons),
        new=tuple(name for name in new.figures if name not in old.figures),
        replications=count,
        words=words_of(asked.parameters),
    )
