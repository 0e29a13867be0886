"""Luck: keyed by seed, replication, block, person and occurrence; many dealt at a time are the same to the last bit."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import uint32, uint64
from numpy.typing import NDArray

from sim.rules.luck import (
    CHUNK,
    HALVES,
    QUARTERS,
    Key,
    deal,
    deal_blocks,
    deal_each,
    deal_range,
    key,
    luck,
    narrow_uniform,
    uniform,
    wide_word,
    words_at,
)
from sim.rules.philox import philox

Words = tuple[int, ...]


def words(block: int = 1, person: int = 0, occurrence: int = 0, *, seed: int = 7, replication: int = 0) -> Words:
    return tuple(map(int, luck(key(seed, replication), block, person, occurrence)))


# The key


def test_the_key_is_of_seed_and_replication() -> None:
    """Catches a seed or a replication that the key ignores or adds up, and two that follow each other and share luck.

    10,000 keys of 64 bits: two alike by chance in one of 10^11 such tests.
    """
    keys = {(int(k["k0"][0]), int(k["k1"][0])) for k in (key(*each) for each in product(range(100), range(100)))}
    assert len(keys) == 10_000
    assert len({k0 for k0, _ in keys}) > 9_990  # both words count
    assert len({k1 for _, k1 in keys}) > 9_990


def test_keys_of_neighbours_have_nothing_in_common() -> None:
    """Catches a key that is the seed itself: half of the bits of neighbours' keys differ (6,400 bits, at 1e-6)."""

    def bits(one: Key, other: Key) -> int:
        return sum(int(one[word][0] ^ other[word][0]).bit_count() for word in ("k0", "k1"))

    for neighbours in ([key(seed, 3) for seed in range(101)], [key(3, replication) for replication in range(101)]):
        assert abs(sum(bits(*two) for two in pairwise(neighbours)) - 3200) < 4.9 * 40


def test_a_run_keeps_its_luck() -> None:
    """Catches a key or counter filled otherwise: what all results rest on, and a change here changes every one."""
    assert words(0x982A8760, 42, 3, seed=20200411) == PINNED


PINNED = (0x1D48A7B2, 0x898FB1EE, 0x73798E13, 0x7EF3C2E7)


def test_luck_is_philox_of_key_and_names() -> None:
    """Catches a name of a draw that lands in another word of the counter, or is cut off: the largest there are."""
    one = key(2**63 - 1, 1000, changed=5)
    k0, k1 = one["k0"][0], one["k1"][0]
    for person, occurrence, number in ((2**27 - 1, 8 << 16 | 65_535, 2**32 - 1), (5, 0, 3), (6, 7, 8)):
        theirs = philox(k0, k1, uint32(person), uint32(occurrence), uint32(number), uint32(person == 5))
        assert luck(one, number, person, occurrence) == theirs


def test_every_name_of_a_draw_counts() -> None:
    """Catches a name that a draw ignores: seed, replication, block, person and occurrence each change every word."""
    some = [
        words(),
        words(seed=8),
        words(replication=1),
        words(block=2),
        words(person=1),
        words(occurrence=1),
        words(occurrence=1 << 16),
        words(block=1 << 31),
    ]
    for which in range(4):
        assert len({each[which] for each in some}) == len(some)


def test_only_the_changed_person_has_other_luck() -> None:
    """Catches a changed person who keeps their luck, or one who changes that of others."""
    as_ever, changed = key(7, 0), key(7, 0, changed=42)
    for person in (0, 41, 42, 43):
        same = luck(as_ever, 1, person, 0) == luck(changed, 1, person, 0)
        assert same == (person != 42)


# Numbers from words


def test_a_uniform_is_strictly_inside_at_both_ends() -> None:
    """Catches a uniform of 0 or 1, of which a logarithm is infinite: 53 bits and a half would round to 1."""
    assert (uniform(uint64(0)), uniform(uint64(2**64 - 1))) == (2.0**-53, 1 - 2.0**-53)
    assert (narrow_uniform(uint32(0)), narrow_uniform(uint32(2**32 - 1))) == (2.0**-33, 1 - 2.0**-33)


