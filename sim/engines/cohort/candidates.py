"""Candidates of the pool as records, and the kernels that plan their next wave and settle a wave's verdicts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.standing import IN_POOL, Standing
from sim.observers.counting import ENDED, GAVE_UP, count_stamp, group_of, tally
from sim.rules.compiling import kernel, rule
from sim.rules.eligibility import is_eligible_packed
from sim.rules.joining import (
    NEXT_WAVE_BLOCK,
    WAVE_BLOCK,
    WaveTable,
    choose_wave,
    joins_at,
    joins_at_from,
    waves_open,
)
from sim.rules.laws import LawRecord
from sim.rules.luck import CHUNK, Key, deal, deal_each, words_at
from sim.rules.patience_in_waves import TOLERANCE_BLOCK, goes_on, waves_tolerated_from
from sim.rules.prefetch import ROWS_AHEAD, prefetch
from sim.rules.selecting import AWARDED
from sim.rules.whole import Whole

Ints = NDArray[np.int64]
People = NDArray[np.uint32]

CANDIDATE = np.dtype([("person", "u4"), ("lost", "u2"), ("tolerated", "u2"), ("first_joined", "i8"), ("eligible", "?")])
"""One of the pool: number, waves lost and tolerated (0: not drawn yet), when they first joined a wave (of
newcomers: when they will, µs), and whether they were eligible in it. Packed: this is what memory goes to."""

Candidates = NDArray[np.void]

FOR_EVER = 65_535
"""Waves tolerated by one who never gives up, in 16 bits; more than any run has waves."""


@kernel
def enter_candidates(
    key: Key,
    waves: WaveTable,
    hazard: NDArray[np.float64],
    delay: LawRecord,
    people: People,
    tested: Ints,
    traits: NDArray[np.uint32],
    standing: Standing,
    packed: NDArray[np.uint32],
    candidates: Candidates,
    wave: NDArray[np.int16],
) -> None:
    """Make those who enter the pool candidates of the wave each joins first (-1: none), with its instant."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    instants, numbers = np.empty(CHUNK, dtype=np.int64), np.empty(CHUNK, dtype=np.int64)
    named = np.empty(CHUNK, dtype=np.int64)
    coming = 0
    for begin in range(0, people.size, CHUNK):
        count = min(CHUNK, people.size - begin)
        deal(key, NEXT_WAVE_BLOCK, people[begin : begin + count], 0, words)
        for i in range(count):
            ahead = np.int64(people[min(begin + i + ROWS_AHEAD, people.size - 1)])
            prefetch(traits, ahead)
            prefetch(standing, ahead)
            person, at = np.int64(people[begin + i]), tested[begin + i]
            standing[person] = IN_POOL
            packed[begin + i] = traits[person]
            oldest, coming = waves_open(waves, at, coming)
            numbers[i], instants[i] = choose_wave(
                key, waves, hazard, delay, words_at(words, i), person, at, 0, oldest, coming
            )
            named[i] = np.int64(waves[max(numbers[i], 0)].named) if waves.size else 0
        deal_each(key, WAVE_BLOCK, people[begin : begin + count], named[:count], words)
        for i in range(count):
            number, at = numbers[i], instants[i]
            if number >= 0 and at < 0:
                at = joins_at_from(words_at(words, i), waves, delay, number)
            wave[begin + i] = number
            c = candidates[begin + i]
            c.person = people[begin + i]
            c.lost = 0
            c.tolerated = 0
            c.first_joined = at if number >= 0 else NEVER
            c.eligible = number >= 0 and is_eligible_packed(
                key, waves[number].eligible, np.int64(people[begin + i]), packed[begin + i]
            )


@kernel
def by_wave(wave: NDArray[np.int16], candidates: Candidates, counts: Ints, ordered: Candidates) -> None:
    """Count candidates by wave and put them in order of wave; -1 counts as the last."""
    for i in range(wave.size):
        counts[wave[i]] += 1
    begins = np.cumsum(counts) - counts
    for i in range(wave.size):
        ordered[begins[wave[i]]] = candidates[i]
        begins[wave[i]] += 1


