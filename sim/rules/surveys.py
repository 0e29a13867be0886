"""Surveys: offered some time after the first incentive was paid; who answers is paid, else the rupiah return."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.laws import LAW, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.whole import Whole

SURVEY = np.dtype([("answers", "f8"), ("delay", LAW)])
"""Share who answer a survey, and the delay of the answer."""

SurveyRecord = NewType("SurveyRecord", NDArray[np.void])

ANSWER = Block("answer to a survey", occurrence="survey")
ANSWERS = ANSWER.quarter(0, "answers")
DELAY = ANSWER.half(1, "delay of the answer")
ANSWER_BLOCK = ANSWER.number


@rule
def answer_from(words: Words, survey: SurveyRecord) -> tuple[bool, int]:
    """Return what `answer` does, from the words of luck."""
    s = survey[0]
    return ANSWERS(words) < s.answers, draw(s.delay, DELAY(words))


@rule
def answer(key: Key, survey: SurveyRecord, person: Whole, count: int) -> tuple[bool, int]:
    """Return whether a person answers their survey `count` (from 0), and how many µs after the offer it falls due."""
    return answer_from(luck(key, ANSWER_BLOCK, person, count), survey)


@rule
def offered_at(paid: Whole, step: int) -> int:
    """Return when a survey is offered to one whose first incentive was paid at an instant: `step` µs later."""
    return int(paid + step)


@rule
def unanswered_returns(offered: Whole, closing: Whole) -> int:
    """Return when the rupiah of a survey that is not answered return: as the account closes, or when it is offered."""
    return int(max(offered, closing))
