"""How each figure is drawn, and what is seen on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import Rectangle
from matplotlib.text import Text

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


def texts(drawn: Page) -> list[str]:
    """Return the texts that are drawn, each on one line."""
    return [" ".join(text.split()) for text, _ in shown_words(drawn)]


def spans(axes: Axes) -> list[tuple[float, float]]:
    """Return the days between which axes are hatched."""
    hatched = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in hatched]
