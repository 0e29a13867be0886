"""Payments a day against the capacity of the partners, and how busy each partner was."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from sim.report.figures.look import (
    BLUE,
    GREY,
    INK,
    PALE,
    SKY,
    VERMILION,
    Page,
    amount,
    amounts,
    dates,
    day,
    page,
    percent,
    steps,
)
from sim.report.figures.saved import Row, Saved

SELDOM = 0.02
"""A partner over its capacity in less than this share of its runs kept up."""

SHADES = LinearSegmentedColormap.from_list("busy", ["#FFFFFF", "#A6D0EC", BLUE, "#00202F"])
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
    _busy(below, saved, partners)
    return drawn


def partner_rows(saved: Saved) -> list[Row]:
    """Return the rows of the payment partners among the stations."""
    partners = {row["partner"] for row in saved.rows("payments")}
    return [row for row in saved.rows("stations") if row["label"] in partners]


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
    why = "is closed" if often is None else f"leaves some unpaid on {percent(often)} of its days"
    return f"Payments wait for capacity: {amount(most)} on {day(when)}; {worst['label']} {why}"


def _busiest(partners: list[Row]) -> str:
    busiest = max(partners, key=lambda row: float(row["utilisation"] or 0))
    return f"the busiest, {busiest['label']}, pays {percent(busiest['utilisation'])} of what it could"


def _paid(axes: Axes, saved: Saved) -> None:
    seen = saved.days
    paid, capacity = (seen.a_run_day(seen[name]) for name in ("payments_paid", "payment_capacity"))
    paid, capacity = (_bridged(values) for values in (paid, capacity))
    months, due = _due(saved)
    axes.fill_between(seen.edges, steps(paid), step="post", color=SKY, linewidth=0)
    axes.step(seen.edges, steps(capacity), where="post", color=INK, linewidth=1.3, linestyle=(0, (5, 2)))
    axes.step(months, steps(due), where="post", color=VERMILION, linewidth=1.5)
    tops = [paid.max(), due.max(), np.nan_to_num(capacity).max()]
    axes.set_ylabel(amounts(axes, max(tops), "payments a working day"))
    dates(axes, seen.edges)
    axes.tick_params(axis="x", labelbottom=False)
    axes.grid(axis="y")
    key = [("capacity", INK, "- -"), ("fell due", VERMILION, "—"), ("paid", SKY, "■")]
    if np.isnan(capacity).any():
        key[0] = ("capacity, where it is not plenty", INK, "- -")
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


def _bridged(values: Any) -> Any:
    """Return the values of weeks; a week without runs shows the week before."""
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(values.size)))
    return values[known]


def _due(saved: Saved) -> tuple[Any, Any]:
    rows = saved.rows("payments")
    months = sorted({row["month"] for row in rows})
    due, runs = np.zeros(len(months)), np.zeros(len(months))
    for row in rows:
        month = months.index(row["month"])
        due[month] += row["incentives_due"] + row["surveys_due"]
        runs[month] = max(runs[month], row["runs"])
    edges = np.append(np.array(months, dtype="datetime64[D]"), saved.days.edges[-1])
    return edges, due / saved.scale / np.maximum(runs, 1)


def _busy(axes: Axes, saved: Saved, partners: list[Row]) -> None:
    rows = saved.rows("payments")
    months = sorted({row["month"] for row in rows})
    edges = np.append(np.array(months, dtype="datetime64[D]"), saved.days.edges[-1])
    cells = {(row["partner"], row["month"]): row for row in rows}
    shares = [[cells[row["label"], month]["utilisation"] for month in months] for row in partners]
    busy = np.ma.masked_invalid(np.array(shares, dtype=float))
    axes.set_facecolor(PALE)
    axes.pcolormesh(edges, np.arange(len(partners) + 1), busy, cmap=SHADES, vmin=0, vmax=1, linewidth=0)
    axes.set_yticks(np.arange(len(partners)) + 0.5, [row["label"] for row in partners], color=INK)
    axes.hlines(np.arange(len(partners) + 1), edges[0], edges[-1], color="white", linewidth=2)
    dates(axes, saved.days.edges)
    axes.set_ylim(len(partners), 0)
    axes.tick_params(axis="y", length=0)
    axes.set_title(
        "How busy each partner was, by month", loc="left", size=9.5, weight="bold", color=INK, pad=6
    )
    for number, row in enumerate(partners):
        axes.annotate(
            _told(row, saved.scale),
            (1, number + 0.5),
            (8, 0),
            ("axes fraction", "data"),
            "offset points",
            va="center",
            size=8,
        )
    key = axes.inset_axes((0.48, 1.0 + 0.1 / (0.3 * len(partners)), 0.14, 0.12 / (0.3 * len(partners))))
    key.pcolormesh([np.linspace(0, 1, 32)], cmap=SHADES)
    key.set_axis_off()
    for at, word, side in (
        (0, "idle ", "right"),
        (1, " all of its capacity; grey: no capacity to use", "left"),
    ):
        key.text(at, 0.5, word, transform=key.transAxes, ha=side, va="center", size=7.5, color=GREY)


def _told(row: Row, scale: float) -> str:
    if row["kind"] == "plenty":
        return "capacity is plenty"
    queue = "no queue"
    if row["peak_queue"]:
        when = row["peak_queue_date"]
        queue = f"queue up to {amount(row['peak_queue'] / scale)},\n{day(when)}"
    return queue
