"""The pool: who plans to join which wave, who has lost how often, who gives up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.flows import Ints, People
from sim.engines.cohort.prefetch import ROWS_AHEAD, prefetch
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Recent, Registrations
from sim.engines.cohort.threads import threads_of
from sim.observers.counting import ENDED, GAVE_UP, count_stamp, group_of, tally
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules import joining, selecting
from sim.rules.compiling import rule

CANDIDATE = np.dtype([("person", "u4"), ("lost", "u2"), ("tolerated", "u2"), ("first_joined", "i8"), ("eligible", "?")])
"""One of the pool: number, waves lost and tolerated (0: not asked yet), when he first joined a wave (of
newcomers: when they will, µs), and whether he was eligible in it. Packed: this is what memory goes to."""

FOR_EVER = 65_535
"""Waves tolerated by one who never gives up; more than any run has waves."""

Candidates = NDArray[np.void]

LOSERS = 1 << 20
"""Losers whose next wave is found at a time."""

STANDING_AT_A_TIME = 1 << 20
"""People whose standing is looked at together at the end."""

IN_POOL, GONE = 1, 2
"""Where a person stands, beside 0: on the way to the pool."""


class Pool:
    """Everyone in the pool, by the wave he plans to join next."""

    def __init__(
        self,
        programme: Programme,
        seen_entering: Observations,
        seen: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
    ) -> None:
        self._registrations = registrations
        self._programme, self._seen, self._traits, self._recorder = programme, seen, traits, recorder
        self._seen_entering = seen_entering
        """What is observed on the applicants' side, which may run on a thread of its own."""
        self._planned: list[list[Candidates]] = [[] for _ in range(len(programme.waves))]
        self._no_wave: list[Ints] = []
        """When those who join no further wave first joined one, where they were eligible in it."""
        self._closed: dict[int, list[Candidates]] = {}
        self._lock, self._turned_away = Lock(), Lock()
        """Of the lists, and of what both stretches of the way observe."""
        self.gave_up_people = 0
        self._standing = np.zeros(programme.people, dtype=np.uint8)
        """Where each person stands: on the way to the pool, in it, or no more."""

    # Into the pool

    def enter(self, tested: Ints, persons: People, registered: Ints) -> None:
        """Enter people, with their registrations, at the instants at which the test is done."""
        seen, programme = self._seen_entering, self._programme
        seen.stamp("tested", tested)
        in_time = tested < seen.end
        if not in_time.all():
            tested, persons, registered = tested[in_time], persons[in_time], registered[in_time]
        if persons.size == 0:
            return
        self._recorder.put("tested", persons, tested)
        self._recorder.put("waves_lost", persons, 0)
        with self._turned_away:
            seen.wait("registered_to_pool", registered, tested)
        packed = np.empty(persons.size, dtype=np.uint32)
        candidates, wave = np.empty(persons.size, dtype=CANDIDATE), np.empty(persons.size, dtype=np.int16)
        table = programme.waves
        _enter(
            programme.key,
            table.waves,
            table.hazard[0],
            programme.join_delay,
            persons,
            tested,
            self._traits,
            self._standing,
            packed,
            candidates,
            wave,
        )
        seen.people("pool", packed)
        self._recorder.plan(persons, candidates["first_joined"])
        self._keep(candidates, wave, np.empty_like(candidates))

    def turn_away(self, persons: People, at: Ints, recent: Recent) -> None:
        """Observe those who were refused, or gave up, on the way to the pool."""
        seen = self._seen_entering
        in_time = at < seen.end
        if not in_time.all():
            persons, at = persons[in_time], at[in_time]
        if persons.size:
            self._standing[persons] = GONE
            registered = recent.of(persons)
            with self._turned_away:
                seen.wait("registered_to_pool", registered, NEVER, at)
                seen.wait("registered_to_award", registered, NEVER, at)

    def _keep(self, candidates: Candidates, wave: NDArray[np.int16], ordered: Candidates) -> None:
        """Put people into the list of the wave that each joins next; `ordered` has room for all of them."""
        # No wave is the last: where -1 points to.
        counts = np.zeros(len(self._planned) + 1, dtype=np.int64)
        _by_wave(wave, candidates, counts, ordered)
        ends = np.cumsum(counts)
        with self._lock:
            for number in np.flatnonzero(counts[:-1]).tolist():
                # A copy, so that the part does not keep all of the others in memory.
                self._planned[number].append(ordered[ends[number] - counts[number] : ends[number]].copy())
            if counts[-1]:
                no_wave = ordered[ends[-1] - counts[-1] : ends[-1]]
                self._no_wave.append(no_wave["first_joined"][(no_wave["lost"] > 0) & no_wave["eligible"]])

    # Waves

    def joined(self, wave: int) -> tuple[People, NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        with self._lock:
            parts, self._planned[wave] = self._planned[wave], []
        self._closed[wave] = parts
        size = sum(part.size for part in parts)
        persons, traits = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.uint32)
        seen, begin = self._seen, 0
        for part in parts:
            rows = slice(begin, begin + part.size)
            begin += part.size
            _joined(
                part,
                self._traits,
                persons[rows],
                traits[rows],
                seen.counts_of("first_joined"),
                seen.calendar,
                seen.groups_of("joined"),
            )
            if self._recorder.on:
                self._record_first(wave, part[part["lost"] == 0])
        if self._recorder.on:
            recorded = self._recorder.recorded(persons)
            self._recorder.put("last_joined", recorded, self._recorder.planned(recorded))
            self._recorder.put("last_wave", recorded, wave)
        return persons, traits

    def announce(self, wave: int, outcome: NDArray[np.uint8], now: int) -> People:
        """Take out those awarded and return their numbers, ascending; losers go on or give up."""
        programme, table, recorder = self._programme, self._programme.waves, self._recorder
        parts = self._closed.pop(wave)
        room = max([LOSERS, *(part.size for part in parts)])
        losers, ordered = np.empty(room, dtype=CANDIDATE), np.empty(room, dtype=CANDIDATE)
        next_wave = np.empty(room, dtype=np.int16)
        at = np.empty(room if recorder.on else 0, dtype=np.int64)
        quitters = np.empty(room, dtype=np.uint32)
        winners = np.empty(np.count_nonzero(outcome >= selecting.Outcome.PRIORITY), dtype=np.uint32)
        begin = won = gave_up = lost = 0
        parts.reverse()
        while parts:
            part = parts.pop()
            if lost + gave_up + part.size > room:
                self._go_on(losers[:lost], next_wave[:lost], at, ordered)
                self._give_up(quitters[:gave_up], now)
                lost = gave_up = 0
            of_part = outcome[begin : begin + part.size]
            begin += part.size
            self._record(part, of_part, now)
            won, gave_up, lost = _part(
                programme.key,
                programme.patience_waves,
                table.waves,
                table.hazard[1],
                programme.join_delay,
                part,
                of_part,
                now,
                self._seen.waits["place"].counts,
                winners,
                won,
                quitters,
                gave_up,
                losers,
                next_wave,
                at,
                lost,
            )
        self._go_on(losers[:lost], next_wave[:lost], at, ordered)
        self._give_up(quitters[:gave_up], now)
        awarded: People = np.sort(winners)
        self._standing[awarded] = GONE
        return awarded

    def _go_on(self, losers: Candidates, wave: NDArray[np.int16], at: Ints, ordered: Candidates) -> None:
        if self._recorder.on:
            self._recorder.plan(losers["person"], at[: losers.size])
        self._keep(losers, wave, ordered)

    def _record(self, part: Candidates, outcome: NDArray[np.uint8], now: int) -> None:
        recorder = self._recorder
        if recorder.on:
            awarded = outcome >= selecting.Outcome.PRIORITY
            recorder.put("awarded_by", part["person"][awarded], outcome[awarded].astype(np.int64))
            recorder.put("awarded", part["person"][awarded], now)
            lost = part[~awarded]
            recorder.put("waves_lost", lost["person"], lost["lost"].astype(np.int64) + 1)

    def _give_up(self, quitters: People, now: int) -> None:
        """Let go of those whose patience ends with a wave."""
        self._recorder.put("gave_up_waves", quitters, now)
        self.gave_up_people += quitters.size
        self._seen.stamp_at("gave_up_waves", now, quitters.size)
        self._standing[quitters] = GONE
        self._seen.wait("registered_to_award", self._registrations.of(quitters), NEVER, now)

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        return bool(_someone_eligible(self._programme.key, eligible, self._standing))

    def finish(self, last_announcement: int, open_waves: frozenset[int]) -> None:
        """Observe the waits of those still in the pool, or before it, at the end of the run.

        `open_waves` have opened and are not closed: their newcomers have joined if their instant has come.
        """
        end = self._seen.end
        last = last_announcement if 0 <= last_announcement < end else NEVER
        for wave, parts in enumerate(self._planned):
            for part in parts:
                if wave in open_waves:
                    new = part[(part["lost"] == 0) & (part["first_joined"] < end)]
                    self._seen.stamp("first_joined", new["first_joined"])
                    self._seen.people("joined", self._traits[new["person"]])
                    self._record_first(wave, new)
                    persons = self._recorder.recorded(part["person"])
                    at = self._recorder.planned(persons)
                    self._recorder.put("last_joined", persons[at < end], at[at < end])
                    self._recorder.put("last_wave", persons[at < end], wave)
                self._leave_standing(part, wave in open_waves, last)
        for part in (part for parts in self._closed.values() for part in parts):
            self._leave_standing(part, True, last)
        for first_joined in self._no_wave:
            self._seen.wait("place", first_joined, NEVER, last)
        with ThreadPoolExecutor(threads_of(self._programme)) as threads:
            begins = range(0, self._standing.size, STANDING_AT_A_TIME)
            for on_the_way, not_awarded in threads.map(self._still_waiting, begins):
                self._seen_entering.wait("registered_to_pool", on_the_way, NEVER)
                self._seen_entering.wait("registered_to_award", not_awarded, NEVER)

    def _still_waiting(self, first: int) -> tuple[Ints, Ints]:
        """Return when those registered who are on the way to the pool, and those who are not yet gone."""
        standing = self._standing[first : first + STANDING_AT_A_TIME]
        waiting = np.flatnonzero(standing < GONE)
        registered = self._registrations.of(waiting + first)
        return registered[standing[waiting] < IN_POOL], registered

    def _leave_standing(self, part: Candidates, opened: bool, last: int) -> None:
        """Observe the wait for a place, from first joining, of the eligible who still wait at the end."""
        joined = (part["lost"] > 0) | (opened & (part["first_joined"] < self._seen.end))
        began = part["first_joined"][joined & part["eligible"]]
        self._seen.wait("place", began, NEVER, last)

    def _record_first(self, wave: int, newcomers: Candidates) -> None:
        self._recorder.put("first_joined", newcomers["person"], newcomers["first_joined"])
        self._recorder.put("first_wave", newcomers["person"], wave)


