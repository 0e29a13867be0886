"""The funnel: the people of each stage, and the largest loss."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from sim.report.figures import funnel
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.report.figures.words import percent
from tests.report.figures.runs import full, table


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_the_funnel_tells_one_story(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches a second picture beside the stages, and a stage without its people or its share of the one before."""
    saved = runs("history")
    with look(sheet):
        drawn = funnel.draw(saved, sheet)
    (axes,) = drawn.figure.axes
    for number, row in enumerate(table(saved, "funnel")):
        told = [text.get_text() for text in axes.texts if text.xy[1] == number and text.get_text()]  # type: ignore[attr-defined]
        share = [percent(float(row["share_of_stage_before"]))] * bool(number)
        assert [text for text in told if "−" not in text] == [full(saved, row["people"]), row["label"], *share]


@pytest.mark.parametrize("name", ["history", "rate"])
def test_the_funnel_s_finding(name: str, runs: Callable[[str], Saved]) -> None:
    """Catches people of one stage told as another's, a scale forgotten, a loss that is not the largest."""
    saved = runs(name)
    rows = table(saved, "funnel")
    people = {row["stage"]: row["people"] for row in rows}
    _, before = max((int(a["people"]) - int(b["people"]), b["label"]) for a, b in pairwise(rows))
    said = funnel.finding(saved)
    assert said.startswith(f"Of {full(saved, people['registered'])} registered, ")
    awarded, paid = full(saved, people["awarded"]), full(saved, people["fully_paid"])
    assert f"{awarded} were awarded and {paid} paid in full" in said
    assert said.endswith(f"“{before}”")
