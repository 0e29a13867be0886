"""Stations: every visit against a queue worked out from arrivals and schedule alone."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np

from sim.calendar.instants import NEVER, WEEK
from sim.calendar.order import STATIONS
from sim.engines.journal import Journal
from sim.rules.verifying import patience, screen
from sim.stations.schedule import MILLION


def stations_are_first_come_first_served(journal: Journal) -> None:
    """Hold every visit of every station against a queue worked out from its arrivals and its schedule."""
    programme, people = journal.programme, journal.people
    for name in STATIONS:
        visits = journal.visits[name]
        arrived, persons = visits["arrived"], visits["person"]
        assert list(zip(arrived, persons, strict=True)) == sorted(zip(arrived, persons, strict=True)), name
        expected = list(_queue(journal, name))
        found = list(zip(*(visits[what].tolist() for what in ("started", "left", "gave_up")), strict=True))
        assert found == expected, name

        last = {person: k for k, person in enumerate(persons.tolist())}
        for what in ("arrived", "started", "left"):
            column = np.full(programme.people, NEVER)
            for person, k in last.items():
                column[person] = visits[what][k]
            assert np.array_equal(column, people[f"{name}_{what}"]), (name, what)
        if not name.endswith("retry"):
            assert len(last) == persons.size
        at = np.full(programme.people, NEVER)
        at[persons] = visits["gave_up"]
        here = people["gave_up_at"] == STATIONS.index(name)
        assert np.array_equal(np.where(here, people["gave_up"], NEVER), at), name


def _queue(journal: Journal, name: str) -> Iterator[tuple[int, int, int]]:
    """Yield (started, left, gave up) of each arrival in turn: the first starts when a server is free."""
    programme, schedule = journal.programme, journal.programme.stations[name]
    end, scale = journal.end, programme.parameters.population.scale
    visits = journal.visits[name]
    arrivals = list(zip(visits["arrived"].tolist(), visits["person"].tolist(), strict=True))
    if schedule is None:
        yield from ((at, at, NEVER) for at, _ in arrivals)
        return
    changes = [at for at in schedule.starts.tolist() if at > 0]
    busy: list[int] = []  # the departures of those in service
    now, last, begun, served, counted = -1, -1, 0, 0, -1
    attempts: dict[int, int] = {}
    for arrived, person in arrivals:
        attempt = attempts.get(person, 0) + name.endswith("retry")
        attempts[person] = attempts.get(person, 0) + 1
        now = max(now, arrived)
        while now < NEVER:
            while busy and busy[0] <= now:
                heapq.heappop(busy)
            capacity = schedule.at(now)
            servers = min(capacity, 1)
            if name == "screening" and capacity:
                servers = max(1, round(capacity * scale))
            if len(busy) < servers:
                break
            now = min([*busy[:1], *[at for at in changes if at > now][:1]], default=NEVER)
        gives_up = NEVER
        if name != "portal" and programme.patience is not None:
            bears = patience(programme.key, programme.patience, person, STATIONS.index(name), attempt)
            gives_up = arrived + bears
        if now > gives_up:
            yield NEVER, NEVER, gives_up if gives_up < end else NEVER
            continue
        if now == NEVER:
            yield NEVER, NEVER, NEVER
            continue
        if name == "screening":
            service = screen(programme.key, programme.screening, person)[0]
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
