"""A visit: one person passing one station once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sim.calendar.instants import NEVER
from sim.engines.journal import Columns
from sim.engines.person.state import State
from sim.programme.stations import RouteStation
from sim.rules.patience_at_stations import patience
from sim.rules.service import service
from sim.stations.plan import Resource
from sim.stations.timeline import Wait


def visit(state: State, name: str, person: int, attempt: int = 0) -> Generator[Wait, Any, bool]:
    """Queue at a station and be served; return whether the person was served or gave up the wait."""
    timeline, journey = state.timeline, state.journey
    stamps, visits = state.people, state.visits[name]
    instance, instances = state.instance(name, person), state.stations[name]
    if instances is None:
        visits.pass_through(person, timeline.now, attempt, instance)
        for what in ("arrived", "started", "left"):
            stamps[f"{name}_{what}"][person] = timeline.now
        return True

    yield timeline.turn(timeline.now, journey.arrive(name), person)
    number = visits.arrive(person, timeline.now, attempt, instance)
    stamps[f"{name}_arrived"][person] = timeline.now
    # Of retries the last counts: it has not been served yet.
    stamps[f"{name}_started"][person] = stamps[f"{name}_left"][person] = NEVER
    waits_for, brings = _patience(state, name, person, attempt), _service(state, name, person, attempt)
    served = yield from _be_served(state, name, instances[instance], person, number, waits_for, brings, stamps)
    return served


def visit_platform(
    state: State, name: str, number: int, platform: int, attempt: int, waits_for: int | None = None
) -> Generator[Wait, Any, bool]:
    """Queue as a participant at the station of a platform, from the turn of arriving there; return whether served."""
    visits, instances = state.visits[name], state.stations[name]
    if instances is None or state.passes_at_once(name, platform):
        visits.pass_through(number, state.timeline.now, attempt, platform)
        return True
    of_visit = visits.arrive(number, state.timeline.now, attempt, platform)
    served = yield from _be_served(state, name, instances[platform], number, of_visit, waits_for)
    return served


def _be_served(
    state: State,
    name: str,
    station: Resource,
    who: int,
    number: int,
    waits_for: int | None,
    brings: int = 0,
    stamps: Columns | None = None,
) -> Generator[Wait, Any, bool]:
    """Wait for service, no longer than `waits_for` µs, and be served; write down the visit of a number."""
    timeline, visits = state.timeline, state.visits[name]
    with station.request(waits_for) as place:
        if waits_for is None:
            yield place
        else:
            gives_up = station.patience_ends(place, waits_for)
            yield place | timeline.turn(gives_up, state.journey.renege(name), who)
            if not place.triggered:
                visits.gave_up[number] = timeline.now
                return False
        visits.started[number] = timeline.now
        if stamps is not None:
            stamps[f"{name}_started"][who] = timeline.now
        yield timeline.turn(station.departure(brings), state.journey.leave(name), who)
    visits.left[number] = timeline.now
    if stamps is not None:
        stamps[f"{name}_left"][who] = timeline.now
    return True


def _patience(state: State, name: str, person: int, attempt: int) -> int | None:
    """Return how long a person waits before giving up, µs; None for ever."""
    station: RouteStation = state.programme.route[name]
    if station.patience is None:
        return None
    return patience(state.programme.key, station.luck.patience, station.patience, person, attempt)


def _service(state: State, name: str, person: int, attempt: int) -> int:
    """Return the work a person brings, µs, before scaling; 0 where the station sets it."""
    station: RouteStation = state.programme.route[name]
    if station.service is None:
        return 0
    return service(state.programme.key, station.luck.service, station.service, person, attempt)
