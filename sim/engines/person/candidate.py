"""A candidate: in the pool, joining waves, losing, until award or until patience ends."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sim.calendar.order import Part
from sim.engines.person.participant import participant
from sim.programme.places import Place
from sim.rules.joining import next_wave, waves_tolerated
from sim.stations.timeline import Wait

if TYPE_CHECKING:
    from sim.engines.person.model import Model


def candidate(model: Model, person: int) -> Generator[Wait, Any, None]:
    """Follow a person who has just entered the pool."""
    programme, timeline, people = model.programme, model.timeline, model.people
    table = programme.waves
    tolerated = waves_tolerated(programme.key, programme.patience_waves, person)
    lost = 0
    people["waves_lost"][person] = 0
    while True:
        model.move(person, Place.POOL)
        hazard = table.hazard[1 if lost else 0]
        wave, at = next_wave(programme.key, table.waves, hazard, programme.join_delay, person, timeline.now, lost)
        if wave < 0:
            return
        yield timeline.turn(at, Part.JOIN, person)
        if not model.waves.records[wave].opened:
            return  # waves by rule have come to their end

        model.move(person, Place.JOINED)
        model.join(person, wave)
        if lost == 0:
            people["first_joined"][person] = timeline.now
            people["first_wave"][person] = wave
        people["last_joined"][person] = timeline.now
        people["last_wave"][person] = wave

        awarded = yield model.announcement[wave]
        if person in awarded:
            yield from participant(model, person, awarded[person], wave)
            return
        lost += 1
        people["waves_lost"][person] = lost
        if lost >= tolerated:
            model.move(person, Place.GAVE_UP_WAVES)
            people["gave_up_waves"][person] = timeline.now
            return
