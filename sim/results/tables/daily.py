"""One row a day: people who passed each stage that day, and who waited at its end."""

from __future__ import annotations

import numpy as np

from sim.calendar.instants import DAY
from sim.observers.audit import people_by_place
from sim.observers.observations import Observations
from sim.programme.payment_runs import RunRecord
from sim.programme.places import Place
from sim.results.names import STAGES, STATION_NAMES
from sim.results.table import Cell, Table, day_of

MORE = {
    "revoked": ("revoked", "people revoked that day"),
    "gave_up_waves": ("gave_up_waves", "people who gave up joining waves that day"),
    "courses_bought": ("bought", "courses bought that day"),
}
"""Further counts of a day: column → (stamp, meaning)."""

PAYMENTS = {
    "incentives_due": ("incentive", "due", "incentives that fell due that day"),
    "incentives_paid": ("incentive", "paid", "incentives paid that day"),
    "surveys_paid": ("survey", "paid", "surveys paid that day"),
}
"""Payments of a day over all partners: column → (kind, what, meaning)."""

COLUMNS = {
    "date": "day (WIB)",
    **{stage: f"people who reached the stage that day: {label.lower()}" for stage, (_, label) in STAGES.items()},
    **{name: meaning for name, (_, meaning) in MORE.items()},
    **{name: meaning for name, (_, _, meaning) in PAYMENTS.items()},
    **{
        f"queue_{station}": f"people who wait at the day's end: {label.lower()}"
        for station, label in STATION_NAMES.items()
    },
    "queue_payments": "payments that wait for a partner's run after the day's runs; empty on days without runs",
    "payment_capacity": "payments that the day's runs could make; empty where there is plenty",
    "payments_paid": "payments made by the day's runs",
    "people_in_pool": "people in the pool or in a wave not yet announced, at the day's end",
    "people_awarded": "people awarded who have neither bought nor been revoked, at the day's end",
}


def daily(seen: Observations, runs: list[RunRecord]) -> Table:
    """Return the counts of every day of the run."""
    columns: dict[str, list[Cell]] = {"date": [day_of(day * DAY) for day in range(seen.days)]}
    for stage, (stamp, _) in STAGES.items():
        columns[stage] = seen.by_day[stamp].tolist()
    for name, (stamp, _) in MORE.items():
        columns[name] = seen.by_day[stamp].tolist()
    for name, (kind, what, _) in PAYMENTS.items():
        columns[name] = seen.payments(kind, what).tolist()
    for station, observer in seen.stations.items():
        columns[f"queue_{station}"] = observer.queue().tolist()
    waiting: list[Cell] = [None] * seen.days
    capacity: list[Cell] = [0] * seen.days
    paid = np.zeros(seen.days, dtype=np.int64)
    for run in runs:
        day = run.at // DAY
        waiting[day] = int(waiting[day] or 0) + run.waiting
        so_far = capacity[day]
        capacity[day] = None if run.cap is None or so_far is None else int(so_far) + run.cap
        paid[day] += run.paid
    columns["queue_payments"], columns["payment_capacity"] = waiting, capacity
    columns["payments_paid"] = paid.tolist()
    places = people_by_place(seen)
    columns["people_in_pool"] = places[Place.POOL, Place.JOINED].tolist()
    columns["people_awarded"] = places[(Place.AWARDED,)].tolist()
    rows = [dict(zip(COLUMNS, values, strict=True)) for values in zip(*(columns[c] for c in COLUMNS), strict=True)]
    return Table("daily", COLUMNS, rows)
