"""Shares at their very edge: a draw below the share decides for, a draw equal to it against, whatever the decision.

A draw is a number of 32 or 52 bits and a half, so a share can be set to exactly what a person draws, and to the next
number above it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY
from sim.rules import buying, checks, entry_test, joining, linking, payments, people, registering, surveys, training
from sim.rules.buying import MARKET, further_purchase
from sim.rules.checks import CHECK, verify
from sim.rules.eligibility import is_eligible, is_eligible_packed
from sim.rules.entry_test import TEST, take_test
from sim.rules.face_check import fails_face_check
from sim.rules.failed_payments import FAILURE, fails
from sim.rules.joining import WAVE, hazards, next_wave
from sim.rules.lags import LAG, ready
from sim.rules.laws import LAW
from sim.rules.linking import ACCOUNT, choose_partner, link_account
from sim.rules.luck import Block, key, luck
from sim.rules.payments import attempt_of
from sim.rules.people import POPULATION, PROVINCE, Trait, guide_to, pack_traits
from sim.rules.surveys import SURVEY, answer
from sim.rules.training import TRAINING, review, train
from tests.building import SMALL, programme, uniforms

KEY = key(31, 0)
PAYMENTS = programme(SMALL).payment_table
BLOCK = 12_345
"""The number of a station's own block of luck."""
ABOUT_A_DAY = (0, 0.0, float(DAY), 0.0)


def one(dtype: Any, **fields: Any) -> Any:
    """Return a record of nothing but some fields, as an array of one."""
    made = np.zeros(1, dtype=dtype)
    for name, value in fields.items():
        made[name] = value
    return made


def joins_open(share: float, person: int) -> bool:
    """Return whether a newcomer joins the one wave that is open."""
    wave = one(WAVE, open=0, close=10 * DAY, latest_close=10 * DAY, announced=11 * DAY, newcomers=share)
    return next_wave(KEY, wave, hazards(np.zeros(1)), one(LAW), person, DAY, 0)[0] == 0


def trait_of(trait: Trait, field: str) -> Callable[[float, int], bool]:
    """Return what says whether a person has a trait that a share of people has."""
    provinces = guide_to(one(PROVINCE, cumulative=1.0, regencies=1))

    def has(share: float, person: int) -> bool:
        words = [
            luck(KEY, block, person, 0) for block in (people.RESIDENCE_BLOCK, people.STANDING_BLOCK, people.MEANS_BLOCK)
        ]
        packed = pack_traits(*words, np.uint32(0), one(POPULATION, **{field: share}), provinces)
        return bool(int(packed) >> trait & 1)

    return has


Decision = tuple[Callable[[float, int], bool], Block, str, int, int | None]
"""Whether a person is decided for at a share; block, decision and occurrence of the draw, and the block's number."""

ROW = PAYMENTS[2]
DECISIONS: dict[str, Decision] = {
    "passes a check": (
        lambda share, p: verify(KEY, BLOCK, one(CHECK, passes=share, attempts=1), p, 0)[0],
        checks.LANES, "passes", 0, BLOCK,
    ),
    "passes a check at a retry": (
        lambda share, p: verify(KEY, BLOCK, one(CHECK, retry_passes=share, attempts=2), p, 1)[0],
        checks.LANES, "passes", 1, BLOCK,
    ),
    "tries again": (
        lambda share, p: verify(KEY, BLOCK, one(CHECK, retry_share=share, attempts=2), p, 0)[1],
        checks.LANES, "tries again", 0, BLOCK,
    ),
    "takes the test": (
        lambda share, p: take_test(KEY, one(TEST, taken=share), p)[0], entry_test.ENTRY_TEST, "takes the test", 0, None,
    ),
    "is eligible": (
        lambda share, p: is_eligible(KEY, share, p), registering.REGISTRATION, "eligibility", 0, None,
    ),
    "is eligible, of packed traits": (
        lambda share, p: is_eligible_packed(KEY, share, p, _packed_luck(p)),
        registering.REGISTRATION, "eligibility", 0, None,
    ),
    "joins an open wave": (joins_open, joining.WAVE_LUCK, "joins a wave that is open", 0, None),
    "fails the face check": (
        lambda share, p: fails_face_check(KEY, share, p, 3), joining.WAVE_LUCK, "face check", 3, None,
    ),
    "fails to link": (
        lambda share, p: link_account(KEY, one(ACCOUNT, fails=share, repair=ABOUT_A_DAY), False, p)[1] > 0,
        linking.PARTNER, "linking fails", 0, None,
    ),
    "wants a first course": (
        lambda share, p: buying.first_purchase(KEY, one(WAVE, buys=share), 0, p)[0],
        buying.PURCHASE, "wants to buy", 0, None,
    ),
    "wants a further course": (
        lambda share, p: further_purchase(KEY, one(MARKET, appetite=share), p, 2)[0],
        buying.PURCHASE, "wants to buy", 2, None,
    ),
    "completes": (
        lambda share, p: train(KEY, one(TRAINING, completes=share), p, 1, 1.0, 1.0)[1],
        training.COURSE, "completes", 1, None,
    ),
    "reviews": (
        lambda share, p: review(KEY, one(TRAINING, reviews=share), p)[1],
        training.CERTIFICATE, "rates and reviews", 0, None,
    ),
    "answers a survey": (
        lambda share, p: answer(KEY, one(SURVEY, answers=share), p, 1)[0], surveys.ANSWER, "answers", 1, None,
    ),
    "a payment fails": (
        lambda share, p: fails(KEY, PAYMENTS, one(FAILURE, fails=share), p, 2, 4)[0],
        payments.LANES, "fails", attempt_of(int(ROW["count"]), 4), int(ROW["block"]),
    ),
    "is a woman": (trait_of(Trait.WOMAN, "women"), people.RESIDENCE, "sex", 0, None),
    "is rural": (trait_of(Trait.RURAL, "rural"), people.RESIDENCE, "urban or rural", 0, None),
    "is disabled": (trait_of(Trait.DISABILITY, "disability"), people.STANDING, "disability", 0, None),
    "is a returned migrant": (
        trait_of(Trait.RETURNED_MIGRANT, "returned_migrant"), people.STANDING, "returned migrant worker", 0, None,
    ),
    "is a listed worker": (trait_of(Trait.LISTED_WORKER, "listed_worker"), people.STANDING, "listed worker", 0, None),
    "uses e-money": (trait_of(Trait.E_MONEY, "e_money"), people.MEANS, "e-money or bank", 0, None),
    "is unbanked": (trait_of(Trait.UNBANKED, "unbanked"), people.MEANS, "has no account yet", 0, None),
}  # fmt: skip


