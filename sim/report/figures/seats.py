"""Live seats: what the classes of each week offer and how many are taken, and what is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.report.figures.look import BLUE, INK, ORANGE, SKY, amounts, dates, steps
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Counts, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount, percent

TABLE = "seats"
"""The table that is drawn; a run without a market has none."""

Sign = tuple[Line2D | Patch, str]
"""A sign of the key, and what it is."""

OFFERED: dict[str, Any] = {"color": INK, "linewidth": 1.5, "linestyle": (0, (5, 1.5))}
LEFT: dict[str, Any] = {"color": INK, "linewidth": 1.6}
TURNED_AWAY: dict[str, Any] = {"facecolor": ORANGE, "edgecolor": "white", "hatch": "////", "linewidth": 0}

NOTES = (
    "Taken: seats of the classes that begin in the week, whenever they were booked.",
    "Booked: live seats booked in the week.",
    "Turned away: times in the week that a live course was chosen whose next class was full, or too late, or was not "
    "there; one buyer may be turned away several times.",
    "Left without a course: those turned away who found none at all; they may come back.",
    "The first and the last week are cut where the run begins and ends.",
)


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw the seats offered and taken, by the week of the class, above those asked for, by the week of asking."""
    rows = saved.rows(TABLE)
    offered, taken, booked, turned_away, left = (
        np.array([row[name] for row in rows], dtype=float)
        for name in ("seats_offered", "seats_taken", "seats_booked", "turned_away", "found_no_seat")
    )
    if not offered.any() and not turned_away.any():
        return page(saved, sheet, finding(saved), "No class with seats began before the run ended.", [], 0.0)
    says = "Offered and taken by the week in which classes begin, asked for by the week in which people choose."
    drawn = page(saved, sheet, finding(saved), says, NOTES, 4.6)
    edges = _edges(saved)
    head, ticks, gap = 0.3, 0.36, 0.1
    high = (drawn.space - 2 * head - gap - ticks) / 2
    above = drawn.axes(0.8, 0.3, above=head, below=drawn.space - head - high)
    below = drawn.axes(0.8, 0.3, above=drawn.space - ticks - high, below=ticks)
    asked = booked + turned_away
    above.fill_between(edges, steps(taken), step="post", color=SKY, linewidth=0)
    below.fill_between(edges, steps(booked), step="post", color=BLUE, linewidth=0)
    below.fill_between(edges, steps(booked), steps(asked), step="post", **TURNED_AWAY)
    below.step(edges, steps(left), where="post", color="white", linewidth=3.2)
    below.step(edges, steps(left), where="post", **LEFT)
    for axes in (above, below):
        axes.step(edges, steps(offered), where="post", **OFFERED)
    line: Sign = (Line2D([], [], **OFFERED), "offered")
    most = max(offered.max(), asked.max())
    units = [
        _frame(above, sheet, edges, max(offered.max(), taken.max()), most, "seats a week"),
        _frame(below, sheet, edges, most, most, "times a week"),
    ]
    above.tick_params(axis="x", labelbottom=False)
    _head(drawn, 0.0, "Offered and taken", units[0], [line, (Patch(color=SKY), "taken")])
    keys: list[Sign] = [
        (Patch(color=BLUE), "booked"),
        (Patch(**TURNED_AWAY), "turned away"),
        (Line2D([], [], **LEFT), "left without" if sheet.slide else "left without a course"),
    ]
    _head(drawn, head + high + gap, "Asked for", units[1], keys if sheet.slide else [line, *keys])
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the seats in a sentence."""
    rows = saved.rows(TABLE)
    names = ("seats_offered", "seats_taken", "turned_away", "revoked_for_seat", "revoked_for_course")
    offered, taken, turned_away, *revoked = (sum(row[name] for row in rows) for name in names)
    lost = _lost(*revoked)
    if not offered:
        return f"No live seats are offered{lost}"
    if not taken and not turned_away:
        return f"None of {amount(offered)} live seats is asked for{lost}"
    used = f"{percent(taken / offered)} of {amount(offered)} live seats are taken"
    if not turned_away:
        return f"Live seats are enough: {used}, and nobody is turned away{lost}"
    return f"{used}, yet {amount(turned_away)} times the chosen class was full or too late{lost}"


def _lost(seat: int, course: int) -> str:
    """Return how many awards are revoked for want of a seat, and of a course to buy; nothing where none is."""
    some = [(number, want) for number, want in ((seat, "a seat"), (course, "a course to buy")) if number]
    if not some:
        return ""
    awards = "award is" if some[0][0] == 1 else "awards are"
    (number, want), *more = some
    told = f"; {amount(number)} {awards} revoked for want of {want}"
    return told + "".join(f", {amount(number)} for want of {want}" for number, want in more)


def _edges(saved: Saved) -> Any:
    """Return the first day of each week that lies in the run, and the day after the last."""
    weeks = np.array([row["week"] for row in saved.rows(TABLE)], dtype="datetime64[D]")
    return np.append(np.maximum(weeks, saved.days.edges[0]), saved.days.edges[-1])


def _frame(axes: Axes, sheet: Sheet, edges: Counts, most: float, beside: float, of: str) -> str:
    unit = amounts(axes, most, of, beside=beside, ticks=2 if sheet.slide else 4)
    if not sheet.slide:
        axes.set_ylabel(unit.replace(", ", ",\n"))
        axes.yaxis.set_label_coords(-0.05, 0.5)
    dates(axes, edges)
    axes.grid(axis="y")
    return unit


def _head(drawn: Page, at: float, title: str, unit: str, key: list[Sign]) -> None:
    """Write a title above a picture, on a slide with its unit, and beside it what its lines and areas are."""
    sheet, place = drawn.sheet, drawn.height - drawn.top - at - 0.15
    told = f"{title}: {unit}" if sheet.slide else title
    where = (0.8 / sheet.width, place / drawn.height)
    drawn.figure.text(*where, told, size=9.5, weight="bold", color=INK, va="center")
    drawn.figure.legend(
        [sign for sign, _ in key],
        [word for _, word in key],
        loc="center right",
        bbox_to_anchor=(1 - 0.3 / sheet.width, place / drawn.height),
        ncols=len(key),
        frameon=False,
        fontsize=sheet.text,
        labelcolor=INK,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.5,
        handletextpad=0.5,
        columnspacing=1.0,
    )
