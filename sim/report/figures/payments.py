"""Payments a day against capacity, one picture for each partner on one scale: the total hides who is full."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.look import GREY, INK, SKY, VERMILION, amounts, dates, steps
from sim.report.figures.outages import outages, shade, told
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Counts, Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount, day, percent

SELDOM = 0.02
"""A partner over its capacity in less than this share of its runs kept up."""

MOST, MOST_ON_A_SLIDE = 12, 6
"""Partners drawn, those with the longest queues; further ones are counted."""

NAME = 14
"""Letters of a partner's name that fit."""


class Months(NamedTuple):
    """What a partner's months had for each working day; `edges` has one more: the end of the last."""

    edges: Any
    paid: Counts
    due: Counts
    capacity: Counts
    """nan where it is plenty."""


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw what fell due, what was paid and what could have been, by months, for each partner."""
    partners = saved.partners()
    if not any(row["arrived"] for row in partners):
        return page(saved, sheet, finding(saved), "No payment was ready to be made by the end of the run.", [], 0.0)
    most = MOST_ON_A_SLIDE if sheet.slide else MOST
    shown = sorted(partners, key=lambda row: float(-row["peak_queue"]))[:most]
    says = "Payments a working day, mean of the month; all partners on one scale."
    says += " Queue: the longest." if sheet.slide else ""
    if len(shown) < len(partners):
        says = f"Of {len(partners):,} partners the {most} with the longest queues. {says}"
    across = min(len(shown), 3 if sheet.slide else 2)
    down = -(-len(shown) // across)
    drawn = page(saved, sheet, finding(saved), says, [], 1.6 * down + 0.75)
    months = {row["station"]: _months(saved, row) for row in shown}
    tops = [np.nan_to_num(counts).max() for each in months.values() for counts in each[1:]]
    named = any(_closed(saved, row) for row in shown)
    left, right, gap = 0.8, 0.3, 0.22
    wide = (sheet.width - left - right - gap * (across - 1)) / across
    high = (drawn.space - 0.3 - 0.34) / down
    unit = ""
    for number, row in enumerate(shown):
        column, line = number % across, number // across
        begin = left + column * (wide + gap)
        head = 0.3 + (0.38 if named else 0.22)
        below = 0.34 + high * (down - line - 1) + 0.06
        axes = drawn.axes(begin, sheet.width - begin - wide, above=head + high * line, below=below)
        unit = amounts(axes, max(tops), "payments a working day")
        _partner(axes, saved, row, months[row["station"]], sheet)
        axes.tick_params(axis="y", labelleft=not column)
        axes.tick_params(axis="x", labelbottom=number + across >= len(shown))
    _key(drawn, unit, named)
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the payments in a sentence."""
    partners = saved.partners()
    if not any(row["served"] for row in partners):
        return "Nothing was paid"
    if all(row["kind"] == "plenty" for row in partners):
        return "Every payment was made at the first run: capacity is plenty"
    queued = [row for row in partners if row["time_over_capacity"] is None and row["waiting_at_end"]]
    queued += [row for row in partners if (row["time_over_capacity"] or 0) >= SELDOM]
    if not queued:
        return f"The payment partners keep up: {_busiest(partners)}"
    worst = max(queued, key=lambda row: float(row["peak_queue"]))
    when, most = saved.days.peak(saved.days.queue("queue_payments"))
    often = worst["time_over_capacity"]
    who = f"{worst['label']} is closed"
    if often is not None:
        who = f"{worst['label']}, the furthest behind, leaves some unpaid on {percent(often)} of its days"
    return f"Payments wait for capacity: {amount(most)} on {day(when)}; {who}"


def _busiest(partners: list[Row]) -> str:
    busiest = max(partners, key=lambda row: float(row["utilisation"] or 0))
    return f"the busiest, {busiest['label']}, uses {percent(busiest['utilisation'])} of what it could pay"


def _months(saved: Saved, partner: Row) -> Months:
    """Return a partner's months a working day; a month without runs has none of anything."""
    rows = [row for row in saved.rows("payments") if row["partner"] == partner["label"]]
    runs = np.maximum(np.array([row["runs"] for row in rows], dtype=float), 1)
    first: list[date] = [row["month"] for row in rows]
    capacity = np.array([np.nan if row["capacity"] is None else row["capacity"] for row in rows], dtype=float)
    paid, due = (
        np.array([row[f"incentives_{step}"] + row[f"surveys_{step}"] for row in rows], dtype=float)
        for step in ("paid", "due")
    )
    edges = np.append(np.array(first, dtype="datetime64[D]"), saved.days.edges[-1])
    return Months(edges, paid / runs, due / runs, capacity / runs)


def _closed(saved: Saved, partner: Row) -> Any:
    return outages(saved.composed["payment"]["partners"][partner["station"]], saved.days.edges)


def _partner(axes: Axes, saved: Saved, row: Row, months: Months, sheet: Sheet) -> None:
    axes.fill_between(months.edges, steps(months.paid), step="post", color=SKY, linewidth=0)
    axes.step(months.edges, steps(months.due), where="post", color=VERMILION, linewidth=1.4)
    axes.step(months.edges, steps(months.capacity), where="post", color=INK, linewidth=1.3, linestyle=(0, (4, 1.5)))
    dates(axes, saved.days.edges, most=5 if sheet.slide else 8)
    axes.grid(axis="y")
    closed = _closed(saved, row)
    shade(axes, closed)
    name = row["label"] if len(row["label"]) <= NAME else f"{row['label'][: NAME - 1]}…"
    line = sheet.small * 1.4 + 5 if closed else 4
    axes.set_title(name, loc="left", size=9.5, weight="bold", color=INK, pad=line)
    axes.set_title(_queue(row, sheet), loc="right", size=sheet.small, color=INK, pad=line)
    if closed:
        place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "color": GREY}
        # On a slide there is room for one outage beside the next panel; hatching shows when the others were.
        words = f"closed {len(closed):,} times" if sheet.slide and len(closed) > 1 else told(closed)
        axes.annotate(words, (0, 1), (0, 4), size=sheet.small, va="bottom", **place)


def _queue(row: Row, sheet: Sheet) -> str:
    if row["kind"] == "plenty":
        return "no limit"
    if not row["peak_queue"]:
        return "no queue"
    most = amount(row["peak_queue"])
    return f"queue {most}" if sheet.slide else f"longest queue {most}, {day(row['peak_queue_date'])}"


def _key(drawn: Page, unit: str, closed: bool) -> None:
    """Write what the lines are above the pictures, and what is counted along them."""
    sheet = drawn.sheet
    at = 0.8
    for sign, colour, word in (("■", SKY, "paid"), ("- -", INK, "capacity"), ("—", VERMILION, "fell due")):
        drawn.write(at, 0.1, sign, sheet.text, colour)
        drawn.write(at + 0.26, 0.1, word, sheet.text, INK)
        at += 0.42 + 0.085 * len(word)
    if closed:
        drawn.write(at, 0.1, "hatched: closed", sheet.text, GREY)
    drawn.write(sheet.width - 0.3, 0.1, unit, sheet.text, GREY, "right")
