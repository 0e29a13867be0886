"""Surveys: who answers, after what delay, and when the rupiah of those who do not return."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calendar.instants import DAY
from sim.rules.laws import EXPONENTIAL, draw
from sim.rules.luck import key
from sim.rules.records import record
from sim.rules.surveys import ANSWER, SURVEY, SurveyRecord, answer, unanswered_returns
from tests.building import SIGMAS, uniforms

KEY = key(6, 0)


def survey(answers: float) -> SurveyRecord:
    return SurveyRecord(record(SURVEY, answers=answers, delay=(EXPONENTIAL, 0.0, 5.0 * DAY, 0.0)))


def test_answers_by_their_lanes() -> None:
    """Catches a delay that decides who answers, and the answer to another survey."""
    some = survey(0.8)
    for person in range(300):
        for count in range(3):
            u = uniforms(KEY, ANSWER, person, count)
            told = answer(KEY, some, person, count)
            assert told == (u["answers"] < 0.8, draw(some["delay"][0], u["delay of the answer"]))


def test_surveys_of_one_person_are_answered_each_on_its_own() -> None:
    """Catches one who answers all or none; the share comes out (5,000 people, three surveys, ALPHA)."""
    n = 5000
    told = np.array([[answer(KEY, survey(0.8), person, count)[0] for person in range(n)] for count in range(3)])
    assert told.mean() == pytest.approx(0.8, abs=SIGMAS * np.sqrt(0.8 * 0.2 / told.size))
    correlations = np.corrcoef(told)[~np.eye(3, dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(n)


@pytest.mark.parametrize(("share", "answers"), [(0.0, False), (1.0, True)])
def test_nobody_and_everybody(share: float, answers: bool) -> None:
    """Catches a share of nought of which one answers, and one of all of which one does not."""
    assert {answer(KEY, survey(share), person, 0)[0] for person in range(2000)} == {answers}


@pytest.mark.parametrize(("offered", "closing", "returns"), [(10, 100, 100), (100, 100, 100), (150, 100, 150)])
def test_rupiah_of_an_unanswered_survey_return_as_the_account_closes(offered: int, closing: int, returns: int) -> None:
    """Catches rupiah that return before the survey was offered, or while the account is open."""
    assert unanswered_returns(offered, closing) == returns
