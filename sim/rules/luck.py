"""Luck belongs to a person and a decision.

`luck(key, block, person, occurrence)` is a pure function of the seed, the replication and these names. It is
counter-based: nothing is drawn in turn, so a scenario changes only what its change reaches. The occurrence is the
wave, the attempt or the count of a payment, never a count of draws.

A block is named once; its number is a hash of the name, so that no other block's luck moves when one is added. It has
128 bits, which serve two draws of 52 bits or four of 32: each decision that uses a block declares its lane, and no two
can share one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NewType

import numpy as np
from numpy import uint32, uint64
from numpy.typing import NDArray

from sim.rules.compiling import kernel, rule
from sim.rules.philox import philox
from sim.rules.records import record
from sim.rules.whole import Whole

KEY = np.dtype([("k0", "u4"), ("k1", "u4"), ("changed", "i8")])
"""What all luck of a run depends on: 64 bits hashed from seed and replication; `changed` is a person whose luck is
another's (-1: nobody)."""

Key = NewType("Key", NDArray[np.void])

Words = tuple[uint32, uint32, uint32, uint32]
"""The four words of a block."""

Lane = Callable[[Words], float]
"""A lane of a block: from its words, a number strictly between 0 and 1."""

CHUNK = 256
"""People whose luck is dealt at a time in a kernel: their words stay in the processor's nearest cache."""


def key(seed: int, replication: int, changed: int = -1) -> Key:
    """Return the record that all luck of a run depends on, as an array of one."""
    digest = hashlib.blake2b(f"seed {seed} replication {replication}".encode(), digest_size=8).digest()
    k0, k1 = (int.from_bytes(digest[begin : begin + 4], "little") for begin in (0, 4))
    return Key(record(KEY, k0=k0, k1=k1, changed=changed))


# Numbers from words


@rule
def wide_word(low: uint32, high: uint32) -> uint64:
    """Return two words as one of 64 bits."""
    return uint64(high) << uint64(32) | uint64(low)


@rule
def uniform(word: uint64) -> float:
    """Return a number strictly between 0 and 1 from 64 bits of luck, in steps of 2**-52.

    52 bits and a half: with 53, the largest would round to 1.
    """
    return (float(word >> uint64(12)) + 0.5) * 2.0**-52


@rule
def narrow_uniform(word: uint32) -> float:
    """Return a number strictly between 0 and 1 from 32 bits of luck, in steps of 2**-32."""
    return (float(word) + 0.5) * 2.0**-32


@rule
def first_half(words: Words) -> float:
    """Return the 52-bit uniform of the first two words."""
    return uniform(wide_word(words[0], words[1]))


@rule
def second_half(words: Words) -> float:
    """Return the 52-bit uniform of the last two words."""
    return uniform(wide_word(words[2], words[3]))


@rule
def quarter_0(words: Words) -> float:
    """Return the 32-bit uniform of the first word."""
    return narrow_uniform(words[0])


@rule
def quarter_1(words: Words) -> float:
    """Return the 32-bit uniform of the second word."""
    return narrow_uniform(words[1])


@rule
def quarter_2(words: Words) -> float:
    """Return the 32-bit uniform of the third word."""
    return narrow_uniform(words[2])


@rule
def quarter_3(words: Words) -> float:
    """Return the 32-bit uniform of the fourth word."""
    return narrow_uniform(words[3])


HALVES: tuple[Lane, Lane] = (first_half, second_half)
QUARTERS: tuple[Lane, Lane, Lane, Lane] = (quarter_0, quarter_1, quarter_2, quarter_3)

# Blocks


class Block:
    """A block of luck and the decisions that its lanes serve."""

    def __init__(self, name: str, occurrence: str = "once") -> None:
        self.name = name
        self.occurrence = occurrence
        """What tells the draws of one person apart."""
        self.number = _numbered(name)
        self.lanes: dict[str, frozenset[int]] = {}
        """Decision → the words it uses."""
        if self.number in BLOCKS:
            raise ValueError(f"the block of luck {name!r} is declared twice")
        BLOCKS[self.number] = self

    def half(self, which: int, decision: str) -> Lane:
        """Declare the decision that draws 52 bits from the first (0) or last (1) two words."""
        self._declare(decision, {2 * which, 2 * which + 1})
        return HALVES[which]

    def quarter(self, which: int, decision: str) -> Lane:
        """Declare the decision that draws 32 bits from one word."""
        self._declare(decision, {which})
        return QUARTERS[which]

    def whole_half(self, which: int, decision: str) -> None:
        """Declare the decision that compares all 64 bits of the first (0) or last (1) two words."""
        self._declare(decision, {2 * which, 2 * which + 1})

    def _declare(self, decision: str, words: set[int]) -> None:
        for other, used in self.lanes.items():
            if used & words or other == decision:
                raise ValueError(f"block {self.name!r}: {decision!r} and {other!r} would share luck")
        self.lanes[decision] = frozenset(words)


