"""The funnel: how many reached each stage, and which share of the stage before; where most are lost stands out."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.axes import Axes

from sim.report.figures.look import BLUE, GREY, INK, ORANGE, PALE
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Row, Saved
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount, day, percent


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw the stages from top to bottom: people, a bar of them, and the share of the stage before."""
    rows = saved.rows("funnel")
    end = day(saved.days.dates[-1].item())
    says = f"People who reached each stage by {end}; pale: those who did not."
    notes = [
        "Who did not: of those of the stage before; they left, were refused or not selected, or are on the way still."
    ]
    drawn = page(saved, sheet, finding(saved), says, notes, 0.3 * len(rows) + 0.5)
    _stages(drawn, rows)
    return drawn


def finding(saved: Saved) -> str:
    """Return the finding of the funnel in a sentence."""
    rows, reached = saved.rows("funnel"), saved.stages()
    if not reached["registered"]:
        return "Nobody registered"
    awarded, paid = (amount(reached[stage]) if reached[stage] else "none" for stage in ("awarded", "fully_paid"))
    words = f"Of {amount(reached['registered'])} registered, {awarded} were awarded and {paid} paid in full"
    number = _largest_drop(rows)
    if number is None:
        return words
    gone = rows[number - 1]["people"] - rows[number]["people"]
    return f"{words}; the largest drop, {amount(gone)}, is before “{rows[number]['label']}”"


def _largest_drop(rows: list[Row]) -> int | None:
    """Return the number of the stage before which most are lost, the last of such; None where nobody is."""
    gone = [before["people"] - after["people"] for before, after in pairwise(rows)]
    most = max(gone)
    return len(gone) - gone[::-1].index(most) if most else None


def _stages(drawn: Page, rows: list[Row]) -> None:
    sheet = drawn.sheet
    axes = drawn.axes(2.85, 1.15, above=0.36, below=0.0 if sheet.slide else 0.1)
    values = [row["people"] for row in rows]
    before = [values[0], *values[:-1]]
    most = _largest_drop(rows)
    axes.barh(range(len(rows)), before, color=PALE, height=0.72)
    if most is not None:
        axes.barh([most], before[most], color=ORANGE, height=0.72, hatch="////", edgecolor="white", linewidth=0)
    axes.barh(range(len(rows)), values, color=BLUE, height=0.72)
    axes.set_xlim(0, max(values[0], 1) * (1.4 if sheet.slide else 1.28))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_axis_off()
    for number, (row, value) in enumerate(zip(rows, values, strict=True)):
        _beside(axes, (0, number), amount(value), -6, INK, sheet.text)
        _beside(axes, (0, number), row["label"], -80 if not sheet.slide else -84, INK, sheet.text)
        _beside(axes, (1, number), percent(row["share_of_stage_before"]) if number else "", 64, INK, sheet.text)
    if most is not None:
        lost = f"−{amount(before[most] - values[most])}"
        at = (before[most], most)
        axes.annotate(lost, at, (4, 0), textcoords="offset points", va="center", weight="bold", size=sheet.text)
    for across, points, head in ((0, -6, "people"), (1, 64, "of the stage\nbefore")):
        _beside(axes, (across, -0.6), head, points, GREY, sheet.small, "bottom")


def _beside(
    axes: Axes, at: tuple[float, float], text: str, points: float, colour: str, size: float, rest: str = "center"
) -> None:
    place = {"xytext": (points, 0), "xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    axes.annotate(text, at, ha="right", va=rest, color=colour, size=size, **place)  # type: ignore[arg-type]
