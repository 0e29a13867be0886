"""Stations: every visit against a queue worked out from arrivals and capacity alone."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.calendar.instants import NEVER, WEEK
from sim.engines.journal import Journal
from sim.journey.kinds import Kind
from sim.rules.patience_at_stations import patience as patience_of
from sim.rules.service import service as service_of
from sim.stations.plan import Plan
from sim.stations.schedule import MILLION

WORKED_OUT = (Kind.RATE, Kind.SERVERS)
"""Kinds of which a queue is worked out here; the others are held in tests/stations."""


class Visit(NamedTuple):
    """One visit, in the order of arrival."""

    number: int
    arrived: int
    person: int
    attempt: int


def stations_are_first_come_first_served(journal: Journal) -> None:
    """Hold every visit of every station against a queue worked out from its arrivals and its capacity."""
    programme, people, journey = journal.programme, journal.people, journal.programme.journey
    for station in journey.stations:
        name, visits = station.name, journal.visits[station.name]
        arrived, persons = visits["arrived"], visits["person"]
        plan = programme.stations[name]
        if plan is None:  # people pass at once: at one instant in any order
            assert np.all(np.diff(arrived) >= 0), name
        else:
            assert list(zip(arrived, persons, strict=True)) == sorted(zip(arrived, persons, strict=True)), name
        again = name.endswith("_retry")
        tried: dict[int, int] = defaultdict(int)
        for person, attempt in zip(persons.tolist(), visits["attempt"].tolist(), strict=True):
            assert attempt == tried[person] + again, name
            tried[person] += 1
        if plan is None or plan.kind in WORKED_OUT:
            found = list(zip(*(visits[what].tolist() for what in ("started", "left", "gave_up")), strict=True))
            assert found == _expected(journal, name, plan), name

        last = {person: k for k, person in enumerate(persons.tolist())}
        for what in ("arrived", "started", "left"):
            column = np.full(programme.people, NEVER)
            for person, k in last.items():
                column[person] = visits[what][k]
            assert np.array_equal(column, people[f"{name}_{what}"]), (name, what)
        if not again:
            assert len(last) == persons.size
        at = np.full(programme.people, NEVER)
        at[persons] = visits["gave_up"]
        here = people["gave_up_at"] == journey.number(name)
        assert np.array_equal(np.where(here, people["gave_up"], NEVER), at), name


def _expected(journal: Journal, name: str, plan: Plan | None) -> list[tuple[int, int, int]]:
    """Return (started, left, gave up) of each visit, each instance with a queue of its own."""
    visits = journal.visits[name]
    if plan is None:
        return [(at, at, NEVER) for at in visits["arrived"].tolist()]
    expected = [(NEVER, NEVER, NEVER)] * visits["arrived"].size
    columns = (visits[what].tolist() for what in ("arrived", "person", "attempt"))
    all_visits = [Visit(number, *each) for number, each in enumerate(zip(*columns, strict=True))]
    for instance in range(plan.instances):
        here = [all_visits[number] for number in np.flatnonzero(visits["instance"] == instance)]
        for visit, outcome in zip(here, _queue(journal, name, plan, instance, here), strict=True):
            expected[visit.number] = outcome
    return expected


def _queue(
    journal: Journal, name: str, plan: Plan, instance: int, visits: list[Visit]
) -> Iterator[tuple[int, int, int]]:
    """Yield (started, left, gave up) of each arrival in turn: the first starts when a server is free."""
    programme, station = journal.programme, journal.programme.route[name]
    end, scale, schedule = journal.end, programme.parameters.population.scale, plan.schedules[instance]
    changes = [at for at in schedule.starts.tolist() if at > 0]
    busy: list[int] = []  # the departures of those in service
    now, last, begun, served, counted = -1, -1, 0, 0, -1
    for visit in visits:
        now = max(now, visit.arrived)
        while now < NEVER:
            while busy and busy[0] <= now:
                heapq.heappop(busy)
            capacity = schedule.at(now)
            servers = min(capacity, 1)
            if plan.kind is Kind.SERVERS and capacity:
                servers = max(1, round(capacity * scale))
            if len(busy) < servers:
                break
            now = min([*busy[:1], *[at for at in changes if at > now][:1]], default=NEVER)
        gives_up = NEVER
        if station.patience is not None:
            gives_up = visit.arrived + patience_of(
                programme.key, station.luck.patience, station.patience, visit.person, visit.attempt
            )
        if now > gives_up:
            yield NEVER, NEVER, gives_up if gives_up < end else NEVER
            continue
        if now == NEVER:
            yield NEVER, NEVER, NEVER
            continue
        if plan.kind is Kind.SERVERS:
            assert station.service is not None
            service = service_of(programme.key, station.luck.service, station.service, visit.person, visit.attempt)
            leaves = now + max(int(service * (servers / (capacity * scale))), 1)
        else:
            period = sum(at <= now for at in changes)
            if now != last or period != counted:
                begun, served, counted = now, 0, period
            served += 1
            # The nearest microsecond to so many intervals after the beginning of the busy period.
            leaves = last = begun + (2 * served * WEEK * MILLION + capacity) // (2 * capacity)
        heapq.heappush(busy, leaves)
        yield now if now < end else NEVER, leaves if leaves < end else NEVER, NEVER
