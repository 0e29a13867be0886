"""An applicant: from the first station of the route through its checks and the test to the pool."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sim.engines.person.candidate import candidate
from sim.engines.person.state import State
from sim.engines.person.visit import visit
from sim.journey.order import PersonAct
from sim.journey.places import Place
from sim.journey.route import PROCESSED_AT, Station
from sim.rules.checks import verify
from sim.rules.entry_test import take_test
from sim.stations.timeline import Wait


def applicant(state: State, person: int) -> Generator[Wait, Any, None]:
    """Follow a person who has just registered."""
    programme, timeline = state.programme, state.timeline
    for station in state.journey.route:
        state.move(person, state.journey.place(station.name))
        passed = yield from pass_station(state, station, person)
        if not passed:
            return

    taken, delay = take_test(programme.key, programme.test, person)
    if not taken:
        refuse(state, person, "test")
        return
    state.move(person, Place.TEST)
    yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.TEST), person)
    state.people["tested"][person] = timeline.now
    yield from candidate(state, person)


def pass_station(state: State, station: Station, person: int) -> Generator[Wait, Any, bool]:
    """Pass a station and the check at its door, at once or at a later try; return whether it was passed."""
    served = yield from visit(state, station.name, person)
    if not served:
        give_up(state, person, station.name)
        return False
    if station.name == PROCESSED_AT:
        state.processed += 1
    if not station.checks:
        return True

    passed, again, delay = attempt_check(state, station, person, 0)
    attempt = 0
    while again:
        attempt += 1
        if attempt == 1:
            state.move(person, state.journey.place(station.retry.name))
        yield state.timeline.turn(state.timeline.now + delay, state.journey.arrive(station.retry.name), person)
        served = yield from visit(state, station.retry.name, person, attempt)
        if not served:
            give_up(state, person, station.retry.name)
            return False
        passed, again, delay = attempt_check(state, station, person, attempt)
    if not passed:
        refuse(state, person, station.name)
    return passed


def attempt_check(state: State, station: Station, person: int, attempt: int) -> tuple[bool, bool, int]:
    """Return whether a person passes a check at an attempt; if not, whether they try again, and after how many µs."""
    declared = state.programme.route[station.name]
    assert declared.check is not None
    passed, again, delay = verify(state.programme.key, declared.luck.check, declared.check, person, attempt)
    if station.retries:
        state.people[f"{station.name}_tries"][person] = attempt + 1
    if passed:
        state.people[f"{station.name}_passed"][person] = state.timeline.now
    return passed, again, delay


def refuse(state: State, person: int, by: str) -> None:
    """End the journey of one who is refused."""
    state.move(person, Place.REFUSED)
    state.people["refused"][person] = state.timeline.now
    state.people["refused_by"][person] = state.journey.refusal(by)


def give_up(state: State, person: int, station: str) -> None:
    """End the journey of one whose patience at a station has ended."""
    state.move(person, Place.GAVE_UP_PROCESSING)
    state.people["gave_up"][person] = state.timeline.now
    state.people["gave_up_at"][person] = state.journey.number(station)