def _packed_luck(person: int) -> np.uint32:
    """Return the packed word of a person of whom only the luck of eligibility is known."""
    upper = int(luck(KEY, registering.REGISTRATION_BLOCK, person, 0)[3]) >> Trait.ELIGIBILITY_LUCK
    return np.uint32(upper << Trait.ELIGIBILITY_LUCK)


@pytest.mark.parametrize("name", DECISIONS)
def test_a_draw_equal_to_the_share_decides_against(name: str) -> None:
    """Catches a share that takes in the draw equal to it, one that leaves out the draw below, and another lane."""
    decides, block, decision, occurrence, number = DECISIONS[name]
    for person in range(20):
        u = uniforms(KEY, block, person, occurrence, number=number)[decision]
        assert not decides(u, person)
        assert not decides(0.0, person)
        assert decides(math.nextafter(u, 1), person)
        assert decides(1.0, person)


# Choices by cumulative shares: a draw equal to a share goes to the next


def chosen_partner(edge: float, person: int) -> int:
    """Return which of two partners is chosen."""
    return choose_partner(KEY, np.array([edge, 1.0]), person)


def chosen_lag(edge: float, person: int) -> int:
    """Return which of two lags, of none and of one working day, a payment has."""
    lags = np.array([[(0, 0, edge), (0, 1, 1.0)]], dtype=LAG)
    work = np.arange(9), np.arange(1, 10)
    return (ready(KEY, PAYMENTS, lags, work, person, 2, DAY) - DAY) // DAY


def chosen_province(edge: float, person: int) -> int:
    """Return which of two provinces a person lives in."""
    table = np.zeros(2, dtype=PROVINCE)
    table["cumulative"], table["regencies"] = (edge, 1.0), 1
    words = [
        luck(KEY, block, person, 0) for block in (people.RESIDENCE_BLOCK, people.STANDING_BLOCK, people.MEANS_BLOCK)
    ]
    return int(pack_traits(*words, np.uint32(0), one(POPULATION), guide_to(table))) & 63


def chosen_school(edge: float, person: int) -> int:
    """Return which of three schools a person has finished, the last two of them taken together."""
    words = [
        luck(KEY, block, person, 0) for block in (people.RESIDENCE_BLOCK, people.STANDING_BLOCK, people.MEANS_BLOCK)
    ]
    provinces = guide_to(one(PROVINCE, cumulative=1.0, regencies=1))
    packed = pack_traits(*words, np.uint32(0), one(POPULATION, primary_or_less=edge, junior_high=1 - edge), provinces)
    return min(int(packed) >> Trait.EDUCATION & 3, 1)


CHOICES: dict[str, tuple[Callable[[float, int], int], Block, str, int, int | None]] = {
    "partner": (chosen_partner, linking.PARTNER, "payment partner", 0, None),
    "lag": (chosen_lag, payments.LANES, "lag", attempt_of(int(ROW["count"]), 0), int(ROW["block"])),
    "province": (chosen_province, people.RESIDENCE, "province", 0, None),
    "school": (chosen_school, people.STANDING, "education", 0, None),
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_draw_equal_to_a_cumulative_share_goes_to_the_next(name: str) -> None:
    """Catches a choice that is one off at the edge of two shares."""
    chooses, block, decision, occurrence, number = CHOICES[name]
    for person in range(20):
        u = uniforms(KEY, block, person, occurrence, number=number)[decision]
        assert chooses(u, person) == 1
        assert chooses(math.nextafter(u, 1), person) == 0
