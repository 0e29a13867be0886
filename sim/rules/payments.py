"""The luck of payments: each known by its benefit and count, and by the attempt."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

PAYMENT = np.dtype([("block", "u4"), ("count", "i8"), ("survey", "?")])
"""A payment by its number: the block of luck of its benefit, its count from 0 within it, whether it is a survey."""

PaymentTable = NewType("PaymentTable", NDArray[np.void])

LANES = Block("payment", occurrence="count and attempt")
"""The lanes of the block that incentives and surveys each have of their own."""
LAG_DRAW = LANES.quarter(0, "lag")
FAILS = LANES.quarter(1, "fails")
REPAIR = LANES.half(1, "repair")

ATTEMPT_BITS = 16
"""Bits for the attempt in an occurrence: a byte would wrap when everyone fails."""


@rule
def attempt_of(count: int, attempt: Whole) -> int:
    """Return the occurrence of an attempt to make a payment."""
    return int(count << ATTEMPT_BITS | attempt)


@rule
def payment_luck(key: Key, payments: PaymentTable, person: Whole, payment: Whole, attempt: Whole) -> Words:
    """Return the luck of an attempt to pay: its lag (of the first), whether it fails, the repair."""
    p = payments[payment]
    return luck(key, p.block, person, attempt_of(p.count, attempt))
