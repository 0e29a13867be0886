"""Who of a wave is selected: eligibility, priority, regional and affirmative shares, then the lottery."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.luck import Group, luck, uniform
from sim.rules.people import Trait

SHARES = np.dtype([("priority", "f8"), ("regional", "f8"), ("affirmative", "f8")])
"""Shares of a quota; the rest goes by lottery, and what a share cannot fill spills to the next."""


class Outcome(IntEnum):
    """What a wave says to one who joined it."""

    NOT_ELIGIBLE = 0
    NOT_DRAWN = 1
    FACE_CHECK_FAILED = 2
    PRIORITY = 3
    REGIONAL = 4
    AFFIRMATIVE = 5
    LOTTERY = 6


@rule
def is_eligible(key: NDArray[np.void], share: float, person: int) -> bool:
    """Return whether a person is eligible where a share of applicants is: one draw a person, for all waves."""
    drawn: float = uniform(luck(key, Group.STANDING.value, person, 0)[3])
    return drawn < share


@rule
def is_eligible_one(key: NDArray[np.void], share: float, person: int, packed: Any) -> bool:
    """Return the same as `is_eligible` of a person whose traits are known."""
    at_the_share = np.int64(share * 1024.0)
    ten_bits: Any = np.int64(packed >> np.uint32(Trait.ELIGIBILITY_LUCK.value))
    if ten_bits == at_the_share:
        eligible: bool = is_eligible(key, share, person)
        return eligible
    return ten_bits < at_the_share


@rule
def take_smallest(
    keys: NDArray[np.uint64], people: Any, among: NDArray[np.int32], count: int, outcome: Any, code: int
) -> int:
    """Give `code` to the `count` smallest of (key, number) among some positions; return how many.

    A histogram of the upper 16 bits finds the one bin in which the limit falls; only that is sorted.
    """
    if among.size <= count:
        for i in among:
            outcome[i] = code
        return among.size
    bins = np.zeros(1 << 16, dtype=np.int64)
    for i in among:
        bins[keys[i] >> uint64(48)] += 1
    taken = 0
    limit = 0
    while taken + bins[limit] <= count:
        taken += bins[limit]
        limit += 1
    at_limit = np.empty(bins[limit], dtype=np.int32)
    n = 0
    for i in among:
        top = np.int64(keys[i] >> uint64(48))
        outcome[i] = code if top < limit else outcome[i]
        if top == limit:
            at_limit[n] = i
            n += 1
    at_limit = at_limit[np.argsort(people[at_limit])]
    order = np.argsort(keys[at_limit], kind="mergesort")  # stable: equal keys go by number
    for j in range(count - taken):
        outcome[at_limit[order[j]]] = code
    return count


@rule
def select(
    key: NDArray[np.void],
    shares: NDArray[np.void],
    wave: int,
    eligible: float,
    face_check_fails: float,
    places: int,
    people: NDArray[Any],
    packed: NDArray[np.uint32],
) -> NDArray[np.uint8]:
    """Return the outcome of a wave for each of those who joined it (their numbers in any order, and traits)."""
    outcome = np.empty(people.size, dtype=np.uint8)
    for i in range(people.size):
        outcome[i] = is_eligible_one(key, eligible, np.int64(people[i]), packed[i])
    keys, among = np.empty(people.size, dtype=np.uint64), np.empty(people.size, dtype=np.int32)
    s = shares[0]
    affirmative = np.uint32(1 << Trait.DISABILITY.value | 1 << Trait.RETURNED_MIGRANT.value)
    left = places
    reserved = 0.0
    for stage in range(4):
        if stage == 0:
            reserved += s.priority * places
            group = np.uint32(1 << Trait.LISTED_WORKER.value)
        elif stage == 1:
            reserved += s.regional * places
            group = np.uint32(1 << Trait.LAGGING.value)
        elif stage == 2:
            reserved += s.affirmative * places
            group = affirmative
        else:
            reserved = float(places)
            group = np.uint32(0xFFFFFFFF)
        count = 0
        for i in range(people.size):
            among[count] = i
            count += int(outcome[i] == 1) & int(packed[i] & group != 0) | int(outcome[i] == 1) & int(stage == 3)
        # What earlier shares left unfilled is part of this one: the floor of all reserved, less those taken.
        open_places = min(int(reserved + 1e-6), places) - (places - left)
        if count > open_places:
            # A draw of its own for each share: who lost the one before has the same chance in the next.
            for position in among[:count]:
                keys[position] = luck(key, Group.LOTTERY.value, np.int64(people[position]), wave)[stage]
        left -= take_smallest(keys, people, among[:count], open_places, outcome, 3 + stage)
    if face_check_fails > 0.0:
        for i in range(people.size):
            if outcome[i] >= 3:
                drawn = uniform(luck(key, Group.WAVE.value, np.int64(people[i]), wave)[3])
                if drawn < face_check_fails:
                    outcome[i] = 2
    return outcome
