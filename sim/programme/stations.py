"""The stations of the route as both engines read them: capacity, patience, service, check, and the luck of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.calendar.instants import instant
from sim.journey.journey import Journey
from sim.journey.kinds import Bank
from sim.journey.route import Station
from sim.parameters import Parameters, block_at
from sim.parameters.capacity import times
from sim.programme.laws import law, law_record
from sim.programme.work_calendar import WorkCalendar
from sim.rules import checks, patience_at_stations, service
from sim.rules.checks import CHECK, CheckRecord
from sim.rules.laws import LawRecord
from sim.rules.luck import named_blocks
from sim.rules.odds import with_odds
from sim.rules.records import record
from sim.stations.kinds import Plan, plan_station


@dataclass(frozen=True)
class Luck:
    """The numbers of a station's own blocks of luck."""

    patience: int
    service: int
    check: int


@dataclass(frozen=True)
class RouteStation:
    """A station of the route."""

    declared: Station
    plan: Plan | None
    """Its capacity; None is plenty."""
    patience: LawRecord | None
    """None: people wait for ever."""
    service: LawRecord | None
    """None where a person brings no work."""
    check: CheckRecord | None
    """The check at its door, and at that of its retries."""
    luck: Luck

    @property
    def name(self) -> str:
        """Return its stable name."""
        return self.declared.name


FirstSince = Callable[[int], int]
"""Returns the number of the first person who registers at an instant or later, µs."""


def route_stations(
    parameters: Parameters, journey: Journey, calendar: WorkCalendar, regencies: int, first_since: FirstSince
) -> dict[str, RouteStation]:
    """Return every station of the route by name, in order; a bank by regency has an instance for each regency."""
    scale = parameters.population.scale
    numbers = {
        what: named_blocks(lanes, journey.names)
        for what, lanes in (
            ("patience", patience_at_stations.LANES),
            ("service", service.LANES),
            ("check", checks.LANES),
        )
    }
    found = {}
    for first in journey.route:
        block = block_at(parameters, first.config)
        check = _check(block, first_since) if first.checks else None
        for station in (first, first.retry) if first.retries else (first,):
            instances = regencies if station.bank is Bank.REGENCY else 1
            multiplier = getattr(block_at(parameters, station.lever), "capacity", 1)
            own = times(block_at(parameters, station.config), multiplier)
            plan = plan_station(station, own, scale, calendar, instances)
            found[station.name] = RouteStation(
                declared=station,
                plan=plan,
                patience=_optional(station.patience and block_at(parameters, station.patience), law_record),
                service=_optional(plan and plan.service, law_record),
                check=check,
                luck=Luck(
                    patience=numbers["patience"][station.name],
                    service=numbers["service"][station.name],
                    check=numbers["check"][first.name],
                ),
            )
    return found


def _optional(value: Any, make: Callable[[Any], LawRecord]) -> LawRecord | None:
    return None if value is None else make(value)


def _check(block: Any, first_since: FirstSince) -> CheckRecord:
    """Return a check with a row for each cohort whose share passed differs from that of the one before."""
    retry = getattr(block, "retry", None)
    cohorts = [(0, block.passes)]
    for step in block.passes_steps:
        passes = with_odds(block.passes, step.odds)
        if passes != cohorts[-1][1]:
            cohorts.append((first_since(instant(step.since)), passes))
    rows = [
        record(
            CHECK,
            first=first,
            passes=passes,
            retry_share=retry.share if retry else 0.0,
            retry_passes=retry.passes if retry else 0.0,
            attempts=retry.attempts if retry else 1,
            delay=law(retry.delay) if retry else (0, 0.0, 0.0, 0.0),
        )
        for first, passes in cohorts
    ]
    return CheckRecord(np.concatenate(rows))
