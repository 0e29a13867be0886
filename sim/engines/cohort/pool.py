"""The pool: who plans to join which wave, who has lost how often, who gives up."""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.flows import EMPTY, Ints, People
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Registrations
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules import joining, selecting
from sim.rules.compiling import rule

CANDIDATE = np.dtype([("person", "u4"), ("lost", "u2"), ("tolerated", "u2"), ("first_joined", "i8"), ("eligible", "?")])
"""One of the pool: number, waves lost and tolerated, when he first joined a wave (of newcomers: when they will,
µs), and whether he was eligible in it. Packed: this is what memory goes to."""

FOR_EVER = 65_535
"""Waves tolerated by one who never gives up; more than any run has waves."""

Candidates = NDArray[np.void]

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
        self._closed: dict[int, Candidates] = {}
        self._lock = Lock()
        self.gave_up_people = 0
        self._standing = np.zeros(programme.people, dtype=np.uint8)
        """Where each person stands: on the way to the pool, in it, or no more."""

    # Into the pool

    def enter(self, tested: Ints, persons: People) -> None:
        """Enter people at the instants at which the test is done; called from the applicants' side."""
        seen, programme = self._seen_entering, self._programme
        seen.stamp("tested", tested)
        in_time = tested < seen.end
        if not in_time.all():
            tested, persons = tested[in_time], persons[in_time]
        if persons.size == 0:
            return
        self._recorder.put("tested", persons, tested)
        self._recorder.put("waves_lost", persons, 0)
        self._standing[persons] = IN_POOL
        seen.wait("registered_to_pool", self._registrations.of_recent(persons), tested)
        seen.people("pool", self._traits[persons])
        candidates = np.empty(persons.size, dtype=CANDIDATE)
        _newcomers(programme.key, programme.patience_waves, persons, candidates)
        self._plan(candidates, tested)

    def turn_away(self, persons: People, at: Ints) -> None:
        """Observe those who were refused, or gave up, on the way to the pool."""
        seen = self._seen_entering
        in_time = at < seen.end
        if not in_time.all():
            persons, at = persons[in_time], at[in_time]
        if persons.size:
            self._standing[persons] = GONE
            registered, never = self._registrations.of_recent(persons), np.full(at.size, NEVER)
            seen.wait("registered_to_pool", registered, never, at)
            seen.wait("registered_to_award", registered, never, at)

    def _plan(self, candidates: Candidates, since: Ints) -> None:
        """Put people into the list of the wave that each joins next, from the instant(s) `since`."""
        programme, table = self._programme, self._programme.waves
        wave, at = np.empty(candidates.size, dtype=np.int16), np.empty(candidates.size, dtype=np.int64)
        recorded = (self._recorder.first, self._recorder.last)
        _plan(
            programme.key,
            table.waves,
            *table.hazard,
            programme.join_delay,
            candidates,
            since,
            *recorded,
            wave,
            at,
        )
        self._recorder.plan(candidates["person"], at)
        # No wave is the last: where -1 points to.
        counts = np.zeros(len(self._planned) + 1, dtype=np.int64)
        ordered = np.empty(candidates.size, dtype=CANDIDATE)
        _by_wave(wave, candidates, counts, ordered)
        ends = np.cumsum(counts)
        with self._lock:
            for number in np.flatnonzero(counts[:-1]).tolist():
                # A copy, so that the part does not keep all of the others in memory.
                self._planned[number].append(ordered[ends[number] - counts[number] : ends[number]].copy())
            if counts[-1]:
                no_wave = ordered[ends[-2] : ends[-1]] if ends.size > 1 else ordered
                self._no_wave.append(no_wave["first_joined"][(no_wave["lost"] > 0) & no_wave["eligible"]])

    # Waves

    def joined(self, wave: int) -> tuple[Ints, NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        with self._lock:
            parts, self._planned[wave] = self._planned[wave], []
        candidates = np.empty(sum(part.size for part in parts), dtype=CANDIDATE)
        begin = 0
        for part in parts:
            candidates[begin : begin + part.size] = part
            begin += part.size
        self._closed[wave] = candidates
        persons, traits = np.empty(begin, dtype=np.int64), np.empty(begin, dtype=np.uint32)
        newcomers, first_joined = np.empty(begin, dtype=np.uint32), np.empty(begin, dtype=np.int64)
        count = _joined(candidates, self._traits, persons, traits, newcomers, first_joined)
        self._observe_newcomers(wave, newcomers[:count], first_joined[:count])
        if self._recorder.on:
            recorded = self._recorder.recorded(persons)
            self._recorder.put("last_joined", recorded, self._recorder.planned(recorded))
            self._recorder.put("last_wave", recorded, wave)
        return persons, traits

    def announce(self, wave: int, outcome: NDArray[np.uint8], now: int) -> People:
        """Take out those awarded and return their numbers, ascending; losers go on or give up."""
        candidates = self._closed.pop(wave)
        if self._recorder.on:
            awarded = outcome >= selecting.Outcome.PRIORITY
            self._recorder.put("awarded_by", candidates["person"][awarded], outcome[awarded].astype(np.int64))
            self._recorder.put("awarded", candidates["person"][awarded], now)
        parted = np.empty_like(candidates)
        won, going_on = _part(candidates, outcome, parted)
        winners, losers, quitters = parted[:won], parted[won:going_on], parted[going_on:]
        self._standing[winners["person"]] = GONE
        self._observe_place(winners, np.full(winners.size, now), EMPTY)

        self._recorder.put("waves_lost", losers["person"], losers["lost"].astype(np.int64))
        self._recorder.put("waves_lost", quitters["person"], quitters["lost"].astype(np.int64))
        self._recorder.put("gave_up_waves", quitters["person"], now)
        self.gave_up_people += quitters.size
        left, never = np.full(quitters.size, now), np.full(quitters.size, NEVER)
        self._seen.stamp("gave_up_waves", left)
        self._standing[quitters["person"]] = GONE
        self._observe_place(quitters, never, left)
        self._seen.wait("registered_to_award", self._registrations.of(quitters["person"]), never, left)
        self._plan(losers, np.array([now]))
        return np.sort(winners["person"])

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
                    self._observe_newcomers(wave, new["person"], new["first_joined"])
                    persons = self._recorder.recorded(part["person"])
                    at = self._recorder.planned(persons)
                    self._recorder.put("last_joined", persons[at < end], at[at < end])
                    self._recorder.put("last_wave", persons[at < end], wave)
                self._leave_standing(part, wave in open_waves, last)
        for closed in self._closed.values():
            self._leave_standing(closed, True, last)
        for first_joined in self._no_wave:
            never = np.full(first_joined.size, NEVER)
            self._seen.wait("place", first_joined, never, np.full(first_joined.size, last))
        for first in range(0, self._standing.size, 1 << 22):
            standing = self._standing[first : first + (1 << 22)]
            for name, until in (("registered_to_pool", IN_POOL), ("registered_to_award", GONE)):
                registered = self._registrations.of(np.flatnonzero(standing < until) + first)
                self._seen.wait(name, registered, np.full(registered.size, NEVER))

    def _leave_standing(self, part: Candidates, opened: bool, last: int) -> None:
        joined = (part["lost"] > 0) | (opened & (part["first_joined"] < self._seen.end))
        waiting = part[joined]
        self._observe_place(waiting, np.full(waiting.size, NEVER), np.full(waiting.size, last))

    # What is observed

    def _observe_newcomers(self, wave: int, persons: People, first_joined: Ints) -> None:
        self._seen.stamp("first_joined", first_joined)
        self._seen.people("joined", self._traits[persons])
        self._recorder.put("first_joined", persons, first_joined)
        self._recorder.put("first_wave", persons, wave)

    def _observe_place(self, candidates: Candidates, awarded: Ints, gave_up: Ints) -> None:
        """Observe the wait for a place, from first joining, of the eligible."""
        eligible = candidates["eligible"]
        gave_up = gave_up[eligible] if gave_up.size else gave_up
        self._seen.wait("place", candidates["first_joined"][eligible], awarded[eligible], gave_up)


@rule
def _newcomers(key: NDArray[np.void], mean: float, persons: People, candidates: Candidates) -> None:
    for i in range(persons.size):
        c = candidates[i]
        c.person = persons[i]
        c.lost = 0
        c.tolerated = min(joining.waves_tolerated(key, mean, np.int64(persons[i])), FOR_EVER)
        c.first_joined = NEVER
        c.eligible = False


@rule
def _plan(
    key: NDArray[np.void],
    waves: NDArray[np.void],
    newcomers: NDArray[np.float64],
    losers: NDArray[np.float64],
    delay: NDArray[np.void],
    candidates: Candidates,
    since: Ints,
    first: int,
    last: int,
    wave: NDArray[np.int16],
    at: Ints,
) -> None:
    """Fill the wave each joins next (-1: none); the instant only of newcomers and of people who are recorded."""
    for i in range(candidates.size):
        c = candidates[i]
        person = np.int64(c.person)
        begin = since[i if since.size > 1 else 0]
        hazard = losers if c.lost else newcomers
        number, instant = joining.choose_wave(key, waves, hazard, delay, person, begin, np.int64(c.lost))
        wave[i] = number
        at[i] = instant
        if number < 0:
            continue
        if instant < 0 and (c.lost == 0 or first <= person < last):
            at[i] = joining.joins_at(key, waves, delay, person, number)
        if c.lost == 0:
            c.first_joined = at[i]
            c.eligible = selecting.is_eligible(key, waves[number].eligible, person)


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
    persons: Ints,
    packed: NDArray[np.uint32],
    newcomers: People,
    first_joined: Ints,
) -> int:
    """Fill who has joined, with their traits, and the newcomers among them; return how many those are."""
    new = 0
    for i in range(candidates.size):
        person = candidates[i].person
        persons[i] = person
        packed[i] = traits[person]
        if candidates[i].lost == 0:
            newcomers[new] = person
            first_joined[new] = candidates[i].first_joined
            new += 1
    return new


@rule
def _part(candidates: Candidates, outcome: NDArray[np.uint8], parted: Candidates) -> tuple[int, int]:
    """Fill `parted` with the winners, the losers who go on, and those who give up; return where the first two end.

    Everyone but the winners has lost one wave more.
    """
    won = 0
    for i in range(candidates.size):
        won += outcome[i] >= selecting.Outcome.PRIORITY.value
    winner, loser, quitter = 0, won, candidates.size
    for i in range(candidates.size):
        if outcome[i] >= selecting.Outcome.PRIORITY.value:
            parted[winner] = candidates[i]
            winner += 1
            continue
        lost = candidates[i].lost + 1
        if lost >= candidates[i].tolerated and candidates[i].tolerated < FOR_EVER:
            quitter -= 1
            parted[quitter] = candidates[i]
            parted[quitter].lost = lost
        else:
            parted[loser] = candidates[i]
            parted[loser].lost = lost
            loser += 1
    return won, loser


@rule
def _someone_eligible(key: NDArray[np.void], share: float, standing: NDArray[np.uint8]) -> bool:
    for person in range(standing.size):
        if standing[person] == IN_POOL and selecting.is_eligible(key, share, person):
            return True
    return False
