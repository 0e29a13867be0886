"""A picture of a baseline: each figure that changed, in margins from what was expected."""

from __future__ import annotations

from pathlib import Path

from sim.report.baselines.words import amount, inside, named, unit_of
from sim.results.baselines.checked import Checked
from sim.results.baselines.judge import BEYOND, Judged, Verdict

MOST = 24
"""Figures that are drawn: the farthest from what was expected."""

WIDEST = 4.0
"""Margins that the axis shows to either side; what is farther stands at its end, as an arrow."""


def draw(checked: Checked, folder: Path) -> None:
    """Draw a baseline of which some figure changed, as SVG and PNG; nothing where none did."""
    rows = {**checked.moved, **checked.of(Verdict.UNCLEAR), **inside(checked)}
    drawn = {name: one for name, one in rows.items() if one.difference is not None and one.margin}
    if not drawn:
        return
    from matplotlib.figure import Figure

    from sim.report.figures.look import GREY, INK, PALE, look
    from sim.report.figures.sheet import PAGE

    some = list(drawn.items())[:MOST]
    with look(PAGE):
        figure = Figure(figsize=(PAGE.width, 1.3 + 0.3 * len(some)), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(-1, 1, color=PALE, alpha=0.6, linewidth=0)
        axes.axvline(0, color=GREY, linewidth=0.8)
        for place, (name, one) in enumerate(some):
            _one(axes, place, one)
            unit = unit_of(name, checked)
            text = f"{amount(one.expected, unit)} → {amount(one.found, unit)}"
            axes.text(WIDEST * 1.08, place, text, va="center", ha="left", fontsize=PAGE.small, color=INK)
        axes.set_yticks(range(len(some)), [named(name, checked) for name, _ in some], fontsize=PAGE.small)
        axes.set_ylim(len(some) - 0.4, -0.6)
        axes.set_xlim(-WIDEST, WIDEST)
        left_out = f" ({len(drawn) - len(some)} that changed less are not drawn)" if len(drawn) > len(some) else ""
        axes.set_xlabel(f"Margins from what was expected, with the 90 % interval{left_out}", fontsize=PAGE.small)
        axes.set_title(f"Baseline {checked.baseline.name}: expected and found", loc="left", fontsize=PAGE.title)
        for kind in ("svg", "png"):
            dated = {"Date": None} if kind == "svg" else {"Software": None}
            figure.savefig(folder / f"{checked.baseline.name}.{kind}", dpi=PAGE.dots, metadata=dated)


def _one(axes: object, place: int, one: Judged) -> None:
    """Draw a figure: its difference and interval in margins."""
    from matplotlib.axes import Axes

    from sim.report.figures.look import BLUE, ORANGE, VERMILION

    assert isinstance(axes, Axes) and one.difference is not None and one.margin
    colour = VERMILION if one.verdict in BEYOND else ORANGE if one.verdict is Verdict.UNCLEAR else BLUE
    at = one.difference / one.margin
    ends = [
        min(max((end if end is not None else one.difference) / one.margin, -WIDEST), WIDEST)
        for end in (one.low, one.high)
    ]
    if abs(at) > WIDEST:
        side = 1 if at > 0 else -1
        axes.plot([side * WIDEST * 0.985], [place], marker=">" if side > 0 else "<", color=colour, markersize=7)
        return
    axes.plot(ends, [place, place], color=colour, linewidth=1.6)
    axes.plot([at], [place], marker="o", color=colour, markersize=5)
