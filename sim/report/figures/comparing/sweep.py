"""The figures of the study along the number that is varied, with bands, and where the bottleneck changes."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from sim.report.figures.comparing.saved import SavedComparison, panels
from sim.report.figures.look import BLUE, GREY, INK, SKY, VERMILION, amounts, unit_of
from sim.report.figures.page import BOLD, Page, page
from sim.report.figures.saved import Row
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount

MOST, MOST_ON_A_SLIDE = 6, 3
BETWEEN = 0.62
"""Inches between two pictures."""

WIDE = 20
"""Values that lie further apart than so many times are drawn on a scale of ratios."""


def asked(saved: SavedComparison) -> bool:
    """Return whether scenarios lie along a number."""
    return any(row["key"] is not None for row in saved.rows("scenarios"))


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a picture for each figure shown."""
    along = sorted((row["at"], row["scenario"]) for row in saved.rows("scenarios") if row["key"] is not None)
    key = next(str(row["key"]) for row in saved.rows("scenarios") if row["key"] is not None)
    named = dict.fromkeys(row["figure"] for row in saved.rows("kpis") if row["shown"] and row["value"] is not None)
    shown = list(named)[: MOST_ON_A_SLIDE if sheet.slide else MOST]
    changes = saved.rows("changes")
    text = f"Along {key}: dots, mean (of quantiles of waits the middle) of the {saved.replications}"
    text += "." if sheet.slide else f"; band: {saved.ends}."
    text += " Dashed: the bottleneck changes." if changes else ""
    if not shown:
        return page(saved, sheet, finding(saved, key), "No figure has a value.", [], 0.0)
    across = min(len(shown), 3 if sheet.slide or len(shown) > 4 else 2)
    drawn = page(saved, sheet, finding(saved, key), text, [], 2.1 * -(-len(shown) // across) + 0.35)
    letters = int(72 * ((sheet.width - 0.8 - BETWEEN * (across - 1)) / across + 0.2) / (sheet.text * BOLD))
    titles = [textwrap.fill(_label(saved, figure), letters) for figure in shown]
    head = 0.45 + 0.18 * max(title.count("\n") for title in titles)
    for figure, title, (axes, last) in zip(
        shown, titles, panels(drawn, len(shown), across, 0.0, BETWEEN, head=head, foot=0.3), strict=True
    ):
        _figure(axes, saved, figure, along, changes, sheet)
        axes.set_title(title, loc="left", size=sheet.text, weight="bold", color=INK, pad=1.4 * sheet.small + 5)
        _values(axes, [at for at, _ in along], key if last and not sheet.slide else "", sheet)
    return drawn


def _label(saved: SavedComparison, figure: str) -> str:
    """Return a figure in words, as the first scenario that has it says."""
    return next(str(row["label"]) for row in saved.rows("kpis") if row["figure"] == figure and row["value"] is not None)


def _figure(
    axes: Axes, saved: SavedComparison, figure: str, along: list[tuple[float, str]], changes: list[Row], sheet: Sheet
) -> None:
    rows = [(at, row) for at, name in along if (row := saved.kpi(name, figure)) and row["value"] is not None]
    values = [float(at) for at, _ in rows]
    ends = [(row["low"], row["high"]) for _, row in rows]
    if all(low is not None for low, _ in ends):
        axes.fill_between(values, [low for low, _ in ends], [high for _, high in ends], color=SKY, alpha=0.55, lw=0)
    axes.plot(values, [row["value"] for _, row in rows], "o-", color=BLUE, linewidth=1.3, markersize=4.5)
    first = rows[0][1]
    top = max(max(row["value"], row["high"] or 0.0) for _, row in rows)
    unit = _scale(axes, top, str(first["unit"]))
    for change in changes:
        axes.axvline(change["at"], color=VERMILION, linewidth=1.2, linestyle=(0, (3, 2)))
    axes.grid(axis="y")
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "color": GREY}
    axes.annotate(unit, (0, 1), (0, 4), size=sheet.small, va="bottom", **place)


def _scale(axes: Axes, top: float, unit: str) -> str:
    """Set the axis of a figure from zero and return what it counts; times and shares as they are."""
    counted = unit.partition(",")[0].partition(" from ")[0].partition(" paid")[0].partition(" of ")[0]
    told = amounts(axes, top, counted, ticks=4)
    if counted in ("days", "weeks", "share"):
        axes.yaxis.set_major_formatter(
            lambda value, _: f"{100 * value:.3g} %" if counted == "share" else f"{value:,.4g}"
        )
        return counted
    return told


def _values(axes: Axes, values: list[float], key: str, sheet: Sheet) -> None:
    """Set the axis of the values that are varied: those that were run are named, as far as they fit."""
    low, high = min(values), max(values)
    unit, word = unit_of(high)
    if low > 0 and high >= WIDE * low:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_locator(FixedLocator(values))
    else:
        axes.set_xlim(min(0.0, low), high * 1.05)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value / unit:,.4g}")
    if key:
        axes.set_xlabel(f"{key}, {word}" if word else key, size=sheet.small)


def finding(saved: SavedComparison, key: str) -> str:
    """Return where the bottleneck changes, in a sentence."""
    changes = saved.rows("changes")
    if not changes:
        along = {row["scenario"]: row["at"] for row in saved.rows("scenarios") if row["key"] is not None}
        first = [row for row in saved.rows("bottlenecks") if row["rank"] == 1 and row["scenario"] in along]
        if not first:
            return f"Nobody waits, and nothing is the bottleneck at any {key}"
        least = min(first, key=lambda row: row["first_in"])
        more = ""
        if least["first_in"] < least["replications"]:
            more = f", at {along[least['scenario']]:,.6g} in {least['first_in']} of {saved.replications}"
        return f"{first[0]['group_label']} is the bottleneck at every {key} that was tried{more}"
    return "; ".join(_change(change, key) for change in changes[:2])


def _change(change: dict[str, Any], key: str) -> str:
    at = np.format_float_positional(float(f"{change['at']:.2g}"), trim="-")
    words = amount(float(at)) if float(at) >= 1 else at
    return f"From {key} of some {words} the bottleneck is {change['after_label']}, no longer {change['before_label']}"
