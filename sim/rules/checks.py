"""Checks on the way to the pool: who passes, and who of those who failed tries again, and when."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

CHECK = np.dtype(
    [
        ("first", "i8"),
        ("passes", "f8"),
        ("retry_share", "f8"),
        ("retry_passes", "f8"),
        ("attempts", "i8"),
        ("delay", LAW),
    ]
)
"""A check: share passed at the first try by people from number `first` on; share of the failed who try again, share
they pass, tries in all, and the delay until they come back."""

CheckRecord = NewType("CheckRecord", NDArray[np.void])
"""A row for each cohort of registration, which differ in the share passed at the first try; the first is of all before
the second. A person's number is the order of registration, so that it tells the cohort."""

LANES = Block("check", occurrence="attempt")
"""The lanes of the block that each check has of its own."""
PASSES = LANES.quarter(0, "passes")
TRIES_AGAIN = LANES.quarter(1, "tries again")
RETRY_DELAY = LANES.half(1, "delay of the retry")


@rule
def share_passed(check: CheckRecord, person: Whole) -> float:
    """Return the share of a person's cohort who pass a check at the first try."""
    cohort = check.size - 1
    while cohort > 0 and person < check[cohort].first:  # most who come registered lately
        cohort -= 1
    return check[cohort].passes


@rule
def passes_check(words: Words, check: CheckRecord, person: Whole, attempt: Whole) -> bool:
    """Return whether a person passes a check at an attempt (from 0), from their words of luck."""
    return PASSES(words) < (share_passed(check, person) if attempt == 0 else check[0].retry_passes)


@rule
def tries_again(words: Words, check: CheckRecord, attempt: Whole) -> bool:
    """Return whether a person who did not pass an attempt tries again, from their words of luck."""
    return attempt + 1 < check[0].attempts and TRIES_AGAIN(words) < check[0].retry_share


@rule
def retry_delay(words: Words, check: CheckRecord) -> int:
    """Return after how many µs a person tries again, from their words of luck."""
    return draw(check[0].delay, RETRY_DELAY(words))


@rule
def verify(key: Key, block: int, check: CheckRecord, person: Whole, attempt: Whole) -> tuple[bool, bool, int]:
    """Return whether a person passes a check at an attempt; if not, whether they try again, and after how many µs.

    `block` is the number of the check's own block of luck.
    """
    words = luck(key, block, person, attempt)
    if passes_check(words, check, person, attempt):
        return True, False, 0
    if tries_again(words, check, attempt):
        return False, True, retry_delay(words, check)
    return False, False, 0
