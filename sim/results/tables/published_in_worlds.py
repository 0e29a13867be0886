"""What was published, or will be, beside the interval in which it should lie: worlds with the model's own error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sim.results.figure import is_number
from sim.results.figures_of_tables import WAVES, published_name
from sim.results.spread import quantiles
from sim.results.table import Cell, Table
from sim.results.tables.worlds import Run

COLUMNS = {
    "figure": "the figure, stable name, as in the table intervals",
    "at": "instant of the figure (WIB); of a wave its announcement",
    "role": "as in the table published; of a wave: prediction, or input where the calendar sets it",
    "published": "as published; empty: not known here",
    "base": "its value in the base, with the fitted values",
    "low": "the end below which 5 % of the worlds lie, with the model's own error: what is published should lie above",
    "median": "half of them lie below",
    "high": "5 % lie above: what is published should lie below",
    "with_error": "whether the model's own error is in the ends: it is in none of an input, nor where it is not known",
    "reached": "worlds in which it was reached",
}

Factors = Callable[[int, str, Iterable[datetime]], Mapping[datetime, float]]
"""By which factor the published differs from what a world simulates, by date: of a world and a figure."""


class _Asked(NamedTuple):
    name: str
    what: str
    at: datetime
    role: str
    published: Cell


def published_in_worlds(
    published: Table, waves: Table, runs: Sequence[Run], factors: Factors | None, by_calendar: bool
) -> Table:
    """Return the interval of every row of `published`, and of every wave where there are such rows.

    `published` and `waves` are those of the base, which is the first run. Without `factors` the model's error is not
    known: then the intervals are those of the simulated programme.
    """
    asked = [
        _Asked(published_name(row), str(row["figure"]), row["at"], str(row["role"]), row["published"])
        for row in published.rows
    ]
    if asked:
        asked += _of_waves(waves, by_calendar)
    dates: dict[str, list[datetime]] = {}
    for each in asked:
        dates.setdefault(each.what, []).append(each.at)
    worlds = [run for run in runs if run.world and not run.luck]
    error = {
        (run.world, what): factors(run.world, what, some) for run in worlds for what, some in dates.items() if factors
    }
    return Table("published_in_worlds", COLUMNS, [_row(each, runs[0], worlds, error) for each in asked])


def _of_waves(waves: Table, by_calendar: bool) -> Iterator[_Asked]:
    for row in waves.rows:
        for what in WAVES:
            if row["announced"] is not None:
                role = "input" if by_calendar and what == "awarded" else "prediction"
                yield _Asked(f"wave.{row['wave']}.{what}", what, row["announced"], role, None)


def _row(
    asked: _Asked, base: Run, worlds: Sequence[Run], error: Mapping[tuple[int, str], Mapping[datetime, float]]
) -> dict[str, Cell]:
    known = bool(error) and asked.role != "input"
    values = []
    for run in worlds:
        value = _value(run, asked.name)
        if value is not None:
            factor = error[run.world, asked.what][asked.at] if known else 1.0
            values.append(min(value * factor, 1.0) if asked.what.endswith("share") else value * factor)
    low, median, high = quantiles(values).tolist() if values else (None, None, None)
    return {
        "figure": asked.name,
        "at": asked.at,
        "role": asked.role,
        "published": asked.published,
        "base": _value(base, asked.name),
        "low": low,
        "median": median,
        "high": high,
        "with_error": known,
        "reached": len(values),
    }


def _value(run: Run, name: str) -> float | None:
    value: Any = run.figures[name].value if name in run.figures else None
    return float(value) if value is not None and is_number(value) else None
