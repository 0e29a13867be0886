"""A visit: one person passing one station once."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sim.calendar.instants import NEVER
from sim.calendar.order import STATIONS, arrive, leave, renege
from sim.rules.verifying import patience
from sim.stations.timeline import Wait

if TYPE_CHECKING:
    from sim.engines.person.model import Model


def visit(
    model: Model, name: str, person: int, *, service: int = 0, attempt: int = 0, patient: bool = False
) -> Generator[Wait, Any, bool]:
    """Queue at a station and be served; return whether the person was served or gave up the wait.

    `service` is the work a person brings (µs, before scaling), where the station does not set it.
    """
    timeline, station = model.timeline, model.stations[name]
    stamps, visits = model.people, model.visits[name]
    if station is None:
        visits.pass_through(person, timeline.now)
        for what in ("arrived", "started", "left"):
            stamps[f"{name}_{what}"][person] = timeline.now
        return True

    yield timeline.turn(timeline.now, arrive(name), person)
    number = visits.arrive(person, timeline.now)
    stamps[f"{name}_arrived"][person] = timeline.now
    # Of retries the last counts: it has not been served yet.
    stamps[f"{name}_started"][person] = stamps[f"{name}_left"][person] = NEVER
    with station.request() as place:
        if patient or model.programme.patience is None:
            yield place
        else:
            bears = patience(model.programme.key, model.programme.patience, person, STATIONS.index(name), attempt)
            yield place | timeline.turn(timeline.now + bears, renege(name), person)
            if not place.triggered:
                visits.gave_up[number] = timeline.now
                return False
        visits.started[number] = timeline.now
        stamps[f"{name}_started"][person] = timeline.now
        yield timeline.turn(station.departure(service), leave(name), person)
    visits.left[number] = timeline.now
    stamps[f"{name}_left"][person] = timeline.now
    return True
