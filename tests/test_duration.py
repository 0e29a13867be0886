"""About how long a run takes: what it is reckoned from."""

from __future__ import annotations

import pytest

from sim.experiments.duration import AFTER_PROCESSING, days_of
from tests.building import parameters

WEEKS = 80_000_000 / 200_000
"""Weeks in which all are processed at the rate of `rate_200k`."""

STEP = {"processing.steps": [{"from": "2024-04-11T00:00", "rate": None}]}
BEFORE = 1_461
"""Days from the beginning to that step."""

TO_THE_HORIZON = parameters("scenario=rate_200k").clock.longest_days - AFTER_PROCESSING
"""Where people wait for ever, the run goes on to its horizon."""


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 7 * WEEKS),
        (STEP, BEFORE),
        ({"processing.per": "day"}, None),
        ({"processing.steps": [{"from": "2024-04-11T00:00", "rate": 400_000}]}, (7 * WEEKS + BEFORE) / 2),
        ({"processing.steps": [{"from": "2022-01-01T00:00", "rate": 0}]}, TO_THE_HORIZON),
    ],
    ids=["a rate", "plenty from a step on", "soon done", "twice as fast from a step on", "closed for good"],
)
def test_days_follow_the_rate_and_its_steps(changes: dict[str, object], days: float | None) -> None:
    """Catches a plan that says six minutes of what takes two, or two of what takes six: a rate steps up, or closes."""
    found = days_of(parameters("scenario=rate_200k", changes=changes)) - AFTER_PROCESSING
    registering = days_of(parameters("scenario=rate_200k", changes={"processing.rate": None})) - AFTER_PROCESSING
    assert found == pytest.approx(registering if days is None else days, abs=1)
