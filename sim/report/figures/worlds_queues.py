"""Queues over time in many worlds: stations where people wait, payments that wait, and the pool."""

from __future__ import annotations

from collections import Counter

from sim.journey.measures import PAYMENT_PARTNERS
from sim.report.figures.bands import Panel, across_of, between, has, interval, panels, says, worlds
from sim.report.figures.page import Page, page
from sim.report.figures.queues import CLASSES
from sim.report.figures.saved import Row, Saved
from sim.report.figures.sheet import Sheet

MOST = 4
"""Stations drawn, those with the longest queues."""

SMALL = 0.01
"""A queue less than this share of the longest one is not drawn."""


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw a picture for each of the longest queues, for booked classes, payments that wait, and the pool."""
    shown = [Panel(f"queue_{row['station']}", row["label"]) for row in _longest(saved)[:MOST]]
    shown += [Panel(CLASSES, "Booked classes")]
    shown += [Panel("queue_payments", "Payments"), Panel("people_in_pool", "The pool")]
    shown = [panel for panel in shown if has(saved, panel.series)]
    if not shown:
        return page(saved, sheet, finding(saved), "Nobody waited at the end of any day in any world.", [], 0.0)
    down = -(-len(shown) // across_of(sheet, len(shown)))
    text = "Waiting at a day's end, the most in each week; each on a scale of its own."
    notes = [
        "Booked classes: bookings whose class has not begun.",
        "The pool is no queue: who passed and is not awarded, whether in a wave or not.",
    ]
    drawn = page(
        saved, sheet, finding(saved), text if sheet.slide else f"{text} {says(saved)}", notes, 1.7 * down + 0.6
    )
    panels(drawn, saved, shown, "waiting")
    return drawn


def _longest(saved: Saved) -> list[Row]:
    """Return the stations with queues that can be seen, the one with the longest in the worlds first."""
    rows = [row for row in saved.rows("stations") if row["bank"] is None]
    of = {row["station"]: float(interval(saved, f"station.{row['station']}.peak_queue")["high"] or 0) for row in rows}
    long = [row for row in rows if of[row["station"]] >= SMALL * max(of.values())]
    return sorted(long, key=lambda row: -of[row["station"]])


def finding(saved: Saved) -> str:
    """Return the finding of the queues in a sentence: where people wait most, and how long the longest queue gets."""
    named = Counter(row["text"] for row in saved.rows("worlds") if _is_first_luck(row))
    rows = [row for row in saved.rows("stations") if row["bank"] in (None, PAYMENT_PARTNERS)]
    of = {row["label"]: interval(saved, f"station.{row['station']}.peak_queue") for row in rows}
    label, peak = max(of.items(), key=lambda each: float(each[1]["high"] or 0))
    queue = (
        f"the queue of {label} peaks at {between(peak)} in 90 % of them" if peak["high"] else "no station has a queue"
    )
    if not named:
        return f"In {worlds(saved)} worlds {queue}"
    name, most = min(named.items(), key=lambda each: (-each[1], str(each[0])))
    labels = {row["group"]: row["group_label"] for row in saved.rows("bottlenecks")}
    how_many = f"all {worlds(saved)}" if most == worlds(saved) else f"{most} of {worlds(saved)}"
    if name is None:
        return f"Nobody waits in {how_many} worlds"
    return f"Bottleneck in {how_many} worlds: {labels.get(name, name)}; {queue}"


def _is_first_luck(row: Row) -> bool:
    return bool(row["figure"] == "bottleneck" and row["world"] and row["luck"] == 1)
