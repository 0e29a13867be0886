"""The test of motivation and ability that ends the processing: who takes it, and when it is done."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

TEST = np.dtype([("taken", "f8"), ("delay", LAW), ("length", "i8")])
"""Share who take the test, the delay until they begin it, and its length (µs)."""

TestRecord = NewType("TestRecord", NDArray[np.void])

ENTRY_TEST = Block("test")
TAKEN = ENTRY_TEST.quarter(0, "takes the test")
BEGINS = ENTRY_TEST.half(1, "delay of the test")
TEST_BLOCK = ENTRY_TEST.number


@rule
def takes_test(words: Words, test: TestRecord) -> bool:
    """Return whether a person takes the test, from their words of luck."""
    return TAKEN(words) < test[0].taken


@rule
def test_done_after(words: Words, test: TestRecord) -> int:
    """Return how many µs after the last station a person's test is done, from their words of luck."""
    return draw(test[0].delay, BEGINS(words)) + test[0].length


@rule
def take_test(key: Key, test: TestRecord, person: Whole) -> tuple[bool, int]:
    """Return whether a person takes the test, and how many µs after the last station it is done."""
    words = luck(key, TEST_BLOCK, person, 0)
    return takes_test(words, test), test_done_after(words, test)
