"""Payments: by partner, on one scale, and whether they wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.journey.measures import PAYMENT_PARTNERS as PARTNERS_BANK
from sim.report.figures import payments
from sim.report.figures.look import look
from sim.report.figures.saved import Days, Saved
from sim.report.figures.sheet import PAGE, SLIDE
from sim.report.figures.words import percent
from sim.results.write import write_columns
from tests.report.figures.pictures import texts
from tests.report.figures.runs import full, table


def test_payments_are_drawn_by_partner_on_one_scale(runs: Callable[[str], Saved]) -> None:
    """Catches a total that hides who is full, scales that make a small partner look like a large one."""
    saved = runs("history")
    for sheet in (PAGE, SLIDE):
        with look(sheet):
            drawn = payments.draw(saved, sheet)
        assert {axes.get_title("left") for axes in drawn.figure.axes} == {row["label"] for row in saved.partners()}
        assert len({axes.get_ylim() for axes in drawn.figure.axes}) == 1
        assert "payments a working day, thousands" in texts(drawn)
        ovo = next(axes for axes in drawn.figure.axes if axes.get_title("left") == "OVO")
        due, capacity = (line.get_ydata() for line in ovo.get_lines())
        november, at = [row for row in table(saved, "payments") if row["partner"] == "OVO"][7], 7
        assert november["month"] == "2020-11-01"
        assert capacity[at] == pytest.approx(float(november["capacity"]) / float(november["runs"]))
        fell_due = float(november["incentives_due"]) + float(november["surveys_due"])
        assert due[at] == pytest.approx(fell_due / float(november["runs"]))


def test_the_payments_finding(runs: Callable[[str], Saved]) -> None:
    """Catches a queue that is not there or not told, and a closed partner that passes for one that keeps up."""
    saved = runs("partner_closed")
    waiting = max(int(row["queue_payments"] or 0) for row in table(saved, "daily"))
    said = payments.finding(saved)
    assert said.startswith(f"Payments wait for capacity: {full(saved, str(waiting))} on ")
    assert said.endswith("; OVO is closed")
    saved = runs("partners_short")
    partners = [row for row in table(saved, "stations") if row["station"] in saved.composed["payment"]["partners"]]
    behind = max(partners, key=lambda row: int(row["peak_queue"]))
    often = percent(float(behind["time_over_capacity"]))
    assert payments.finding(saved).endswith(
        f"; {behind['label']}, the furthest behind, leaves some unpaid on {often} of its days"
    )
    rows = table(runs("partners_with_spare_capacity"), "stations")
    shares = {row["label"]: float(row["utilisation"]) for row in rows if row["bank"] == PARTNERS_BANK}
    busiest = max(shares, key=lambda label: shares[label])
    said = payments.finding(runs("partners_with_spare_capacity"))
    assert said.startswith("The payment partners keep up: ")
    assert said.endswith(f"the busiest, {busiest}, uses {percent(shares[busiest])} of what it could pay")
    assert payments.finding(runs("nobody")) == "Nothing was paid"


def test_payments_still_wait_on_days_without_runs(tmp_path: Path) -> None:
    """Catches a queue that falls to zero over a weekend or a week of holidays, and capacity that does."""
    dates = np.arange("2022-04-25", "2022-05-13", dtype="datetime64[D]").astype("datetime64[us]")
    runs_until = np.array([5 <= number < 14 for number in range(dates.size)])
    waiting = np.ma.array(np.full(dates.size, 30), mask=runs_until)
    columns = {"date": dates, "queue_payments": waiting, "payments_paid": np.where(runs_until, 0, 7)}
    write_columns(columns, tmp_path / "daily.parquet")
    days = Days(tmp_path / "daily.parquet")
    assert days.queue("queue_payments").tolist() == [30.0] * dates.size
    assert days.a_run_day(days["payments_paid"]).tolist() == [7.0, 7.0, 7.0]
    assert days.edges.astype(str).tolist() == ["2022-04-25", "2022-05-02", "2022-05-09", "2022-05-13"]
