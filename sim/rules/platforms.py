"""The platform on which a participant buys a course: one draw over the shares of those that are there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

PLATFORM = Block("platform", occurrence="purchase")
CHOICE = PLATFORM.half(0, "platform")
PATIENCE = PLATFORM.half(1, "patience for a class")
PLATFORM_BLOCK = PLATFORM.number

NOWHERE = -1
"""The platform where none is there."""


@rule
def row_in_force(since: NDArray[np.int64], at: int) -> int:
    """Return the row of shares in force at an instant; the first begins before everything."""
    row = 0
    for each in range(1, since.size):  # without a branch: a misprediction costs more than a few additions
        row += int(since[each] <= at)
    return row


@rule
def platform_of(words: Words, cumulative: NDArray[np.float64]) -> int:
    """Return what `choose_platform` does, from the words of luck and the row of shares in force."""
    if cumulative[-1] <= 0.0:
        return NOWHERE
    u = CHOICE(words)
    platform = 0
    for each in range(cumulative.size - 1):
        platform += int(u >= cumulative[each])
    return platform


@rule
def choose_platform(
    key: Key, since: NDArray[np.int64], shares: NDArray[np.float64], person: Whole, purchase: Whole, at: int
) -> int:
    """Return the platform to which a person comes for a course, their number `purchase`; NOWHERE if none is there.

    `shares` are cumulative [row, platform], each row in force from `since` on. The draw is the same at every try.
    """
    row = row_in_force(since, at)
    return platform_of(luck(key, PLATFORM_BLOCK, person, purchase), shares[row])
