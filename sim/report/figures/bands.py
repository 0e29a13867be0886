"""Bands over time: where 90 % of the worlds lie in each week, their median, and the base as a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.look import BLUE, GREY, INK, SKY, amounts, dates, steps
from sim.report.figures.page import Page
from sim.report.figures.saved import Counts, Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import SPACE, amount
from sim.results.spread import ends_in_words

TABLE = "weeks_in_worlds"
"""The table of the bands; a run in the base alone has none."""

BROKEN = (0, (3, 1.5))
"""The line of the worlds' median."""


class Band(NamedTuple):
    """A series by weeks; `edges` has one more: the end of the last week."""

    edges: Any
    base: Counts
    low: Counts
    high: Counts
    median: Counts

    @property
    def top(self) -> float:
        """Return the most that is drawn."""
        return float(max(self.base.max(), self.high.max()))


@dataclass(frozen=True)
class Panel:
    """One picture: a series, what it is called, and published points of it (time, count)."""

    series: str
    label: str
    points: Sequence[tuple[Any, float]] = ()
    runs_up: bool = False
    """Whether the series only grows: it is drawn as a line from edge to edge, not by steps."""


def band(saved: Saved, series: str) -> Band:
    """Return a series of the saved table."""
    rows = [row for row in saved.rows(TABLE) if row["series"] == series]
    weeks = np.array([row["week"] for row in rows], dtype="datetime64[D]")
    edges = np.append(weeks, weeks[-1] + 7)
    return Band(
        edges, *(np.array([row[end] for row in rows], dtype=float) for end in ("base", "low", "high", "median"))
    )


def has(saved: Saved, series: str) -> bool:
    """Return whether the saved table has a series in which there is anything."""
    return any(row["high"] or row["base"] for row in saved.rows(TABLE) if row["series"] == series)


def interval(saved: Saved, figure: str) -> Row:
    """Return the row of a figure in the table `intervals`."""
    return next(row for row in saved.rows("intervals") if row["figure"] == figure)


def between(row: Row, words: Callable[[float], str] = amount) -> str:
    """Return the ends of an interval in words: "7.22 to 7.86 million"."""
    low, high = words(row["low"]), words(row["high"])
    if low == high:
        return low
    number, _, unit = low.partition(SPACE)
    return f"{number if unit and high.endswith(unit) else low} to {high}"


def worlds(saved: Saved) -> int:
    """Return in how many worlds the run was made."""
    return int(max(row["worlds"] for row in saved.rows("intervals")))


def says(saved: Saved) -> str:
    """Return what bands and lines are."""
    ends = ends_in_words(worlds(saved))
    return (
        f"Band: {ends} of the worlds in each week; broken line: their median; line: the base, with the fitted values."
    )


def panels(drawn: Page, saved: Saved, shown: Sequence[Panel], of: str, *, points: str = "") -> None:
    """Draw pictures side by side, each on a scale of its own; the key above them says what is what."""
    sheet = drawn.sheet
    across = across_of(sheet, len(shown))
    down = -(-len(shown) // across)
    left, right, gap = 0.55, 0.25, 0.55
    wide = (sheet.width - left - right - gap * (across - 1)) / across
    high = (drawn.space - 0.3 - 0.3) / down
    for number, panel in enumerate(shown):
        column, line = number % across, number // across
        begin = left + column * (wide + gap)
        below = 0.3 + high * (down - line - 1) + 0.22
        axes = drawn.axes(begin, sheet.width - begin - wide, above=0.55 + high * line, below=below)
        _panel(axes, saved, panel, of, sheet, across)
        axes.tick_params(axis="x", labelbottom=number + across >= len(shown))
    _key(drawn, points)


def across_of(sheet: Sheet, many: int) -> int:
    """Return how many pictures stand beside one another."""
    return min(many, 3 if sheet.slide or many > 4 else 2)


def _panel(axes: Axes, saved: Saved, panel: Panel, of: str, sheet: Sheet, across: int) -> None:
    found = band(saved, panel.series)
    top = max([found.top, *(count for _, count in panel.points)])
    if panel.runs_up:
        at = found.edges[1:]
        axes.fill_between(at, found.low, found.high, color=SKY, alpha=0.55, linewidth=0)
        axes.plot(at, found.median, color=INK, linewidth=0.9, linestyle=BROKEN)
        axes.plot(at, found.base, color=BLUE, linewidth=1.4)
    else:
        axes.fill_between(found.edges, steps(found.low), steps(found.high), step="post", color=SKY, alpha=0.55, lw=0)
        axes.step(found.edges, steps(found.median), where="post", color=INK, linewidth=0.8, linestyle=BROKEN)
        axes.step(found.edges, steps(found.base), where="post", color=BLUE, linewidth=1.2)
    for when, count in panel.points:
        axes.plot([np.datetime64(when)], [count], "D", color=INK, markersize=3.2, markeredgecolor="white", mew=0.5)
    unit = amounts(axes, top, of, ticks=3)
    dates(axes, found.edges, most=4 if across > 2 else 7)
    axes.grid(axis="y")
    axes.set_title(panel.label, loc="left", size=9, weight="bold", color=INK, pad=4)
    axes.set_title(unit.partition(", ")[2] or unit, loc="right", size=sheet.small, color=GREY, pad=4)


def _key(drawn: Page, points: str) -> None:
    sheet, at = drawn.sheet, 0.55
    signs = [
        ("■", SKY, "90 % of the worlds"),
        ("╌", INK, "median"),
        ("—", BLUE, "base"),
        *([("◆", INK, points)] if points else []),
    ]
    for sign, colour, word in signs:
        drawn.write(at, 0.1, sign, sheet.text, colour)
        drawn.write(at + 0.24, 0.1, word, sheet.text, INK)
        at += 0.45 + 0.068 * len(word)
