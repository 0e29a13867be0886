"""The funnels side by side: how many reach each stage in each scenario, on one scale."""

from __future__ import annotations

from matplotlib.axes import Axes

from sim.journey.measures import STAGES
from sim.report.figures.comparing.saved import SavedComparison, in_lines
from sim.report.figures.look import BLUE, INK, PALE, unit_of
from sim.report.figures.page import BOLD, Page, page
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import amount

LABELS, LEFT, RIGHT = 1.75, 0.3, 0.25
"""Inches for the words of the stages, and at the edges."""


TRIFLE = 0.005
"""A difference of no more than this share of those who register is a trifle."""


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a column of bars for each scenario, a bar a stage."""
    stages = [stage for stage in STAGES if any(saved.value(name, f"funnel.{stage}") for name in saved.names)]
    text = f"People who reach each stage by the end of each run, mean of the {saved.replications}."
    if not sheet.slide:
        text += f" Thin line: {saved.ends}. Pale: those who registered."
    most = max([1.0, *(saved.value(name, f"funnel.{stage}") or 0.0 for name in saved.names for stage in stages[:1])])
    word = unit_of(most)[1]
    text = text.replace("People", f"People, {word},", 1) if word else text
    if not stages:
        return page(saved, sheet, finding(saved), "Nobody registered.", [], 0.0)
    drawn = page(saved, sheet, finding(saved), text, [], 0.27 * len(stages) + 0.55)
    wide = (sheet.width - LABELS - LEFT - RIGHT) / len(saved.names)
    for place, name in enumerate(saved.names):
        begin = LEFT + LABELS + wide * place
        axes = drawn.axes(begin, sheet.width - begin - wide + 0.12, above=0.4)
        _column(axes, saved, name, stages, most, sheet)
        if not place:
            for number, stage in enumerate(stages):
                label = STAGES[stage][1].replace("Test taken, in the pool", "In the pool")
                _text(axes, (0, number), label, -6, "right", INK, sheet.text)
    return drawn


def _column(axes: Axes, saved: SavedComparison, name: str, stages: list[str], most: float, sheet: Sheet) -> None:
    unit = unit_of(most)[0]
    axes.set_xlim(0, most * 1.02)
    axes.set_ylim(len(stages) - 0.5, -0.5)
    axes.set_axis_off()
    for number, stage in enumerate(stages):
        row = saved.kpi(name, f"funnel.{stage}")
        value = row["value"] if row else None
        axes.barh([number], [most], color=PALE, height=0.74, alpha=0.45)
        if row is None or value is None:
            continue
        axes.barh([number], [value], color=BLUE, height=0.74)
        if row["low"] is not None:
            axes.plot([row["low"], row["high"]], [number, number], color=INK, linewidth=1.0, solid_capstyle="butt")
        inside = value > 0.48 * most
        at, side, colour = (-4, "right", "white") if inside else (4, "left", INK)
        end = value if inside else max(value, row["high"] or 0.0)
        _text(axes, (end, number), f"{value / unit:,.3g}", at, side, colour, sheet.small, data=True)
    inches = axes.get_position().width * sheet.width
    head = in_lines(saved.short(name), max(8, int(72 * inches / (sheet.text * BOLD)) - 1))
    mark = "\n(reference)" if name == saved.reference and "\n" not in head else ""
    axes.set_title(head + mark, loc="left", size=sheet.text, weight="bold", color=INK, pad=5)


def _text(
    axes: Axes, at: tuple[float, float], text: str, points: float, side: str, colour: str, size: float, *,
    data: bool = False,
) -> None:  # fmt: skip
    place = "data" if data else ("axes fraction", "data")
    axes.annotate(
        text, at, (points, 0), place, textcoords="offset points", ha=side, va="center", color=colour, size=size
    )


def finding(saved: SavedComparison) -> str:
    """Return the finding of the funnels in a sentence: the stage that differs most, as a share of the most of it.

    Of stages that differ by a trifle, held against those who register, none is named while another differs by more.
    """
    apart: list[tuple[bool, float, str, float, float]] = []
    whole = max([0.0, *(saved.value(name, f"funnel.{stage}") or 0.0 for name in saved.names for stage in STAGES)])
    for stage in STAGES:
        values = [value for name in saved.names if (value := saved.value(name, f"funnel.{stage}")) is not None]
        if values and max(values) > 0:
            by = max(values) - min(values)
            apart.append((by > TRIFLE * whole, by / max(values), stage, min(values), max(values)))
    if not apart or not any(share for _, share, *_ in apart):
        return "As many reach each stage in every scenario"
    large, share, stage, least, most = max(apart)
    who = {saved.value(name, f"funnel.{stage}"): saved.short(name) for name in saved.names}
    words = STAGES[stage][1]
    if amount(least) == amount(most):
        return "As many reach each stage in every scenario, to three digits"
    if not large:
        return f"As many reach each stage in every scenario, nearly: “{words}” differs most, by {100 * share:.2g} %"
    return f"“{words}” differs most: {amount(most)} in {who[most]}, {amount(least)} in {who[least]}"
