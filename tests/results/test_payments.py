"""Payments by month: what is left waiting, and what the runs used of their caps."""

from __future__ import annotations

from datetime import date

from sim.experiments.run import evaluate
from tests.building import PARTNERS, SMALL, Engine, on_both, parameters, run_on


@on_both
def test_what_waits_after_a_month_is_not_gone_in_one_without_a_run(engine: Engine) -> None:
    """Catch a queue that is empty on paper because no run was made: 1 November 2020 is a Sunday."""
    words = (SMALL, f"engine={engine}", "clock.end=2020-11-02")
    rows = evaluate(parameters(*words)).tables["payments"].rows
    of_month = {(row["month"], row["partner"]): row for row in rows}
    november = [row for row in rows if row["month"] == date(2020, 11, 1)]
    assert [row["runs"] for row in november] == [0] * len(PARTNERS)
    left = [row["waiting_at_end"] for row in november]
    assert left == [of_month[date(2020, 10, 1), row["partner"]]["waiting_at_end"] for row in november]
    assert sum(left) > 0
    scale = parameters(*words).population.scale
    last = {run.partner: run.waiting for run in run_on(engine, *words).runs}
    assert left == [round(last[number] / scale) for number in range(len(PARTNERS))]
    assert of_month[date(2020, 4, 1), "OVO"]["waiting_at_end"] == 0, "before the first payment"


@on_both
def test_a_partner_whose_cap_goes_to_failures_is_full(engine: Engine) -> None:
    """Catch spare capacity where there is none: an attempt that fails takes as much of the cap as one that is paid."""
    words = (SMALL, f"engine={engine}", "payment.fails=0.5", "payment.capacity=0.5")
    made = evaluate(parameters(*words))
    of_station = {row["station"]: row for row in made.tables["stations"].rows}
    runs = run_on(engine, *words).runs
    for number, partner in enumerate(PARTNERS):
        row, own = of_station[partner], [run for run in runs if run.partner == number]
        last = max(run.at for run in own if run.paid)
        until = [run for run in own if row["waiting_at_end"] or run.at <= last]
        attempts, cap = sum(run.paid + run.failed for run in until), sum(run.cap or 0 for run in until)
        assert row["utilisation"] == attempts / cap
    full = of_station["ovo"]
    assert full["utilisation_busiest_month"] > 0.99
    month = full["busiest_month"]
    (row,) = (each for each in made.tables["payments"].rows if (each["month"], each["partner"]) == (month, "OVO"))
    assert row["utilisation"] == full["utilisation_busiest_month"]
    assert row["failed"] > 0.3 * row["capacity"]
