"""What drives figures: the first drivers of each as bars, alone and in all, with errors, luck and what is left."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from sim.report.drivers.answer import finding as said
from sim.report.drivers.answer import is_same, seen, told, words_of
from sim.report.figures.look import BLUE, GREY, INK, PALE
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Row, Saved
from sim.report.figures.sheet import Sheet

MOST, MOST_ON_A_SLIDE = 5, 3
"""Drivers of one figure that are drawn."""

PANELS_OF_A_SLIDE = 2
"""Figures that a slide has room for: the first that something moves."""

LINE, ABOVE = 0.31, 0.62
"""Inches of a bar with its label, and of a panel beside its bars."""

OTHERS = {"luck": "luck", "unexplained": "not explained"}


def draw(saved: Saved, sheet: Sheet) -> Page:
    """Draw a panel for each figure that something moves."""
    every = saved.rows("driver_figures")
    shown = [row for row in every if _moves(saved, row)]
    same = [row["label"] for row in every if row not in shown and row["low"] is not None]
    never = [row["label"] for row in every if row["low"] is None]
    if not shown:
        return page(
            saved, sheet, finding(saved), "No figure that was asked for is moved by what is not known.", [], 0.0
        )
    if sheet.slide:
        shown = shown[:PANELS_OF_A_SLIDE]
    most = MOST_ON_A_SLIDE if sheet.slide else MOST
    bars = [bars_of(saved, row, most) for row in shown]
    across = min(2, len(shown))
    down = -(-len(shown) // across)
    longest = [max(map(len, bars[line * across : (line + 1) * across])) for line in range(down)]
    says = "Share of a figure's variance. Filled: what would go if only this were known; outlined: with what it makes "
    says += "together with others; line: 90 % interval of that."
    notes = ["Not explained: what neither luck nor the polynomial of the runs tells."]
    if same:
        notes.append(f"Moved by nothing that is not known: {'; '.join(same)}.")
    if never:
        notes.append(f"Not reached: {'; '.join(never)}.")
    inches = sum(ABOVE + LINE * bar for bar in longest) + 0.15
    drawn = page(saved, sheet, finding(saved), says, notes, inches)
    squeezed = drawn.space / inches
    label, gap = (1.95, 0.25) if sheet.slide else (2.3, 0.3)
    wide = (sheet.width - 0.3 - 0.3 - gap * (across - 1)) / across
    above = 0.0
    for line in range(down):
        high = (ABOVE + LINE * longest[line]) * squeezed
        for column, row in enumerate(shown[line * across : (line + 1) * across]):
            own = bars[line * across + column]
            begin = 0.3 + column * (wide + gap)
            tall = (high - 0.6 * squeezed) * len(own) / longest[line]
            below = drawn.space - above - 0.34 * squeezed - tall
            axes = drawn.axes(
                begin + label, sheet.width - begin - wide, above=above + 0.34 * squeezed, below=max(below, 0)
            )
            _panel(axes, own, sheet, label)
            drawn.write(begin, above + 0.12, _title(row), sheet.text + 0.5, INK)
        above += high
    return drawn


def _moves(saved: Saved, row: Row) -> bool:
    return row["low"] is not None and bool(_rows(saved, row)) and not is_same(row)


def _rows(saved: Saved, figure: Row) -> list[Row]:
    return [row for row in saved.rows("drivers") if row["figure"] == figure["figure"]]


def bars_of(saved: Saved, figure: Row, most: int) -> list[Row]:
    """Return the bars of a figure: its first drivers, then luck and what is not explained."""
    rows = _rows(saved, figure)
    drivers = seen([row for row in rows if row["kind"] == "driver"], figure)[:most]
    others = [{**row, "label": OTHERS[row["kind"]]} for row in rows if row["kind"] in OTHERS]
    return [*drivers, *others]


def _title(row: Row) -> str:
    low, high = told(words_of(str(row["unit"])), row["low"], row["high"])
    return f"{row['label']}: {low} to {high}"


def _panel(axes: Axes, bars: list[Row], sheet: Sheet, label: float) -> None:
    letters = int(label * 72 / (sheet.small * 0.56))
    for at, row in enumerate(bars):
        is_driver = row["kind"] == "driver"
        alone, name = row["first_order"], "total" if is_driver else "first_order"
        if is_driver:
            axes.barh(at, row["total"], 0.62, facecolor="white", edgecolor=INK, linewidth=0.8, zorder=2)
        colour, hatch = (BLUE, "") if is_driver else (PALE, "////")
        axes.barh(at, alone, 0.62, facecolor=colour, edgecolor=INK, linewidth=0.8, hatch=hatch, zorder=3)
        axes.plot([row[f"{name}_low"], row[f"{name}_high"]], [at, at], color="white", linewidth=2.6, zorder=4)
        axes.plot([row[f"{name}_low"], row[f"{name}_high"]], [at, at], color=INK, linewidth=1.1, zorder=5)
    names = ["\n".join(textwrap.wrap(str(row["label"]), letters, max_lines=2, placeholder=" …")) for row in bars]
    axes.set_yticks(range(len(bars)), names, size=sheet.small, color=INK)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, pad=4)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"], size=sheet.small, color=GREY)
    axes.grid(axis="x")


def finding(saved: Saved) -> str:
    """Return the finding of the first figure that something moves."""
    for figure in saved.rows("driver_figures"):
        if _moves(saved, figure):
            sentence = said(figure, _rows(saved, figure))
            return f"{figure['label']}: {sentence[0].lower()}{sentence[1:]}"
    return "Nothing that is not known moves the figures asked for"
