"""Rows of the answer in many worlds: a label, the base, the ends of the interval, and what of it is luck."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sim.report.text import block, days, percent, wrapped
from sim.results.figure import Figure
from sim.results.spread import LEAST
from sim.results.table import Table
from sim.results.tables.worlds import Run

Interval = dict[str, Any]
"""A row of the table `intervals`."""

ENDS = ("base", "low", "high")
"""What a row tells of an interval."""


@dataclass(frozen=True)
class Told:
    """What the answer is made of: the tables and figures of the base, every run, the intervals, and what is held."""

    tables: Mapping[str, Table]
    figures: dict[str, Figure]
    runs: Sequence[Run]
    intervals: dict[str, Interval]
    made: str
    members: int
    held: dict[str, Any]
    absent: dict[str, int]
    unknown: Sequence[str]
    seconds: float
    beside_published: Mapping[str, Interval] = field(default_factory=dict)
    """The rows of the table `published_in_worlds`, by figure."""
    discrepancy: Sequence[float] = ()
    """What the model is off, up to the award and after it; nothing where it is not known."""
    outside: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    """Numbers that have a value in the base below or above 90 % of the worlds: it, and their ends."""
    about: Mapping[str, int] = field(default_factory=dict)
    """Steps by date of what is held, and how many of their numbers still vary."""
    as_it_was: bool = True
    """Whether what was asked differs in nothing from the base, so that what was published is of it."""

    @property
    def worlds(self) -> int:
        """Return how many worlds there are."""
        return len({run.world for run in self.runs}) - 1

    @property
    def twice(self) -> int:
        """Return how many worlds were run twice."""
        return sum(run.luck == 1 for run in self.runs)

    @property
    def ends(self) -> tuple[str, str]:
        """Return what the ends of intervals are called: of few worlds they are the least and the greatest."""
        return ("least", "greatest") if self.worlds < LEAST else ("90 % from", "to")


class Row(NamedTuple):
    """A row of a table: its cells, what it is called, and whether the base lies beyond an end of its interval."""

    cells: list[str]
    label: str
    beyond: bool


def rows_of(told: Told, named: Iterable[tuple[str, str]], words: Callable[..., list[str]]) -> list[Row]:
    """Return a row for each figure that has a value in some run: label, base, ends, luck."""
    rows = []
    for name, label in named:
        interval = told.intervals.get(name)
        if interval is not None and any(interval[end] is not None for end in ENDS):
            reached, worlds = interval["reached"], interval["worlds"]
            some = f" (in {reached} of {worlds})" if reached < worlds else ""
            cells = words(*(interval[end] for end in ENDS))
            of_luck = share(interval["luck_share"])
            rows.append(Row([f"{label}{some}", *cells, of_luck], label, is_beyond(interval, cells)))
    return rows


def is_beyond(interval: Interval, cells: Sequence[str]) -> bool:
    """Return whether the base lies beyond an end, by as much as is to be seen in the cells."""
    base, low, high = (interval[end] for end in ENDS)
    if None in (base, low, high):
        return False
    return bool((base < low and cells[0] != cells[1]) or (base > high and cells[0] != cells[2]))


def share(of: float | None) -> str:
    """Return a share of variance in whole per cent; a dash where nothing varies."""
    if of is None:
        return "-"
    return "<1 %" if of < 0.01 else f"{100 * of:.0f} %"


def amounts(*values: float | None) -> list[str]:
    """Return counts or rupiah in one unit, of which the middle one is a tenth or more and each a hundredth; or in none.

    The first is as it was counted, the others are ends of an interval.
    """
    sizes = sorted(abs(value) for value in values if value) or [0.0]
    for limit, unit in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
        if sizes[len(sizes) // 2] >= limit / 10 and sizes[0] >= limit / 100:
            return ["-" if value is None else f"{in_unit(value, limit)} {unit}" for value in values]
    first, *ends = values
    return ["-" if value is None else f"{value:,.0f}" for value in (first, *map(_to_three_digits, ends))]


def in_unit(value: float, unit: float) -> str:
    """Return a count or rupiah in a unit with two digits, halves rounded as in pictures: to even.

    A count divided by the scale may lie a last bit beside a whole number: it is taken to a thousandth.
    """
    return f"{Decimal(round(float(value), 3)) / Decimal(unit):,.2f}"


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


MOST_BEYOND = 3
"""Figures whose base lies beyond an end that a table names."""


def table_of(told: Told, first: str, rows: Sequence[Row]) -> list[str]:
    """Return rows as lines of a table, and of which of them the base lies beyond an end; nothing where no rows are."""
    if not rows:
        return []
    luck = ["luck"] if len(rows[0].cells) > 1 + len(ENDS) else []
    lines = block((first, "base", *told.ends, *luck), [row.cells for row in rows])
    beyond = [row.label for row in rows if row.beyond] if told.worlds > 1 else []
    if beyond:
        more = f" and {len(beyond) - MOST_BEYOND} more" if len(beyond) > MOST_BEYOND else ""
        lines += wrapped(f"Base beyond an end of the interval: {', '.join(beyond[:MOST_BEYOND])}{more}.", "  ", "    ")
    return lines
