"""When a payment is ready for a partner's run: due, plus a lag of whole working days.

A run knows the working days of its time and of the lag behind it. A lag that would end after the last of them never
ends, in both engines: the payment falls due and is not ready for any run. So it is where no working day is left, or
where there is none at all.
"""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.compiling import rule
from sim.rules.luck import Key, Words
from sim.rules.payments import LAG_DRAW, PaymentTable, payment_luck
from sim.rules.whole import Whole

LAG = np.dtype([("since", "i8"), ("days", "i8"), ("cumulative", "f8")])
"""A lag in working days, and the share of payments with at most this one, of those that fall due from `since` on (µs).
Of the last lag of a time the share is never looked at."""

LagTable = NewType("LagTable", NDArray[np.void])
"""The lags [time, lag]: times in their order, the first of which is for all before the second; each has as many rows,
and those behind its last lag belong to no payment."""

NO_PAYMENT = 2.0
"""The share at the last lag of a time, and behind it: above any uniform, so that no payment goes further."""

WorkingDays = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The working days, and how many there are up to and with each day."""


@rule
def ready_from(words: Words, lags: LagTable, work: WorkingDays, due: int) -> int:
    """Return what `ready` does, from the luck of a payment's first attempt."""
    days, until = work
    u = LAG_DRAW(words)
    time = choice = 0
    for each in range(1, lags.shape[0]):  # without a branch: a misprediction costs more than a few additions
        time += int(due >= lags[each, 0].since)
    for each in range(lags.shape[1] - 1):
        choice += int(u >= lags[time, each].cumulative)
    lag = lags[time, choice].days
    day = due // DAY
    # With no lag this is the day itself, whether it is one of work or not.
    if lag > 0:
        if day >= until.size:
            return NEVER
        last = until[day] + lag - 1
        if last >= days.size:
            return NEVER
        day = days[last]
    return day * DAY + due % DAY


@rule
def ready(
    key: Key, payments: PaymentTable, lags: LagTable, work: WorkingDays, person: Whole, payment: Whole, due: int
) -> int:
    """Return when a payment is ready: due plus a lag of whole working days, same clock time; NEVER if none is left."""
    return ready_from(payment_luck(key, payments, person, payment, 0), lags, work, due)
