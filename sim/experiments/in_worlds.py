"""One scenario in many worlds: the base, each world with a luck of its own, and some of them with a second one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiments.memory import refuse_what_does_not_fit, without_rows
from sim.experiments.model_error import ModelError
from sim.experiments.run import Result, evaluate
from sim.experiments.tasks import Task, outcome_of, outcomes, processes_for
from sim.experiments.worlds import Config, World, in_order, run_twice, validated, with_luck
from sim.experiments.worlds_again import COPY
from sim.parameters import Parameters
from sim.parameters.outages import Outages
from sim.results.spread import HIGH, LOW, METHOD, MIDDLE
from sim.results.table import Table
from sim.results.tables.published_in_worlds import published_in_worlds
from sim.results.tables.worlds import Run, intervals, weeks, worlds


@dataclass(frozen=True)
class Beside:
    """What is written of a run beside that of the base: tables, intervals, and what makes the worlds again."""

    tables: Mapping[str, Table]
    intervals: dict[str, dict[str, Any]]
    block: dict[str, Any]
    """The block `worlds` of config.yaml."""
    worlds: str
    """The worlds as CSV."""
    seconds: float
    copy: str = COPY
    """The name of the file of the worlds."""

    @property
    def origin(self) -> dict[str, Any]:
        """Return what the manifest says of the worlds."""
        return {key: value for key, value in self.block.items() if key != "laws"} | {
            "twice": run_twice(self.block["worlds"]),
            "interval": {"quantiles": [LOW, MIDDLE, HIGH], "method": METHOD},
            "file": self.copy,
        }


@dataclass(frozen=True)
class InWorlds:
    """What a scenario gives in many worlds: the run of the base, every run, and the tables over them."""

    base: Result
    runs: list[Run]
    tables: Mapping[str, Table]
    seconds: float
    """Wall time until all was simulated and counted."""

    @property
    def intervals(self) -> dict[str, dict[str, Any]]:
        """Return the rows of the table `intervals` by figure."""
        return {row["figure"]: row for row in self.tables["intervals"].rows}

    def beside(self, block: dict[str, Any], worlds: str) -> Beside:
        """Return what is written of it: `block` is what config.yaml says of the worlds, which are given as CSV."""
        return Beside(self.tables, self.intervals, block, worlds, self.seconds)


def evaluate_in_worlds(
    parameters: Parameters,
    config: Config,
    members: Sequence[World],
    tell: Callable[[str], None] = lambda so_far: None,
    left_out: Outages | None = None,
    processes: int | None = None,
    discrepancy: Sequence[float] = (),
) -> InWorlds:
    """Simulate the base and every world; nothing is written, and the results do not depend on the processes.

    `config` is what the parameters were composed to. `discrepancy` is what the model is off by the fit, up to the award
    and after it, as standard deviations of logarithms; none: not known. Raises BadInput before anything is simulated
    where a world is not in order or the run does not fit into memory.
    """
    started = time.perf_counter()
    order = list(in_order(members))
    of_each = validated((world, with_luck(config, world, luck)) for world, luck in order)
    for each in of_each:
        refuse_what_does_not_fit(without_rows(each))
    tasks = [Task(each, left_out or {}) for each in of_each]
    base = evaluate(parameters, lambda so_far: tell(f"the base: {so_far}"), left_out)
    several = processes or processes_for(tasks)
    beside = f", {several} side by side" if several > 1 else ""
    done = outcomes(tasks, several, lambda count: tell(f"run {count} of {len(tasks)} in {len(members)} worlds{beside}"))
    of_base = outcome_of(base)
    runs = [Run(0, 0, of_base.figures, of_base.weeks)]
    runs += [
        Run(world.number, luck, each.figures, each.weeks, each.stages)
        for (world, luck), each in zip(order, done, strict=True)
    ]
    first = base.tables["daily"].rows[0]["date"]
    error = None
    if discrepancy:
        up_to_award, after_award = discrepancy
        error = ModelError(up_to_award, after_award, parameters.run.seed).published
    beside_published = published_in_worlds(
        base.tables["published"], base.tables["waves"], runs, error, parameters.waves.calendar is not None
    )
    made = {table.name: table for table in (worlds(runs), intervals(runs), weeks(runs, first), beside_published)}
    return InWorlds(base, runs, made, time.perf_counter() - started)
