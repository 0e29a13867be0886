"""The look all figures share: page, colours, amounts and dates in words, and the files."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.figures.saved import Saved
from sim.report.figures.words import MONTHS

# Okabe and Ito's colours, which the colour-blind tell apart; neighbours also differ in lightness or in line.
BLUE, SKY, ORANGE, VERMILION = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"
INK, GREY, PALE = "#1A1A1A", "#666666", "#D9D9D9"

WIDTH = 9.0
MARGIN = 0.3
TITLE, SAYS, NOTE = 13.0, 9.5, 7.5
LETTERS = {TITLE: 80, SAYS: 120, NOTE: 155}
"""Letters on a line of the page, by size in points."""

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "path",  # the same on every screen, whatever its fonts
    "svg.hashsalt": "prakerja",
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in this look, whatever the reader's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


@dataclass
class Page:
    """A figure with its finding above and its note below; `top` and `bottom` bound the drawing, in inches."""

    figure: Figure
    finding: str
    says: str
    height: float
    top: float
    bottom: float

    def axes(self, left: float, right: float, above: float = 0.0, below: float = 0.0) -> Axes:
        """Return axes so many inches from the edges of the space for drawing."""
        low, high = self.bottom + below, self.height - self.top - above
        box = (left / WIDTH, low / self.height, (WIDTH - left - right) / WIDTH, (high - low) / self.height)
        return self.figure.add_axes(box)


def page(saved: Saved, finding: str, says: str, notes: Sequence[str], inches: float) -> Page:
    """Return a page with so many inches of height for the drawing; none where there is nothing to draw."""
    one = (
        "One simulated person is one person."
        if saved.scale == 1
        else (f"1 simulated person stands for {1 / saved.scale:,.6g}; figures at full population.")
    )
    note = " ".join([*notes, f"{saved.scenario} {one} Dates in WIB."])
    parts = [(finding, TITLE, INK), (says, SAYS, GREY), (note, NOTE, GREY)]
    wrapped = ["\n".join(textwrap.wrap(text, LETTERS[size])) for text, size, _ in parts]
    tall = [len(text.splitlines()) * size * 1.35 / 72 for text, (_, size, _) in zip(wrapped, parts, strict=True)]
    top, bottom = 0.25 + tall[0] + tall[1] + 0.2, 0.2 + tall[2] + 0.1
    height = top + inches + bottom
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    places = (height - 0.25, height - 0.25 - tall[0] - 0.05, 0.2 + tall[2])
    for text, (_, size, colour), place in zip(wrapped, parts, places, strict=True):
        weight = "bold" if size == TITLE else "normal"
        figure.text(
            MARGIN / WIDTH,
            place / height,
            text,
            size=size,
            color=colour,
            weight=weight,
            va="top",
            linespacing=1.25,
        )
    return Page(figure, finding, says, height, top, bottom)


def save(page: Page, folder: Path, name: str) -> None:
    """Write a page as PNG and SVG; the same page gives the same bytes."""
    page.figure.savefig(folder / f"{name}.png", dpi=150, metadata={"Software": None})
    text = io.StringIO()
    page.figure.savefig(text, format="svg", metadata={"Title": page.finding, "Date": None, "Creator": None})
    described = f'</title>\n <desc id="{name}-says">{escape(page.says)}</desc>'
    drawn = text.getvalue().replace("</title>", described, 1).replace("<title>", f'<title id="{name}">', 1)
    drawn = drawn.replace("<svg ", f'<svg role="img" aria-labelledby="{name} {name}-says" ', 1)
    (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")


def amounts(axes: Axes, largest: float, of: str, axis: str = "y") -> str:
    """Set an axis from zero to above the largest amount and return what it counts, with its unit."""
    units = ((1e9, "billions"), (1e6, "millions"), (1e3, "thousands"), (1.0, ""))
    top = 1.0 if largest <= 0 else largest * 1.12
    # By the end of the axis: 1,000 thousand is told as a million.
    unit, word = next((unit, word) for unit, word in units if top >= unit or unit == 1)
    line = axes.yaxis if axis == "y" else axes.xaxis
    (axes.set_ylim if axis == "y" else axes.set_xlim)(0, top)
    line.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=largest < 5))
    line.set_major_formatter(lambda value, _: f"{value / unit:,.4g}")
    return f"{of}, {word}" if word else of


def dates(axes: Axes, edges: Any) -> None:
    """Set the horizontal axis to the dates of the run."""
    first, last = edges[0].item(), edges[-1].item()
    axes.set_xlim(edges[0], edges[-1])
    at = _ticks(first, last)
    yearly = all(tick.month == tick.day == 1 for tick in at) and (last - first).days > 3 * 366
    named, years = [], set[int]()
    for tick in at:
        name = MONTHS[tick.month - 1][:3] if tick.day == 1 else f"{tick.day} {MONTHS[tick.month - 1][:3]}"
        named.append(str(tick.year) if yearly else name if tick.year in years else f"{name}\n{tick.year}")
        years.add(tick.year)
    axes.set_xticks(np.array(at, dtype="datetime64[D]"), named)


def _ticks(first: date, last: date) -> list[date]:
    length = (last - first).days
    if length <= 62:
        return [first + timedelta(days=n) for n in range(0, length + 1, max(1, length // 6))]
    for months in (1, 2, 3, 6, 12, 24, 60):
        span = range(first.year * 12 + first.month, last.year * 12 + last.month)
        at = [date(month // 12, month % 12 + 1, 1) for month in span if month % months == 0]
        if len(at) <= 10:
            break
    return at


def place(when: date) -> float:
    """Return where a day begins on the horizontal axis of dates."""
    return float((when - date(1970, 1, 1)).days)


def steps(values: Any) -> Any:
    """Return values of weeks so that each lasts until the next edge."""
    return np.append(values, values[-1:])
