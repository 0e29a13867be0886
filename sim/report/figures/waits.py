"""The waits of the journey: from the median to the 95th percentile, on one scale from minutes to years."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from sim.journey.measures import PAYMENT_PARTNERS
from sim.report.figures.look import BLUE, GREY, INK, SKY, Page, page
from sim.report.figures.saved import Row, Saved
from sim.report.figures.words import HOUR, YEAR, percent, span

TICKS = {
    "second": HOUR / 3600,
    "minute": HOUR / 60,
    "hour": HOUR,
    "day": 1.0,
    "week": 7.0,
    "month": YEAR / 12,
    "year": YEAR,
    "10 years": 10 * YEAR,
}


def draw(saved: Saved) -> Page:
    """Draw each wait as a range, and mark what half of the people, or 95 % of them, do not reach."""
    rows = shown(saved)
    if not rows:
        return page(saved, finding(saved), "Nobody began to wait before the run ended.", [], 0.0)
    says = "Dot: the median, hollow where it is no wait at all. Bar: to the 95th percentile; arrow: not reached."
    notes = [
        "Kaplan-Meier over all who began: who still waits counts until the end; who left without it never gets it."
    ]
    drawn = page(saved, finding(saved), says, notes, 0.34 * len(rows) + 0.8)
    axes = drawn.axes(2.35, 2.3, above=0.3, below=0.45)
    known = [row[what] for row in rows for what in ("median_days", "p95_days") if row[what]]
    low, high = min([1.0, *known]) / 3, max([1.0, *known]) * 3
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    ticks = {word: days for word, days in TICKS.items() if low <= days <= high}
    axes.set_xticks(list(ticks.values()), list(ticks))
    axes.set_xticks([], minor=True)
    axes.grid(axis="x")
    axes.set_yticks(range(len(rows)), [str(row["label"]) for row in rows], color=INK, size=9)
    axes.tick_params(axis="y", length=0)
    for number, row in enumerate(rows):
        _range(axes, number, row, low, high)
    _columns(axes, rows)
    return drawn


def shown(saved: Saved) -> list[Row]:
    """Return the waits of the journey that anybody began, then stations where 5 % waited a minute or more."""
    began = [row for row in saved.rows("waits") if row["began"]]
    stations = [row for row in began if row["kind"] == "station" and _long(row)]
    named = [{**row, "label": f"{row['label']} (station)"} for row in stations]
    return [row for row in began if row["kind"] == "journey"] + named


def _long(row: Row) -> bool:
    return row["p95_days"] is None or row["p95_days"] >= TICKS["minute"]


def finding(saved: Saved) -> str:
    """Return the finding of the waits in a sentence."""
    found = saved.bottleneck()
    if found is None:
        return "Nobody waited for a station or for a place"
    name = "place" if found.name == "places" else found.worst
    wait = next(row for row in saved.rows("waits") if row["wait"] == name)
    where = "Places are" if name == "place" else f"{found.label} {'are' if found.name == PAYMENT_PARTNERS else 'is'}"
    words = f"{where} the bottleneck: {percent(found.share)} of all waiting for stations and places"
    median = wait["median_days"]
    there = f"at {wait['label']}" if found.members > 1 else "there"
    half = f"the median wait {there} is {span(median)}" if median else f"half do not wait {there} at all"
    return f"{words}; {half if median is not None else 'fewer than half get through'}"


def _range(axes: Axes, number: int, row: Row, low: float, high: float) -> None:
    median, most = row["median_days"], row["p95_days"]
    begin = high if median is None else max(median, low)
    end = high if most is None else max(most, low)
    if median is not None:
        axes.plot([begin, end], [number, number], color=SKY, linewidth=6, solid_capstyle="butt", zorder=2)
        inside = BLUE if median else "white"
        axes.plot([begin], [number], "o", color=BLUE, mfc=inside, markersize=6.5, clip_on=False, zorder=3)
    if most is None:
        axes.plot([high], [number], ">", color=BLUE, markersize=7, clip_on=False, zorder=3)
    else:
        axes.plot([end], [number], "|", color=BLUE, markersize=9, markeredgewidth=1.8, clip_on=False, zorder=3)


def _columns(axes: Axes, rows: list[Row]) -> None:
    for points, what, head in ((82, "median_days", "median"), (156, "p95_days", "95th percentile")):
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "annotation_clip": False}
        axes.annotate(head, (1, 1), (points, 4), "axes fraction", size=7.5, color=GREY, va="bottom", **place)
        for number, row in enumerate(rows):
            at = ("axes fraction", "data")
            axes.annotate(span(row[what]), (1, number), (points, 0), at, size=8.5, va="center", **place)
