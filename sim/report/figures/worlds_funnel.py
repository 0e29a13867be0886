"""The funnel over time in many worlds: how many have reached a stage by each week, and what was published of it."""

from __future__ import annotations

from sim.report.figures.bands import Panel, across_of, between, has, interval, panels, says, worlds
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import Sheet

STAGES = {
    "ever_joined": "Joined a wave",
    "awarded": "Awarded",
    "bought_first": "Bought a course",
    "completed_first": "Completed it",
    "paid_first_incentive": "First incentive",
    "fully_paid": "Paid in full",
}
"""Stages drawn, by their names in the tables, in words that fit above a small picture."""

PUBLISHED = "published"


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw a picture for each stage that somebody reached."""
    shown = [panel for panel in _panels(saved) if has(saved, panel.series)]
    if not shown:
        return page(saved, sheet, finding(saved), "Nobody joined a wave in any world.", [], 0.0)
    down = -(-len(shown) // across_of(sheet, len(shown)))
    text = "People who have reached the stage, each on a scale of its own."
    drawn = page(saved, sheet, finding(saved), text if sheet.slide else f"{text} {says(saved)}", [], 1.7 * down + 0.6)
    some = any(panel.points for panel in shown)
    panels(drawn, saved, shown, "people", points=PUBLISHED if some else "")
    return drawn


def _panels(saved: Saved) -> list[Panel]:
    known = [row for row in saved.rows("published") if row["published"] is not None and row["scope"] is None]
    return [
        Panel(stage, label, [(row["at"], row["published"]) for row in known if row["figure"] == stage], runs_up=True)
        for stage, label in STAGES.items()
    ]


def finding(saved: Saved) -> str:
    """Return the finding of the funnel in a sentence."""
    awarded, paid = (interval(saved, f"funnel.{stage}") for stage in ("awarded", "fully_paid"))
    if not awarded["high"]:
        return f"Nobody is awarded in 90 % of {worlds(saved)} worlds"
    reached = f"{between(awarded)} people are awarded and {between(paid)} paid in full"
    return f"In 90 % of {worlds(saved)} worlds {reached}"
