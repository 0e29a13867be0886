"""The lottery: the smallest of (64-bit key, number), whatever the order of the pool."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.lottery import LOTTERY_BLOCKS, SHARES_DRAWN, lottery_keys, take_smallest
from sim.rules.luck import CHUNK, key, luck
from tests.building import SIGMAS

KEY = key(3, 0)


@given(
    keys=st.lists(st.sampled_from([0, 1, 2**48 - 1, 2**48, 2**48 + 1, 2**63, 2**64 - 1]), max_size=40),
    out=st.sets(st.integers(0, 39), max_size=10),
    share=st.integers(0, 11).map(lambda tenths: tenths / 10),
    chance=st.randoms(),
)
def test_the_smallest_are_taken_and_ties_go_to_the_lower_number(
    keys: list[int], out: set[int], share: float, chance: random.Random
) -> None:
    """Catches a histogram that loses its limit bin, and an order of equal keys left to the sort."""
    people = chance.sample(range(1000), len(keys))
    among = [i for i in range(len(keys)) if i not in out]
    outcome, count = np.zeros(len(keys), dtype=np.uint8), int(share * len(among))
    taken = take_smallest(
        np.array(keys, dtype=np.uint64), np.array(people), np.array(among, dtype=np.int32), count, outcome, 9
    )
    expected = sorted(among, key=lambda i: (keys[i], people[i]))[:count]
    assert taken == len(expected)
    assert np.flatnonzero(outcome == 9).tolist() == sorted(expected)


@pytest.mark.parametrize("count", [0, 1, 299, 300, 301, 1499, 1500])
def test_many_in_the_bin_at_the_limit(count: int) -> None:
    """Catches one bin of the histogram that is not sorted as a whole: 1,500 keys of which 1,200 share it."""
    chance = np.random.default_rng(5)
    keys = chance.integers(0, 2**48, size=1500, dtype=np.uint64)
    keys[1200:] += np.uint64(2**50)
    keys[:7] = keys[7]  # equal ones among them
    people = chance.permutation(1500)
    outcome = np.zeros(1500, dtype=np.uint8)
    assert take_smallest(keys, people, np.arange(1500, dtype=np.int32), count, outcome, 9) == count
    assert np.array_equal(np.flatnonzero(outcome == 9), np.sort(np.lexsort((people, keys))[:count]))


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_keys_are_the_first_words_of_luck_of_those_asked_for(size: int) -> None:
    """Catches a key of 32 bits, one of another wave or person, and one written where nobody asked."""
    luck_of_test = np.random.default_rng(3)
    people = luck_of_test.permutation(2**20)[: 4 * CHUNK].astype(np.uint32)
    among = luck_of_test.permutation(people.size)[:size].astype(np.int32)
    for block, wave in zip(LOTTERY_BLOCKS, (0, 3, 21, 30_000), strict=True):
        keys = np.full(people.size, 77, dtype=np.uint64)
        lottery_keys(KEY, block, wave, people, among, keys)
        for i in among.tolist():
            words = [int(word) for word in luck(KEY, block, int(people[i]), wave)]
            assert int(keys[i]) == words[1] << 32 | words[0]
        assert np.count_nonzero(keys == 77) == people.size - size


def test_shares_and_waves_have_keys_of_their_own() -> None:
    """Catches a key that a person keeps from one share or wave to the next: who loses once would lose for ever."""
    n = 5000
    people, among = np.arange(n, dtype=np.uint32), np.arange(n, dtype=np.int32)
    drawn = {}
    for share, block in zip(SHARES_DRAWN, LOTTERY_BLOCKS, strict=True):
        for wave in (0, 1):
            keys = np.empty(n, dtype=np.uint64)
            lottery_keys(KEY, block, wave, people, among, keys)
            drawn[share, wave] = keys / 2.0**64
    assert len(drawn) == 8
    for one, other in combinations(drawn.values(), 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < SIGMAS / np.sqrt(n)
