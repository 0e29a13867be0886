"""The pool: who plans to join which wave, who has lost how often, who gives up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.candidates import (
    CANDIDATE,
    Candidates,
    by_wave,
    enter_candidates,
    settle_candidates,
    wave_joined,
)
from sim.engines.cohort.flows import Ints, People
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import Registrations
from sim.engines.cohort.standing import GONE, IN_POOL, Standing
from sim.engines.cohort.standing_kernels import someone_eligible
from sim.engines.cohort.threads import threads_of
from sim.observers.observations import Observations
from sim.programme.ledger import BrokenPromise
from sim.programme.programme import Programme
from sim.rules.selecting import AWARDED

LOSERS = 1 << 20
"""Losers whose next wave is found at a time."""

STANDING_AT_A_TIME = 1 << 20
"""People whose standing is looked at together at the end."""


class Pool:
    """Everyone in the pool, by the wave they plan to join next."""

    def __init__(
        self,
        programme: Programme,
        observations: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
        standing: Standing,
    ) -> None:
        self._programme, self._traits, self._recorder = programme, traits, recorder
        self._registrations, self._standing = registrations, standing
        self._entering_counts = observations.new_counts()
        """Counts of those who enter, who may do so on a thread of their own."""
        self._counts = observations.new_counts()
        self._planned: list[list[Candidates]] = [[] for _ in range(len(programme.waves))]
        self._no_wave: list[Ints] = []
        """When those who join no further wave first joined one, where they were eligible in it."""
        self._no_wave_persons: list[People] = []
        """Who they are, where a service level speaks of the wait for a place."""
        self._closed: dict[int, list[Candidates]] = {}
        self._lock = Lock()
        """Of the lists."""
        self._without_wave = 0
        """How many join no further wave."""
        self._entered = self._awarded = self.gave_up_people = 0

    # Into the pool

    def enter(self, tested: Ints, people: People, registered: Ints) -> None:
        """Enter people, with their registrations, at the instants at which the test is done."""
        counts, programme = self._entering_counts, self._programme
        counts.stamp("tested", tested)
        in_time = tested < programme.horizon
        if np.count_nonzero(in_time) < in_time.size:
            tested, people, registered = tested[in_time], people[in_time], registered[in_time]
        if people.size == 0:
            return
        self._entered += people.size
        self._recorder.put("tested", people, tested)
        self._recorder.put("waves_lost", people, 0)
        counts.wait("registered_to_pool", registered, tested)
        counts.level("registered_to_pool", people, registered, tested)
        packed = np.empty(people.size, dtype=np.uint32)
        candidates, wave = np.empty(people.size, dtype=CANDIDATE), np.empty(people.size, dtype=np.int16)
        table = programme.waves
        enter_candidates(
            programme.key,
            table.waves,
            table.hazard[0],
            programme.join_delay,
            people,
            tested,
            self._traits,
            self._standing,
            packed,
            candidates,
            wave,
        )
        counts.people("pool", packed)
        self._recorder.plan(people, candidates["first_joined"])
        self._keep(candidates, wave, np.empty_like(candidates))

    def _keep(self, candidates: Candidates, wave: NDArray[np.int16], ordered: Candidates) -> None:
        """Put people into the list of the wave that each joins next; `ordered` is a buffer for all of them."""
        # No wave is the last: where -1 points to.
        counts = np.zeros(len(self._planned) + 1, dtype=np.int64)
        by_wave(wave, candidates, counts, ordered)
        ends = np.cumsum(counts)
        with self._lock:
            for number in np.flatnonzero(counts[:-1]).tolist():
                # A copy, so that the slice does not keep all of the others in memory.
                self._planned[number].append(ordered[ends[number] - counts[number] : ends[number]].copy())
            if counts[-1]:
                no_wave = ordered[ends[-1] - counts[-1] : ends[-1]]
                self._without_wave += no_wave.size
                waiting = no_wave[(no_wave["lost"] > 0) & no_wave["eligible"]]
                self._no_wave.append(waiting["first_joined"])
                if self._counts.speaks_of("place"):
                    self._no_wave_persons.append(waiting["person"])

    # Waves

    def joined(self, wave: int) -> tuple[People, NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        with self._lock:
            batches, self._planned[wave] = self._planned[wave], []
        self._closed[wave] = batches
        size = sum(batch.size for batch in batches)
        people, traits = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.uint32)
        counts, begin = self._counts, 0
        for batch in batches:
            rows = slice(begin, begin + batch.size)
            begin += batch.size
            wave_joined(
                batch,
                self._traits,
                people[rows],
                traits[rows],
                counts.counts_of("first_joined"),
                counts.calendar,
                counts.groups_of("joined"),
            )
            if self._recorder.on:
                self._record_first(wave, batch[batch["lost"] == 0])
        if self._recorder.on:
            recorded = self._recorder.recorded(people)
            self._recorder.put("last_joined", recorded, self._recorder.planned(recorded))
            self._recorder.put("last_wave", recorded, wave)
        return people, traits

    def announce(self, wave: int, verdict: NDArray[np.uint8], now: int) -> People:
        """Take out those awarded and return their numbers, ascending; losers go on or give up."""
        batches = self._closed.pop(wave)
        largest = max([min(LOSERS, verdict.size), *(batch.size for batch in batches)])
        losers, ordered = np.empty(largest, dtype=CANDIDATE), np.empty(largest, dtype=CANDIDATE)
        next_wave = np.empty(largest, dtype=np.int16)
        joins_at = np.empty(largest if self._recorder.on else 0, dtype=np.int64)
        quitters = np.empty(largest, dtype=np.uint32)
        winners = np.empty(np.count_nonzero(verdict >= AWARDED), dtype=np.uint32)
        begin = won = gave_up = lost = 0
        batches.reverse()
        while batches:
            batch = batches.pop()
            if lost + gave_up + batch.size > largest:
                self._go_on(losers[:lost], next_wave[:lost], joins_at, ordered)
                self._give_up(quitters[:gave_up], now)
                lost = gave_up = 0
            of_batch = verdict[begin : begin + batch.size]
            begin += batch.size
            self._record_verdict(batch, of_batch, now)
            before = gave_up
            won, gave_up, lost = settle_candidates(
                self._programme.key,
                self._programme.patience_waves,
                self._programme.waves.waves,
                self._programme.waves.hazard[1],
                self._programme.join_delay,
                batch,
                of_batch,
                now,
                self._counts.waits_of("place"),
                winners,
                won,
                quitters,
                gave_up,
                losers,
                next_wave,
                joins_at,
                lost,
            )
            self._hold_place(batch, of_batch, quitters[before:gave_up], now)
        self._go_on(losers[:lost], next_wave[:lost], joins_at, ordered)
        self._give_up(quitters[:gave_up], now)
        awarded: People = np.sort(winners)
        self._standing[awarded] = GONE
        self._awarded += awarded.size
        return awarded

    def _hold_place(self, batch: Candidates, verdict: NDArray[np.uint8], quitters: People, now: int) -> None:
        """Hold the waits for a place, of the eligible whom a wave awards or lets go of, against the service levels."""
        if self._counts.speaks_of("place"):
            awarded = verdict >= AWARDED
            for over, at in ((awarded, now), (np.isin(batch["person"], quitters), NEVER)):
                some = batch[over & batch["eligible"]]
                self._counts.level("place", some["person"], some["first_joined"], at)

    def _go_on(self, losers: Candidates, wave: NDArray[np.int16], joins_at: Ints, ordered: Candidates) -> None:
        if self._recorder.on:
            self._recorder.plan(losers["person"], joins_at[: losers.size])
        self._keep(losers, wave, ordered)

    def _record_verdict(self, batch: Candidates, verdict: NDArray[np.uint8], now: int) -> None:
        recorder = self._recorder
        if recorder.on:
            awarded = verdict >= AWARDED
            recorder.put("awarded_by", batch["person"][awarded], verdict[awarded].astype(np.int64))
            recorder.put("awarded", batch["person"][awarded], now)
            lost = batch[~awarded]
            recorder.put("waves_lost", lost["person"], lost["lost"].astype(np.int64) + 1)

    def _give_up(self, quitters: People, now: int) -> None:
        """Let go of those whose patience ends with a wave."""
        self._recorder.put("gave_up_waves", quitters, now)
        self.gave_up_people += quitters.size
        self._counts.stamp_at("gave_up_waves", now, quitters.size)
        self._standing[quitters] = GONE
        registered = self._registrations.of(quitters)
        self._counts.wait("registered_to_award", registered, NEVER, now)
        for wait in ("registered_to_award", "registered_to_incentive"):
            self._counts.level(wait, quitters, registered, NEVER)

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        return bool(someone_eligible(self._programme.key, eligible, self._standing))

    # The end of the run

    def finish(self, last_announcement: int, open_waves: frozenset[int]) -> None:
        """Observe the waits of those still in the pool, or before it, at the end of the run.

        `open_waves` have opened and are not closed: their newcomers have joined if their instant has come.
        """
        self._refuse_to_lose_anyone()
        end = self._counts.end
        last = last_announcement if 0 <= last_announcement < end else NEVER
        for wave, batches in enumerate(self._planned):
            for batch in batches:
                if wave in open_waves:
                    self._join_before_the_end(wave, batch)
                self._leave_waiting(batch, wave in open_waves, last)
        for batch in (batch for batches in self._closed.values() for batch in batches):
            self._leave_waiting(batch, True, last)
        for first_joined in self._no_wave:
            self._counts.wait("place", first_joined, NEVER, last)
        for persons, first_joined in zip(self._no_wave_persons, self._no_wave, strict=False):
            self._counts.level("place", persons, first_joined, NEVER)
        with ThreadPoolExecutor(threads_of(self._programme)) as threads:
            begins = range(0, self._standing.size, STANDING_AT_A_TIME)
            for people, registered, on_the_way in threads.map(self._still_waiting, begins):
                self._counts.wait("registered_to_pool", registered[on_the_way], NEVER)
                self._counts.level("registered_to_pool", people[on_the_way], registered[on_the_way], NEVER)
                self._counts.wait("registered_to_award", registered, NEVER)
                for wait in ("registered_to_award", "registered_to_incentive"):
                    self._counts.level(wait, people, registered, NEVER)

    def _refuse_to_lose_anyone(self) -> None:
        """Raise BrokenPromise unless whoever entered is in a list, awarded or gave up.

        The census of each day knows of the pool only how many should be in it.
        """
        lists = [*self._planned, *self._closed.values()]
        held = self._without_wave + sum(batch.size for batches in lists for batch in batches)
        if held + self._awarded + self.gave_up_people != self._entered:
            raise BrokenPromise(
                f"people do not add up in the pool: {self._entered} entered, {self._awarded} were awarded, "
                f"{self.gave_up_people} gave up, and {held} are there at the end"
            )

    def _join_before_the_end(self, wave: int, batch: Candidates) -> None:
        """Count and record those of a wave that is still open who have joined it before the end."""
        end, recorder = self._counts.end, self._recorder
        new = batch[(batch["lost"] == 0) & (batch["first_joined"] < end)]
        self._counts.stamp("first_joined", new["first_joined"])
        self._counts.people("joined", self._traits[new["person"]])
        self._record_first(wave, new)
        people = recorder.recorded(batch["person"])
        at = recorder.planned(people)
        recorder.put("last_joined", people[at < end], at[at < end])
        recorder.put("last_wave", people[at < end], wave)

    def _still_waiting(self, first: int) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Return who is not yet gone, when they registered, and whether they are still on the way to the pool."""
        standing = self._standing[first : first + STANDING_AT_A_TIME]
        waiting = np.flatnonzero(standing < GONE)
        people = waiting + first
        return people, self._registrations.of(people), standing[waiting] < IN_POOL

    def _leave_waiting(self, batch: Candidates, opened: bool, last: int) -> None:
        """Observe the wait for a place, from first joining, of the eligible who still wait at the end."""
        joined = (batch["lost"] > 0) | (opened & (batch["first_joined"] < self._counts.end))
        some = batch[joined & batch["eligible"]] if self._counts.speaks_of("place") else None
        self._counts.wait("place", batch["first_joined"][joined & batch["eligible"]], NEVER, last)
        if some is not None:
            self._counts.level("place", some["person"], some["first_joined"], NEVER)

    def _record_first(self, wave: int, newcomers: Any) -> None:
        self._recorder.put("first_joined", newcomers["person"], newcomers["first_joined"])
        self._recorder.put("first_wave", newcomers["person"], wave)
