"""The look all figures share: colours, letters, amounts and dates on axes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.parameters.sayings import MONTHS
from sim.report.figures.sheet import Sheet

# Okabe and Ito's colours, which the colour-blind tell apart; neighbours also differ in lightness or in line.
BLUE, SKY, ORANGE, VERMILION = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"
GREEN, PURPLE = "#009E73", "#CC79A7"
INK, GREY, PALE = "#1A1A1A", "#666666", "#D9D9D9"

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "path",  # the same on every screen, whatever its fonts
    "svg.hashsalt": "prakerja",
}


@contextmanager
def look(sheet: Sheet) -> Iterator[None]:
    """Draw in this look, with the letters of a sheet, whatever the reader's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        mpl.rcParams["font.size"] = max(9, sheet.text)
        for letters in ("axes.labelsize", "xtick.labelsize", "ytick.labelsize"):
            mpl.rcParams[letters] = sheet.text
        yield


def unit_of(top: float) -> tuple[float, str]:
    """Return the unit that an axis up to `top` counts in, and its word; 1,000 thousand are told as a million."""
    units = ((1e12, "trillions"), (1e9, "billions"), (1e6, "millions"), (1e3, "thousands"), (1.0, ""))
    return next((unit, word) for unit, word in units if top >= unit or unit == 1)


ROOM = 1.12
"""An axis ends so far above its largest amount."""


def amounts(axes: Axes, largest: float, of: str, axis: str = "y", beside: float = 0.0, ticks: int = 4) -> str:
    """Set an axis from zero to above the largest amount and return what it counts, with its unit.

    `beside` is the largest amount of the axes that it stands beside: all of them count in one unit.
    """
    top = 1.0 if largest <= 0 else largest * ROOM
    unit, word = unit_of(max(top, beside * ROOM))
    line = axes.yaxis if axis == "y" else axes.xaxis
    (axes.set_ylim if axis == "y" else axes.set_xlim)(0, top)
    line.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10], integer=largest < 5))
    line.set_major_formatter(lambda value, _: f"{value / unit:,.4g}")
    return f"{of}, {word}" if word else of


def dates(axes: Axes, edges: Any, most: int = 10) -> None:
    """Set the horizontal axis to the dates of the run, with so many of them named at most."""
    first, last = edges[0].item(), edges[-1].item()
    axes.set_xlim(edges[0], edges[-1])
    at = _ticks(first, last, most)
    yearly = all(tick.month == tick.day == 1 for tick in at) and (last - first).days > 3 * 366
    named, years = [], set[int]()
    for tick in at:
        name = MONTHS[tick.month - 1][:3] if tick.day == 1 else f"{tick.day} {MONTHS[tick.month - 1][:3]}"
        named.append(str(tick.year) if yearly else name if tick.year in years else f"{name}\n{tick.year}")
        years.add(tick.year)
    axes.set_xticks(np.array(at, dtype="datetime64[D]"), named)


def _ticks(first: date, last: date, most: int) -> list[date]:
    length = (last - first).days
    if length <= 62:
        return [first + timedelta(days=n) for n in range(0, length + 1, max(1, length // min(6, most - 2)))]
    for months in (1, 2, 3, 6, 12, 24, 60):
        span = range(first.year * 12 + first.month, last.year * 12 + last.month)
        at = [date(month // 12, month % 12 + 1, 1) for month in span if month % months == 0]
        if len(at) <= most:
            break
    return at


def place(when: date) -> float:
    """Return where a day begins on the horizontal axis of dates."""
    return float((when - date(1970, 1, 1)).days)


def steps(values: Any) -> Any:
    """Return values of weeks so that each lasts until the next edge."""
    return np.append(values, values[-1:])
