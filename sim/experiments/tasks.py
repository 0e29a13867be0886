"""A task: one run of a scenario in a world under a luck, and the little that is kept of it.

Whatever runs many (worlds of one scenario, scenarios side by side) makes tasks, and has them done side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.experiments.jobs.executors import cores, side_by_side
from sim.experiments.memory import available, needed_by, without_rows
from sim.parameters import Parameters
from sim.parameters.outages import Outages
from sim.results.figures_of_tables import figures_of_tables
from sim.results.outcome import Outcome as Outcome
from sim.results.tables.published import stages_at
from sim.results.weeks import months_of, weeks_of

if TYPE_CHECKING:
    from sim.experiments.run import Result


@dataclass(frozen=True)
class Task:
    """One run: parameters that are in order, and the outages without which it is simulated again."""

    parameters: Parameters
    left_out: Outages = field(default_factory=dict)


def outcome(task: Task) -> Outcome:
    """Simulate once and keep the figures and the series."""
    from sim.experiments.run import evaluate

    result = evaluate(task.parameters, left_out=task.left_out)
    return outcome_of(result)


def outcome_of(result: Result) -> Outcome:
    """Return what is kept of a run that was simulated."""
    weeks = weeks_of(result.tables)
    figures = figures_of_tables(result.figures, result.tables, weeks)
    instants = sorted({row["at"] for row in result.tables["published"].rows if not row["scope"]})
    stages = {at: stages_at(result.observations, at) for at in instants}
    return Outcome(figures, weeks, months_of(result.tables), stages)


def outcomes(tasks: Sequence[Task], processes: int, tell: Callable[[int], None]) -> list[Outcome]:
    """Return the outcome of every task, in their order, done side by side.

    Several processes have one thread each: so the cores are shared out, and the results are the same.
    """
    lean = [Task(_lean(each.parameters, processes), each.left_out) for each in tasks]
    return side_by_side(outcome, lean, processes, tell)


def _lean(parameters: Parameters, processes: int) -> Parameters:
    """Return the parameters of the same run without anybody's row, and on one thread where there are processes."""
    lean = without_rows(parameters)
    if processes == 1:
        return lean
    return lean.model_copy(update={"run": lean.run.model_copy(update={"threads": 1})})


def processes_for(tasks: Sequence[Task]) -> int:
    """Return how many processes are run side by side: one a core, fewer where their memory would not be had.

    One is always returned: what refuses a run that does not fit is asked before.
    """
    needed, there = max(needed_by(without_rows(each.parameters)) for each in tasks), available()
    fitting = cores() if there is None else int(there // needed)
    return max(1, min(cores(), len(tasks), fitting))
