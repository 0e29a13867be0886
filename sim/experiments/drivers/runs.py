"""The runs of a design: each kept as a small file by what it computes, so that a stopped command goes on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.calibration.design import model_hash, read, write
from sim.experiments.jobs.job import name_of
from sim.experiments.processes import side_by_side
from sim.experiments.tasks import Task, outcome
from sim.experiments.worlds import Config
from sim.parameters import validate
from sim.results.figure import is_number

Figures = dict[str, dict[str, Any]]
"""Of each figure by name its value (None: not reached) and its unit; numbers only."""

FOLDER = Path("results/runs/.drivers")
"""Where runs are kept, beside the folders of runs; it may be removed at any time."""

SOURCES = ("results", "experiments/tasks.py")
"""Where figures come from, beside the model."""


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


def run_all(
    configs: Sequence[Config], folder: Path, processes: int, tell: Callable[[int, int], None] = lambda done, of: None
) -> list[Figures]:
    """Return the figures of every config, in their order; what is in the folder is not simulated again.

    `tell` is told how many are done, of how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = model_hash(SOURCES)
    tasks = [(folder / f"{name_of(config, model)}.json", config) for config in configs]
    missing = [each for each in tasks if read(each[0]) is None]
    before = len(tasks) - len(missing)
    if missing:
        side_by_side(_run, missing, processes, lambda done: tell(before + done, len(tasks)))
    return [read(file) or figures_of(config) for file, config in tasks]


def _run(task: tuple[Path, Config]) -> None:
    file, config = task
    write(file, figures_of(config))
