"""A picture of a baseline: each figure that changed, in margins from what was expected."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.report.baselines.words import amount, counts, inside, named, notes, unit_of
from sim.results.baselines.checked import Checked
from sim.results.baselines.judge import BEYOND, Judged, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 24
"""Figures that are drawn: the first of the table of all that changed."""

WIDEST = 4.0
"""Margins that the axis shows to either side; what is farther stands at its end, as an arrow."""

LETTERS = 104
"""Signs of a line of the heading."""


class Look(NamedTuple):
    """How a verdict is drawn: told apart by its mark in grey too."""

    says: str
    mark: str
    colour: str
    filled: bool


def _looks() -> dict[str, Look]:
    from sim.report.figures.look import BLUE, ORANGE, VERMILION

    return {
        "beyond": Look("beyond the margin", "D", VERMILION, True),
        "unclear": Look("cannot tell", "s", ORANGE, False),
        "inside": Look("the same: inside the margin", "o", BLUE, True),
    }


def draw(checked: Checked, folder: Path) -> None:
    """Draw a baseline of which some figure changed, as SVG and PNG; nothing where none did."""
    rows = {**checked.moved, **checked.of(Verdict.UNCLEAR), **inside(checked)}
    drawn = {name: one for name, one in rows.items() if one.difference is not None and one.margin}
    if not drawn:
        return
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from sim.report.figures.look import GREY, INK, PALE, look
    from sim.report.figures.sheet import PAGE

    some = list(drawn.items())[:MOST]
    heading = "\n".join(_heading(checked))
    high = 1.7 + 0.3 * len(some) + 0.19 * heading.count("\n")
    with look(PAGE):
        figure = Figure(figsize=(PAGE.width, high), layout="constrained")
        # Two lines are left free above the heading, for the finding: so both begin at the edge of the page.
        figure.suptitle(f"\n\n{heading}", x=0.01, ha="left", fontsize=PAGE.small, color=GREY)
        figure.text(0.01, 1 - 0.08 / high, _finding(checked), va="top", size=PAGE.title, weight="bold", color=INK)
        axes = figure.subplots()
        axes.axvspan(-1, 1, color=PALE, alpha=0.6, linewidth=0)
        axes.axvline(0, color=GREY, linewidth=0.8)
        for place, (name, one) in enumerate(some):
            _one(axes, place, one)
            axes.text(WIDEST * 1.08, place, _values(name, one, checked), va="center", fontsize=PAGE.small, color=INK)
        axes.set_yticks(range(len(some)), [_label(name, checked) for name, _ in some], fontsize=PAGE.small)
        axes.set_ylim(len(some) - 0.4, -0.6)
        axes.set_xlim(-WIDEST, WIDEST)
        more = len(rows) - len(some)
        left_out = f"; {more} more that changed are in summary.md" if more else ""
        axes.set_xlabel(f"Found minus expected, in margins, with its 90 % interval{left_out}", fontsize=PAGE.small)
        marks = [
            Line2D([], [], linestyle="", marker=each.mark, color=each.colour, label=each.says, markersize=5,
                   markerfacecolor=each.colour if each.filled else "white")
            for each in _looks().values()
        ]  # fmt: skip
        figure.legend(handles=marks, loc="outside lower left", ncols=3, frameon=False, fontsize=PAGE.small)
        for kind in ("svg", "png"):
            dated = {"Date": None} if kind == "svg" else {"Software": None}
            figure.savefig(folder / f"{checked.baseline.name}.{kind}", dpi=PAGE.dots, metadata=dated)


def _finding(checked: Checked) -> str:
    """Return what is found, in a line."""
    name, beyond, unclear = checked.baseline.name, len(checked.moved), len(checked.of(Verdict.UNCLEAR))
    if beyond:
        return f"{name}: {beyond} of {len(checked.judged)} figures moved beyond their margins"
    if unclear:
        return f"{name}: whether {unclear} of {len(checked.judged)} figures moved cannot be told"
    return f"{name}: no figure moved beyond its margin"


def _heading(checked: Checked) -> Iterator[str]:
    """Yield the lines below the finding: how many figures are what, and what was changed."""
    yield from textwrap.wrap(f"{checked.replications} runs: {counts(checked)}. Beside each: expected → found.", LETTERS)
    for note in notes(checked):
        yield from textwrap.wrap(note, LETTERS, max_lines=2, placeholder=" …")


def _label(name: str, checked: Checked) -> str:
    return "\n".join(textwrap.wrap(named(name, checked), 52, max_lines=2, placeholder=" …"))


def _values(name: str, one: Judged, checked: Checked) -> str:
    """Return what was expected and found, with the unit."""
    unit = unit_of(name, checked)
    of_unit = "" if unit.startswith("share") else f" {unit.split(',')[0]}"
    assert one.difference is not None and one.margin
    away = abs(one.difference) / one.margin
    far = f" ({away:,.0f} margins)" if away > WIDEST else ""
    return f"{amount(one.expected, unit)} → {amount(one.found, unit)}{of_unit}{far}"


def _one(axes: Axes, place: int, one: Judged) -> None:
    """Draw a figure: its difference and interval in margins."""
    assert one.difference is not None and one.margin
    kind = "beyond" if one.verdict in BEYOND else "unclear" if one.verdict is Verdict.UNCLEAR else "inside"
    drawn = _looks()[kind]
    at = one.difference / one.margin
    ends = [
        min(max((end if end is not None else one.difference) / one.margin, -WIDEST), WIDEST)
        for end in (one.low, one.high)
    ]
    if abs(at) > WIDEST:
        side = 1 if at > 0 else -1
        axes.plot([side * WIDEST * 0.985], [place], marker=">" if side > 0 else "<", color=drawn.colour, markersize=7)
        return
    axes.plot(ends, [place, place], color=drawn.colour, linewidth=1.6)
    filling = drawn.colour if drawn.filled else "white"
    axes.plot([at], [place], marker=drawn.mark, color=drawn.colour, markersize=5, markerfacecolor=filling)
