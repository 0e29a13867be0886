"""Accounts, purchases and training, by their tables and words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.calendar.instants import DAY
from sim.rules import buying
from sim.rules.joining import WAVE
from sim.rules.laws import CONSTANT, EXPONENTIAL, draw
from sim.rules.luck import Group, key
from tests.building import ALPHA, uniforms

WHOSE = key(4, 0)
DAYS: Any = [(EXPONENTIAL, 0.0, float(mean * DAY), 0.0) for mean in range(1, 8)]


def market(least: float = 24_000, most: float = 1_000_000, shape: float = 1.4, appetite: float = 0.6) -> Any:
    return np.array([(least, most, shape, appetite, DAYS[0])], dtype=buying.MARKET)


@given(
    person=st.integers(0, 2**27),
    course=st.integers(0, 40),
    balance=st.integers(0, 10**7),
    shape=st.floats(0.01, 20),
)
def test_a_price_lies_between_the_least_and_the_balance(person: int, course: int, balance: int, shape: float) -> None:
    """Catches a course dearer than the balance or than the dearest, and one that a poor balance buys."""
    price = buying.price(WHOSE, market(shape=shape), person, course, balance)
    if balance < 24_000:
        assert price == 0
    else:
        assert 24_000 <= price <= min(balance, 1_000_000)


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0])
def test_prices_have_the_law_of_their_shape(shape: float) -> None:
    """Catches a shape that works the other way round: larger is cheaper. Kolmogorov and Smirnov at ALPHA."""
    prices = [buying.price(WHOSE, market(0, 1_000_000, shape), person, 0, 1_000_000) for person in range(20_000)]
    assert stats.kstest(np.array(prices) / 1_000_000, stats.powerlaw(1 / shape).cdf).pvalue > ALPHA


@pytest.mark.parametrize(
    ("cumulative", "expected"),
    [
        ([1.0, 1.0, 1.0], [1, 0, 0]),  # the only one
        ([0.0, 1.0, 1.0], [0, 1, 0]),  # the first has not entered
        ([0.4, 0.4, 1.0], [0.4, 0, 0.6]),  # nor has the one between
        ([0.34, 0.64, 1.0], [0.34, 0.3, 0.36]),
    ],
)
def test_partners_are_chosen_by_their_shares(cumulative: list[float], expected: list[float]) -> None:
    """Catches a partner chosen who has not entered, and shares moved to a neighbour; chi-square at ALPHA."""
    n, shares = 20_000, np.array(expected)
    found = np.bincount(
        [buying.choose_partner(WHOSE, np.array(cumulative), person) for person in range(n)], minlength=3
    )
    assert np.all(found[shares == 0] == 0)
    if np.count_nonzero(shares) > 1:
        assert stats.chisquare(found[shares > 0], n * shares[shares > 0]).pvalue > ALPHA


def test_linking_an_account_by_its_words() -> None:
    """Catches people without an account who link one as fast as others, and mending without a failure."""
    account = np.array([(DAYS[0], DAYS[1], 0.3, DAYS[2])], dtype=buying.ACCOUNT)
    for person in range(300):
        u = uniforms(WHOSE, Group.ACCOUNT.value, person, 0)
        mending = draw(account["mending"][0], u[3]) if u[2] < 0.3 else 0
        for unbanked, law in ((False, "delay"), (True, "unbanked_delay")):
            told = buying.link_account(WHOSE, account, unbanked, person)
            assert told == (draw(account[law][0], u[1]), mending)


def test_a_failed_link_takes_time_even_where_mending_takes_none() -> None:
    """Catches a failure that looks like none, since nought is the word for it."""
    at_once = (CONSTANT, 0.0, 0.0, 0.0)
    account = np.array([(at_once, at_once, 1.0, at_once)], dtype=buying.ACCOUNT)
    assert buying.link_account(WHOSE, account, False, 0) == (0, 1)


def test_purchases_and_training_by_their_words() -> None:
    """Catches decisions of one person that share a word, and the propensity of another wave."""
    waves = np.zeros(2, dtype=WAVE)
    waves["buys"] = 0.9, 0.5
    waves["buys_after"][:] = DAYS[:2]
    training = np.array([(DAYS[2], 0.8, DAYS[3], 0.7, DAYS[4])], dtype=buying.TRAINING)
    for person in range(300):
        for course in range(1, 4):
            u = uniforms(WHOSE, Group.PURCHASE.value, person, course)
            told = buying.further_purchase(WHOSE, market(), person, course)
            assert told == (u[0] < 0.6, draw(market()["delay"][0], u[1]))
            u = uniforms(WHOSE, Group.COURSE.value, person, course)
            told = buying.train(WHOSE, training, person, course)
            assert told == (draw(training["duration"][0], u[0]), u[1] < 0.8)
        for wave in (0, 1):
            u = uniforms(WHOSE, Group.PURCHASE.value, person, 0)
            told = buying.first_purchase(WHOSE, waves, wave, person)
            assert told == (u[0] < waves["buys"][wave], draw(waves["buys_after"][wave], u[1]))
        u = uniforms(WHOSE, Group.REVIEW.value, person, 0)
        certificate, review = draw(training["certificate"][0], u[0]), draw(training["review"][0], u[2])
        assert buying.review(WHOSE, training, person) == (certificate, u[1] < 0.7, review)
