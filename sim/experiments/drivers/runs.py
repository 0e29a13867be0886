"""The runs of a design: each kept as a small file by what it computes, so that a stopped command goes on."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.jobs.doing import do_all
from sim.experiments.jobs.executors import executor
from sim.experiments.jobs.job import MODEL, Job, kept, plain
from sim.experiments.tasks import Task, outcome
from sim.experiments.worlds import Config
from sim.parameters import validate
from sim.results.figure import is_number

Figures = dict[str, dict[str, Any]]
"""Of each figure by name its value (None: not reached) and its unit; numbers only."""

FOLDER = Path("results/runs/.drivers")
"""Where runs are kept, beside the folders of runs; it may be removed at any time."""

SOURCES = (*MODEL, "results", "experiments/run.py", "experiments/tasks.py", "experiments/drivers/runs.py")
"""Where figures come from."""


def lean(config: Config) -> Config:
    """Return the config of the same run on one thread, of which nothing is written."""
    new = copy.deepcopy(config)
    new["run"] |= {"threads": 1, "people": "none", "figures": "none", "folder": None, "without_outages": False}
    return new


def figures_of(config: Config) -> Figures:
    """Run a config and return its figures."""
    found = outcome(Task(validate(config))).figures
    return {
        name: {"value": None if figure.value is None else float(figure.value), "unit": figure.unit}
        for name, figure in found.items()
        if figure.value is None or is_number(figure.value)
    }


def kept_of(config: Config) -> bytes:
    """Run a config and return its figures as a file keeps them."""
    return json.dumps(figures_of(config)).encode()


def run_all(
    configs: Sequence[Config], folder: Path, processes: int, tell: Callable[[str], None] = lambda so_far: None
) -> list[Figures]:
    """Return the figures of every config, in their order; what is in the folder is not simulated again.

    `tell` is told in words how many are done. Raises MemoryError where a run found no memory twice, and BrokenPromise
    where it broke one.
    """
    jobs = [Job(kept_of, config, SOURCES) for config in configs]
    with executor(processes, len(jobs)) as those:
        failed = do_all(jobs, folder, those, tell)
    if failed:
        raise next(iter(failed.values()))
    return [kept(folder / job.file, plain) or figures_of(config) for job, config in zip(jobs, configs, strict=True)]
