"""Figures of a run, drawn from its saved tables only: one module a figure, and the look they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.parameters.named import Named


def draw_figures(tables: Path, folder: Path, composed: dict[str, Any], named: Named) -> None:
    """Draw every figure of a run from its saved tables, each as SVG and PNG in a new folder."""
    # Drawing is loaded when something is drawn: `prakerja --help` does not wait for it.
    from sim.report.figures import funnel, payments, processing, queues, waits, waves
    from sim.report.figures.look import look, save
    from sim.report.figures.saved import Saved

    folder.mkdir()
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
    with look():
        for name, draw in figures.items():
            save(draw(saved), folder, name)