BLOCKS: dict[int, Block] = {}
"""All blocks declared, by number."""

_NAMES: dict[int, str] = {}
"""The one name that has each number: of a block declared, or of what has the lanes of one, such as a station."""


def named(name: str) -> int:
    """Return 32 bits hashed from a name: the number of a block, or the occurrence of what has a name, as a wave has."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")


def _numbered(name: str) -> int:
    """Return the number of a name; raise ValueError where another name has it."""
    number = named(name)
    other = _NAMES.setdefault(number, name)
    if other != name:
        raise ValueError(f"the blocks of luck {other!r} and {name!r} have one number: name one otherwise")
    return number


def named_blocks(lanes: Block, names: Iterable[str]) -> dict[str, int]:
    """Return the number of a block for each name, each with the lanes of one block; raise ValueError for a collision.

    A station's patience, for example, has the lanes of the block "patience" and the number of "patience of email".
    """
    numbers = {name: _numbered(f"{lanes.name} of {name}") for name in names}
    for name, number in numbers.items():
        if number in BLOCKS:
            raise ValueError(f"{lanes.name} of {name!r} would have the luck of the block {BLOCKS[number].name!r}")
    return numbers


# Dealing


@rule
def luck(key: Key, block: int, person: Whole, occurrence: Whole) -> Words:
    """Return the four words of luck of a person for a block at an occurrence."""
    k = key[0]
    other = uint32(1) if person == k.changed else uint32(0)
    return philox(k.k0, k.k1, uint32(person), uint32(occurrence), uint32(block), other)


@rule
def words_at(words: NDArray[np.uint32], i: int) -> Words:
    """Return one person's words of a chunk [word; person]."""
    return words[0, i], words[1, i], words[2, i], words[3, i]


@kernel
def deal(key: Key, block: int, people: NDArray[Any], occurrence: Whole, words: NDArray[np.uint32]) -> None:
    """Fill `words` [word; person] with the luck of some people, at most a chunk, at one occurrence."""
    k = key[0]
    number, when = uint32(block), uint32(occurrence)
    changed = np.int64(k.changed)
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    k0, k1 = k.k0, k.k1
    for i in range(people.size):
        other = uint32(np.int64(people[i]) == changed)
        w0[i], w1[i], w2[i], w3[i] = philox(k0, k1, uint32(people[i]), when, number, other)


@kernel
def deal_each(key: Key, block: int, people: NDArray[Any], occurrences: NDArray[Any], words: NDArray[np.uint32]) -> None:
    """Fill `words` [word; person] with the luck of some people, at most a chunk, each at an occurrence of its own."""
    k = key[0]
    number = uint32(block)
    changed = np.int64(k.changed)
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    k0, k1 = k.k0, k.k1
    for i in range(people.size):
        other = uint32(np.int64(people[i]) == changed)
        w0[i], w1[i], w2[i], w3[i] = philox(k0, k1, uint32(people[i]), uint32(occurrences[i]), number, other)


@kernel
def deal_range(key: Key, block: int, first: int, count: int, words: NDArray[np.uint32]) -> None:
    """Fill `words` [word; person] with the luck of `count` people, at most a chunk, from number `first` on."""
    k = key[0]
    number, when = uint32(block), uint32(0)
    changed = np.int64(k.changed)
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    k0, k1 = k.k0, k.k1
    for i in range(count):
        other = uint32(first + i == changed)
        w0[i], w1[i], w2[i], w3[i] = philox(k0, k1, uint32(first + i), when, number, other)


@kernel
def deal_blocks(
    key: Key,
    blocks: NDArray[np.uint32],
    people: NDArray[np.uint32],
    occurrences: NDArray[np.uint32],
    words: NDArray[np.uint32],
) -> None:
    """Fill `words` [word; person] with the luck of some people, at most a chunk, each of a block and occurrence."""
    k = key[0]
    changed = np.int64(k.changed)
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    k0, k1 = k.k0, k.k1
    for i in range(people.size):
        other = uint32(np.int64(people[i]) == changed)
        w0[i], w1[i], w2[i], w3[i] = philox(k0, k1, people[i], occurrences[i], blocks[i], other)
