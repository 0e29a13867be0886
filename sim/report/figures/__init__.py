"""Figures of a run, drawn from its saved tables only: one module a figure, and the look they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.parameters.named import Named

if TYPE_CHECKING:
    from sim.report.figures.page import Page
    from sim.report.figures.saved import Saved
    from sim.report.figures.sheet import Sheet

SLIDES = "slides"
"""The folder beside the figures where each is drawn for a slide, 16:9."""


def draw_figures(tables: Path, folder: Path, composed: dict[str, Any], named: Named) -> None:
    """Draw every figure of a run from its saved tables as SVG and PNG, and each for a slide too.

    The folder is new, or empty.
    """
    # Drawing is loaded when something is drawn: `prakerja --help` does not wait for it.
    from sim.report.figures import (
        bands,
        funnel,
        market,
        payments,
        processing,
        queues,
        seats,
        waits,
        waves,
        worlds_funnel,
        worlds_payments,
        worlds_queues,
    )
    from sim.report.figures.saved import Saved

    saved = Saved(tables, composed, named)
    figures = {
        "funnel": funnel.draw,
        "queues": queues.draw,
        "waves": waves.draw,
        "payments": payments.draw,
        "waits": waits.draw,
    }
    if processing.asked(saved):
        figures["processing"] = processing.draw
    figures |= {name: each.draw for name, each in (("seats", seats), ("market", market)) if saved.has(each.TABLE)}
    if saved.has(bands.TABLE):
        in_worlds = {"funnel": worlds_funnel, "queues": worlds_queues, "payments": worlds_payments}
        figures |= {f"worlds_{name}": each.draw for name, each in in_worlds.items()}
    _draw(saved, folder, figures)


def draw_drivers(tables: Path, folder: Path, composed: dict[str, Any], named: Named) -> None:
    """Draw what drives figures, from the saved tables; the folder is new, or empty."""
    from sim.report.figures import drivers
    from sim.report.figures.saved import Saved

    _draw(Saved(tables, composed, named), folder, {"drivers": drivers.draw})


def _draw(saved: Saved, folder: Path, figures: Mapping[str, Callable[[Saved, Sheet], Page]]) -> None:
    from sim.report.figures.look import look
    from sim.report.figures.page import save
    from sim.report.figures.sheet import PAGE, SLIDE

    for sheet, here in ((PAGE, folder), (SLIDE, folder / SLIDES)):
        here.mkdir(exist_ok=True)
        with look(sheet):
            for name, draw in figures.items():
                save(draw(saved, sheet), here, name)
