"""Registered against processed: the backlog before the processing rate, and when it is gone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from sim.journey.route import PROCESSED_AT
from sim.report.figures.look import BLUE, INK, PALE, amounts, dates, place
from sim.report.figures.outages import outages, shade
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Counts, Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount, day, span

ARTICLE = date(2022, 2, 9)
"""The day of the article that gives both rates; who was processed by then is told."""


def asked(saved: Saved) -> bool:
    """Return whether a processing rate is set, or anybody ever queued for processing."""
    row = _station(saved)
    return bool(row["kind"] != "plenty" or row["peak_queue"])


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw all who registered and all who were processed so far, and the backlog between."""
    by_day = saved.days
    if not by_day["registered"].any():
        return page(saved, sheet, finding(saved), says(saved), [], 0.0)
    gave_up = _station(saved)["gave_up"]
    notes = [f"{amount(gave_up)} gave up the wait for processing."] if gave_up else []
    drawn = page(saved, sheet, finding(saved), says(saved), notes, 4.0)
    axes = drawn.axes(0.75, 1.2, above=0.1, below=0.45)
    registered, processed = np.cumsum(by_day["registered"]), np.cumsum(by_day["processed"])
    lines = [by_day.at_week_ends(counts) for counts in (registered, processed)]
    moving = np.flatnonzero(np.diff(lines[0]) + np.diff(lines[1]))[-1] + 2
    edges, lines = by_day.edges[: moving + 4], [line[: moving + 4] for line in lines]
    axes.fill_between(edges, lines[1], lines[0], color=PALE, linewidth=0)
    axes.plot(edges, lines[0], color=INK, linewidth=1.6, linestyle=(0, (5, 1.5)))
    axes.plot(edges, lines[1], color=BLUE, linewidth=2.2)
    axes.set_ylabel(amounts(axes, registered[-1], "people"))
    dates(axes, edges)
    axes.grid(axis="y")
    shade(axes, outages(saved.composed[PROCESSED_AT], edges))
    _backlog(axes, saved, registered, processed)
    _ends(axes, registered[-1], processed[-1])
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the processing in a sentence."""
    by_day = saved.days
    registered, processed = by_day["registered"].sum(), by_day["processed"].sum()
    if not registered:
        return "Nobody registered: nothing to process"
    when, most = by_day.peak(backlog(saved))
    waiting = f"up to {amount(most)} wait, on {day(when)}" if most else "nobody waits at a day's end"
    if not processed:
        return f"Nobody is processed: {waiting}"
    left = backlog(saved)[-1]
    if left:
        return f"{amount(left)} still wait for processing at the end; {waiting}"
    last = int(np.flatnonzero(by_day["processed"])[-1])
    weeks = f"after {(last + 1) / 7:.0f} weeks, on {day(by_day.dates[last].item())}"
    return f"The last registrant is processed {weeks}; {waiting}"


def backlog(saved: Saved) -> Counts:
    """Return who waits before and at processing at each day's end."""
    by_day = saved.days
    way = saved.on_the_way()
    on_the_way = way[: way.index(PROCESSED_AT) + 1]
    return np.sum([by_day[f"queue_{name}"] for name in on_the_way], axis=0)  # type: ignore[no-any-return]


def says(saved: Saved) -> str:
    """Return the rates that were asked about, the waits, and who was processed by the day of the article."""
    config, wait = (
        saved.composed["processing"],
        next(w for w in saved.rows("waits") if w["wait"] == PROCESSED_AT),
    )
    words = [_rate(config["rate"])]
    words += [
        f"{_rate(step['rate'])} from {day(datetime.fromisoformat(str(step['from'])))}" for step in config["steps"]
    ]
    told = f"Processed at most: {', then '.join(words)}."
    if wait["began"]:
        median, most = span(wait["median_days"]), span(wait["p95_days"])
        told += f" The wait for it: median {median}, 95th percentile {most}."
    if saved.days.dates[-1].item() >= ARTICLE and wait["began"]:
        by_then = saved.days["processed"][saved.days.dates <= np.datetime64(ARTICLE)].sum()
        told += f" Processed by {day(ARTICLE)}: {amount(by_then)}."
    return told


def _rate(rate: float | None) -> str:
    if not rate:
        return "nobody, it is closed" if rate == 0 else "without limit"
    return f"{rate:,.0f} registrants a week"


def _station(saved: Saved) -> Row:
    return next(row for row in saved.rows("stations") if row["station"] == PROCESSED_AT)


BESIDE: tuple[tuple[float, tuple[float, float], Any, Any], ...] = (
    (0.0, (8, -4), "left", "top"),
    (0.5, (8, 0), "left", "center"),
    (1.0, (-8, 4), "right", "bottom"),
    (0.0, (0, -20), "center", "top"),
    (0.0, (8, -30), "right", "top"),
    (0.5, (-8, 0), "right", "center"),
)
"""Where the backlog's words may stand, the best first: how far up the arrow, and where from there, in points."""


def _backlog(axes: Axes, saved: Saved, registered: Counts, processed: Counts) -> None:
    """Draw the largest backlog as an arrow, with its words where no line goes through them."""
    when, most = saved.days.peak(backlog(saved))
    if not most:
        return
    number = int(np.flatnonzero(saved.days.dates == np.datetime64(when))[0])
    at, high, low = place(when) + 1, registered[number], processed[number]
    axes.annotate("", (at, high), (at, low), arrowprops={"arrowstyle": "<->", "color": INK, "shrinkA": 0, "shrinkB": 0})
    words = f"{amount(most)} wait\non {day(when)}"
    for share, offset, across, along in BESIDE:
        height = low + share * (high - low)
        told = axes.annotate(words, (at, height), offset, textcoords="offset points", ha=across, va=along, size=9)
        if _is_free(axes, told.get_window_extent()):
            return
        if offset != BESIDE[-1][1]:
            told.remove()


def _is_free(axes: Axes, box: Bbox) -> bool:
    """Return whether a box lies inside the axes, and no line goes through it."""
    frame = axes.get_window_extent()
    if not (frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1):
        return False
    for line in axes.get_lines():
        across, up = axes.transData.transform(line.get_xydata()).T
        inside = (box.x0 < across) & (across < box.x1)
        heights = [*up[inside], *np.interp([box.x0, box.x1], across, up)]
        if min(heights) < box.y1 and max(heights) > box.y0:
            return False
    return True


def _ends(axes: Axes, registered: float, processed: float) -> None:
    """Name both lines at their ends, the lower one a line of letters below the other at least."""
    letters = 1.4 * mpl.rcParams["font.size"]
    apart = axes.get_window_extent().height * 72 / axes.figure.dpi * (registered - processed) / axes.get_ylim()[1]
    for height, word, colour, lower in (
        (registered, "registered", INK, 0.0),
        (processed, "processed", BLUE, max(0.0, letters - apart)),
    ):
        at = ("axes fraction", "data")
        axes.annotate(word, (1, height), (6, -lower), at, "offset points", va="center", color=colour, weight="bold")
