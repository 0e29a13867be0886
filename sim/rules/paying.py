"""When a payment is ready for a partner's run, and whether an attempt fails."""

from __future__ import annotations

from typing import Any

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
def payment_luck(key: NDArray[np.void], person: int, payment: int, attempt: int) -> Any:
    """Return the luck of an attempt to pay: its lag (of the first), whether it fails, mending."""
    return luck(key, Group.PAYMENT.value, person, payment << ATTEMPTS_APART | attempt)


@rule
def ready_from(
    first: Any, lags: NDArray[np.void], work: NDArray[np.int64], work_until: NDArray[np.int64], due: int
) -> int:
    """Return the instant at which a payment is ready, from the luck of its first attempt; see `ready`."""
    u = uniform(first[0])
    choice = 0
    for each in range(lags.size - 1):  # a branch that nobody can foresee costs more than a few additions
        choice += int(u >= lags[each].cumulative)
    lag = lags[choice].days
    day = due // DAY
    # With no lag this is the day itself, whether it is one of work or not.
    later = work[max(min(work_until[min(day, work_until.size - 1)] + lag, work.size) - 1, 0)]
    return (later if lag > 0 else day) * DAY + due % DAY


@rule
def fails_from(words: Any, payment_rules: NDArray[np.void]) -> bool:
    """Return whether an attempt to pay fails, from its luck."""
    return uniform(words[1]) < payment_rules[0].fails


@rule
def mending_from(words: Any, payment_rules: NDArray[np.void]) -> int:
    """Return how many µs it takes to mend an attempt that failed, from its luck."""
    mending: int = draw(payment_rules[0].mending, uniform(words[2]))
    return mending


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
    at: int = ready_from(payment_luck(key, person, payment, 0), lags, work, work_until, due)
    return at


@rule
def fails(
    key: NDArray[np.void], payment_rules: NDArray[np.void], person: int, payment: int, attempt: int
) -> tuple[bool, int]:
    """Return whether an attempt to pay fails, and how many µs mending takes."""
    words = payment_luck(key, person, payment, attempt)
    return fails_from(words, payment_rules), mending_from(words, payment_rules)
