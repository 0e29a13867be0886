"""Linking an account, buying courses, being trained, rating and reviewing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Group, luck, uniform

ACCOUNT = np.dtype([("delay", LAW), ("unbanked_delay", LAW), ("fails", "f8"), ("mending", LAW)])
MARKET = np.dtype([("least", "f8"), ("most", "f8"), ("shape", "f8"), ("appetite", "f8"), ("delay", LAW)])
"""Prices in rupiah (`shape` is the power of the uniform draw), appetite for and delay of further courses."""
TRAINING = np.dtype([("duration", LAW), ("completes", "f8"), ("certificate", LAW), ("reviews", "f8"), ("review", LAW)])


@rule
def choose_partner(key: NDArray[np.void], cumulative: NDArray[np.float64], person: int) -> int:
    """Return the payment partner a person chooses; `cumulative` are the shares of those that he can choose."""
    u = uniform(luck(key, Group.ACCOUNT.value, person, 0)[0])
    partner = 0
    while partner < cumulative.size - 1 and u >= cumulative[partner]:
        partner += 1
    return partner


@rule
def link_account(key: NDArray[np.void], account: NDArray[np.void], unbanked: bool, person: int) -> tuple[int, int]:
    """Return how many µs after the award a person tries to link an account, and how many mending takes (0: none)."""
    a = account[0]
    words = luck(key, Group.ACCOUNT.value, person, 0)
    u = uniform(words[1])
    delay = draw(a.unbanked_delay, u) if unbanked else draw(a.delay, u)
    mending = max(draw(a.mending, uniform(words[3])), 1) if uniform(words[2]) < a.fails else 0
    return delay, mending


@rule
def first_purchase(key: NDArray[np.void], waves: NDArray[np.void], wave: int, person: int) -> tuple[bool, int]:
    """Return whether one awarded in a wave means to buy a first course, and how many µs after it is announced."""
    words = luck(key, Group.PURCHASE.value, person, 0)
    return uniform(words[0]) < waves[wave].buys, draw(waves[wave].buys_after, uniform(words[1]))


@rule
def further_purchase(key: NDArray[np.void], market: NDArray[np.void], person: int, course: int) -> tuple[bool, int]:
    """Return whether a person wants one more course, his number `course`, and how many µs after the last purchase."""
    m = market[0]
    words = luck(key, Group.PURCHASE.value, person, course)
    return uniform(words[0]) < m.appetite, draw(m.delay, uniform(words[1]))


@rule
def price(key: NDArray[np.void], market: NDArray[np.void], person: int, course: int, balance: int) -> int:
    """Return the price in rupiah of a person's course, no higher than the balance; 0 if the balance buys none."""
    m = market[0]
    most = min(m.most, float(balance))
    if most < m.least:
        return 0
    u = uniform(luck(key, Group.PURCHASE.value, person, course)[2])
    return int(m.least + (most - m.least) * u**m.shape)


@rule
def train(key: NDArray[np.void], training: NDArray[np.void], person: int, course: int) -> tuple[int, bool]:
    """Return how many µs a person's course takes and whether he completes it."""
    t = training[0]
    words = luck(key, Group.COURSE.value, person, course)
    return draw(t.duration, uniform(words[0])), uniform(words[1]) < t.completes


@rule
def review(key: NDArray[np.void], training: NDArray[np.void], person: int) -> tuple[int, bool, int]:
    """Return the µs from completion to certificate, whether the person reviews, and the µs until the review."""
    t = training[0]
    words = luck(key, Group.REVIEW.value, person, 0)
    return (
        draw(t.certificate, uniform(words[0])),
        uniform(words[1]) < t.reviews,
        draw(t.review, uniform(words[2])),
    )
