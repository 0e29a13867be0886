"""The pool: who plans to join which wave, who has lost how often, who gives up."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.flows import EMPTY, Ints, People
from sim.engines.cohort.recorder import Recorder
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules import joining, selecting
from sim.rules.compiling import rule
from sim.rules.registering import registrations_of

CANDIDATE = np.dtype(
    [("person", "u4"), ("lost", "u2"), ("tolerated", "u2"), ("first_joined", "i8"), ("eligible", "?")]
)
"""One of the pool: number, waves lost and tolerated, when he first joined a wave (of newcomers: when they will,
µs), and whether he was eligible in it. Packed: this is what memory goes to."""

FOR_EVER = 65_535
"""Waves tolerated by one who never gives up; more than any run has waves."""

Candidates = NDArray[np.void]


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
        self._planned: list[list[Candidates]] = [[] for _ in range(len(programme.waves) + 1)]
        """By wave; the last are those who join no further wave."""
        self._closed: dict[int, Candidates] = {}
        self._lock = Lock()
        self.gave_up_people = 0
        self.gone = np.zeros(programme.people, dtype=bool)
        """Who has entered the pool, was refused or gave up on the way."""

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
        self.gone[persons] = True
        seen.wait("registered_to_pool", self._registered(persons), tested)
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
            self.gone[persons] = True
            registered, never = self._registered(persons), np.full(at.size, NEVER)
            seen.wait("registered_to_pool", registered, never, at)
            seen.wait("registered_to_award", registered, never, at)

    def _plan(self, candidates: Candidates, since: Ints) -> None:
        """Put people into the list of the wave that each joins next, from the instant(s) `since`."""
        programme, table = self._programme, self._programme.waves
        wave, at = np.empty(candidates.size, dtype=np.int16), np.empty(candidates.size, dtype=np.int64)
        recorded = (self._recorder.first, self._recorder.last)
        _plan(
            programme.key, table.waves, *table.hazard, programme.join_delay, candidates, since, *recorded, wave, at
        )
        self._recorder.plan(candidates["person"], at)
        # No wave is the last list: where -1 points to.
        counts = np.zeros(len(self._planned), dtype=np.int64)
        ordered = np.empty(candidates.size, dtype=CANDIDATE)
        _by_wave(wave, candidates, counts, ordered)
        ends = np.cumsum(counts)
        with self._lock:
            for number in np.flatnonzero(counts).tolist():
                self._planned[number].append(ordered[ends[number] - counts[number] : ends[number]])

    # Waves

    def joined(self, wave: int) -> tuple[Ints, NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        with self._lock:
            candidates = np.concatenate([np.empty(0, dtype=CANDIDATE), *self._planned[wave]])
            self._planned[wave] = []
        self._closed[wave] = candidates
        self._observe_newcomers(wave, candidates[candidates["lost"] == 0])
        if self._recorder.on:
            persons = self._recorder.recorded(candidates["person"])
            self._recorder.put("last_joined", persons, self._recorder.planned(persons))
            self._recorder.put("last_wave", persons, wave)
        return candidates["person"].astype(np.int64), self._traits[candidates["person"]]

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
        self._observe_place(winners, np.full(winners.size, now), EMPTY)

        self._recorder.put("waves_lost", losers["person"], losers["lost"].astype(np.int64))
        self._recorder.put("waves_lost", quitters["person"], quitters["lost"].astype(np.int64))
        self._recorder.put("gave_up_waves", quitters["person"], now)
        self.gave_up_people += quitters.size
        left, never = np.full(quitters.size, now), np.full(quitters.size, NEVER)
        self._seen.stamp("gave_up_waves", left)
        self._observe_place(quitters, never, left)
        self._seen.wait("registered_to_award", self._registered(quitters["person"]), never, left)
        self._plan(losers, np.array([now]))
        return np.sort(winners["person"])

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        groups = [*self._closed.values(), *(part for planned in self._planned for part in planned)]
        return any(_someone_eligible(self._programme.key, eligible, group) for group in groups)

    def finish(self, last_announcement: int, open_waves: frozenset[int]) -> None:
        """Observe the waits of those still in the pool, or before it, at the end of the run.

        `open_waves` have opened and are not closed: their newcomers have joined if their instant has come.
        """
        end = self._seen.end
        last = last_announcement if 0 <= last_announcement < end else NEVER
        for wave, parts in enumerate(self._planned):
            for part in parts:
                if wave in open_waves:
                    self._observe_newcomers(wave, part[(part["lost"] == 0) & (part["first_joined"] < end)])
                    persons = self._recorder.recorded(part["person"])
                    at = self._recorder.planned(persons)
                    self._recorder.put("last_joined", persons[at < end], at[at < end])
                    self._recorder.put("last_wave", persons[at < end], wave)
                self._leave_standing(part, wave in open_waves, last)
        for closed in self._closed.values():
            self._leave_standing(closed, True, last)
        before = np.flatnonzero(~self.gone)
        registered, never = self._registered(before), np.full(before.size, NEVER)
        self._seen.wait("registered_to_pool", registered, never)
        self._seen.wait("registered_to_award", registered, never)

    def _leave_standing(self, part: Candidates, opened: bool, last: int) -> None:
        joined = (part["lost"] > 0) | (opened & (part["first_joined"] < self._seen.end))
        waiting = part[joined]
        self._observe_place(waiting, np.full(waiting.size, NEVER), np.full(waiting.size, last))
        self._seen.wait("registered_to_award", self._registered(part["person"]), np.full(part.size, NEVER))

    # What is observed

    def _observe_newcomers(self, wave: int, newcomers: Candidates) -> None:
        self._seen.stamp("first_joined", newcomers["first_joined"])
        self._seen.people("joined", self._traits[newcomers["person"]])
        self._recorder.put("first_joined", newcomers["person"], newcomers["first_joined"])
        self._recorder.put("first_wave", newcomers["person"], wave)

    def _observe_place(self, candidates: Candidates, awarded: Ints, gave_up: Ints) -> None:
        """Observe the wait for a place, from first joining, of the eligible."""
        eligible = candidates["eligible"]
        gave_up = gave_up[eligible] if gave_up.size else gave_up
        self._seen.wait("place", candidates["first_joined"][eligible], awarded[eligible], gave_up)

    def _registered(self, persons: NDArray[Any]) -> Ints:
        """Return when people registered, drawn again from their luck."""
        instants = np.empty(persons.size, dtype=np.int64)
        registrations_of(self._programme.key, *self._programme.curve, self._programme.people, persons, instants)
        return instants


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
def _someone_eligible(key: NDArray[np.void], share: float, candidates: Candidates) -> bool:
    for i in range(candidates.size):
        if selecting.is_eligible(key, share, np.int64(candidates[i].person)):
            return True
    return False
