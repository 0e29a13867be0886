"""The waits of the journey: how long those waited who got it, and how many got it, left without it, or still wait."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.journey.measures import CLASS_WAIT, PAYMENT_PARTNERS, PROVIDERS, WAITS
from sim.journey.route import CERTIFICATES
from sim.report.figures.look import BLUE, GREY, INK, PALE, SKY, VERMILION, unit_of
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount, percent, span

MINUTE = 1 / 1440
"""In days."""

OUTCOMES = (
    ("got_it", "got it", BLUE, ""),
    ("left_without", "left\nwithout", VERMILION, "/////"),
    ("still_waiting", "still\nwait", PALE, ""),
)
"""How a wait ends: column of the table, words, colour and hatch."""

ON_A_SLIDE = (
    "registered_to_pool",
    "place",
    "award_to_purchase",
    "purchase_to_completion",
    "first_incentive_due_to_paid",
    "registered_to_incentive",
)
"""Waits of the journey that a slide has room for: together they are all of it."""


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw each wait of those who got it from nothing to the 95th percentile, and beside it the three outcomes."""
    rows = shown(saved, sheet)
    if not rows:
        return page(saved, sheet, finding(saved), "Nobody began to wait before the run ended.", [], 0.0)
    says = "Days of those who got it: dot, the median; bar, from 0 to the 95th percentile."
    says += "" if sheet.slide else " At the right: how all waits ended."
    notes = [
        "Waits of the way to the pool and from registration count all who registered; "
        f"“{WAITS['place'].label}” {WAITS['place'].who}.",
        f"Incentives and surveys count payments, “{WAITS[CLASS_WAIT].label}” {WAITS[CLASS_WAIT].who}.",
    ]
    drawn = page(saved, sheet, finding(saved), says, notes, 0.32 * len(rows) + 1.0)
    if sheet.slide:
        _times(drawn, rows, (2.3, 3.85), (0.8,))
        _outcomes(drawn, rows, (4.78, 0.5), (5.85, 6.55, 7.25))
    else:
        _times(drawn, rows, (2.15, 4.2), (0.75, 1.5))
        _outcomes(drawn, rows, (5.9, 0.85), (7.35, 8.05, 8.7))
    return drawn


def shown(saved: Saved, sheet: Sheet) -> list[Row]:
    """Return the waits of the journey that anybody began, then stations where 5 % of those served waited a minute."""
    began = [row for row in saved.rows("waits") if row["began"]]
    stations = [row for row in began if row["kind"] == "station" and _long(row)]
    if sheet.slide:
        stations = sorted(stations, key=lambda row: float(-row["person_days"]))[:1]
    named = [{**row, "label": f"{row['label']} (station)"} for row in stations]
    journey = [row for row in began if row["kind"] == "journey"]
    return [row for row in journey if not sheet.slide or row["wait"] in ON_A_SLIDE] + named


def _long(row: Row) -> bool:
    longest = row["p95_days_got_it"]
    return bool(row["left_without"] or row["still_waiting"]) if longest is None else bool(longest >= MINUTE)


PLURAL = (PAYMENT_PARTNERS, CERTIFICATES, PROVIDERS.name)
"""Groups of which one says that they are."""


def finding(saved: Saved) -> str:
    """Return the finding of the waits in a sentence."""
    found = saved.bottleneck()
    if found is None:
        return "Nobody waited for a station or for a place"
    places = found.name == "places"
    classes = found.name == PROVIDERS.name
    name = "place" if places else CLASS_WAIT if classes else found.worst
    wait = next(row for row in saved.rows("waits") if row["wait"] == name)
    where = "Places are" if places else f"{found.label} {'are' if found.name in PLURAL else 'is'}"
    paid = found.name == PAYMENT_PARTNERS
    label = next((row["label"] for row in saved.rows("stations") if row["station"] == name), wait["label"])
    at = f"at {label} " if found.members > 1 and not classes else ""
    got = (
        "got one"
        if places
        else "payments were made"
        if paid
        else "bookings came to a class"
        if classes
        else "got through"
    )
    nobody = "no" if paid or classes else "nobody"
    words = f"{where} the bottleneck, {percent(found.share)} of all waiting"
    median = wait["median_days_got_it"]
    half = "" if median is None else f", half of them {f'within {span(median)}' if median else 'at once'}"
    told = [f"{at}{amount(wait['got_it']) if wait['got_it'] else nobody} {got}{half}"]
    told += [f"{amount(wait['left_without'])} left without"] * bool(wait["left_without"])
    told += [f"{amount(wait['still_waiting'])} still wait"] * bool(wait["still_waiting"])
    return f"{words}: {'; '.join(told)}"


