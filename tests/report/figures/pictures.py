"""How each figure is drawn, and what is seen on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.report.figures import funnel, market, payments, processing, queues, seats, waits, waves
from sim.report.figures.page import Page
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import Sheet

NAMES = {"funnel", "queues", "waves", "payments", "waits"}
DRAW: dict[str, Callable[[Saved, Sheet], Page]] = {
    "funnel": funnel.draw,
    "queues": queues.draw,
    "waves": waves.draw,
    "payments": payments.draw,
    "waits": waits.draw,
    "processing": processing.draw,
    "seats": seats.draw,
    "market": market.draw,
}
OF_A_MARKET = {"seats", "market"}


def drawn_of(saved: Saved) -> dict[str, Callable[[Saved, Sheet], Page]]:
    """Return how each figure of a run is drawn."""
    missing = set() if saved.has("market") else OF_A_MARKET
    missing |= set() if processing.asked(saved) else {"processing"}
    return {name: draw for name, draw in DRAW.items() if name not in missing}


def shown_words(drawn: Page) -> Iterator[tuple[str, Any]]:
    """Return the texts that are drawn, with their boxes; labels of ticks beyond an axis are not."""
    drawn.figure.draw_without_rendering()
    hidden: set[int] = set()
    for axis in drawn.figure.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low <= tick.get_loc() <= high or not axis.axes.axison:
                hidden |= {id(tick.label1), id(tick.label2)}
    for text in drawn.figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            assert text.get_fontsize() * drawn.sheet.enlarged >= (16 if drawn.sheet.slide else 7.5), text.get_text()
            yield text.get_text(), text.get_window_extent()


def misplaced(drawn: Page) -> list[str]:
    """Return what is wrong with the words of a figure: they leave the page, or lie over one another."""
    whole, words = drawn.figure.bbox, list(shown_words(drawn))
    out = [text for text, box in words if not (whole.x0 <= box.x0 and box.x1 <= whole.x1)]
    out += [text for text, box in words if not (whole.y0 <= box.y0 and box.y1 <= whole.y1)]
    pairs = [(words[one][0], words[other][0]) for one, other in overlapping([box for _, box in words])]
    return [*(f"{text!r} leaves the page" for text in out), *(f"{one!r} is over {other!r}" for one, other in pairs)]


def overlapping(boxes: Sequence[Bbox]) -> list[tuple[int, int]]:
    """Return which boxes are over one another by a pixel and more either way, in pairs."""
    x0, y0, x1, y1 = np.array([box.extents for box in boxes]).T
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    high = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    return [(int(one), int(other)) for one, other in np.argwhere(np.triu((wide >= 1) & (high >= 1), 1))]


def texts(drawn: Page) -> list[str]:
    """Return the texts that are drawn, each on one line."""
    return [" ".join(text.split()) for text, _ in shown_words(drawn)]


def spans(axes: Axes) -> list[tuple[float, float]]:
    """Return the days between which axes are hatched."""
    hatched = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in hatched]
