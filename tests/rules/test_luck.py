"""Luck: Philox as NumPy has it, uniforms strictly inside (0, 1), words that no later decision may move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import uint64

from sim.rules.luck import Group, key, lower, luck, uniform, upper
from sim.rules.philox import philox

WORD = st.integers(0, 2**64 - 1)


def block(k0: int, k1: int, *counter: int) -> list[int]:
    return [int(word) for word in philox(uint64(k0), uint64(k1), *(uint64(c) for c in counter))]


def words(group: int, person: int, occurrence: int, **of: int) -> tuple[int, ...]:
    whose = key(of.get("seed", 20200411), of.get("replication", 0))
    return tuple(int(word) for word in luck(whose, group, person, occurrence))


@given(k0=WORD, k1=WORD, c0=st.integers(0, 2**64 - 2), c1=WORD, c2=WORD, c3=WORD)
def test_philox_is_numpys(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> None:
    """Catches a wrong round, constant, key schedule or 128-bit product: NumPy's block n + 1, bit for bit."""
    theirs = np.random.Philox(
        key=np.array([k0, k1], dtype=np.uint64), counter=np.array([c0, c1, c2, c3], dtype=np.uint64)
    )
    assert block(k0, k1, c0 + 1, c1, c2, c3) == theirs.random_raw(4).tolist()


def test_philox_gives_the_published_answer() -> None:
    """Catches an agreement with NumPy in a common error: the known answers that come with the algorithm."""
    assert block(0, 0, 0, 0, 0, 0) == [
        0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B
    ]  # fmt: skip


def test_uniform_is_strictly_inside_at_both_ends() -> None:
    """Catches a uniform of 0 or 1, of which a logarithm is infinite: 53 bits and a half would round to 1."""
    assert uniform(uint64(0)) == 2.0**-53
    assert uniform(uint64(2**64 - 1)) == 1 - 2.0**-53


def test_halves_of_a_word_are_strictly_inside_and_apart() -> None:
    """Catches a half of 0 or 1, and two decisions of one word that share a bit."""
    assert [half(uint64(0)) for half in (upper, lower)] == [2.0**-33] * 2
    assert [half(uint64(2**64 - 1)) for half in (upper, lower)] == [1 - 2.0**-33] * 2
    assert (upper(uint64(2**32 - 1)), lower(uint64(2**32 - 1))) == (2.0**-33, 1 - 2.0**-33)
    assert (upper(uint64(2**32)), lower(uint64(2**32))) == (3 * 2.0**-33, 2.0**-33)


@given(word=st.integers(0, 2**64 - 2**12 - 1))
def test_uniform_rises_with_the_word(word: int) -> None:
    """Catches a uniform from the low bits, or one in which words of different height are the same."""
    assert uniform(uint64(word + 2**12)) - uniform(uint64(word)) == 2.0**-52


WORDS = {
    # The words of person 42 at occurrence 3 by seed 20200411, replication 0. They are what all results rest
    # on: a change here changes every published run, and is never right because a decision was added.
    "REGISTERING": (0x32C4334ED73647B0, 0xDC16473E9B49F0B4, 0xA15329E5D164DA1E, 0x06F35D00E4450E14),
    "STANDING": (0x7FD8CB9609CF5806, 0x26CF37F7555A17E2, 0x3EF99F8AFDD21175, 0xC8AF368286E87275),
    "PROCESSING": (0x01E678376CDD34C4, 0x771BCA826CE61E67, 0x9E5237AC268FE47B, 0xB8EB0FD2236D51F1),
    "EMAIL": (0xA79AEF6A65B0A569, 0xEB3447FD35F58C72, 0xD1A13B88E0C2A5A6, 0x1DCA4F9BAB304140),
    "REGISTRY": (0x6686EB03865A1EDA, 0xF58BD33525F7B2B5, 0x86E8723858E1C91E, 0x606CE1DD7C1B8D64),
    "THIRD_LAYER": (0xBAADE2ECE2F4B1E2, 0x311301AA2FA074C2, 0x024CCAE1919F643B, 0x3D8117E15E761D78),
    "SCREENING": (0x6D9ADDB3856F4FFE, 0x467FED8467DA64F8, 0x9DD8285803DFD43A, 0x9E7056956744E7D6),
    "APPETITE": (0x35FED740C9700D17, 0x33F007312723AF23, 0x797B9C153B68B5D9, 0x4F1D51A74EB523E4),
    "JOINING": (0x208F8CE6AB3135C9, 0x48538A26C37BF5EA, 0x931D6BFD85580BA2, 0x4E5A8476742D7117),
    "WAVE": (0xDEFD4E0538DF7555, 0x88E77CAAE4BF0A61, 0xBD26820EE7237251, 0x13B64BED266F360C),
    "ACCOUNT": (0x874090376B1CC0BF, 0x11E7B32D60D0655C, 0x11C067D4CF71F848, 0x72C77FB5E7F50128),
    "PURCHASE": (0xE8810308C290F6FD, 0xEA3B3B30C8E8C25E, 0xDE23B131441C7883, 0xA7C729E7DF9D9261),
    "COURSE": (0xC4BCB61173E1703E, 0x0A70810C7FCC4C12, 0x3A1C63BEAA3D7058, 0x6A819C7822C2108D),
    "REVIEW": (0x6CD222186A0049B1, 0x49C0A48D1F28D42B, 0xC917ECF2241CE6DB, 0xAF2324459DA2079B),
    "LOTTERY": (0x49C4C792E0EEEE20, 0x9D34D0C9B576FB0C, 0xC13F158EBACC801F, 0x4D4F13B909F674A1),
    "PAYMENT": (0xAEDB11BFADA8D454, 0xD6675A4B72E5A015, 0x6527E2F82BA1A59E, 0xDB3BE69C9C35C500),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_a_group_keeps_its_words(name: str) -> None:
    """Catches a group renumbered, or a key or counter filled in another order."""
    assert words(Group[name].value, 42, 3) == WORDS[name]


def test_every_group_is_in_the_table() -> None:
    """Catches a new group that is not held: append its words, and change none of the others."""
    assert {group.name for group in Group} == set(WORDS)
    assert len({group.value for group in Group}) == len(Group.__members__)


def test_another_decision_moves_no_other_draw() -> None:
    """Catches luck that is dealt in turn: drawing for a new group in between changes no group's words."""
    new = max(Group) + 1
    drawn = {}
    for group in Group:
        before = words(new, 42, 3)
        drawn[group.name] = words(group.value, 42, 3)
        assert words(new, 42, 3) == before
    assert drawn == WORDS
    assert not set(words(new, 42, 3)) & {word for each in WORDS.values() for word in each}


def test_every_name_of_a_draw_counts() -> None:
    """Catches a name that a draw ignores: seed, replication, group, person and occurrence each change it."""
    some = {
        words(1, 0, 0),
        words(1, 0, 0, seed=1),
        words(1, 0, 0, replication=1),
        words(2, 0, 0),
        words(1, 1, 0),
        words(1, 0, 1),
        words(1, 0, 1 << 16),
    }
    assert len(some) == 7


def test_only_the_changed_person_has_other_luck() -> None:
    """Catches a changed person who keeps his luck, or one who changes that of others."""
    as_ever, changed = key(7, 0), key(7, 0, changed=42)
    for person in (0, 41, 42, 43):
        same = luck(as_ever, 1, person, 0) == luck(changed, 1, person, 0)
        assert same == (person != 42)
