"""A comparison is made: planned, run by processes or by a cluster, and held side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.experiments.comparing.design import Design
from sim.experiments.comparing.plan import Plan
from sim.experiments.comparing.replications import Replications
from sim.experiments.jobs.doing import SoFar
from sim.experiments.jobs.executors import Executor, Processes
from sim.results.comparison import Comparison

WORK = Path("results/.runs")
"""The folder below the working folder in which runs are kept, each by what it computes."""


@dataclass(frozen=True)
class Evaluated:
    """A comparison, and how long it took until all was simulated."""

    comparison: Comparison
    seconds: float


def evaluate(
    design: Design,
    plan: Plan,
    folder: Path = WORK,
    scheduler: str | None = None,
    tell: Callable[[str], None] = lambda so_far: None,
) -> Evaluated:
    """Make every run that is not kept in the folder, and return what they give side by side."""
    started = time.perf_counter()

    def tell_beside(so_far: str) -> None:
        tell(so_far if plan.workers in (None, 1) else f"{so_far}, {plan.workers} side by side")

    with _executor(plan, scheduler, tell) as executor:
        so_far = SoFar(plan.runs, plan.kept, at_most=plan.replications > plan.first)
        made = Replications(design, folder, executor, plan.threads, tell_beside, so_far).compare()
    return Evaluated(made, time.perf_counter() - started)


@contextmanager
def _executor(plan: Plan, scheduler: str | None, tell: Callable[[str], None]) -> Iterator[Executor]:
    # Where all runs are kept no scheduler needs to answer; one that is gone since is made here.
    if scheduler is not None and plan.runs > plan.kept:
        from sim.experiments.jobs.cluster import Cluster  # loads Dask: only where it is asked for

        with Cluster(scheduler, tell) as cluster:
            yield cluster
        return
    with Processes(plan.workers or 1) as processes:
        yield processes
