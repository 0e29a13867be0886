"""Figures of a comparison, drawn from its saved tables only: one module a figure."""

from __future__ import annotations

from pathlib import Path

from sim.report.figures import SLIDES


def draw(tables: Path, folder: Path, *, slides: bool) -> None:
    """Draw every figure of a comparison from its saved tables as SVG and PNG: as pages, or as slides.

    The folder is made where it is not there.
    """
    from sim.report.figures.comparing import funnels, money, payments, provinces, queues, sweep, waits, waterfall
    from sim.report.figures.comparing.saved import SavedComparison
    from sim.report.figures.look import look
    from sim.report.figures.page import save
    from sim.report.figures.sheet import PAGE, SLIDE

    saved = SavedComparison(tables)
    figures = {
        "funnels": funnels.draw,
        "queues": queues.draw,
        "waits": waits.draw,
        "payments": payments.draw,
        "money": money.draw,
    }
    if sweep.asked(saved):
        figures["sweep"] = sweep.draw
    if waterfall.asked(saved):
        figures["waterfall"] = waterfall.draw
    if provinces.asked(saved):
        figures["provinces"] = provinces.draw
    sheet, here = (SLIDE, folder / SLIDES) if slides else (PAGE, folder)
    here.mkdir(exist_ok=True, parents=True)
    with look(sheet):
        for name, drawn in figures.items():
            save(drawn(saved, sheet), here, name)
