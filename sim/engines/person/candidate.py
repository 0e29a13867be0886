"""A candidate: in the pool, joining waves, losing, until award or until patience ends."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sim.engines.person.participant import participant
from sim.engines.person.state import State
from sim.journey.order import PersonAct
from sim.journey.places import Place
from sim.rules.joining import next_wave
from sim.rules.patience_in_waves import goes_on, waves_tolerated
from sim.stations.timeline import Wait


def candidate(state: State, person: int) -> Generator[Wait, Any, None]:
    """Follow a person who has just entered the pool."""
    programme, timeline, people = state.programme, state.timeline, state.people
    table = programme.waves
    tolerated = waves_tolerated(programme.key, programme.patience_waves, person)
    lost = 0
    people["waves_lost"][person] = 0
    state.move(person, Place.POOL)
    while True:
        hazard = table.hazard[1 if lost else 0]
        wave, at = next_wave(programme.key, table.waves, hazard, programme.join_delay, person, timeline.now, lost)
        if wave < 0:
            return
        yield timeline.turn(at, state.journey.turn(PersonAct.JOIN), person)
        if not state.waves.records[wave].opened:
            return  # waves by rule have come to their end

        state.joined[wave].append(person)
        if lost == 0:
            people["first_joined"][person] = timeline.now
            people["first_wave"][person] = wave
        people["last_joined"][person] = timeline.now
        people["last_wave"][person] = wave

        awarded = yield state.announcement[wave]
        if person in awarded:
            yield from participant(state, person, awarded[person], wave)
            return
        lost += 1
        people["waves_lost"][person] = lost
        if not goes_on(lost, tolerated):
            state.move(person, Place.GAVE_UP_WAVES)
            people["gave_up_waves"][person] = timeline.now
            return
