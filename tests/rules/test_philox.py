"""Philox4x32-10 against its published known answers, and against the algorithm written down in plain Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import uint32

from sim.rules.philox import philox

WORD = st.integers(0, 2**32 - 1)
ONES = 0xFFFFFFFF

KNOWN = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES), (ONES, ONES, ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
"""The vectors of philox4x32-10 in Random123's kat_vectors: key, counter, block (the last are digits of pi)."""


def block(key: tuple[int, ...], counter: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(word) for word in philox(*map(uint32, key), *map(uint32, counter)))


def in_plain_python(key: tuple[int, ...], counter: tuple[int, ...]) -> tuple[int, ...]:
    """Return the block by the recurrence of the paper (Salmon et al. 2011, section 3.3), in whole numbers."""
    (k0, k1), (left0, right0, left1, right1) = key, counter
    for turn in range(10):
        product0, product1 = left0 * 0xD2511F53, left1 * 0xCD9E8D57
        key0, key1 = (k0 + turn * 0x9E3779B9) % 2**32, (k1 + turn * 0xBB67AE85) % 2**32
        left0, right0 = product1 >> 32 ^ right0 ^ key0, product1 % 2**32
        left1, right1 = product0 >> 32 ^ right1 ^ key1, product0 % 2**32
    return left0, right0, left1, right1


@pytest.mark.parametrize(("key", "counter", "answer"), KNOWN, ids=["zeros", "ones", "pi"])
def test_the_published_answers(key: tuple[int, ...], counter: tuple[int, ...], answer: tuple[int, ...]) -> None:
    """Catches a wrong round, constant, key schedule or order of words: Random123's own vectors."""
    assert block(key, counter) == answer
    assert in_plain_python(key, counter) == answer


@given(key=st.tuples(WORD, WORD), counter=st.tuples(WORD, WORD, WORD, WORD))
def test_any_block_is_that_of_plain_python(key: tuple[int, ...], counter: tuple[int, ...]) -> None:
    """Catches a product or key that overflows where the three vectors do not: only compiled words wrap."""
    assert block(key, counter) == in_plain_python(key, counter)
