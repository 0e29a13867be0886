"""Payments by month and partner: due, ready, paid, failed, and what the runs could have paid."""

from __future__ import annotations

import numpy as np

from sim.calendar.instants import DAY
from sim.calendar.months import months
from sim.journey.measures import partner_stamp
from sim.journey.payments import PAID_BENEFITS
from sim.observers.observations import Observations
from sim.programme.payment_runs import RunRecord
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, ratio

COLUMNS = {
    "month": "month (its first day)",
    "partner": "payment partner",
    "incentives_due": "incentives that fell due in the month",
    "incentives_paid": "incentives paid in the month",
    "surveys_due": "surveys answered, and so due, in the month",
    "surveys_paid": "surveys paid in the month",
    "failed": "attempts that failed in the month",
    "runs": "daily runs of the month",
    "capacity": "payments that the runs of the month could make; empty where there is plenty",
    "utilisation": "attempts of that capacity, those that failed included, share",
    "waiting_at_end": "payments that wait after the last run by the end of the month",
}

COUNTS = (
    "incentives_due",
    "incentives_paid",
    "surveys_due",
    "surveys_paid",
    "failed",
    "capacity",
    "waiting_at_end",
)
"""Columns that count at full population."""


def payments(observations: Observations, runs: list[RunRecord]) -> Table:
    """Return the payments of every month and partner."""
    first, month_of_day = months(observations.days)

    def monthly(stamp: str) -> list[int]:
        counts = np.bincount(month_of_day, weights=observations.by_day(stamp), minlength=len(first))
        return [int(count) for count in counts]

    of_month: dict[tuple[int, int], list[RunRecord]] = {}
    for run in runs:
        of_month.setdefault((run.partner, int(month_of_day[run.at // DAY])), []).append(run)
    rows: list[dict[str, Cell]] = []
    for number, partner in enumerate(observations.programme.partners):
        columns = {
            f"{benefit.key}s_{step}": monthly(partner_stamp(partner.key, benefit, step))
            for benefit in PAID_BENEFITS
            for step in ("due", "paid")
        }
        waiting = 0
        for month, begin in enumerate(first):
            here = of_month.get((number, month), [])
            waiting = here[-1].waiting if here else waiting  # what is left is not gone where no run was made
            capacity = None if any(run.cap is None for run in here) else sum(run.cap or 0 for run in here)
            rows.append(
                {
                    "month": begin,
                    "partner": partner.name,
                    **{name: columns[name][month] for name in columns},
                    "failed": sum(run.failed for run in here),
                    "runs": len(here),
                    "capacity": capacity,
                    "utilisation": None if capacity is None else used_of_cap(here),
                    "waiting_at_end": waiting,
                }
            )
    table = Table("payments", COLUMNS, [{name: row[name] for name in COLUMNS} for row in rows])
    scale = observations.programme.parameters.population.scale
    return at_full_population(table, scale, COUNTS, "incentives_paid", "incentives paid in the month")


def used_of_cap(runs: list[RunRecord]) -> float | None:
    """Return the share of their caps that runs used: an attempt that fails takes as much as a payment made."""
    return ratio(sum(run.paid + run.failed for run in runs), sum(run.cap or 0 for run in runs))
