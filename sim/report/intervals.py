"""Rows of the answer in many worlds: a label, the base, the ends of the interval, and what of it is luck."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.report.text import block, days, percent
from sim.results.figure import Figure
from sim.results.table import Table
from sim.results.tables.worlds import Run

Interval = dict[str, Any]
"""A row of the table `intervals`."""

ENDS = ("base", "low", "high")
"""What a row tells of an interval."""


@dataclass(frozen=True)
class Told:
    """What the answer is made of: the tables and figures of the base, every run, the intervals, and what is held."""

    tables: dict[str, Table]
    figures: dict[str, Figure]
    runs: Sequence[Run]
    intervals: dict[str, Interval]
    made: str
    members: int
    held: dict[str, Any]
    absent: dict[str, int]
    unknown: Sequence[str]
    seconds: float

    @property
    def worlds(self) -> int:
        """Return how many worlds there are."""
        return len({run.world for run in self.runs}) - 1

    @property
    def twice(self) -> int:
        """Return how many worlds were run twice."""
        return sum(run.luck == 1 for run in self.runs)


def rows_of(told: Told, named: Iterable[tuple[str, str]], words: Callable[..., list[str]]) -> list[list[str]]:
    """Return a row for each figure that has a value in some run: label, base, ends, luck."""
    rows = []
    for name, label in named:
        interval = told.intervals.get(name)
        if interval is not None and any(interval[end] is not None for end in ENDS):
            reached, worlds = interval["reached"], interval["worlds"]
            some = f" (in {reached} of {worlds})" if reached < worlds else ""
            rows.append([f"{label}{some}", *words(*(interval[end] for end in ENDS)), share(interval["luck_share"])])
    return rows


def share(of: float | None) -> str:
    """Return a share of variance in whole per cent; a dash where nothing varies."""
    if of is None:
        return "-"
    return "<1 %" if of < 0.01 else f"{100 * of:.0f} %"


def amounts(*values: float | None) -> list[str]:
    """Return counts or rupiah in one unit, the largest of which each is a tenth or more; small ones without a unit.

    The first is as it was counted, the others are ends of an interval.
    """
    least = min((abs(value) for value in values if value), default=0.0)
    for limit, unit in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
        if least >= limit / 10:
            return ["-" if value is None else f"{value / limit:,.2f} {unit}" for value in values]
    first, *ends = values
    return ["-" if value is None else f"{value:,.0f}" for value in (first, *map(_to_three_digits, ends))]


def _to_three_digits(value: float | None) -> float | None:
    """Return the end of an interval as far as it is worth telling."""
    return float(f"{value:.3g}") if value else value


def shares(*values: float | None) -> list[str]:
    """Return shares in per cent."""
    return [percent(value) for value in values]


def in_days(*values: float | None) -> list[str]:
    """Return waits, each in the unit that fits it."""
    return ["-" if value is None else days(value) for value in values]


def in_weeks(*values: float | None) -> list[str]:
    """Return numbers of weeks."""
    return ["-" if value is None else f"{value:,.1f}" for value in values]


HEADING = ("base", "90 % from", "to", "luck")


def table_of(first: str, rows: list[list[str]]) -> list[str]:
    """Return rows as lines of a table, nothing where there are none."""
    return block((first, *HEADING), rows) if rows else []
