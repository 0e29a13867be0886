"""Payments over time in many worlds: what was paid in each week, over all partners and by each of them."""

from __future__ import annotations

from sim.report.figures.bands import Panel, across_of, between, has, interval, panels, says, worlds
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import Sheet

MOST = 5
"""Partners drawn, those with the longest queues in the base."""


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw a picture of all payments, and one for each partner."""
    partners = sorted(saved.partners(), key=lambda row: float(-row["peak_queue"]))[:MOST]
    shown = [Panel("payments_paid", "All partners"), *(Panel(f"paid_{p['station']}", p["label"]) for p in partners)]
    shown = [panel for panel in shown if has(saved, panel.series)]
    if not shown:
        return page(saved, sheet, finding(saved), "Nothing was paid in any world.", [], 0.0)
    down = -(-len(shown) // across_of(sheet, len(shown)))
    text = "Payments made in each week; each on a scale of its own."
    drawn = page(saved, sheet, finding(saved), text if sheet.slide else f"{text} {says(saved)}", [], 1.7 * down + 0.6)
    panels(drawn, saved, shown, "payments")
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the payments in a sentence."""
    paid, waiting = (interval(saved, f"peak.{series}") for series in ("payments_paid", "queue_payments"))
    if not paid["high"]:
        return f"Nothing is paid in 90 % of {worlds(saved)} worlds"
    queue = f"{between(waiting)} wait at the most" if waiting["high"] else "none waits"
    return f"In 90 % of {worlds(saved)} worlds the busiest week has {between(paid)} payments, and {queue}"
