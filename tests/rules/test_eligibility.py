"""Eligibility: one draw a person for all waves; the packed traits settle it as the draw itself would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import uint32

from sim.rules.eligibility import is_eligible, is_eligible_packed
from sim.rules.luck import key
from sim.rules.people import Trait
from sim.rules.registering import REGISTRATION, register_everyone
from tests.building import SIGMAS, SMALL, programme, uniforms

KEY = key(3, 0)
SHARES = st.floats(0, 1) | st.integers(0, 64).map(lambda part: part / 64)


def packed(person: int, others: int = 0) -> uint32:
    """Return traits with the upper bits of a person's draw, as they are packed."""
    draw = uniforms(KEY, REGISTRATION, person)["eligibility"]
    return uint32(int(draw * 64) << Trait.ELIGIBILITY_LUCK | others)


@given(share=SHARES, person=st.integers(0, 2**27 - 1), others=st.integers(0, 2**26 - 1))
def test_packed_luck_says_what_the_draw_says(share: float, person: int, others: int) -> None:
    """Catches six bits that decide where they cannot, and other traits that leak into them."""
    eligible = uniforms(KEY, REGISTRATION, person)["eligibility"] < share
    assert is_eligible(KEY, share, person) == eligible
    assert is_eligible_packed(KEY, share, person, packed(person, others)) == eligible


def test_packed_luck_is_close_to_the_share_only_once_in_64() -> None:
    """Catches upper bits taken from the lower end, with which hardly anyone would be settled by them: shares at edges.

    The draw of each of 300 people, and the numbers right below and above it, are the hardest shares there are.
    """
    for person in range(300):
        draw = uniforms(KEY, REGISTRATION, person)["eligibility"]
        for share in (draw, np.nextafter(draw, 0), np.nextafter(draw, 1)):
            assert is_eligible_packed(KEY, share, person, packed(person)) == (draw < share)


def test_the_packed_bits_of_registrants_are_those_of_the_draw() -> None:
    """Catches traits packed with another word of the registration: then a wave would ask the wrong people."""
    of = programme(SMALL)
    _, traits = register_everyone(of.key, of.curve, of.people, of.population, of.provinces)
    draws = [uniforms(of.key, REGISTRATION, person)["eligibility"] for person in range(of.people)]
    assert (traits >> uint32(Trait.ELIGIBILITY_LUCK)).tolist() == [int(draw * 64) for draw in draws]


def test_the_share_comes_out_and_nobody_loses_it_as_the_share_grows() -> None:
    """Catches eligibility drawn anew for each share: a larger one adds people and drops none; 20,000 at ALPHA."""
    n, before = 20_000, np.zeros(20_000, dtype=bool)
    for share in (0.0, 0.3, 0.641, 0.8, 1.0):
        now = np.array([is_eligible(KEY, share, person) for person in range(n)])
        assert now.mean() == pytest.approx(share, abs=SIGMAS * np.sqrt(share * (1 - share) / n))
        assert np.all(now[before])
        before = now
