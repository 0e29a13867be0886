"""Every figure names what its run changes of the base, in as many lines as it has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from tests.building import SMALL, name_of
from tests.report.figures.pictures import drawn_of

FASTER = ("scenario=rate_800k", SMALL, "processing.rate=1600000")
MANY = (SMALL, "population.applicants=40000000", "clock.end=2021-01-01", "payment.fails=0.1", *(
    f"waves.calendar.w{wave:02d}.places=1000" for wave in range(4, 23)
), "published.selected=[]")  # fmt: skip


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_every_figure_names_what_differs(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches a picture that passes for one of the base, and one that names the rate alone of a rate scenario."""
    closed = runs("ovo_closed")
    said = said_of(closed, sheet)
    assert said == {"Scenario history, with OVO closed 1 to 10 November 2020."}
    (shorter,) = said_of(Saved(closed.tables, closed.composed, name_of(SMALL, "clock.end=2021-01-01")), sheet)
    assert shorter == "Scenario history, until 1 January 2021."
    (said_once,) = said_of(Saved(closed.tables, closed.composed, name_of(*FASTER)), sheet)
    assert said_once.startswith("Scenario rate_800k, with processing 1,600,000 people a week instead of 800,000. ")
    assert "iffers from history: " in said_once
    for words in (
        "everyone in the pool joins every wave",
        "a wave every 7 days with places for 14.25 % of those processed",
        "a budget of 41.2 trillion for all waves",
        "until nothing is left to do.",
    ):
        assert words in said_once


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_a_figure_names_as_many_differences_as_its_lines_hold(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches a list that fills the picture, one that is cut without a word, and room that is left unused."""
    tables = runs("history")
    (said,) = said_of(Saved(tables.tables, tables.composed, name_of(*MANY)), sheet)
    assert said.startswith("Scenario history, with places of wave 4 1,000; ")
    assert said.endswith(" more (see manifest.json).")
    assert "…" not in said
    assert "instead of" not in said
    assert said.count(";") >= (9 if sheet is PAGE else 6)


def said_of(saved: Saved, sheet: Sheet) -> set[str]:
    """Return what each figure says that it shows, which fits its lines."""
    with look(sheet):
        pages = [draw(saved, sheet) for figure, draw in drawn_of(saved).items() if figure != "processing"]
    said = [page.figure.texts[1].get_text() for page in pages]
    assert max(text.count("\n") for text in said) < sheet.lines
    return {" ".join(text.split()) for text in said}
