"""When a payment is ready for a partner's run, and whether an attempt fails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Group, luck, uniform

PAYMENT = np.dtype([("fails", "f8"), ("mending", LAW)])
LAG = np.dtype([("days", "i8"), ("cumulative", "f8")])
"""A base lag in working days, and the share of payments with at most this one."""

ATTEMPTS_APART = 16
"""Bits for the attempt in an occurrence (payment, attempt): a byte would wrap when everyone fails."""


@rule
def ready(
    key: NDArray[np.void],
    lags: NDArray[np.void],
    work: NDArray[np.int64],
    work_until: NDArray[np.int64],
    person: int,
    payment: int,
    due: int,
) -> int:
    """Return the instant at which a payment is ready: due plus a lag of whole working days, same clock time.

    `work` are the working days, `work_until` how many there are up to and with each day.
    """
    u = uniform(luck(key, Group.PAYMENT.value, person, payment << ATTEMPTS_APART)[0])
    choice = 0
    while choice < lags.size - 1 and u >= lags[choice].cumulative:
        choice += 1
    lag = lags[choice].days
    if lag == 0:
        return due
    day = min(due // DAY, work_until.size - 1)
    return work[min(work_until[day] + lag, work.size) - 1] * DAY + due % DAY


@rule
def fails(
    key: NDArray[np.void], payment_rules: NDArray[np.void], person: int, payment: int, attempt: int
) -> tuple[bool, int]:
    """Return whether an attempt to pay fails, and how many µs mending takes."""
    p = payment_rules[0]
    words = luck(key, Group.PAYMENT.value, person, payment << ATTEMPTS_APART | attempt)
    return uniform(words[1]) < p.fails, draw(p.mending, uniform(words[2]))