@rule
def _enter(
    key: NDArray[np.void],
    waves: NDArray[np.void],
    hazard: NDArray[np.float64],
    delay: NDArray[np.void],
    persons: People,
    tested: Ints,
    traits: NDArray[np.uint32],
    standing: NDArray[np.uint8],
    packed: NDArray[np.uint32],
    candidates: Candidates,
    wave: NDArray[np.int16],
) -> None:
    """Make those who enter the pool candidates of the wave each joins first (-1: none), with its instant."""
    coming = 0
    for i in range(persons.size):
        later = np.int64(persons[min(i + ROWS_AHEAD, persons.size - 1)])
        prefetch(traits, later)
        prefetch(standing, later)
        person = np.int64(persons[i])
        standing[person] = IN_POOL
        packed[i] = traits[person]
        oldest, coming = joining.waves_open(waves, tested[i], coming)
        number, at = joining.choose_wave(key, waves, hazard, delay, person, tested[i], 0, oldest, coming)
        if number >= 0 and at < 0:
            at = joining.joins_at(key, waves, delay, person, number)
        wave[i] = number
        c = candidates[i]
        c.person = person
        c.lost = 0
        c.tolerated = 0
        c.first_joined = at if number >= 0 else NEVER
        c.eligible = number >= 0 and selecting.is_eligible_one(key, waves[number].eligible, person, packed[i])


