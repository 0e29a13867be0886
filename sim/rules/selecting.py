"""Who of a wave is selected: eligibility, the shares by law, the lottery, the face check."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel
from sim.rules.eligibility import is_eligible_packed
from sim.rules.face_check import fails_face_check
from sim.rules.lottery import LOTTERY_BLOCKS, lottery_keys, take_smallest
from sim.rules.luck import Key
from sim.rules.priority_and_regional_shares import STAGES, SharesRecord, group_of_share, places_until


class Verdict(IntEnum):
    """What a wave says to one who joined it."""

    NOT_ELIGIBLE = 0
    NOT_DRAWN = 1
    FACE_CHECK_FAILED = 2
    PRIORITY = 3
    REGIONAL = 4
    AFFIRMATIVE = 5
    LOTTERY = 6


AWARDED = int(Verdict.PRIORITY)
"""Verdicts from this one on award a place."""

_NOT_DRAWN, _FAILED = int(Verdict.NOT_DRAWN), int(Verdict.FACE_CHECK_FAILED)


@kernel
def select(
    key: Key,
    shares: SharesRecord,
    named: int,
    eligible: float,
    face_check_fails: float,
    places: int,
    people: NDArray[Any],
    packed: NDArray[np.uint32],
) -> NDArray[np.uint8]:
    """Return the verdict of a wave, `named` so, on each of those who joined it (numbers in any order, and traits)."""
    verdict = np.empty(people.size, dtype=np.uint8)
    for i in range(people.size):
        verdict[i] = is_eligible_packed(key, eligible, np.int64(people[i]), packed[i])
    keys, among = np.empty(people.size, dtype=np.uint64), np.empty(people.size, dtype=np.int32)
    taken = 0
    for stage in range(STAGES):
        group = group_of_share(stage)
        count = 0
        for i in range(people.size):
            among[count] = i
            count += int(verdict[i] == _NOT_DRAWN) & (int(packed[i] & group != 0) | int(stage == STAGES - 1))
        # What earlier shares left unfilled is part of this one.
        open_places = places_until(shares, stage, places) - taken
        if count > open_places:
            lottery_keys(key, LOTTERY_BLOCKS[stage], named, people, among[:count], keys)
        taken += take_smallest(keys, people, among[:count], open_places, verdict, AWARDED + stage)
    if face_check_fails > 0.0:
        for i in range(people.size):
            if verdict[i] >= AWARDED and fails_face_check(key, face_check_fails, np.int64(people[i]), named):
                verdict[i] = _FAILED
    return verdict
