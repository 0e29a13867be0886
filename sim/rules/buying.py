"""Linking an account, buying courses, being trained, rating and reviewing.

What ends in `_from` takes the words of luck of several decisions at once, so that a kernel draws them only once.
"""

from __future__ import annotations

from typing import Any

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
def account_luck(key: NDArray[np.void], person: int) -> Any:
    """Return a person's luck with partner and account."""
    return luck(key, Group.ACCOUNT.value, person, 0)


@rule
def choose_partner_from(words: Any, cumulative: NDArray[np.float64]) -> int:
    """Return what `choose_partner` does, from the words of luck."""
    u = uniform(words[0])
    partner = 0
    for each in range(cumulative.size - 1):  # a branch that nobody can foresee costs more than a few additions
        partner += int(u >= cumulative[each])
    return partner


@rule
def link_account_from(words: Any, account: NDArray[np.void], unbanked: bool) -> tuple[int, int]:
    """Return what `link_account` does, from the words of luck."""
    a = account[0]
    u = uniform(words[1])
    delay = draw(a.unbanked_delay, u) if unbanked else draw(a.delay, u)
    mending = max(draw(a.mending, uniform(words[3])), 1) if uniform(words[2]) < a.fails else 0
    return delay, mending


@rule
def purchase_luck(key: NDArray[np.void], person: int, course: int) -> Any:
    """Return a person's luck with the purchase of a course, his number `course`."""
    return luck(key, Group.PURCHASE.value, person, course)


@rule
def first_purchase_from(words: Any, waves: NDArray[np.void], wave: int) -> tuple[bool, int]:
    """Return what `first_purchase` does, from the words of luck."""
    return uniform(words[0]) < waves[wave].buys, draw(waves[wave].buys_after, uniform(words[1]))


@rule
def further_purchase_from(words: Any, market: NDArray[np.void]) -> tuple[bool, int]:
    """Return what `further_purchase` does, from the words of luck."""
    m = market[0]
    return uniform(words[0]) < m.appetite, draw(m.delay, uniform(words[1]))


@rule
def price_from(words: Any, market: NDArray[np.void], balance: int) -> int:
    """Return what `price` does, from the words of luck."""
    m = market[0]
    most = min(m.most, float(balance))
    if most < m.least:
        return 0
    return int(m.least + (most - m.least) * uniform(words[2]) ** m.shape)


@rule
def choose_partner(key: NDArray[np.void], cumulative: NDArray[np.float64], person: int) -> int:
    """Return the payment partner a person chooses; `cumulative` are the shares of those that he can choose."""
    partner: int = choose_partner_from(account_luck(key, person), cumulative)
    return partner


@rule
def link_account(key: NDArray[np.void], account: NDArray[np.void], unbanked: bool, person: int) -> tuple[int, int]:
    """Return how many µs after the award a person tries to link an account, and how many mending takes (0: none)."""
    delay, mending = link_account_from(account_luck(key, person), account, unbanked)
    return delay, mending


@rule
def first_purchase(key: NDArray[np.void], waves: NDArray[np.void], wave: int, person: int) -> tuple[bool, int]:
    """Return whether one awarded in a wave means to buy a first course, and how many µs after it is announced."""
    buys, delay = first_purchase_from(purchase_luck(key, person, 0), waves, wave)
    return buys, delay


@rule
def further_purchase(key: NDArray[np.void], market: NDArray[np.void], person: int, course: int) -> tuple[bool, int]:
    """Return whether a person wants one more course, his number `course`, and how many µs after the last purchase."""
    buys, delay = further_purchase_from(purchase_luck(key, person, course), market)
    return buys, delay


@rule
def price(key: NDArray[np.void], market: NDArray[np.void], person: int, course: int, balance: int) -> int:
    """Return the price in rupiah of a person's course, no higher than the balance; 0 if the balance buys none."""
    rupiah: int = price_from(purchase_luck(key, person, course), market, balance)
    return rupiah


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
