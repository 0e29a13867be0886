"""A figure with its finding, what the run is and what is shown above the drawing, notes below, and its files."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.parameters.sayings import MANIFEST
from sim.report.figures.look import GREY, INK
from sim.report.figures.sheet import Sheet
from sim.report.figures.words import SPACE

MARGIN = 0.3
BOLD, PLAIN = 0.6, 0.53
"""Width of a letter at the mean, of its size."""

LINE = 1.35
"""Height of a line, of the size of its letters."""


class About(Protocol):
    """What a page says of the run, or the runs, that it shows."""

    @property
    def scale(self) -> float:
        """Return the share of the full population that was simulated."""

    def scenarios(self) -> Iterable[str]:
        """Return what it is called and what differs, in fewer and fewer words."""


@dataclass
class Page:
    """A figure with texts above and below; `top` and `bottom` bound the drawing, `height` is of all, in inches."""

    figure: Figure
    sheet: Sheet
    finding: str
    scenario: str
    says: str
    height: float
    top: float
    bottom: float

    @property
    def space(self) -> float:
        """Return the height of the drawing, inches."""
        return self.height - self.top - self.bottom

    def axes(self, left: float, right: float, above: float = 0.0, below: float = 0.0) -> Axes:
        """Return axes so many inches from the edges of the space for drawing."""
        wide, low, high = self.sheet.width, self.bottom + below, self.height - self.top - above
        box = (left / wide, low / self.height, (wide - left - right) / wide, (high - low) / self.height)
        return self.figure.add_axes(box)

    def write(self, left: float, above: float, text: str, size: float, colour: str, across: str = "left") -> None:
        """Write a line centred so many inches below the top of the space for drawing, from the left edge."""
        at = (left / self.sheet.width, (self.height - self.top - above) / self.height)
        self.figure.text(*at, text, size=size, color=colour, va="center", ha=across)


def page(saved: About, sheet: Sheet, finding: str, says: str, notes: Sequence[str], inches: float) -> Page:
    """Return a sheet with the finding, what the run is and what is shown above the drawing, and notes below it.

    A page has so many inches of height for the drawing. A slide gives what its own height leaves, and has no notes.
    """
    scaled = f"1 simulated person stands for {1 / saved.scale:,.6g}" if saved.scale != 1 else ""
    if sheet.slide:
        says, below = f"{says} {scaled.replace(' ', SPACE)}{'.' * bool(scaled)}", ""
    else:
        people = f"{scaled}; figures at full population." if scaled else "One simulated person is one person."
        below = " ".join([*notes, people, "Dates in WIB."])
    parts = [
        (_wrapped(sheet, finding, sheet.title, BOLD), sheet.title, INK),
        (_scenario(saved, sheet), sheet.says, INK),
        (_wrapped(sheet, says, sheet.says), sheet.says, GREY),
        (_wrapped(sheet, below, sheet.small), sheet.small, GREY),
    ]
    tall = [len(lines) * size * LINE / 72 for lines, size, _ in parts]
    edge, gap = (0.18, 0.1) if sheet.slide else (0.25, 0.2)
    top, bottom = edge + sum(tall[:3]) + 0.05 + gap, edge + tall[3] + 0.05
    height = top + inches + bottom if sheet.height is None else sheet.height
    figure = Figure(figsize=(sheet.width, height), facecolor="white")
    FigureCanvasAgg(figure)
    first, second = height - edge - tall[0] - 0.05, edge + tall[3]
    places = (height - edge, first, first - tall[1], second)
    for (lines, size, colour), place in zip(parts, places, strict=True):
        weight = "bold" if size == sheet.title else "normal"
        at = (MARGIN / sheet.width, place / height)
        figure.text(*at, "\n".join(lines), size=size, color=colour, weight=weight, va="top", linespacing=1.25)
    return Page(figure, sheet, finding, " ".join(parts[1][0]), says, height, top, bottom)


def _wrapped(sheet: Sheet, text: str, size: float, letter: float = PLAIN) -> list[str]:
    return textwrap.wrap(text, _letters(sheet, size, letter))


def _letters(sheet: Sheet, size: float, letter: float = PLAIN) -> int:
    return int(72 * (sheet.width - 2 * MARGIN) / (size * letter))


def _scenario(saved: About, sheet: Sheet) -> list[str]:
    """Return what the run is and what differs, in as many words as its lines hold."""
    letters, told = _letters(sheet, sheet.says), ""
    for told in saved.scenarios():
        lines = textwrap.wrap(told, letters)
        if len(lines) <= sheet.lines:
            return lines
    return textwrap.wrap(told, letters, max_lines=sheet.lines, placeholder=f" … (see {MANIFEST})")


def save(page: Page, folder: Path, name: str) -> None:
    """Write a page as PNG and SVG; the same page gives the same bytes."""
    sheet = page.sheet
    shown = sheet.dots / sheet.enlarged
    png = {"dpi": sheet.dots, "metadata": {"Software": None}, "pil_kwargs": {"dpi": (shown, shown)}}
    page.figure.savefig(folder / f"{name}.png", **png)  # type: ignore[arg-type]
    text = io.StringIO()
    page.figure.savefig(text, format="svg", metadata={"Title": page.finding, "Date": None, "Creator": None})
    described = f'</title>\n <desc id="{name}-says">{escape(f"{page.scenario} {page.says}")}</desc>'
    drawn = text.getvalue().replace("</title>", described, 1).replace("<title>", f'<title id="{name}">', 1)
    drawn = drawn.replace("<svg ", f'<svg role="img" aria-labelledby="{name} {name}-says" ', 1)
    if sheet.enlarged != 1:
        size = f'width="{72 * sheet.width * sheet.enlarged:g}pt" height="{72 * page.height * sheet.enlarged:g}pt"'
        drawn = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', size, drawn, count=1)
    (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")
