"""What was published, or will be, beside the interval in which it should lie: worlds with the model's own error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sim.results.figure import is_number
from sim.results.figures_of_tables import WAVES, published_name
from sim.results.spread import quantiles
from sim.results.table import Cell, Table
from sim.results.tables.published import GIVEN, GIVEN_BY_CALENDAR
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


class Asked(NamedTuple):
    """A figure that was published, or will be."""

    name: str
    """Stable name, as in the table intervals."""
    what: str
    of: str
    """The waves that it speaks of; empty: all."""
    at: datetime
    role: str
    published: Cell


OF_A_WAVE = "wave."
"""How what a figure of a single wave speaks of begins."""

Error = Callable[[int, Sequence[Asked], Sequence[float | None]], Sequence[float | None]]
"""What may be published of figures, the model's own error in it, from a world and what it simulates of each."""


def published_in_worlds(
    published: Table, waves: Table, runs: Sequence[Run], error: Error | None, by_calendar: bool
) -> Table:
    """Return the interval of every row of `published`, and of every wave where there are such rows.

    `published` and `waves` are those of the base, which is the first run. Without `error` the model's error is not
    known: then the intervals are those of the simulated programme.
    """
    asked = [
        Asked(
            published_name(row),
            str(row["figure"]),
            str(row["scope"] or ""),
            row["at"],
            str(row["role"]),
            row["published"],
        )
        for row in published.rows
    ]
    if asked:
        asked += _of_waves(waves, by_calendar)
    worlds = []
    for run in (run for run in runs if run.world and not run.luck):
        simulated = [_value(run, each.name) for each in asked]
        if error:
            beside = [*_beside(asked, run.stages, by_calendar)]
            every = [*asked, *(each for each, _ in beside)]
            simulated = [*error(run.world, every, [*simulated, *(count for _, count in beside)])][: len(asked)]
        worlds.append(simulated)
    rows = [_row(each, runs[0], [world[k] for world in worlds], bool(error)) for k, each in enumerate(asked)]
    return Table("published_in_worlds", COLUMNS, rows)


def _beside(
    asked: Sequence[Asked], stages: Mapping[datetime, Mapping[str, float]], by_calendar: bool
) -> Iterator[tuple[Asked, float]]:
    """Yield the stages that no row tells at instants of rows, and how many a world simulates.

    The error of a stage follows that of the stage before, whether that was published or not.
    """
    told = {(each.what, each.at) for each in asked if not each.of}
    given = (*GIVEN, *(GIVEN_BY_CALENDAR if by_calendar else ()))
    for at, counts in stages.items():
        for stage, count in counts.items():
            if (stage, at) not in told:
                yield Asked(f"{stage} {at}", stage, "", at, "input" if stage in given else "prediction", None), count


def _of_waves(waves: Table, by_calendar: bool) -> Iterator[Asked]:
    for row in waves.rows:
        for what in WAVES:
            if row["announced"] is not None:
                given = what == "eligible_share" or (by_calendar and what == "awarded")  # the config sets the shares
                role, wave = "input" if given else "prediction", f"{OF_A_WAVE}{row['wave']}"
                yield Asked(f"{wave}.{what}", what, wave, row["announced"], role, None)


def _row(asked: Asked, base: Run, worlds: Sequence[float | None], with_error: bool) -> dict[str, Cell]:
    values = [value for value in worlds if value is not None]
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
        "with_error": with_error and asked.role != "input",
        "reached": len(values),
    }


def _value(run: Run, name: str) -> float | None:
    value: Any = run.figures[name].value if name in run.figures else None
    return float(value) if value is not None and is_number(value) else None
