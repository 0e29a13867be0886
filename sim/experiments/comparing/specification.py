"""The task of a comparison: one scenario in one world under one luck, as a plain specification, and what it keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.experiments.jobs.job import MODEL, Job
from sim.experiments.tasks import Task, outcome
from sim.experiments.worlds import World, with_luck
from sim.parameters import validate
from sim.results.comparison import Compared
from sim.results.figure import Figure
from sim.results.outcome import Outcome
from sim.results.weeks import Series

SOURCES = (
    *MODEL,
    "results",
    "experiments/run.py",
    "experiments/tasks.py",
    "experiments/comparing/specification.py",
)
"""What a task is computed by."""


def job_of(compared: Compared, world: World, threads: int | None = None) -> Job:
    """Return the task of a scenario in a world, with the luck of that world; `threads` change nothing of it."""
    config = with_luck(compared.config, world)
    config["run"]["threads"] = None
    asked = {"config": config, "market": _market(compared)}
    return Job(simulate, asked, SOURCES, f"{compared.name}, replication {world.number}", {"threads": threads})


def _market(compared: Compared) -> str | None:
    """Return a hash of the file of the market's courses, where there is one: its path does not say what is in it."""
    market = compared.parameters.market
    if market is None or market.file is None:
        return None
    return hashlib.sha256(market.file.contents).hexdigest()


def simulate(asked: Mapping[str, Any], threads: int | None = None) -> bytes:
    """Do a task: simulate, and return figures and series as JSON."""
    config = {**asked["config"], "run": {**asked["config"]["run"], "threads": threads}}
    return written(outcome(Task(validate(config))))


def written(found: Outcome) -> bytes:
    """Return what is kept of a run as JSON, by which it is read as the same numbers."""
    said = {
        "figures": {name: [figure.value, figure.unit] for name, figure in found.figures.items()},
        "weeks": {name: values.tolist() for name, values in found.weeks.items()},
        "months": {name: values.tolist() for name, values in found.months.items()},
    }
    return json.dumps(said, sort_keys=True, default=_plain).encode()


def _plain(value: Any) -> Any:
    """Return a value of NumPy as one of Python."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} cannot be kept")


def _series(said: Mapping[str, list[float]]) -> dict[str, Series]:
    return {name: np.array(values, dtype=np.float64) for name, values in said.items()}


def read(contents: bytes) -> Outcome:
    """Return what was kept of a run; raise ValueError where it is not whole."""
    try:
        said = json.loads(contents)
        return Outcome(
            {name: Figure(value, unit) for name, (value, unit) in said["figures"].items()},
            _series(said["weeks"]),
            _series(said["months"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("is no outcome of a run") from error
