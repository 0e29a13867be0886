"""Kernels of surveys: who answers one that is offered, and when the rupiah of one that is not answered return."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel
from sim.rules.luck import CHUNK, Key, deal, words_at
from sim.rules.prefetch import ROWS_AHEAD, prefetch
from sim.rules.surveys import ANSWER_BLOCK, SurveyRecord, answer_from, unanswered_returns

Ints = NDArray[np.int64]


@kernel
def offer_survey(
    key: Key,
    survey: SurveyRecord,
    count: int,
    offered: int,
    payments: int,
    people: NDArray[np.void],
    numbers: NDArray[np.uint32],
    answering: NDArray[np.uint32],
    due: Ints,
    unanswered: NDArray[np.uint32],
) -> tuple[int, int, int]:
    """Offer a survey to some participants at an instant.

    Fill the numbers of those who answer, with the instants, and of those who do not; return how many of each, and how
    many of the latter are thereby paid in full.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons = np.empty(CHUNK, dtype=np.uint32)
    answers = declines = full = 0
    for begin in range(0, numbers.size, CHUNK):
        size = min(CHUNK, numbers.size - begin)
        for i in range(size):
            prefetch(people, np.int64(numbers[min(begin + i + ROWS_AHEAD, numbers.size - 1)]))
            persons[i] = people[numbers[begin + i]].person
        deal(key, ANSWER_BLOCK, persons[:size], count, words)
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
            full += people[number].settled == payments
    return answers, declines, full


@kernel
def returns_of_unanswered(offered: int, closing: Ints, returns: Ints) -> None:
    """Fill when the rupiah of a survey that is not answered return (µs), of people whose accounts close at instants."""
    for i in range(closing.size):
        returns[i] = unanswered_returns(offered, closing[i])
