"""The task of a comparison: one scenario in one world under one luck, as a plain specification, and what it keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.comparing import people
from sim.experiments.jobs.job import MODEL, Job, kept
from sim.experiments.tasks import Task, outcome, outcome_of
from sim.experiments.worlds import World, with_luck
from sim.parameters import BadInput, Parameters, validate
from sim.results.comparison import Compared
from sim.results.figure import Figure
from sim.results.outcome import Outcome
from sim.results.weeks import Series

SOURCES = (
    *MODEL,
    "results",
    "experiments/run.py",
    "experiments/tasks.py",
    "experiments/comparing/people.py",
    "experiments/comparing/specification.py",
)
"""What a task is computed by."""


def job_of(compared: Compared, world: World, threads: int | None = None, *, with_people: bool = False) -> Job:
    """Return the task of a scenario in a world, with the luck of that world; `threads` change nothing of it.

    With people, it keeps who has a place as well, and when they were first paid.
    """
    config = with_luck(compared.config, world)
    config["run"]["threads"] = None
    asked = {"config": config, "market": _market(compared)}
    does, suffix = (simulate_with_people, ".run") if with_people else (simulate, ".json")
    label = f"{compared.name}, replication {world.number}"
    return Job(does, asked, SOURCES, label, {"threads": threads}, suffix=suffix)


def job_in(folder: Path, compared: Compared, world: World, threads: int | None = None, *, with_people: bool) -> Job:
    """Return the task of a scenario in a world; one with people that is kept in the folder has all that is needed."""
    job = job_of(compared, world, threads, with_people=with_people)
    if not with_people and not (folder / job.file).exists():
        more = job_of(compared, world, threads, with_people=True)
        if kept(folder / more.file, read_whole) is not None:
            return more
    return job


def _market(compared: Compared) -> str | None:
    """Return a hash of the file of the market's courses, where there is one: its path does not say what is in it."""
    market = compared.parameters.market
    if market is None or market.file is None:
        return None
    return hashlib.sha256(market.file.contents).hexdigest()


def simulate(asked: Mapping[str, Any], threads: int | None = None) -> bytes:
    """Do a task: simulate, and return figures and series as JSON."""
    with _no_more_than_there_is():
        return written(outcome(Task(_parameters(asked, threads))))


def simulate_with_people(asked: Mapping[str, Any], threads: int | None = None) -> bytes:
    """Do a task: simulate, and return figures and series as a line of JSON, and who has a place behind it."""
    from sim.experiments.run import evaluate

    with _no_more_than_there_is():
        result = evaluate(_parameters(asked, threads), with_places=True)
    return written(outcome_of(result)) + b"\n" + people.written(people.record_of(result))


@contextmanager
def _no_more_than_there_is() -> Iterator[None]:
    """Raise MemoryError where a run is refused for want of memory: it is tried again alone then, and no other ends.

    All else that is refused was refused before any run.
    """
    try:
        yield
    except BadInput as bad:
        raise MemoryError(bad.text) from None


def _parameters(asked: Mapping[str, Any], threads: int | None) -> Parameters:
    return validate({**asked["config"], "run": {**asked["config"]["run"], "threads": threads}})


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
    """Return what was kept of a run, without its people; raise ValueError where it is not whole."""
    try:
        said = json.loads(contents.partition(b"\n")[0])
        return Outcome(
            {name: Figure(value, unit) for name, (value, unit) in said["figures"].items()},
            _series(said["weeks"]),
            _series(said["months"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("is no outcome of a run") from error


def read_people(contents: bytes) -> people.PeopleRecord:
    """Return who has a place at the end of a run; raise ValueError where it is not whole."""
    return people.read(contents.partition(b"\n")[2])


def read_whole(contents: bytes) -> Outcome:
    """Return what was kept of a run; raise ValueError where that, or its people where it has them, is not whole."""
    if b"\n" in contents:
        read_people(contents)
    return read(contents)
