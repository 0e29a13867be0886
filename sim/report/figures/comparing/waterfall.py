"""The causes of a difference as a waterfall: each difference alone, what they do together, and the whole."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from sim.report.comparing.why import adding_up
from sim.report.figures.comparing.saved import SavedComparison, panels
from sim.report.figures.look import BLUE, GREY, INK, ORANGE, PURPLE
from sim.report.figures.page import Page, page
from sim.report.figures.saved import Row
from sim.report.figures.sheet import Sheet
from sim.results.tables.comparing.causes import ALONE, INTERACTION, TOTAL
from sim.results.tables.comparing.causes import told as told_of

TABLE = "causes"
MOST = 4
"""Scenarios that are drawn; further ones are in the table."""

LETTERS, LETTERS_OF_A_SLIDE = 44, 30
"""Signs of a line of a cause's words, of which there are two at most; longer ones are cut."""

MOST_SIGNS = 60
"""Signs of a cause in the title."""


def asked(saved: SavedComparison) -> bool:
    """Return whether a scenario differs from the reference in several things, whose effects are known."""
    return bool(_shown(saved))


def draw(saved: SavedComparison, sheet: Sheet) -> Page:
    """Draw a waterfall of the figure that is told of each scenario of several differences."""
    shown = _shown(saved)
    if not shown:
        return page(saved, sheet, finding(saved), "No scenario differs in several things.", [], 0.0)
    text = "Mean effect of each difference alone, of all together, and what that leaves to their interaction."
    lines = max(map(len, shown.values()))
    drawn = page(saved, sheet, finding(saved), text, [], len(shown) * (0.34 * lines + 0.6) + 0.3)
    for (axes, _), (scenario, rows) in zip(panels(drawn, len(shown), 1, 0.0), shown.items(), strict=True):
        _waterfall(axes, f"{saved.short(scenario)}: {rows[0]['label']}", rows, sheet)
    return drawn


def finding(saved: SavedComparison) -> str:
    """Return which difference does most, in a sentence."""
    shown = _shown(saved)
    if not shown:
        return "No scenario differs from the reference in several things"
    scenario, rows = next(iter(shown.items()))
    told = adding_up([row["effect"] for row in rows], rows[0]["unit"])
    most = max(range(len(rows) - 1), key=lambda k: abs(rows[k]["effect"]))
    what = (
        "the interaction"
        if rows[most]["part"] == INTERACTION
        else f"“{textwrap.shorten(str(rows[most]['cause_label']), MOST_SIGNS, placeholder=' …')}” alone"
    )
    return f"{rows[0]['label']}: of {told[-1]} in {saved.short(scenario)}, {what} makes {told[most]}"


def _shown(saved: SavedComparison) -> dict[str, list[Row]]:
    """Return the rows for each scenario of several differences, the whole last, of the figure that is told of it."""
    rows = saved.rows(TABLE) if saved.has(TABLE) else []
    figures = list(dict.fromkeys(str(row["figure"]) for row in rows))
    names = dict.fromkeys(str(row["scenario"]) for row in rows)
    found = {name: told_of([row for row in rows if row["scenario"] == name], figures) for name in names}
    return dict([(name, each) for name, each in found.items() if each][:MOST])


def _waterfall(axes: Axes, title: str, rows: list[Row], sheet: Sheet) -> None:
    told = adding_up([row["effect"] for row in rows], rows[0]["unit"])
    at = 0.0
    for k, (row, words) in enumerate(zip(rows, told, strict=True)):
        begin = 0.0 if row["part"] == TOTAL else at
        colour = {ALONE: ORANGE if row["effect"] < 0 else BLUE, INTERACTION: PURPLE, TOTAL: GREY}[row["part"]]
        axes.barh(k, row["effect"], left=begin, height=0.62, color=colour)
        at = begin + row["effect"]
        if row["part"] != TOTAL:
            axes.plot([at, at], [k - 0.31, k + 1.31], color=INK, linewidth=0.6)
        axes.annotate(
            words,
            (max(begin, at), k),
            (4, 0),
            textcoords="offset points",
            va="center",
            size=sheet.small,
            color=INK,
        )
    letters = LETTERS_OF_A_SLIDE if sheet.slide else LETTERS
    axes.set_yticks(range(len(rows)), ["\n".join(_lines(row, letters)) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.use_sticky_edges = False  # words stand to the right of a bar that ends at nought too
    axes.margins(x=0.16)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelsize=sheet.small)
    box = axes.get_position()
    room = (0.0068 * letters * sheet.small + 0.1) / sheet.width  # words stand left of the bars, within the page
    axes.set_position((box.x0 + room, box.y0, box.width - room, box.height))
    axes.set_title(title, loc="left", x=-room / (box.width - room), size=sheet.text, color=INK)


def _lines(row: Row, letters: int) -> list[str]:
    return textwrap.wrap(str(row["cause_label"]), letters, max_lines=2, placeholder=" …")
