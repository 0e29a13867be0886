"""Series of several scenarios over time, in one picture: a line and a band each."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.comparing.saved import SavedComparison
from sim.report.figures.look import GREY, INK, amounts, dates
from sim.report.figures.sheet import Sheet


def says(saved: SavedComparison, each: str) -> str:
    """Return what lines and bands are."""
    over = saved.replications
    if over.startswith("1 "):
        return "Lines: the one replication."
    return f"Line: half of the {over} lie below in each {each}; band: {saved.ends}."


def edges_of(saved: SavedComparison, table: str, series: str) -> Any:
    """Return the first and the last day of a series over all scenarios; nothing where no scenario has it."""
    found = [band for name in saved.names if (band := saved.band(table, series, name)) is not None]
    if not found:
        return None
    step = 7 if table == "weeks" else 31
    return np.array([min(band.when[0] for band in found), max(band.when[-1] for band in found) + step])


def top(saved: SavedComparison, table: str, series: str) -> float:
    """Return the largest that is drawn of a series over all scenarios."""
    found = [band for name in saved.names if (band := saved.band(table, series, name)) is not None]
    return max((float(max(band.high.max(), band.middle.max())) for band in found), default=0.0)


def together(axes: Axes, saved: SavedComparison, table: str, series: str, label: str, of: str, sheet: Sheet) -> None:
    """Draw a series of every scenario that has it, the reference above the others."""
    for place, (name, line) in enumerate(saved.lines().items()):
        band = saved.band(table, series, name)
        if band is None:
            continue
        axes.fill_between(band.when, band.low, band.high, color=line.colour, alpha=0.16, linewidth=0)
        axes.plot(
            band.when, band.middle, color=line.colour, linestyle=line.dashes, linewidth=1.5, zorder=4 - 0.1 * place
        )
    edges = edges_of(saved, table, series)
    unit = amounts(axes, top(saved, table, series), of, ticks=3)
    dates(axes, edges, most=5)
    axes.grid(axis="y")
    axes.set_title(label, loc="left", size=9, weight="bold", color=INK, pad=4)
    axes.set_title(unit, loc="right", size=sheet.small, color=GREY, pad=4)
