"""One row a day: people who passed each stage that day, and who waited at its end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.journey.measures import STAGES
from sim.journey.money import Benefit
from sim.journey.places import Place
from sim.journey.route import Station
from sim.observers.audit import people_by_place
from sim.observers.observations import Observations
from sim.programme.partners import Partner
from sim.programme.payment_runs import RunRecord
from sim.results.full_population import SIMULATED, all_full, full, meaning_of_simulated
from sim.results.table import Cell, Table, TableOfColumns, day_of

Ints = NDArray[np.int64]

MORE = {
    "revoked": ("revoked", "people revoked that day"),
    "gave_up_waves": ("gave_up_waves", "people who gave up joining waves that day"),
    "courses_bought": ("bought", "courses bought that day"),
    "surveys_offered": ("surveys_offered", "surveys offered that day"),
    "surveys_unanswered": ("surveys_unanswered", "of the surveys offered that day, those that are never answered"),
}
"""Further counts of a day: column → (stamp, meaning)."""

PAYMENTS = {
    "incentives_due": (Benefit.INCENTIVE, "due", "incentives that fell due that day"),
    "incentives_paid": (Benefit.INCENTIVE, "paid", "incentives paid that day"),
    "surveys_due": (Benefit.SURVEY, "due", "surveys answered, and so due, that day"),
    "surveys_paid": (Benefit.SURVEY, "paid", "surveys paid that day"),
}
"""Payments of a day over all partners: column → (benefit, step, meaning)."""


CLASSES = "queue_classes"
"""The column of those who have booked and wait for a class; the open market has none."""


def columns_of(stations: Sequence[Station], partners: Sequence[Partner], market: bool = False) -> dict[str, str]:
    """Return the columns of the table for stations, payment partners and a market with classes: name → meaning.

    A bank has one column, of all its instances; but a payment partner has columns of its own.
    """
    return {
        "date": "day (WIB)",
        **{stage: f"people who reached the stage that day: {label.lower()}" for stage, (_, label) in STAGES.items()},
        **{name: meaning for name, (_, meaning) in MORE.items()},
        **{name: meaning for name, (_, _, meaning) in PAYMENTS.items()},
        **{
            f"queue_{station.name}": f"people who wait at the day's end: {station.label.lower()}"
            for station in stations
        },
        **{
            f"served_{station.name}": f"people whose service began that day: {station.label.lower()}"
            for station in stations
        },
        **({CLASSES: "live courses booked whose class has not begun at the day's end"} if market else {}),
        "queue_payments": "payments that wait for a partner's run after the day's runs; empty on days without runs",
        "payment_capacity": "payments that the day's runs could make; empty where there is plenty",
        "payments_paid": "payments made by the day's runs",
        **{
            f"queue_{partner.key}": f"of queue_payments those at {partner.name}; empty on days without runs"
            for partner in partners
        },
        **{f"paid_{partner.key}": f"of payments_paid those of {partner.name}" for partner in partners},
        "people_in_pool": "people in the pool or in a wave not yet announced, at the day's end",
        "people_awarded": "people awarded who have neither bought nor been revoked, at the day's end",
    }


def daily(observations: Observations, runs: list[RunRecord]) -> Table:
    """Return the counts of every day of the run."""
    days, scale = observations.days, observations.programme.parameters.population.scale
    counts: dict[str, Ints] = {stage: observations.by_day(stamp) for stage, (stamp, _) in STAGES.items()}
    counts |= {name: observations.by_day(stamp) for name, (stamp, _) in MORE.items()}
    counts |= {name: observations.payments(benefit, step) for name, (benefit, step, _) in PAYMENTS.items()}
    for station, observer in observations.stations.items():
        counts |= {f"queue_{station}": observer.queue(), f"served_{station}": observer.starts}
    if observations.market is not None:
        counts[CLASSES] = observations.market.waiting[:days]
    places = people_by_place(observations)
    counts |= {"people_in_pool": places[Place.POOL], "people_awarded": places[Place.AWARDED]}
    columns: dict[str, list[Cell] | Ints] = {name: all_full(count, scale) for name, count in counts.items()}
    for name, cells in _runs(observations, runs).items():
        columns[name] = [cell and full(cell, scale) for cell in cells]
    columns |= {"date": [day_of(day * DAY) for day in range(days)], SIMULATED: counts["registered"]}
    stations = [observations.programme.journey.station(name) for name in observations.stations]
    meanings = columns_of(stations, observations.programme.partners, observations.market is not None)
    meanings[SIMULATED] = meaning_of_simulated("people who registered that day")
    return TableOfColumns("daily", meanings, {name: columns[name] for name in meanings})


def _runs(observations: Observations, runs: list[RunRecord]) -> dict[str, list[Cell]]:
    """Return what the runs of each day did, over all partners and of each."""
    days, partners = observations.days, observations.programme.partners
    waiting: list[Cell] = [None] * days
    capacity: list[Cell] = [0] * days
    paid = np.zeros(days, dtype=np.int64)
    waiting_at: list[list[Cell]] = [[None] * days for _ in partners]
    paid_by = np.zeros((len(partners), days), dtype=np.int64)
    for run in runs:
        day = run.at // DAY
        waiting[day] = int(waiting[day] or 0) + run.waiting
        so_far = capacity[day]
        capacity[day] = None if run.cap is None or so_far is None else int(so_far) + run.cap
        paid[day] += run.paid
        waiting_at[run.partner][day] = run.waiting
        paid_by[run.partner, day] = run.paid
    return {
        "queue_payments": waiting,
        "payment_capacity": capacity,
        "payments_paid": paid.tolist(),
        **{f"queue_{partner.key}": own for partner, own in zip(partners, waiting_at, strict=True)},
        **{f"paid_{partner.key}": own for partner, own in zip(partners, paid_by.tolist(), strict=True)},
    }
