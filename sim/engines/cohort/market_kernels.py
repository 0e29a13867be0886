"""Kernels of the market: where people come to, how long their courses take, and when they come back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.after_award_kernels import Ints, Persons, Purchases
from sim.rules.choosing import SELF_PACED, MarketRules, comes_back_after, train_at_pace
from sim.rules.compiling import kernel
from sim.rules.luck import Key
from sim.rules.platforms import choose_platform


@kernel
def choose_platforms(
    key: Key, since: Ints, shares: NDArray[np.float64], persons: Persons, purchase: Purchases, at: Ints, platform: Ints
) -> None:
    """Fill the platform that each comes to; NOWHERE if none is there."""
    for i in range(persons.size):
        platform[i] = choose_platform(key, since, shares, np.int64(persons[i]), np.int64(purchase[i]), at[i])


@kernel
def come_back(
    key: Key,
    rules: MarketRules,
    persons: Persons,
    purchase: Purchases,
    tries: NDArray[np.uint16],
    at: Ints,
    limit: Ints,
    again: Ints,
) -> None:
    """Fill when those who found nothing at an instant come back; NEVER after the last try, or not before the limit."""
    for i in range(persons.size):
        delay = comes_back_after(key, rules, np.int64(persons[i]), np.int64(purchase[i]), np.int64(tries[i]))
        again[i] = at[i] + delay if delay >= 0 and at[i] + delay < limit[i] else NEVER


@kernel
def train_in_market(
    key: Key,
    rules: MarketRules,
    offers: NDArray[np.void],
    persons: Persons,
    purchase: Purchases,
    course: Ints,
    begins: Ints,
    paces: NDArray[np.float64],
    price: Ints,
    completed: Ints,
) -> int:
    """Fill the prices of courses that begin at instants (rupiah), and when they are completed, or NEVER.

    Return when the last ends (-1: none). `paces` of the waves may be empty: one each.
    """
    last = -1
    for i in range(persons.size):
        offer = offers[course[i]]
        price[i] = offer.price
        duration, completes = train_at_pace(
            key,
            rules,
            offer.duration,
            offer.completion,
            offer.seats != SELF_PACED,
            np.int64(persons[i]),
            np.int64(purchase[i]),
            paces[i] if paces.size else 1.0,
        )
        last = max(last, begins[i] + duration)
        completed[i] = begins[i] + duration if completes else NEVER
    return last
