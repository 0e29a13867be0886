"""Buying courses from the training balance: the first, further ones, and the price."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.joining import WaveTable
from sim.rules.laws import LAW, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

MARKET = np.dtype([("least", "f8"), ("most", "f8"), ("shape", "f8"), ("appetite", "f8"), ("delay", LAW)])
"""Prices in rupiah (`shape` is the power of the uniform draw), appetite for and delay of further courses."""

MarketRecord = NewType("MarketRecord", NDArray[np.void])

PURCHASE = Block("purchase", occurrence="course")
WANTS = PURCHASE.quarter(0, "wants to buy")
PRICE = PURCHASE.quarter(1, "price")
DELAY = PURCHASE.half(1, "delay of the purchase")
PURCHASE_BLOCK = PURCHASE.number


@rule
def first_purchase_from(words: Words, waves: WaveTable, wave: int) -> tuple[bool, int]:
    """Return what `first_purchase` does, from the words of luck."""
    return WANTS(words) < waves[wave].buys, draw(waves[wave].buys_after, DELAY(words))


@rule
def further_purchase_from(words: Words, market: MarketRecord) -> tuple[bool, int]:
    """Return what `further_purchase` does, from the words of luck."""
    m = market[0]
    return WANTS(words) < m.appetite, draw(m.delay, DELAY(words))


@rule
def price_from(words: Words, market: MarketRecord, balance: int) -> int:
    """Return what `price` does, from the words of luck."""
    m = market[0]
    most = min(m.most, float(balance))
    if most < m.least:
        return 0
    return int(m.least + (most - m.least) * PRICE(words) ** m.shape)


@rule
def first_purchase(key: Key, waves: WaveTable, wave: int, person: Whole) -> tuple[bool, int]:
    """Return whether one awarded in a wave means to buy a first course, and how many µs after it is announced."""
    return first_purchase_from(luck(key, PURCHASE_BLOCK, person, 0), waves, wave)


@rule
def further_purchase(key: Key, market: MarketRecord, person: Whole, course: int) -> tuple[bool, int]:
    """Return whether a person wants one more course, their number `course`, and how many µs after the last purchase."""
    return further_purchase_from(luck(key, PURCHASE_BLOCK, person, course), market)


@rule
def price(key: Key, market: MarketRecord, person: Whole, course: int, balance: int) -> int:
    """Return the price in rupiah of a person's course, no higher than the balance; 0 if the balance buys none."""
    return price_from(luck(key, PURCHASE_BLOCK, person, course), market, balance)
