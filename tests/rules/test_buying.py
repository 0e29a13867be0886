"""Purchases: their prices, the first and further ones, by their tables and lanes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.calendar.instants import DAY
from sim.rules.buying import MARKET, PURCHASE, MarketRecord, first_purchase, further_purchase, price
from sim.rules.joining import WAVE, WaveTable
from sim.rules.laws import EXPONENTIAL, draw
from sim.rules.luck import key
from sim.rules.records import record
from tests.building import ALPHA, uniforms

KEY = key(4, 0)
DAYS: Any = [(EXPONENTIAL, 0.0, float(mean * DAY), 0.0) for mean in range(1, 8)]


def market(least: float = 24_000, most: float = 1_000_000, shape: float = 1.4, appetite: float = 0.6) -> MarketRecord:
    return MarketRecord(record(MARKET, least=least, most=most, shape=shape, appetite=appetite, delay=DAYS[0]))


@given(
    person=st.integers(0, 2**27),
    course=st.integers(0, 40),
    balance=st.integers(0, 10**7),
    shape=st.floats(0.01, 20),
)
def test_a_price_lies_between_the_least_and_the_balance(person: int, course: int, balance: int, shape: float) -> None:
    """Catches a course dearer than the balance or than the dearest, and one that a poor balance buys."""
    found = price(KEY, market(shape=shape), person, course, balance)
    if balance < 24_000:
        assert found == 0
    else:
        assert 24_000 <= found <= min(balance, 1_000_000)


def test_a_balance_of_the_least_price_buys_a_course_at_it() -> None:
    """Catches a balance that just suffices and is refused, and one that lacks a rupiah and is not."""
    assert [price(KEY, market(), person=7, course=1, balance=24_000 + more) for more in (-1, 0)] == [0, 24_000]


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0])
def test_prices_have_the_law_of_their_shape(shape: float) -> None:
    """Catches a shape that works the other way round: larger is cheaper. Kolmogorov and Smirnov at ALPHA."""
    prices = [price(KEY, market(0, 1_000_000, shape), person, 0, 1_000_000) for person in range(20_000)]
    assert stats.kstest(np.array(prices) / 1_000_000, stats.powerlaw(1 / shape).cdf).pvalue > ALPHA


def test_purchases_by_their_lanes() -> None:
    """Catches decisions of one purchase that share a word, and the propensity of another wave."""
    table = np.zeros(2, dtype=WAVE)
    table["buys"] = 0.9, 0.5
    table["buys_after"][:] = DAYS[:2]
    waves = WaveTable(table)
    for person in range(300):
        for course in range(1, 4):
            u = uniforms(KEY, PURCHASE, person, course)
            told = further_purchase(KEY, market(), person, course)
            assert told == (u["wants to buy"] < 0.6, draw(market()["delay"][0], u["delay of the purchase"]))
            costs = int(24_000 + (500_000 - 24_000) * u["price"] ** 1.4)
            assert price(KEY, market(), person, course, 500_000) == costs
        for wave in (0, 1):
            u = uniforms(KEY, PURCHASE, person, 0)
            told = first_purchase(KEY, waves, wave, person)
            after = draw(table["buys_after"][wave], u["delay of the purchase"])
            assert told == (u["wants to buy"] < table["buys"][wave], after)
