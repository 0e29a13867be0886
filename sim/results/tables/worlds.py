"""Figures over worlds: every value, the interval of each figure, and the bands of what goes by weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from sim.results.figure import Figure, Value, is_number
from sim.results.spread import quantiles, variance
from sim.results.table import Cell, Table
from sim.results.weeks import Series, kind_of, lasting

WORLDS = {
    "world": "number of the world, as in worlds.csv; 0: the base, the fitted values",
    "luck": "1, or 2 where the world was run again with another luck",
    "figure": "the figure, stable name",
    "value": "its value at full population; empty where it is a text, or was not reached",
    "text": "the same of what is no number; empty where it is one",
    "unit": "its unit",
}
INTERVALS = {
    "figure": "the figure, stable name; numbers only",
    "unit": "its unit",
    "base": "its value in the base, with the fitted values; empty where it was not reached",
    "low": "of the worlds in which it was reached: the end below which 5 % lie, by their first luck",
    "median": "the same: half of them lie below",
    "high": "the same: 5 % lie above",
    "luck_share": "share of the variance of one run that is luck, the rest being not knowing; empty where nothing "
    "varies or no world was run twice",
    "reached": "worlds in which it was reached",
    "worlds": "worlds",
    "twice": "worlds run with a second luck and in which it was reached twice",
}
WEEKS = {
    "week": "first day of the week (WIB)",
    "series": "what is counted: a column of the table daily",
    "counted": "how the days of a week are taken together",
    "base": "in the base, at full population",
    "low": "the end below which 5 % of the worlds lie in that week, by their first luck",
    "median": "half of them lie below",
    "high": "5 % lie above",
}


@dataclass(frozen=True)
class Run:
    """What is known of one run: its world (0: the base), its luck from 0, its figures, its series and its stages."""

    world: int
    luck: int
    figures: Mapping[str, Figure]
    weeks: Mapping[str, Series]
    stages: Mapping[datetime, Mapping[str, float]] = field(default_factory=dict)
    """Of each instant of the table `published`, at full population."""


def worlds(runs: Sequence[Run]) -> Table:
    """Return every figure of every run, the base first."""
    rows = [
        {
            "world": run.world,
            "luck": run.luck + 1,
            "figure": name,
            "value": float(figure.value) if is_number(figure.value) else None,  # type: ignore[arg-type]
            "text": None if is_number(figure.value) else _as_text(figure.value),
            "unit": figure.unit,
        }
        for run in runs
        for name, figure in run.figures.items()
    ]
    return Table("worlds", WORLDS, rows)


def _as_text(value: Value) -> str | None:
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)


def intervals(runs: Sequence[Run]) -> Table:
    """Return the interval of every figure that is a number in any run; the base is the first run."""
    names = dict.fromkeys(name for run in runs for name in run.figures)
    return Table("intervals", INTERVALS, [row for name in names if (row := _interval(name, runs)) is not None])


def _interval(name: str, runs: Sequence[Run]) -> dict[str, Cell] | None:
    values = [(run, run.figures[name].value if name in run.figures else None) for run in runs]
    if any(value is not None and not is_number(value) for _, value in values):
        return None
    base = next((value for run, value in values if run.world == 0), None)
    of_world: dict[int, list[float]] = {run.world: [] for run in runs if run.world}
    for run, value in values:
        if run.world and value is not None:
            of_world[run.world].append(float(value))
    firsts = [float(value) for run, value in values if run.world and run.luck == 0 and value is not None]
    low, median, high = quantiles(firsts).tolist() if firsts else (None, None, None)
    parted = variance(list(of_world.values()))
    return {
        "figure": name,
        "unit": next(run.figures[name].unit for run in runs if name in run.figures),
        "base": None if base is None else float(base),
        "low": low,
        "median": median,
        "high": high,
        "luck_share": None if parted is None else parted.share_of_luck,
        "reached": len(firsts),
        "worlds": len(of_world),
        "twice": sum(len(each) > 1 for each in of_world.values()),
    }


def said(name: str, runs: Sequence[Run]) -> list[tuple[Value, int]]:
    """Return in how many worlds a figure says what, by their first luck, the most frequent first."""
    of = Counter(run.figures[name].value for run in runs if run.world and not run.luck and name in run.figures)
    return sorted(of.items(), key=lambda each: (-each[1], str(each[0])))


def weeks(runs: Sequence[Run], first: date) -> Table:
    """Return the bands of every series, a row a week; the base is the first run, `first` the first day."""
    return Table("weeks_in_worlds", WEEKS, list(_bands(runs, first)))


def _bands(runs: Sequence[Run], first: date) -> Iterator[dict[str, Cell]]:
    firsts = [run for run in runs if run.world and not run.luck]
    for name, of_base in runs[0].weeks.items():
        each = [run.weeks[name] for run in firsts if name in run.weeks]
        length = max(map(len, [of_base, *each]))
        base = lasting(name, of_base, length)
        bands = quantiles(np.array([lasting(name, values, length) for values in each]))
        for week in range(length):
            low, median, high = bands[:, week].tolist()
            yield {
                "week": first + timedelta(days=7 * week),
                "series": name,
                "counted": kind_of(name),
                "base": float(base[week]),
                "low": low,
                "median": median,
                "high": high,
            }
