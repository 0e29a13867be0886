"""Courses, certificates and reviews, by their lanes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY
from sim.rules.laws import EXPONENTIAL, LONGEST, draw
from sim.rules.luck import key
from sim.rules.records import record
from sim.rules.training import CERTIFICATE, COURSE, REVIEW, TRAINING, TrainingRecord, paced, review, train
from tests.building import SIGMAS, uniforms

KEY = key(4, 0)
DAYS: Any = [(EXPONENTIAL, 0.0, float(mean * DAY), 0.0) for mean in (3, 4, 5)]
SOME = TrainingRecord(
    record(TRAINING, duration=DAYS[0], completes=0.8, certificate=DAYS[1], reviews=0.7, review=DAYS[2])
)


def test_training_by_its_lanes() -> None:
    """Catches decisions of one course that share a word, and delays exchanged."""
    for person in range(300):
        for course in range(4):
            u = uniforms(KEY, COURSE, person, course)
            told = train(KEY, SOME, person, course, 1.0, 1.0)
            assert told == (draw(SOME["duration"][0], u["duration"]), u["completes"] < 0.8)
        u = uniforms(KEY, CERTIFICATE, person) | uniforms(KEY, REVIEW, person)
        certificate = draw(SOME["certificate"][0], u["delay of the certificate"])
        after = draw(SOME["review"][0], u["delay of the review"])
        assert review(KEY, SOME, person) == (certificate, u["rates and reviews"] < 0.7, after)


@pytest.mark.parametrize(("duration", "pace", "takes"), [
    (7, 1.0, 7), (7, 1.5, 10), (7, 0.0, 0), (0, 3.0, 0), (2**53 + 2, 1.0, 2**53 + 2),
    (int(LONGEST), 1000.0, int(LONGEST)),
])  # fmt: skip
def test_a_pace_multiplies_whole_microseconds(duration: int, pace: float, takes: int) -> None:
    """Catches a pace of one that moves a duration by a bit, and one that takes a course beyond all time."""
    assert paced(duration, pace) == takes


@pytest.mark.parametrize(("share", "odds", "expected"), [
    (0.8, 1.0, 0.8), (0.8, 0.25, 0.5), (0.5, 3.0, 0.75), (0.3, 0.0, 0.0), (0.0, 1000.0, 0.0), (1.0, 0.0, 1.0),
])  # fmt: skip
def test_odds_of_completing_multiply_odds(share: float, odds: float, expected: float) -> None:
    """Catches a share that is multiplied, more than everyone, and somebody of nobody, or not everyone of everyone."""
    some = TrainingRecord(SOME.copy())
    some["completes"] = share
    for person in range(400):
        word = uniforms(KEY, COURSE, person, 2)["completes"]
        assert train(KEY, some, person, 2, 1.0, odds)[1] == (word < expected)


def test_courses_of_one_person_have_luck_of_their_own() -> None:
    """Catches one who never completes any course because they did not complete the first."""
    told = np.array([[train(KEY, SOME, person, course, 1.0, 1.0)[1] for person in range(4000)] for course in range(4)])
    correlations = np.corrcoef(told)[~np.eye(4, dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(4000)
