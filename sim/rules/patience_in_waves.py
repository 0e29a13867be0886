"""How many waves a person joins and loses before giving up: who goes on after losing."""

from __future__ import annotations

from math import log

from sim.rules.compiling import rule
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

WAVES_TOLERATED = Block("patience in waves")
TOLERANCE = WAVES_TOLERATED.half(0, "waves tolerated")
TOLERANCE_BLOCK = WAVES_TOLERATED.number

FOR_EVER = 1 << 30
"""Waves tolerated by one who never gives up; more than any run has waves."""


@rule
def waves_tolerated_from(words: Words, mean: float) -> int:
    """Return what `waves_tolerated` does, from the words of luck."""
    if mean <= 0.0:
        return FOR_EVER
    if mean <= 1.0:
        return 1
    return 1 + int(log(1.0 - TOLERANCE(words)) / log(1.0 - 1.0 / mean))


@rule
def waves_tolerated(key: Key, mean: float, person: Whole) -> int:
    """Return how many waves a person joins and loses before giving up: geometric with a mean, 0 for ever."""
    return waves_tolerated_from(luck(key, TOLERANCE_BLOCK, person, 0), mean)


@rule
def goes_on(lost: Whole, tolerated: Whole) -> bool:
    """Return whether one who has lost a number of waves stays in the pool."""
    return bool(lost < tolerated)