@kernel
def wave_joined(
    candidates: Candidates,
    traits: NDArray[np.uint32],
    people: People,
    packed: NDArray[np.uint32],
    first_joined: Any,
    calendar: Any,
    groups: Ints,
) -> None:
    """Fill who has joined a wave, with their traits; count the newcomers among them."""
    days, on_the_day = first_joined
    for i in range(candidates.size):
        prefetch(traits, np.int64(candidates[min(i + ROWS_AHEAD, candidates.size - 1)].person))
        c = candidates[i]
        people[i] = c.person
        packed[i] = traits[np.int64(c.person)]
        if c.lost == 0:
            count_stamp(c.first_joined, days, on_the_day, calendar)
            groups[group_of(packed[i])] += 1


@rule
def _settle(
    c: Any,
    verdict: Whole,
    lost: Whole,
    tolerated: Whole,
    now: int,
    place_waits: Any,
) -> int:
    """Return what becomes of one who joined a wave: 0 awarded, 1 gives up, 2 goes on; end the wait of the eligible."""
    if verdict >= AWARDED:
        if c.eligible:
            tally(now - c.first_joined, ENDED, *place_waits)
        return 0
    if goes_on(lost, tolerated):
        return 2
    if c.eligible:
        tally(now - c.first_joined, GAVE_UP, *place_waits)
    return 1


@kernel
def settle_candidates(
    key: Key,
    patience_mean: float,
    waves: WaveTable,
    hazard: NDArray[np.float64],
    delay: LawRecord,
    batch: Candidates,
    verdict: NDArray[np.uint8],
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
    """Separate the winners, those who give up and the losers who go on; return how many of each there are now.

    Everyone but the winners has lost one wave more. Losers are given the wave each joins next (-1: none), and
    `at` its instant, if it is not empty. For the eligible, awarded or giving up, the wait for a place is over.
    """
    oldest, coming = waves_open(waves, now, 0)
    tolerance, next_wave = np.empty((4, CHUNK), dtype=np.uint32), np.empty((4, CHUNK), dtype=np.uint32)
    people, lost = np.empty(CHUNK, dtype=np.uint32), np.empty(CHUNK, dtype=np.int64)
    for begin in range(0, batch.size, CHUNK):
        count = min(CHUNK, batch.size - begin)
        for i in range(count):
            people[i] = batch[begin + i].person
            lost[i] = np.int64(batch[begin + i].lost) + 1
        deal(key, TOLERANCE_BLOCK, people[:count], 0, tolerance)
        deal_each(key, NEXT_WAVE_BLOCK, people[:count], lost[:count], next_wave)
        for i in range(count):
            c, person = batch[begin + i], np.int64(people[i])
            tolerated = np.int64(c.tolerated)
            if tolerated == 0:  # so far they have lost no wave
                tolerated = np.int64(min(waves_tolerated_from(words_at(tolerance, i), patience_mean), FOR_EVER))
            fate = _settle(c, verdict[begin + i], lost[i], tolerated, now, place_waits)
            if fate == 0:
                winners[won] = c.person
                won += 1
                continue
            if fate == 1:
                quitters[gave_up] = c.person
                gave_up += 1
                continue
            number, instant = choose_wave(
                key, waves, hazard, delay, words_at(next_wave, i), person, now, lost[i], oldest, coming
            )
            wave[going_on] = number
            if at.size:
                if number >= 0 and instant < 0:
                    instant = joins_at(key, waves, delay, person, number)
                at[going_on] = instant
            losers[going_on] = c
            losers[going_on].lost = lost[i]
            losers[going_on].tolerated = tolerated
            going_on += 1
    return won, gave_up, going_on