@given(word=st.integers(0, 2**64 - 2**12 - 1))
def test_a_uniform_rises_with_the_word(word: int) -> None:
    """Catches a uniform from the low bits, or one in which words of different height are the same."""
    assert uniform(uint64(word + 2**12)) - uniform(uint64(word)) == 2.0**-52


@given(word=st.integers(0, 2**32 - 2))
def test_a_narrow_uniform_rises_with_the_word(word: int) -> None:
    """Catches one of 32 bits that loses some of them."""
    assert narrow_uniform(uint32(word + 1)) - narrow_uniform(uint32(word)) == 2.0**-32


@given(four=st.tuples(*[st.integers(0, 2**32 - 1)] * 4))
def test_lanes_read_the_words_they_say(four: tuple[int, int, int, int]) -> None:
    """Catches a lane that reads another's words: the halves the first and last two, the quarters one each."""
    of = tuple(map(uint32, four))
    assert wide_word(of[0], of[1]) == four[1] << 32 | four[0]
    assert [half(of) for half in HALVES] == [uniform(uint64(four[k + 1] << 32 | four[k])) for k in (0, 2)]
    assert [quarter(of) for quarter in QUARTERS] == [narrow_uniform(word) for word in of]


# Dealing many at a time

SIZES = (0, 1, 2, 255, CHUNK)
LUCK = np.random.default_rng(8)


def dealt(size: int) -> NDArray[np.uint32]:
    """Return words to be filled, full of what no luck gives throughout."""
    return np.full((4, CHUNK), 0xDEADBEEF, dtype=np.uint32)


def expected(one: Key, blocks: Any, people: Any, occurrences: Any) -> list[Words]:
    """Return the luck of each, one after the other."""
    each = np.broadcast_arrays(blocks, people, occurrences)
    return [tuple(map(int, luck(one, *map(int, names)))) for names in zip(*each, strict=True)]


def filled(found: NDArray[np.uint32], size: int) -> list[Words]:
    """Return the words of the first people; assert that those of the others are untouched."""
    assert np.all(found[:, size:] == 0xDEADBEEF)
    return [tuple(map(int, words_at(found, i))) for i in range(size)]


def some_people(size: int) -> NDArray[np.uint32]:
    return LUCK.integers(0, 2**27, size=size, dtype=np.uint32)


@pytest.mark.parametrize("changes", [False, True], ids=["as ever", "changed person"])
@pytest.mark.parametrize("size", SIZES)
def test_many_dealt_at_a_time_have_each_their_luck(size: int, changes: bool) -> None:
    """Catches a vector of luck that differs from the scalar in one bit, one person, or the one who is changed."""
    people = some_people(size)
    for changed in {int(people[at]) for at in (0, size // 2, size - 1)} if changes and size else {-1}:
        one = key(11, 3, changed)
        for block, occurrence in ((0, 0), (2**32 - 1, 0), (77, 8 << 16 | 65_535)):
            for some in (people, people.astype(np.int64)):
                found = dealt(size)
                deal(one, block, some, occurrence, found)
                assert filled(found, size) == expected(one, block, people, occurrence)

        occurrences = LUCK.integers(0, 2**20, size=size)
        for each in (occurrences, occurrences.astype(np.uint32)):
            found = dealt(size)
            deal_each(one, 5, people, each, found)
            assert filled(found, size) == expected(one, 5, people, occurrences)

        blocks, found = LUCK.integers(0, 2**32, size=size, dtype=np.uint32), dealt(size)
        deal_blocks(one, blocks, people, occurrences.astype(np.uint32), found)
        assert filled(found, size) == expected(one, blocks, people, occurrences)


@pytest.mark.parametrize("changes", [False, True], ids=["as ever", "changed person"])
@pytest.mark.parametrize("first", [0, 1, 2**27 - CHUNK])
@pytest.mark.parametrize("size", SIZES)
def test_a_range_of_people_is_dealt_as_each_would_be(size: int, first: int, changes: bool) -> None:
    """Catches a range that begins or ends one person off, at the first person or the last there may be."""
    for changed in {first, first + size - 1} if changes else {-1}:
        one, found = key(11, 3, changed), dealt(size)
        deal_range(one, 9, first, size, found)
        assert filled(found, size) == expected(one, 9, np.arange(first, first + size), 0)
