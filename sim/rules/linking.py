"""Choosing a payment partner and linking an account there; some fail and repair it."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

ACCOUNT = np.dtype([("delay", LAW), ("unbanked_delay", LAW), ("fails", "f8"), ("repair", LAW)])
"""Delays until an account is linked by those who have one and those who have none; share who fail at first, and the
delay until that is repaired."""

AccountRecord = NewType("AccountRecord", NDArray[np.void])

PARTNER = Block("payment partner")
CHOICE = PARTNER.half(0, "payment partner")
FAILS = PARTNER.quarter(2, "linking fails")
PARTNER_BLOCK = PARTNER.number

LINKING = Block("linking an account")
DELAY = LINKING.half(0, "delay of linking")
REPAIR = LINKING.half(1, "repair of the link")
LINKING_BLOCK = LINKING.number


@rule
def choose_partner_from(words: Words, cumulative: NDArray[np.float64]) -> int:
    """Return what `choose_partner` does, from the words of `PARTNER`."""
    u = CHOICE(words)
    partner = 0
    for each in range(cumulative.size - 1):  # without a branch: a misprediction costs more than a few additions
        partner += int(u >= cumulative[each])
    return partner


@rule
def link_account_from(partner: Words, linking: Words, account: AccountRecord, unbanked: bool) -> tuple[int, int]:
    """Return what `link_account` does, from the words of `PARTNER` and of `LINKING`."""
    a = account[0]
    u = DELAY(linking)
    delay = draw(a.unbanked_delay, u) if unbanked else draw(a.delay, u)
    repair = max(draw(a.repair, REPAIR(linking)), 1) if FAILS(partner) < a.fails else 0
    return delay, repair


@rule
def choose_partner(key: Key, cumulative: NDArray[np.float64], person: Whole) -> int:
    """Return the payment partner a person chooses; `cumulative` are the shares of those that they can choose."""
    return choose_partner_from(luck(key, PARTNER_BLOCK, person, 0), cumulative)


@rule
def link_account(key: Key, account: AccountRecord, unbanked: bool, person: Whole) -> tuple[int, int]:
    """Return how many µs after the award a person tries to link an account, and how many a repair takes (0: none)."""
    partner, linking = luck(key, PARTNER_BLOCK, person, 0), luck(key, LINKING_BLOCK, person, 0)
    return link_account_from(partner, linking, account, unbanked)
