"""Seats of a market: offered, taken, and who was turned away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.report.figures import seats
from sim.report.figures.look import look
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE
from sim.report.figures.words import amount, percent
from tests.report.figures.pictures import texts
from tests.report.figures.runs import table


def test_the_seats_finding(runs: Callable[[str], Saved]) -> None:
    """Catches seats told as taken that were not, those turned away left out, and a shortage where nobody saw one."""
    saved = runs("few_seats")
    rows = table(saved, "seats")
    offered, taken, away, revoked = (
        sum(int(row[name]) for row in rows)
        for name in ("seats_offered", "seats_taken", "turned_away", "revoked_for_seat")
    )
    said = seats.finding(saved)
    assert said.startswith(f"{percent(taken / offered)} of {amount(offered)} live seats are taken, yet {amount(away)} ")
    assert said.endswith(f"full or too late; {amount(revoked)} awards are revoked for want of a seat")
    assert min(taken, away, revoked) > 0
    assert seats.finding(runs("self_paced")) == "No live seats are offered"
    assert seats.finding(runs("nobody_in_the_market")).startswith("None of ")


def test_seats_are_drawn_as_the_table_says(runs: Callable[[str], Saved]) -> None:
    """Catches a week drawn as another, those turned away on another scale, and an axis without a unit."""
    saved = runs("few_seats")
    rows = table(saved, "seats")
    offered, booked, away = (
        np.array([float(row[name]) for row in rows]) for name in ("seats_offered", "seats_booked", "turned_away")
    )
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = seats.draw(saved, sheet)
        above, below = drawn.figure.axes
        for axes in (above, below):
            (line,) = [line for line in axes.get_lines() if line.get_linestyle() == "--"]
            assert line.get_ydata()[:-1] == pytest.approx(offered)  # type: ignore[index]
            assert axes.get_ylim()[0] == 0
            week = np.asarray(line.get_xdata(), dtype="datetime64[D]")[1]
            assert str(week) == rows[1]["week"]
        assert below.dataLim.y1 == pytest.approx(max(*offered, *(booked + away)))
        assert {"booked", "turned away", "offered", "taken"} <= set(texts(drawn))
        said = " ".join(texts(drawn))
        assert "seats a week, millions" in said, "in the unit of what is asked for"
        assert "times a week, millions" in said