@rule
def _by_wave(wave: NDArray[np.int16], candidates: Candidates, counts: Ints, ordered: Candidates) -> None:
    """Count candidates by wave and put them in order of wave; -1 counts as the last."""
    for i in range(wave.size):
        counts[wave[i]] += 1
    begins = np.cumsum(counts) - counts
    for i in range(wave.size):
        ordered[begins[wave[i]]] = candidates[i]
        begins[wave[i]] += 1


@rule
def _joined(
    candidates: Candidates,
    traits: NDArray[np.uint32],
    persons: People,
    packed: NDArray[np.uint32],
    first_joined: Any,
    calendar: Any,
    groups: Ints,
) -> None:
    """Fill who has joined, with their traits; count the newcomers among them."""
    days, on_the_day = first_joined
    for i in range(candidates.size):
        prefetch(traits, np.int64(candidates[min(i + ROWS_AHEAD, candidates.size - 1)].person))
        c = candidates[i]
        persons[i] = c.person
        packed[i] = traits[np.int64(c.person)]
        if c.lost == 0:
            count_stamp(c.first_joined, days, on_the_day, calendar)
            groups[group_of(packed[i])] += 1


@rule
def _part(
    key: NDArray[np.void],
    patience_mean: float,
    waves: NDArray[np.void],
    hazard: NDArray[np.float64],
    delay: NDArray[np.void],
    part: Candidates,
    outcome: NDArray[np.uint8],
    now: int,
    place_waits: Any,
    winners: People,
    won: int,
    quitters: People,
    gave_up: int,
    losers: Candidates,
    wave: NDArray[np.int16],
    at: Ints,
    going_on: int,
) -> tuple[int, int, int]:
    """Part the winners, those who give up and the losers who go on; return how many of each there are now.

    Everyone but the winners has lost one wave more. Losers are given the wave each joins next (-1: none), and
    `at` its instant, if it is not empty. For the eligible, awarded or giving up, the wait for a place is over.
    """
    oldest, coming = joining.waves_open(waves, now, 0)
    for i in range(part.size):
        c = part[i]
        person, lost = np.int64(c.person), np.int64(c.lost) + 1
        if outcome[i] >= selecting.Outcome.PRIORITY.value:
            winners[won] = c.person
            won += 1
            if c.eligible:
                tally(now - c.first_joined, ENDED, *place_waits)
            continue
        tolerated = np.int64(c.tolerated)
        if tolerated == 0:  # so far he has lost no wave
            tolerated = np.int64(min(joining.waves_tolerated(key, patience_mean, person), FOR_EVER))
        if lost >= tolerated and tolerated < FOR_EVER:
            quitters[gave_up] = c.person
            gave_up += 1
            if c.eligible:
                tally(now - c.first_joined, GAVE_UP, *place_waits)
            continue
        number, instant = joining.choose_wave(key, waves, hazard, delay, person, now, lost, oldest, coming)
        wave[going_on] = number
        if at.size:
            if number >= 0 and instant < 0:
                instant = joining.joins_at(key, waves, delay, person, number)
            at[going_on] = instant
        losers[going_on] = c
        losers[going_on].lost = lost
        losers[going_on].tolerated = tolerated
        going_on += 1
    return won, gave_up, going_on


@rule
def _someone_eligible(key: NDArray[np.void], share: float, standing: NDArray[np.uint8]) -> bool:
    for person in range(standing.size):
        if standing[person] == IN_POOL and selecting.is_eligible(key, share, person):
            return True
    return False
