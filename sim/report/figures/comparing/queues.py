"""Queues of several scenarios over time: the longest of the stations, payments that wait, and the pool."""

from __future__ import annotations

from sim.report.figures.comparing.over_time import says, together, top
from sim.report.figures.comparing.saved import SavedComparison, key, panels
from sim.report.figures.page import Page, page
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount
from sim.results.meaning import plain

MOST, SMALL = 4, 0.01
"""Stations drawn, those with the longest queues; one shorter than this share of the longest is left out."""

APART = {
    "queue_payments": ("Payments", "payments"),
    "queue_classes": ("Bookings, class not begun", "bookings"),
    "people_in_pool": ("The pool (no queue)", "people"),
}
"""Series that are no station's: words, and what is counted."""


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a picture for each of the longest queues, all scenarios in each."""
    every = {row["series"] for row in saved.rows("weeks")}
    shown = [(f"queue_{name}", label, "people") for name, label in _stations(saved)[: 2 if sheet.slide else MOST]]
    apart = [name for name in APART if not (sheet.slide and name == "queue_classes")]
    shown += [(name, *APART[name]) for name in apart if name in every]
    if not shown:
        return page(saved, sheet, finding(saved), "Nobody waited at the end of any day.", [], 0.0)
    across = 2
    text = "Waiting at a day's end, the most in each week; each picture on a scale of its own."
    text = text if sheet.slide else f"{text} {says(saved, 'week')}"
    drawn = page(saved, sheet, finding(saved), text, [], 1.9 * -(-len(shown) // across) + 0.5)
    key(drawn, saved)
    for (series, label, of), (axes, _) in zip(shown, panels(drawn, len(shown), across, 0.1, head=0.4), strict=True):
        together(axes, saved, "weeks", series, label, of, sheet)
    return drawn


def _stations(saved: SavedComparison) -> list[tuple[str, str]]:
    """Return the stations with queues that can be seen, the longest first: name and words."""
    suffix, found = ".peak_queue", dict[str, str]()
    every = {row["series"] for row in saved.rows("weeks")}
    for row in saved.rows("kpis"):
        name = str(row["figure"]).removeprefix("station.").removesuffix(suffix)
        people = str(row["unit"]) == "people"
        if str(row["figure"]).endswith(suffix) and people and f"queue_{name}" in every:
            found[name] = str(row["label"]).partition(":")[0] or plain(name)
    tops = {name: top(saved, "weeks", f"queue_{name}") for name in found}
    most = max(tops.values(), default=0.0)
    long = [name for name in found if tops[name] >= SMALL * most and tops[name]]
    return [(name, found[name]) for name in sorted(long, key=lambda name: -tops[name])]


def finding(saved: SavedComparison) -> str:
    """Return the finding of the queues in a sentence: the queue that differs most between scenarios."""
    figures = {f"station.{name}.peak_queue": (label, "") for name, label in _stations(saved)}
    figures["peak.queue_payments"] = ("Payment partners", " payments")
    found = []
    for figure, words in figures.items():
        known = [(value, each) for each in saved.names if (value := saved.value(each, figure)) is not None]
        if known and max(known)[0]:
            found.append((max(known)[0] - min(known)[0], min(known), max(known), words))
    if not found:
        return "No station has a queue at a day's end"
    apart, (least, fewest), (most, largest), (label, of) = max(found)
    if not apart:
        return f"Queues are alike in every scenario; at {label} {amount(most)}{of} wait at the peak"
    few = amount(least) if least else "none"
    return f"{label}: at the peak {amount(most)}{of} wait in {saved.short(largest)}, {few} in {saved.short(fewest)}"
