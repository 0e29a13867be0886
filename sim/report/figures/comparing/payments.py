"""Payments of several scenarios against capacity: what falls due, what is paid, and what could be, by weeks."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.comparing.over_time import edges_of
from sim.report.figures.comparing.saved import SavedComparison, brief, panels
from sim.report.figures.look import GREY, INK, SKY, VERMILION, amounts, dates
from sim.report.figures.page import Page, page
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount
from sim.results.weeks import CAPACITY

PAID, DUE = "payments_paid", "payments_due"

HIGHER = 2.0
"""A capacity of no more than so many times what is paid or falls due is drawn in full."""


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a picture for each scenario, all on one scale."""
    edges = busy_edges(saved)
    if edges is None:
        return page(saved, sheet, finding(saved), "No payment was made in any scenario.", [], 0.0)
    text = "Payments in each week, over all partners, on one scale"
    text += "." if sheet.slide else f": half of the {saved.replications} lie below; pale band: {saved.ends}."
    notes = ["No dashed line: there is plenty."] if any(_plenty(saved, name) for name in saved.names) else []
    top = max(_top(saved, name) for name in saved.names)
    drawn_as = [band for name in saved.names if (band := saved.band("weeks", CAPACITY, name)) is not None]
    capacities = [float(band.middle.max()) for band in drawn_as]
    if any(each > HIGHER * top for each in capacities):
        notes.append("A capacity that is far more is not drawn in full.")
    across = min(3, len(saved.names)) if sheet.slide or len(saved.names) > 4 else min(2, len(saved.names))
    drawn = page(saved, sheet, finding(saved), text, notes, 1.85 * -(-len(saved.names) // across) + 0.7)
    most = max([top, *(each for each in capacities if each <= HIGHER * top)])
    unit = ""
    above, head = (0.1, 0.4) if sheet.slide else (0.3, 0.5)
    for name, (axes, _) in zip(saved.names, panels(drawn, len(saved.names), across, above, head=head), strict=True):
        unit = _scenario(axes, saved, name, most, sheet)
        dates(axes, edges, most=4 if across > 2 else 6)
    _key(drawn, unit)
    return drawn


def busy_edges(saved: SavedComparison) -> Any:
    """Return the first week and the end of the last in which something is paid; nothing where nothing ever is said.

    What follows is left out: a few worlds go on for years in which nothing is paid, and the others have no capacity.
    """
    edges = edges_of(saved, "weeks", PAID)
    bands = [band for name in saved.names if (band := saved.band("weeks", PAID, name)) is not None]
    last = [
        band.when[weeks[-1]] for band in bands if (weeks := np.flatnonzero((band.high > 0) | (band.middle > 0))).size
    ]
    return edges if not last else np.array([edges[0], max(last) + 7])


def _plenty(saved: SavedComparison, name: str) -> bool:
    return saved.band("weeks", CAPACITY, name) is None


def _top(saved: SavedComparison, name: str) -> float:
    bands = [saved.band("weeks", series, name) for series in (PAID, DUE)]
    return max((float(max(band.high.max(), band.middle.max())) for band in bands if band is not None), default=0.0)


def _scenario(axes: Axes, saved: SavedComparison, name: str, most: float, sheet: Sheet) -> str:
    paid, due, capacity = (saved.band("weeks", series, name) for series in (PAID, DUE, CAPACITY))
    if paid is not None:
        axes.fill_between(paid.when, 0, paid.middle, color=SKY, linewidth=0)
        axes.fill_between(paid.when, paid.low, paid.high, color=SKY, alpha=0.4, linewidth=0)
    if due is not None:
        axes.plot(due.when, due.middle, color=VERMILION, linewidth=1.1)
    if capacity is not None:
        axes.plot(capacity.when, capacity.middle, color=INK, linewidth=0.8, linestyle=(0, (4, 1.5)))
    unit = amounts(axes, most, "payments", ticks=3)
    axes.grid(axis="y")
    peak = saved.value(name, "peak.queue_payments")
    queue = "" if peak is None or sheet.slide else f"queue {amount(peak)}" if peak else "no queue"
    above = 1.4 * sheet.small if queue else 0.0
    axes.set_title(brief(saved.short(name), 22), loc="left", size=9, weight="bold", color=INK, pad=4 + above)
    axes.annotate(queue, (0, 1), (0, 4), "axes fraction", textcoords="offset points", color=GREY, size=sheet.small)
    return unit


def _key(drawn: Page, unit: str) -> None:
    sheet, at = drawn.sheet, 0.55
    for sign, colour, word in (("■", SKY, "paid"), ("- -", INK, "capacity"), ("—", VERMILION, "fell due")):
        drawn.write(at, 0.1, sign, sheet.text, colour)
        drawn.write(at + 0.26, 0.1, word, sheet.text, INK)
        at += 0.42 + 0.085 * len(word)
    words = f"{unit}; queue: the most that wait, mean" if not sheet.slide else unit
    drawn.write(sheet.width - 0.3, 0.1, words, sheet.small, GREY, "right")


def finding(saved: SavedComparison) -> str:
    """Return the finding of the payments in a sentence."""
    known = [(value, name) for name in saved.names if (value := saved.value(name, "peak.queue_payments")) is not None]
    if not known or not max(known)[0]:
        return "No payment waits for capacity in any scenario"
    (least, fewest), (most, largest) = min(known), max(known)
    if least == most:
        return f"Payments wait for capacity alike: {amount(most)} at the most"
    few = amount(least) if least else "none"
    return f"Payments that wait at the most: {amount(most)} in {saved.short(largest)}, {few} in {saved.short(fewest)}"
