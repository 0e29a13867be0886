"""Payments a day against the capacity of the partners, and how busy each partner was."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.look import INK, SKY, VERMILION, Page, amounts, dates, page, steps
from sim.report.figures.partners import busy, partner_rows
from sim.report.figures.saved import Row, Saved
from sim.report.figures.words import amount, day, percent

SELDOM = 0.02
"""A partner over its capacity in less than this share of its runs kept up."""

RIGHT = 2.45


def draw(saved: Saved) -> Page:
    """Draw payments a working day against capacity, and each partner's months by how busy it was."""
    partners = partner_rows(saved)
    if not any(row["arrived"] for row in partners):
        return page(saved, finding(saved), "No payment was ready to be made by the end of the run.", [], 0.0)
    says = "Incentives and surveys. Paid and capacity: mean of a week's working days; fell due: of a month's."
    strip = 0.3 * len(partners)
    drawn = page(saved, finding(saved), says, [], 3.75 + strip)
    above = drawn.axes(0.85, RIGHT, above=0.05, below=strip + 1.1)
    below = drawn.axes(0.85, RIGHT, above=3.3, below=0.45)
    _paid(above, saved)
    busy(below, saved, partners)
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the payments in a sentence."""
    partners = partner_rows(saved)
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
    return f"the busiest, {busiest['label']}, pays {percent(busiest['utilisation'])} of what it could"


def _paid(axes: Axes, saved: Saved) -> None:
    by_day = saved.days
    paid, capacity = (by_day.a_run_day(by_day[name]) for name in ("payments_paid", "payment_capacity"))
    months, due = _due(saved)
    axes.fill_between(by_day.edges, steps(paid), step="post", color=SKY, linewidth=0)
    axes.step(by_day.edges, steps(capacity), where="post", color=INK, linewidth=1.3, linestyle=(0, (5, 2)))
    axes.step(months, steps(due), where="post", color=VERMILION, linewidth=1.5)
    tops = [paid.max(), due.max(), np.nan_to_num(capacity).max()]
    axes.set_ylabel(amounts(axes, max(tops), "payments a working day"))
    dates(axes, by_day.edges)
    axes.tick_params(axis="x", labelbottom=False)
    axes.grid(axis="y")
    key = [("capacity", INK, "- -"), ("fell due", VERMILION, "—"), ("paid", SKY, "■")]
    if np.isnan(capacity).all():
        key[0] = ("capacity is plenty", INK, "")
    elif np.isnan(capacity).any():
        key[0] = ("capacity, if not plenty", INK, "- -")
    for line, (word, colour, sign) in enumerate(key):
        for text, points, shade in ((sign, 10, colour), (word, 28, INK)):
            axes.annotate(
                text,
                (1, 0.95 - 0.1 * line),
                (points, 0),
                "axes fraction",
                "offset points",
                va="center",
                color=shade,
            )


def _due(saved: Saved) -> tuple[Any, Any]:
    rows = saved.rows("payments")
    months = sorted({row["month"] for row in rows})
    due, runs = np.zeros(len(months)), np.zeros(len(months))
    for row in rows:
        month = months.index(row["month"])
        due[month] += row["incentives_due"] + row["surveys_due"]
        runs[month] = max(runs[month], row["runs"])
    edges = np.append(np.array(months, dtype="datetime64[D]"), saved.days.edges[-1])
    return edges, due / np.maximum(runs, 1)
