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
