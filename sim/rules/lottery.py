"""The lottery: the k smallest of (64-bit key, person's number), whatever the order of the pool."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from sim.rules.compiling import kernel
from sim.rules.luck import CHUNK, Block, Key, deal, wide_word

SHARES_DRAWN = ("priority", "regional", "affirmative", "lottery")
"""The shares of a quota in the order in which they are drawn."""


def _lottery(share: str) -> int:
    block = Block(f"draw of the {share} share", occurrence="wave")
    block.whole_half(0, "lottery key")
    return block.number


LOTTERY_BLOCKS = tuple(_lottery(share) for share in SHARES_DRAWN)
"""A block of luck for each share: who lost the one before has the same chance in the next."""


@kernel
def lottery_keys(
    key: Key, block: int, named: int, people: Any, among: NDArray[np.int32], keys: NDArray[np.uint64]
) -> None:
    """Fill the 64-bit keys of the people at some positions, in the wave that is `named` so."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons = np.empty(CHUNK, dtype=np.uint32)
    for begin in range(0, among.size, CHUNK):
        count = min(CHUNK, among.size - begin)
        for i in range(count):
            persons[i] = people[among[begin + i]]
        deal(key, block, persons[:count], named, words)
        for i in range(count):
            keys[among[begin + i]] = wide_word(words[0, i], words[1, i])


@kernel
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
