"""Waits: how long, and with which outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.text import Annotation

from sim.report.figures import waits
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.report.figures.words import span
from tests.report.figures.pictures import texts
from tests.report.figures.runs import full, table


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_waits_begin_at_nothing_and_tell_three_outcomes(sheet: Sheet, runs: Callable[[str], Saved]) -> None:
    """Catches bars that begin at the median, an axis without a unit, and those who left told with those who got it."""
    saved = runs("history")
    rows = {row["label"]: row for row in table(saved, "waits")}
    with look(sheet):
        drawn = waits.draw(saved, sheet)
    times, ended = drawn.figure.axes
    assert (times.get_xscale(), times.get_xlabel()) == ("linear", "days waited, linear scale")
    labels = [label.get_text().removesuffix(" (station)") for label in times.get_yticklabels()]
    assert "Joined to award" in labels
    bars = {labels[round(bar.get_y() + bar.get_height() / 2)]: bar for bar in times.patches}  # type: ignore[attr-defined]
    medians = {labels[int(dot.get_ydata()[0])]: dot.get_xdata()[0] for dot in times.get_lines()}
    assert set(bars) == set(medians) == set(labels)
    for label, bar in bars.items():
        assert bar.get_x() == 0
        assert bar.get_width() == pytest.approx(float(rows[label]["p95_days_got_it"]))
        assert medians[label] == pytest.approx(float(rows[label]["median_days_got_it"]))
    place, number = rows["Joined to award"], labels.index("Joined to award")
    shares = [float(place[what]) / float(place["began"]) for what in ("got_it", "left_without", "still_waiting")]
    drawn_shares = [float(container[number].get_width()) for container in ended.containers]  # type: ignore[index]
    assert drawn_shares == pytest.approx(shares)
    cells: list[Any] = [text for text in ended.texts if isinstance(text, Annotation) and text.xycoords[1] == "data"]
    told = [text.get_text() for text in cells if text.xy[1] == number]
    assert told[:2] == [f"{float(place[what]) / 1e6:.1f}" for what in ("got_it", "left_without")]
    assert told[2] == "none"
    assert "people or payments, millions" in texts(drawn)
    said = waits.finding(saved)
    assert (
        f"{full(saved, place['got_it'])} got one, half of them within {span(float(place['median_days_got_it']))}"
        in said
    )
    assert said.endswith(f"; {full(saved, place['left_without'])} left without")
