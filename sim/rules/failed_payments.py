"""An attempt to pay may fail; the payment is ready again at the instant of the run that failed it plus the repair."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Key, Words
from sim.rules.payments import FAILS, REPAIR, PaymentTable, payment_luck
from sim.rules.whole import Whole

FAILURE = np.dtype([("fails", "f8"), ("repair", LAW)])
"""Share of attempts that fail, and the delay of the repair."""

FailureRecord = NewType("FailureRecord", NDArray[np.void])


@rule
def fails_from(words: Words, failure: FailureRecord) -> bool:
    """Return whether an attempt to pay fails, from its luck."""
    return FAILS(words) < failure[0].fails


@rule
def repair_from(words: Words, failure: FailureRecord) -> int:
    """Return how many µs it takes to repair an attempt that failed, from its luck."""
    return draw(failure[0].repair, REPAIR(words))


@rule
def fails(
    key: Key, payments: PaymentTable, failure: FailureRecord, person: Whole, payment: Whole, attempt: Whole
) -> tuple[bool, int]:
    """Return whether an attempt to pay fails, and how many µs the repair takes."""
    words = payment_luck(key, payments, person, payment, attempt)
    return fails_from(words, failure), repair_from(words, failure)
