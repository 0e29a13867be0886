"""An applicant: from the portal through processing and the test to the pool."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sim.calendar.order import STATIONS, Part, arrive
from sim.engines.person.candidate import candidate
from sim.engines.person.visit import visit
from sim.programme.places import Place, Refusal
from sim.rules.verifying import PEOPLE_CHECKS, screen, test, verify
from sim.stations.timeline import Wait

if TYPE_CHECKING:
    from sim.engines.person.model import Model


def applicant(model: Model, person: int) -> Generator[Wait, Any, None]:
    """Follow a person who has just registered."""
    programme, timeline = model.programme, model.timeline
    yield from visit(model, "portal", person, patient=True)

    model.move(person, Place.PROCESSING)
    served = yield from visit(model, "processing", person)
    if not served:
        return give_up(model, person, "processing")
    model.processed_people += 1

    for check in PEOPLE_CHECKS:
        passed = yield from verified(model, check, person)
        if not passed:
            return None

    model.move(person, Place.SCREENING)
    service, passes = screen(programme.key, programme.screening, person)
    served = yield from visit(model, "screening", person, service=service)
    if not served:
        return give_up(model, person, "screening")
    if not passes:
        return refuse(model, person, Refusal.SCREENING)

    taken, delay = test(programme.key, programme.test, person)
    if not taken:
        return refuse(model, person, Refusal.TEST)
    model.move(person, Place.TEST)
    yield timeline.turn(timeline.now + delay, Part.TEST, person)
    model.people["tested"][person] = timeline.now
    yield from candidate(model, person)


def verified(model: Model, check: str, person: int) -> Generator[Wait, Any, bool]:
    """Pass a check, at once or at a later try; return whether it was passed."""
    programme, timeline = model.programme, model.timeline
    station, attempt = check, 0
    model.move(person, Place[check.upper()])
    while True:
        served = yield from visit(model, station, person, attempt=attempt)
        if not served:
            give_up(model, person, station)
            return False
        passed, again, delay = verify(
            programme.key, PEOPLE_CHECKS[check].value, programme.checks[check], person, attempt
        )
        attempt += 1
        model.people[f"{check}_tries"][person] = attempt
        if passed:
            model.people[f"{check}_passed"][person] = timeline.now
            return True
        if not again:
            refuse(model, person, Refusal[check.upper()])
            return False
        station = f"{check}_retry"
        if attempt == 1:
            model.move(person, Place[station.upper()])
        yield timeline.turn(timeline.now + delay, arrive(station), person)


def refuse(model: Model, person: int, by: Refusal) -> None:
    """End the journey of one who is refused."""
    model.move(person, Place.REFUSED)
    model.people["refused"][person] = model.timeline.now
    model.people["refused_by"][person] = by


def give_up(model: Model, person: int, station: str) -> None:
    """End the journey of one whose patience at a station has ended."""
    model.move(person, Place.GAVE_UP_PROCESSING)
    model.people["gave_up"][person] = model.timeline.now
    model.people["gave_up_at"][person] = STATIONS.index(station)
