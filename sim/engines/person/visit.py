"""A visit: one person passing one station once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sim.calendar.instants import NEVER
from sim.engines.person.state import State
from sim.programme.stations import RouteStation
from sim.rules.patience_at_stations import patience
from sim.rules.service import service
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
    station = instances[instance]
    waits_for = _patience(state, name, person, attempt)
    with station.request(waits_for) as place:
        if waits_for is None:
            yield place
        else:
            gives_up = station.patience_ends(place, waits_for)
            yield place | timeline.turn(gives_up, journey.renege(name), person)
            if not place.triggered:
                visits.gave_up[number] = timeline.now
                return False
        visits.started[number] = timeline.now
        stamps[f"{name}_started"][person] = timeline.now
        departure = station.departure(_service(state, name, person, attempt))
        yield timeline.turn(departure, journey.leave(name), person)
    visits.left[number] = timeline.now
    stamps[f"{name}_left"][person] = timeline.now
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