def _rows(axes: Axes, rows: Sequence[Row]) -> None:
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0, pad=8)


def _times(drawn: Page, rows: list[Row], ends: tuple[float, float], columns: tuple[float, ...]) -> None:
    """Draw the waits on one scale of days between two places, with numbers in columns so many inches beside it."""
    sheet = drawn.sheet
    axes = drawn.axes(ends[0], sheet.width - ends[1], above=0.4, below=0.45)
    longest = max([row["p95_days_got_it"] or 0.0 for row in rows])
    axes.set_xlim(0, longest * 1.06 or 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel("days waited, linear scale")
    axes.grid(axis="x")
    _rows(axes, rows)
    axes.set_yticks(range(len(rows)), [str(row["label"]) for row in rows], color=INK, size=sheet.text)
    for number, row in enumerate(rows):
        median, most = row["median_days_got_it"], row["p95_days_got_it"]
        if most is not None:
            axes.barh([number], [most], color=SKY, height=0.5)
            axes.plot([median], [number], "o", color=BLUE, markersize=6, clip_on=False, zorder=3)
    for inches, what, head in zip(
        columns, ("median_days_got_it", "p95_days_got_it"), ("median", "95th\npercentile"), strict=False
    ):
        texts = ["–" if row[what] is None else span(row[what]) for row in rows]
        _column(axes, 72 * inches, head, texts, sheet)


def _outcomes(drawn: Page, rows: list[Row], bar: tuple[float, float], columns: tuple[float, ...]) -> None:
    """Draw how the waits ended as shares of a bar at a place and of a width, and as numbers that end at places."""
    sheet = drawn.sheet
    axes = drawn.axes(bar[0], sheet.width - sum(bar), above=0.4, below=0.45)
    _rows(axes, rows)
    axes.set_xlim(0, 1)
    axes.set_axis_off()
    unit, word = unit_of(max(row["began"] for row in rows))
    begin = [0.0] * len(rows)
    for (what, head, colour, hatch), end in zip(OUTCOMES, columns, strict=True):
        shares = [row[what] / row["began"] for row in rows]
        axes.barh(
            range(len(rows)), shares, left=begin, color=colour, hatch=hatch, height=0.5, edgecolor="white", linewidth=0
        )
        begin = [left + share for left, share in zip(begin, shares, strict=True)]
        texts = [_of(row[what], unit) for row in rows]
        _column(axes, 72 * (end - sum(bar)), head, texts, sheet, GREY if colour == PALE else colour)
    place: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "color": GREY,
        "size": sheet.text,
    }
    axes.annotate(
        f"people or payments, {word}" if word else "people or payments",
        (1, 0),
        (72 * (columns[-1] - sum(bar)), -26),
        ha="right",
        **place,
    )


def _of(number: float, unit: float) -> str:
    """Return a number in a unit, in three digits; what is less than its thousandth is told as that."""
    if not number:
        return "none"
    if unit == 1:
        return f"{number:,.0f}"
    digits = max(0, min(3, 2 - math.floor(math.log10(number / unit))))
    return f"{number / unit:,.{digits}f}" if number / unit >= 0.001 else "<0.001"


def _column(axes: Axes, points: float, head: str, texts: Sequence[str], sheet: Sheet, colour: str = GREY) -> None:
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "annotation_clip": False}
    axes.annotate(head, (1, 1), (points, 4), "axes fraction", size=sheet.small, color=colour, va="bottom", **place)
    for number, text in enumerate(texts):
        axes.annotate(text, (1, number), (points, 0), ("axes fraction", "data"), size=sheet.text, va="center", **place)
