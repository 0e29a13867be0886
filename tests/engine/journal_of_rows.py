"""What the person engine writes down of everyone, made from the rows of people that the cohort engine gives.

So promises that are worked out from a journal hold a run of the cohort engine with thousands of people as well, and
nothing of the person engine is run for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from sim.journey.route import Station
from tests.building import Run

Ints = NDArray[np.int64]

TWO_TRIES = {f"processing.{check}.retry.attempts": 2 for check in ("email", "registry", "third_layer")}
"""Rows keep the last visit of a station of retries: with two tries in all it is the only one."""


def journal_of(run: Run) -> Journal:
    """Return the journal of a run of any engine; raise ValueError where the rows do not tell every visit."""
    return Journal(
        programme=run.programme,
        people=run.people,
        participants=run.participants,
        traits=run.traits,
        visits=visits_of(run),
        waves=run.waves,
        last_announcement=_last_announcement(run),
        runs=run.runs,
        days=run.days,
        budget_refused=sum(record.refused_by_budget for record in run.waves),
        market={},
        classes=None,
        seeking=np.zeros(run.participants.rows, dtype=np.bool_),
        end=run.end,
    )


def visits_of(run: Run) -> dict[str, dict[str, Ints]]:
    """Return the visits of every station, in order of (time, person)."""
    journey = run.programme.journey
    visits = {}
    for station in journey.route:
        visits[station.name] = _visits(run, station, attempt=0)
        if station.retries:
            check = run.programme.route[station.name].check
            assert check is not None
            if check["attempts"][0] > 2:
                raise ValueError(f"the rows keep the last of several retries of {station.name}: set {TWO_TRIES}")
            visits[station.retry.name] = _visits(run, station.retry, attempt=1)
    return visits


def _visits(run: Run, station: Station, attempt: int) -> dict[str, Ints]:
    people, plan = run.people, run.programme.stations[station.name]
    if plan is not None and plan.instances > 1:
        raise ValueError(f"{station.name} has many instances")
    arrived = people[f"{station.name}_arrived"]
    here = people["gave_up_at"] == run.programme.journey.number(station.name)
    persons = np.flatnonzero(arrived < NEVER)
    persons = persons[np.argsort(arrived[persons], kind="stable")]
    return {
        "person": persons,
        "attempt": np.full(persons.size, attempt),
        "instance": np.zeros(persons.size, dtype=np.int64),
        **{what: people[f"{station.name}_{what}"][persons] for what in ("arrived", "started", "left")},
        "gave_up": np.where(here, people["gave_up"], NEVER)[persons],
    }


def _last_announcement(run: Run) -> int:
    """Return the instant of the last announcement of a wave that opened; -1 if none did."""
    opened = [k for k, record in enumerate(run.waves) if record.opened]
    return max((int(run.programme.waves.waves[k]["announced"]) for k in opened), default=-1)
