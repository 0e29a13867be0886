"""The pool: who plans to join which wave, who has lost how often, who gives up."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.flows import EMPTY, Ints
from sim.engines.cohort.recorder import Recorder
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules import joining, selecting
from sim.rules.compiling import rule
from sim.rules.registering import registers

FOR_EVER = 65_535
"""Waves tolerated by one who never gives up; more than any run has waves."""


@dataclass
class Candidates:
    """People who plan to join a wave: numbers, waves lost, waves tolerated, when they first joined a wave
    (µs; of newcomers, when they will), whether they were eligible then."""

    persons: NDArray[np.uint32]
    lost: NDArray[np.uint16]
    tolerated: NDArray[np.uint16]
    first_joined: Ints
    eligible: NDArray[np.bool_]

    def some(self, which: Any) -> Candidates:
        """Return those that an index or a mask picks."""
        return Candidates(
            self.persons[which],
            self.lost[which],
            self.tolerated[which],
            self.first_joined[which],
            self.eligible[which],
        )

    @staticmethod
    def all_of(parts: list[Candidates]) -> Candidates:
        """Return several as one."""
        empty = Candidates(
            np.zeros(0, np.uint32), np.zeros(0, np.uint16), np.zeros(0, np.uint16), EMPTY, np.zeros(0, bool)
        )
        parts = parts or [empty]
        return Candidates(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("persons", "lost", "tolerated", "first_joined", "eligible")
            )
        )


class Pool:
    """Everyone in the pool, by the wave he plans to join next."""

    def __init__(
        self,
        programme: Programme,
        seen_entering: Observations,
        seen: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
    ) -> None:
        self._programme, self._seen, self._traits, self._recorder = programme, seen, traits, recorder
        self._seen_entering = seen_entering
        """What is observed on the applicants' side, which may run on a thread of its own."""
        self._planned: list[list[Candidates]] = [[] for _ in range(len(programme.waves))]
        self._no_wave: list[Candidates] = []
        """Those who join no further wave."""
        self._closed: dict[int, Candidates] = {}
        self._lock = Lock()
        self.gave_up_people = 0
        self.gone = np.zeros(programme.people, dtype=bool)
        """Who has entered the pool, was refused or gave up on the way."""

    # Into the pool

    def enter(self, tested: Ints, persons: Ints) -> None:
        """Enter people at the instants at which the test is done; called from the applicants' side."""
        self._seen_entering.stamp("tested", tested)
        in_time = tested < self._seen_entering.end
        tested, persons = tested[in_time], persons[in_time]
        if persons.size == 0:
            return
        self._recorder.put("tested", persons, tested)
        self.gone[persons] = True
        self._seen_entering.wait("registered_to_pool", self._registered(persons), tested)
        self._recorder.put("waves_lost", persons, 0)
        self._seen_entering.people("pool", self._traits[persons])
        tolerated = np.empty(persons.size, dtype=np.uint16)
        _tolerated(self._programme.key, self._programme.patience_waves, persons, tolerated)
        candidates = Candidates(
            persons.astype(np.uint32),
            np.zeros(persons.size, np.uint16),
            tolerated,
            np.full(persons.size, NEVER),
            np.zeros(persons.size, bool),
        )
        self._plan(candidates, tested)

    def turn_away(self, persons: Ints, at: Ints) -> None:
        """Observe those who were refused, or gave up, on the way to the pool."""
        in_time = at < self._seen_entering.end
        persons, at = persons[in_time], at[in_time]
        if persons.size:
            self.gone[persons] = True
            registered, never = self._registered(persons), np.full(at.size, NEVER)
            self._seen_entering.wait("registered_to_pool", registered, never, at)
            self._seen_entering.wait("registered_to_award", registered, never, at)

    def _plan(self, candidates: Candidates, since: Ints) -> None:
        """Put people into the list of the wave that each joins next, from the instant(s) `since`."""
        programme = self._programme
        table = programme.waves
        size = candidates.persons.size
        wave, at = np.empty(size, dtype=np.int16), np.empty(size, dtype=np.int64)
        _plan(
            programme.key,
            table.waves,
            *table.hazard,
            programme.join_delay,
            candidates.persons,
            candidates.lost,
            since,
            self._recorder.first,
            self._recorder.last,
            wave,
            at,
            candidates.first_joined,
            candidates.eligible,
        )
        self._recorder.plan(candidates.persons, at)
        order = np.argsort(wave, kind="stable")
        ordered = candidates.some(order)
        numbers, begins = np.unique(wave[order], return_index=True)
        ends = [*begins[1:].tolist(), size]
        with self._lock:
            for number, begin, end in zip(numbers.tolist(), begins.tolist(), ends, strict=True):
                part = ordered.some(slice(begin, end))
                (self._no_wave if number < 0 else self._planned[number]).append(part)

    # Waves

    def joined(self, wave: int) -> tuple[Ints, NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        with self._lock:
            candidates = Candidates.all_of(self._planned[wave])
            self._planned[wave] = []
        self._closed[wave] = candidates
        newcomers = candidates.some(candidates.lost == 0)
        self._seen.stamp("first_joined", newcomers.first_joined)
        self._seen.people("joined", self._traits[newcomers.persons])
        if self._recorder.on:
            persons = self._recorder.recorded(candidates.persons)
            self._recorder.put("last_joined", persons, self._recorder.planned(persons))
            self._recorder.put("last_wave", persons, wave)
            self._recorder.put("first_joined", newcomers.persons, newcomers.first_joined)
            self._recorder.put("first_wave", newcomers.persons, wave)
        return candidates.persons.astype(np.int64), self._traits[candidates.persons]

    def announce(self, wave: int, outcome: NDArray[np.uint8], now: int) -> Candidates:
        """Take out those awarded, in order of number, and return them; losers go on or give up."""
        candidates = self._closed.pop(wave)
        awarded = outcome >= selecting.Outcome.PRIORITY
        winners = candidates.some(awarded)
        order = np.argsort(winners.persons)
        self._recorder.put("awarded_by", winners.persons, outcome[awarded].astype(np.int64))
        self._recorder.put("awarded", winners.persons, now)
        winners = winners.some(order)
        self._observe_place(winners, np.full(order.size, now), EMPTY)

        losers = candidates.some(~awarded)
        losers.lost += np.uint16(1)
        self._recorder.put("waves_lost", losers.persons, losers.lost.astype(np.int64))
        gives_up = (losers.lost >= losers.tolerated) & (losers.tolerated < FOR_EVER)
        quitters = losers.some(gives_up)
        self.gave_up_people += quitters.persons.size
        left = np.full(quitters.persons.size, now)
        self._seen.stamp("gave_up_waves", left)
        self._recorder.put("gave_up_waves", quitters.persons, now)
        self._observe_place(quitters, np.full(left.size, NEVER), left)
        self._observe_award(quitters.persons, np.full(left.size, NEVER), left)
        losers = losers.some(~gives_up)
        self._plan(losers, np.array([now]))
        return winners

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        groups = [*self._closed.values(), *self._no_wave, *(part for wave in self._planned for part in wave)]
        return any(_someone_eligible(self._programme.key, eligible, group.persons) for group in groups)

    def finish(self, last_announcement: int) -> None:
        """Observe the waits of those still in the pool at the end of the run."""
        end = self._seen.end
        last = last_announcement if 0 <= last_announcement < end else NEVER
        for wave, parts in enumerate(self._planned):
            # A wave still open, or that never closes by the end: its newcomers have joined if their instant has come.
            opened = int(self._programme.waves.waves[wave]["open"]) < end and wave in self.open_at_end
            for part in parts:
                self._leave_standing(wave, part, opened, last)
        for part in self._no_wave:
            self._leave_standing(-1, part, False, last)
        still = np.flatnonzero(~self.gone)
        registered = self._registered(still)
        never = np.full(still.size, NEVER)
        self._seen.wait("registered_to_pool", registered, never)
        self._seen.wait("registered_to_award", registered, never)
        for wave, closed in self._closed.items():
            self._leave_standing(wave, closed, True, last, counted=True)

    open_at_end: frozenset[int] = frozenset()
    """Waves that have opened and are not closed at the end of the run."""

    def _leave_standing(self, wave: int, part: Candidates, opened: bool, last: int, counted: bool = False) -> None:
        joined = (part.lost > 0) | (opened & (part.first_joined < self._seen.end))
        newly = joined & (part.lost == 0)
        if not counted:
            newcomers = part.some(newly)
            self._seen.stamp("first_joined", newcomers.first_joined)
            self._seen.people("joined", self._traits[newcomers.persons])
            if self._recorder.on:
                self._recorder.put("first_joined", newcomers.persons, newcomers.first_joined)
                self._recorder.put("first_wave", newcomers.persons, wave)
                persons = self._recorder.recorded(part.persons) if opened else part.persons[:0]
                at = self._recorder.planned(persons)
                persons, at = persons[at < self._seen.end], at[at < self._seen.end]
                self._recorder.put("last_joined", persons, at)
                self._recorder.put("last_wave", persons, wave)
        waiting = part.some(joined)
        size = waiting.persons.size
        self._observe_place(waiting, np.full(size, NEVER), np.full(size, last))
        never = np.full(part.persons.size, NEVER)
        self._observe_award(part.persons, never, never)

    # What is observed

    def _observe_place(self, candidates: Candidates, awarded: Ints, gave_up: Ints) -> None:
        """Observe the wait for a place, from first joining, of the eligible."""
        eligible = candidates.eligible
        gave_up = gave_up[eligible] if gave_up.size else gave_up
        self._seen.wait("place", candidates.first_joined[eligible], awarded[eligible], gave_up)

    def _observe_award(self, persons: NDArray[np.uint32], awarded: Ints, left: Ints) -> None:
        """Observe the wait from registration to award."""
        self._seen.wait("registered_to_award", self._registered(persons), awarded, left)

    def _registered(self, persons: NDArray[Any]) -> Ints:
        """Return when people registered, drawn again from their luck."""
        programme = self._programme
        instants = np.empty(persons.size, dtype=np.int64)
        registrations_of(programme.key, *programme.curve, programme.people, persons, instants)
        return instants


@rule
def registrations_of(
    key: NDArray[np.void], times: Ints, demand: NDArray[np.float64], people: int, persons: Any, instants: Ints
) -> None:
    """Fill `instants` with the registrations of some people, drawn again from their luck."""
    for i in range(persons.size):
        instants[i] = registers(key, times, demand, people, persons[i])


@rule
def _tolerated(key: NDArray[np.void], mean: float, persons: Ints, tolerated: NDArray[np.uint16]) -> None:
    for i in range(persons.size):
        tolerated[i] = min(joining.waves_tolerated(key, mean, persons[i]), 65_535)


@rule
def _plan(
    key: NDArray[np.void],
    waves: NDArray[np.void],
    newcomers: NDArray[np.float64],
    losers: NDArray[np.float64],
    delay: NDArray[np.void],
    persons: NDArray[np.uint32],
    lost: NDArray[np.uint16],
    since: Ints,
    first: int,
    last: int,
    wave: NDArray[np.int16],
    at: Ints,
    first_joined: Ints,
    eligible: NDArray[np.bool_],
) -> None:
    """Fill the wave each joins next (-1: none); the instant, where he is a newcomer or is recorded."""
    for i in range(persons.size):
        person = np.int64(persons[i])
        begin = since[i if since.size > 1 else 0]
        hazard = losers if lost[i] else newcomers
        number, instant = joining.choose_wave(key, waves, hazard, delay, person, begin, np.int64(lost[i]))
        wave[i] = number
        at[i] = instant
        if number < 0:
            continue
        if instant < 0 and (lost[i] == 0 or first <= person < last):
            at[i] = joining.joins_at(key, waves, delay, person, number)
        if lost[i] == 0:
            first_joined[i] = at[i]
            eligible[i] = selecting.is_eligible(key, waves[number].eligible, person)


@rule
def _someone_eligible(key: NDArray[np.void], share: float, persons: NDArray[np.uint32]) -> bool:
    for i in range(persons.size):
        if selecting.is_eligible(key, share, np.int64(persons[i])):
            return True
    return False
