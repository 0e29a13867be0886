"""Kernels of surveys: who answers one that is offered, and when the rupiah of one that is not answered return."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.engines.cohort.payment_kernels import PaymentRules, fall_due
from sim.engines.cohort.pending import ByDay
from sim.rules.compiling import kernel
from sim.rules.luck import CHUNK, deal, words_at
from sim.rules.prefetch import ROWS_AHEAD, prefetch
from sim.rules.surveys import ANSWER_BLOCK, SurveyRecord, answer_from, unanswered_returns
from sim.rules.whole import Whole

Ints = NDArray[np.int64]
Numbers = NDArray[np.uint32]


class Offered(NamedTuple):
    """What comes of the offer of a survey."""

    answering: Numbers
    """The numbers of those who answer, and of those who do not."""
    unanswered: Numbers
    due: ByDay
    """The payments of those who answer, but for those that fall due after the end of the run."""
    full: int
    """How many of those who do not answer are thereby paid in full."""


OfferedTuple = tuple[Numbers, Numbers, ByDay, int]
"""The fields of Offered, as its kernel returns them."""


@kernel
def offer_survey(
    rules: PaymentRules,
    survey: SurveyRecord,
    count: int,
    payment: Whole,
    offered: int,
    people: NDArray[np.void],
    numbers: Numbers,
    stamps: Any,
    calendar: Any,
) -> OfferedTuple:
    """Offer survey `count` (from 0) to some participants at an instant; return what Offered holds.

    See `fall_due` of its payment.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons = np.empty(CHUNK, dtype=np.uint32)
    answering, due = np.empty(numbers.size, dtype=np.uint32), np.empty(numbers.size, dtype=np.int64)
    unanswered = np.empty(numbers.size, dtype=np.uint32)
    answers = declines = full = 0
    for begin in range(0, numbers.size, CHUNK):
        size = min(CHUNK, numbers.size - begin)
        for i in range(size):
            prefetch(people, np.int64(numbers[min(begin + i + ROWS_AHEAD, numbers.size - 1)]))
            persons[i] = people[numbers[begin + i]].person
        deal(rules.key, ANSWER_BLOCK, persons[:size], count, words)
        for i in range(size):
            number = numbers[begin + i]
            does, delay = answer_from(words_at(words, i), survey)
            if does:
                answering[answers] = number
                due[answers] = offered + delay
                answers += 1
                continue
            unanswered[declines] = number
            declines += 1
            people[number].settled += 1
            full += people[number].settled == rules.payments.size
    falling_due = fall_due(rules, people, answering[:answers], due[:answers], payment, stamps, calendar)
    return answering[:answers], unanswered[:declines], falling_due, full


@kernel
def returns_of_unanswered(offered: int, closing: Ints, end: int, returns: Ints, returned: Ints) -> None:
    """Fill when the rupiah of a survey that is not answered return (µs), of people whose accounts close at instants.

    Count those that return before the end of the run, by day.
    """
    for i in range(closing.size):
        returns[i] = unanswered_returns(offered, closing[i])
        if returns[i] < end:
            returned[returns[i] // DAY] += 1
