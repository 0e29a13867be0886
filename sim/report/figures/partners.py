"""How busy each payment partner was: a strip of months, and its longest queue."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from sim.journey.measures import PAYMENT_PARTNERS
from sim.report.figures.look import BLUE, GREY, INK, PALE, dates
from sim.report.figures.saved import Row, Saved
from sim.report.figures.words import amount, day

SHADES = LinearSegmentedColormap.from_list("busy", ["#FFFFFF", "#A6D0EC", BLUE, "#00202F"])


def partner_rows(saved: Saved) -> list[Row]:
    """Return the rows of the payment partners among the stations."""
    return [row for row in saved.rows("stations") if row["bank"] == PAYMENT_PARTNERS]


def busy(axes: Axes, saved: Saved, partners: list[Row]) -> None:
    """Draw the share of its capacity that each partner used in each month, and tell its longest queue."""
    rows = saved.rows("payments")
    months = sorted({row["month"] for row in rows})
    edges = np.append(np.array(months, dtype="datetime64[D]"), saved.days.edges[-1])
    cells = {(row["partner"], row["month"]): row for row in rows}
    shares = [[cells[row["label"], month]["utilisation"] for month in months] for row in partners]
    used = np.ma.masked_invalid(np.array(shares, dtype=float))
    axes.set_facecolor(PALE)
    axes.pcolormesh(edges, np.arange(len(partners) + 1), used, cmap=SHADES, vmin=0, vmax=1, linewidth=0)
    axes.set_yticks(np.arange(len(partners)) + 0.5, [row["label"] for row in partners], color=INK)
    axes.hlines(np.arange(len(partners) + 1), edges[0], edges[-1], color="white", linewidth=2)
    dates(axes, saved.days.edges)
    axes.set_ylim(len(partners), 0)
    axes.tick_params(axis="y", length=0)
    axes.set_title("How busy each partner was, by month", loc="left", size=9.5, weight="bold", color=INK, pad=6)
    for number, row in enumerate(partners):
        axes.annotate(
            _told(row),
            (1, number + 0.5),
            (8, 0),
            ("axes fraction", "data"),
            "offset points",
            va="center",
            size=8,
        )
    key = axes.inset_axes((0.48, 1.0 + 0.1 / (0.3 * len(partners)), 0.14, 0.12 / (0.3 * len(partners))))
    key.pcolormesh([np.linspace(0, 1, 32)], cmap=SHADES, edgecolors="face", linewidth=0.3)
    key.set_axis_off()
    for at, word, side in (
        (0, "idle ", "right"),
        (1, " all of its capacity; grey: closed, or plenty", "left"),
    ):
        key.text(at, 0.5, word, transform=key.transAxes, ha=side, va="center", size=7.5, color=GREY)


def _told(row: Row) -> str:
    if row["kind"] == "plenty":
        return "capacity is plenty"
    queue = "no queue"
    if row["peak_queue"]:
        when = row["peak_queue_date"]
        queue = f"queue up to {amount(row['peak_queue'])},\n{day(when)}"
    return queue
