"""Find what drives the figures of a question: a design over its uncertainties, its runs, and the shares of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiments.drivers.groups import Driver, drivers_of, inputs_of
from sim.experiments.drivers.points import taken
from sim.experiments.drivers.runs import FOLDER, Figures, lean, run_all
from sim.experiments.drivers.shares import Design, Shares, shares_of
from sim.experiments.memory import refuse_what_does_not_fit
from sim.experiments.tasks import Task, processes_for
from sim.experiments.worlds import Config, World, validated, with_luck, world_of
from sim.parameters import BadInput, Problem
from sim.parameters.kinds import Number
from sim.parameters.problems import NOTHING, suggestion

SEED = 20260211
"""Of the order in which drivers take the members."""

LEAST_POINTS, MOST_POINTS = 64, 999
EVERY, LEAST_AGAIN = 8, 16
"""One point in so many is run with a second luck, so many at the least."""


@dataclass(frozen=True)
class Ensemble:
    """What is not known of a question: the numbers that the members move, and their values, a row a member."""

    numbers: Mapping[str, Number]
    rows: Sequence[Mapping[str, float]]
    made: str
    """How the members were made: "laws" or "fit"."""


@dataclass(frozen=True)
class Driven:
    """What drives a figure: its values at the points, and the shares; None where nothing moves it."""

    name: str
    unit: str
    base: float | None
    values: list[float | None]
    """At each point, then those with a second luck; None: not reached."""
    shares: Shares | None


@dataclass(frozen=True)
class Found:
    """What drives some figures, and from which design."""

    drivers: list[Driver]
    worlds: list[World]
    """The points."""
    again: int
    """How many of the first points were run again with another luck."""
    ensemble: Ensemble
    base: Figures
    figures: list[Driven]
    seconds: float = 0.0


def again_of(points: int) -> int:
    """Return how many of so many points are run with a second luck."""
    return min(points, max(LEAST_AGAIN, points // EVERY))


def refuse_points(points: object) -> None:
    """Raise BadInput where a design cannot have so many points."""
    if not isinstance(points, int) or isinstance(points, bool) or not LEAST_POINTS <= points <= MOST_POINTS:
        allowed = f"must be a whole number from {LEAST_POINTS} to {MOST_POINTS}"
        raise BadInput([Problem("points", points, allowed, "Write points=256; more tell smaller shares.")])


def named_among(asked: Sequence[str], base: Figures, words: Mapping[str, str]) -> list[str]:
    """Return the figures that are asked for by name, by the end of a name, or by a word; raise BadInput."""
    found, wrong = [], []
    for each in asked:
        ends = [name for name in base if name.endswith(f".{each}")]
        name = each if each in base else words.get(each, "")
        if name not in base and len(ends) == 1:
            name = ends[0]
        if name in base:
            found.append(name)
        elif ends:
            wrong.append(Problem("figures", each, f"may be {', '.join(ends)}", "Write one of them."))
        else:
            near = get_close_matches(each, [*words, *base], n=3, cutoff=0.6)
            do = f"{suggestion(each, [*words, *near])} And every number of kpis.json, by its name there."
            wrong.append(Problem("figures", each, "is no figure of this question", do))
    if wrong:
        raise BadInput(wrong)
    return list(dict.fromkeys(found))


def refuse_unknown(asked: Sequence[str], declared: Sequence[str], words: Mapping[str, str]) -> None:
    """Raise BadInput where a figure that is asked for is none that a question may have, before anything is simulated.

    `declared` are names of figures, and patterns of those that only a run tells: it has the last word on these.
    """
    wrong = []
    for each in asked:
        known = each in words or any(fnmatchcase(each, name) or name.endswith(f".{each}") for name in declared)
        if not known and not any(_ends_a(pattern, each) for pattern in declared):
            names = [name for name in declared if "*" not in name]
            near = get_close_matches(each, [*words, *names], n=3, cutoff=0.6)
            do = f"{suggestion(each, [*words, *near])} And every number of kpis.json, by its name there."
            wrong.append(Problem("figures", each, "is no figure", do))
    if wrong:
        raise BadInput(wrong)


def _ends_a(pattern: str, name: str) -> bool:
    """Return whether a name may be the end of one that fits a pattern: as many of its parts fit, one in words."""
    parts, own = pattern.split("."), name.split(".")
    ends = parts[-len(own) :]
    return len(own) < len(parts) and ends != ["*"] * len(own) and all(map(fnmatchcase, own, ends))


def drive(
    config: Config,
    ensemble: Ensemble,
    asked: Callable[[Figures], Sequence[str]],
    points: int,
    tell: Callable[[str], None] = lambda so_far: None,
    folder: Path = FOLDER,
    processes: int | None = None,
) -> Found:
    """Simulate a design over what is not known of a config, and return what drives its figures.

    `asked` says of the figures of the base which are wanted. Raises BadInput before the design is simulated where a
    point is not in order, a run does not fit into memory, or a figure is not known.
    """
    started = time.perf_counter()
    refuse_points(points)
    config = lean(config)
    (base,) = run_all([config], folder, 1, lambda so_far: tell("the base"))
    names = asked(base)
    drivers = drivers_of(ensemble.numbers, ensemble.rows, ensemble.made == "fit")
    _refuse_nothing_uncertain(drivers)
    rows = taken([each.name for each in drivers], len(ensemble.rows), points, SEED)
    worlds = worlds_at(drivers, rows, ensemble, config)
    order = [(world, 0) for world in worlds] + [(world, 1) for world in worlds[: again_of(points)]]
    configs = [with_luck(config, world, luck) for world, luck in order]
    parameters = validated((world, each) for (world, _), each in zip(order, configs, strict=True))
    for each in parameters:
        refuse_what_does_not_fit(each)
    several = processes or processes_for([Task(each) for each in parameters])
    beside = f", {several} side by side" if several > 1 else ""
    seen = run_all(configs, folder, several, lambda so_far: tell(f"{so_far}{beside}"))
    design = Design([inputs_of(each, ensemble.numbers, ensemble.rows) for each in drivers], rows)
    figures = []
    for number, name in enumerate(names, 1):
        tell(f"what drives figure {number} of {len(names)}")
        figures.append(driven(name, base, seen, design, points))
    return Found(drivers, worlds, again_of(points), ensemble, base, figures, time.perf_counter() - started)


def driven(name: str, base: Figures, seen: Sequence[Figures], design: Design, points: int) -> Driven:
    """Return what drives a figure; points in which it was not reached are left out."""
    values = [each[name]["value"] if name in each else None for each in seen]
    found = None
    reached = [k for k in range(points) if values[k] is not None]
    if len(reached) >= LEAST_POINTS // 2:
        first = [k for k in reached if k < len(values) - points and values[points + k] is not None]
        order = [*first, *(k for k in reached if k not in first)]
        some = Design(design.members, design.taken[order])
        found = shares_of(some, _array(values, order), _array(values, [points + k for k in first]))
    return Driven(name, str(base[name]["unit"]), base[name]["value"], values, found)


def _array(values: Sequence[float | None], places: Sequence[int]) -> Any:
    return np.array([values[k] for k in places], dtype=np.float64)


def worlds_at(drivers: Sequence[Driver], rows: Any, ensemble: Ensemble, config: Config) -> list[World]:
    """Return the points of a design as worlds, numbered from 1; `rows` say whose values each driver takes."""
    worlds = []
    for number, members in enumerate(rows, 1):
        values = dict(ensemble.rows[0])  # what does not differ among the members belongs to no driver
        for driver, member in zip(drivers, members, strict=True):
            values |= {key: ensemble.rows[member][key] for key in driver.keys}
        worlds.append(world_of(number, values, ensemble.numbers, config))
    return worlds


def _refuse_nothing_uncertain(drivers: Sequence[Driver]) -> None:
    if not drivers:
        do = "Leave some of what is uncertain as it is."
        raise BadInput([Problem("the question", NOTHING, "sets every number that is uncertain", do)])
