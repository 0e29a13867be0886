"""The funnel: how many reached each stage, and how near the published figures are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise

from matplotlib.axes import Axes

from sim.report.figures.look import BLUE, GREY, INK, SKY, Page, amounts, page
from sim.report.figures.saved import Row, Saved
from sim.report.figures.words import amount, day, percent

COLUMNS = (58, 112)
"""Right ends of the two columns of shares, points from the bars."""


def draw(saved: Saved) -> Page:
    """Draw the stages as bars, with the shares kept; beside them the published figures of one day."""
    rows = saved.rows("funnel")
    known = snapshot(saved)
    says = f"People who reached each stage by {day(saved.days.dates[-1].item())}, the end of the run."
    notes = []
    if known:
        says += f" At the right: by {day(known[0]['at'])}, simulated (bar) and published (diamond)."
        notes = ["Published: press reports of the day, each named in configs/published."]
        notes += ["Awards are set by the calendar of waves."] * any(row["role"] == "input" for row in known)
    drawn = page(saved, finding(saved), says, notes, 0.36 * len(rows) + 0.75)
    _stages(drawn, rows, 4.55 if known else 1.9)
    if known:
        _compared(drawn, rows, known)
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the funnel in a sentence."""
    rows, reached = saved.rows("funnel"), saved.stages()
    if not reached["registered"]:
        return "Nobody registered"
    awarded, paid = (amount(reached[stage]) if reached[stage] else "none" for stage in ("awarded", "fully_paid"))
    words = f"Of {amount(reached['registered'])} registered, {awarded} were awarded and {paid} paid in full"
    gone = {after["label"]: before["people"] - after["people"] for before, after in pairwise(rows)}
    most = max(gone, key=lambda label: gone[label])
    return f"{words}; the largest loss, {amount(gone[most])}, comes before “{most}”" if gone[most] else words


def snapshot(saved: Saved) -> list[Row]:
    """Return the published stages of the day that has most of them, the latest of such days."""
    stages = saved.stages()
    known = [row for row in saved.rows("published") if row["figure"] in stages and row["published"] is not None]
    known = [row for row in known if row["at"] <= datetime.fromisoformat(str(saved.composed["clock"]["end"]))]
    if not known or not stages["registered"]:
        return []
    number = Counter(row["at"] for row in known)
    at = max(number, key=lambda when: (number[when], when))
    return [row for row in known if row["at"] == at]


def _stages(drawn: Page, rows: list[Row], right: float) -> None:
    axes = drawn.axes(1.95, right, above=0.4, below=0.45)
    values = [row["people"] for row in rows]
    axes.barh(range(len(rows)), values, color=BLUE, height=0.68)
    axes.set_xlabel(amounts(axes, max(values), "people", "x"))
    axes.set_xlim(0, axes.get_xlim()[1] * 1.35)
    _lines(axes, rows)
    axes.set_yticks(range(len(rows)), [row["label"] for row in rows], color=INK, size=9)
    for number, (row, value) in enumerate(zip(rows, values, strict=True)):
        _beside(axes, (value, number), amount(value), "data", 4, "left", INK)
        for points, share in zip(COLUMNS, ("share_of_registered", "share_of_stage_before"), strict=True):
            _beside(axes, (1, number), percent(row[share]), "axes fraction", points, "right", INK)
    for points, head in zip(COLUMNS, ("of registered", "of the stage\nbefore"), strict=True):
        _beside(axes, (1, -0.55), head, "axes fraction", points, "right", GREY, "bottom")


def _compared(drawn: Page, rows: list[Row], known: list[Row]) -> None:
    axes = drawn.axes(6.65, 0.85, above=0.4, below=0.45)
    at = {row["stage"]: number for number, row in enumerate(rows)}
    places = [at[row["figure"]] for row in known]
    axes.barh(places, [row["full_population"] for row in known], color=SKY, height=0.4)
    axes.plot([row["published"] for row in known], places, "D", color=INK, markersize=5, clip_on=False)
    largest = max(max(row["full_population"], row["published"]) for row in known)
    axes.set_xlabel(amounts(axes, largest, "people", "x"))
    _lines(axes, rows)
    axes.set_yticks(places, [""] * len(places))
    for place, row in zip(places, known, strict=True):
        _beside(axes, (1, place), _signed(row["difference_share"]), "axes fraction", 42, "right", INK)
    _beside(
        axes,
        (0, -0.55),
        day(known[0]["at"]).replace(" ", "\n", 1),
        "axes fraction",
        0,
        "left",
        GREY,
        "bottom",
    )
    _beside(axes, (1, -0.55), "simulated less\npublished", "axes fraction", 42, "right", GREY, "bottom")


def _signed(share: float) -> str:
    rounded = round(100 * share)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded)} %"


def _lines(axes: Axes, rows: list[Row]) -> None:
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _beside(
    axes: Axes,
    at: tuple[float, float],
    text: str,
    across: str,
    points: float,
    side: str,
    colour: str,
    rest: str = "center",
) -> None:
    axes.annotate(
        text,
        at,
        (points, 0),
        (across, "data"),
        "offset points",
        ha=side,
        va=rest,
        color=colour,
        size=8.5 if rest == "center" else 7.5,
    )
