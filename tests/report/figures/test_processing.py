"""Processing at a rate: the backlog, and until when it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from sim.report.figures import processing
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.report.figures.words import SPACE, day
from tests.report.figures.pictures import shown_words
from tests.report.figures.runs import full, table


def test_the_processing_finding(runs: Callable[[str], Saved]) -> None:
    """Catches a backlog that is not the largest, and a last registrant of another day."""
    saved = runs("rate")
    rows = table(saved, "daily")
    backlog = [int(row["queue_portal"]) + int(row["queue_processing"]) for row in rows]
    last = max(number for number, row in enumerate(rows) if int(row["processed"]))
    said = processing.finding(saved)
    assert f"after {(last + 1) / 7:.0f} weeks, on {day(date.fromisoformat(rows[last]['date']))};" in said
    peak = day(date.fromisoformat(rows[backlog.index(max(backlog))]["date"]))
    assert said.endswith(f"up to {full(saved, str(max(backlog)))} wait, on {peak}")
    assert "800,000 registrants a week" in processing.says(saved)
    assert not processing.asked(runs("history"))
    closed = processing.finding(runs("processing_closed"))
    assert closed.startswith(f"Nobody is processed: up to 80{SPACE}million wait")


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
@pytest.mark.parametrize("name", ["rate", "rate_until", "waves_for_years", "two_queues", "processing_closed"])
def test_no_line_goes_through_the_words_of_the_backlog(name: str, sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches words that are struck through by the curve of the registered or of the processed."""
    with look(sheet):
        drawn = processing.draw(runs(name), sheet)
        (axes,) = drawn.figure.axes
        (box,) = (box for text, box in shown_words(drawn) if " wait\n" in text)
    assert len(axes.get_lines()) == 2
    for line in axes.get_lines():
        across, up = axes.transData.transform(line.get_xydata()).T
        along = np.linspace(box.x0, box.x1, 1_000)
        heights = np.interp(along, across, up)
        assert not np.any((box.y0 < heights) & (heights < box.y1))
