"""Retries: their turn at one instant, and whose stamps are kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.calendar.instants import NEVER
from tests.building import law, run

AN_HOUR_APART: dict[str, Any] = {
    "population.applicants": 60,
    "population.scale": 1,
    "clock.end": "2020-05-11T00:00",
    "demand.points": [
        {"at": "2020-04-11T19:00", "registered": 0},
        {"at": "2020-04-12T00:00", "registered": 60},
    ],
    "portal.per": "hour",
    "portal.rate": 1,
    "portal.outages": [{"from": "2020-04-11T00:00", "until": "2020-04-13T00:00"}],
    "processing.email.retry.share": 1,
    "run.window_hours": 6,
    "processing.email.retry.delay": law("constant", 6, "hours"),
}
"""Sixty wait for the portal, which lets one through an hour; who fails the email check is back in six."""


def test_a_retry_and_a_first_try_of_one_instant_go_on_by_number() -> None:
    """Catches a retry that comes behind others of its instant, whatever the numbers: (time, part, number).

    Number n is back at the instant at which number n + 6 leaves the portal; both go straight to the registry.
    """
    changes = {"processing.email.passes": 0.5, "processing.email.retry.passes": 1}
    visits = run(changes=AN_HOUR_APART | changes).visits["registry"]
    line = list(zip(visits["arrived"].tolist(), visits["person"].tolist(), strict=True))
    assert len({at for at, _ in line}) < len(line)  # some do arrive at one instant
    assert line == sorted(line)


def test_stamps_of_retries_are_those_of_the_last() -> None:
    """Catches a journey in which a person starts before he arrives: who gives up at a later try."""
    changes = {
        "processing.email.passes": 0,
        "processing.email.retry.passes": 0,
        "processing.email.retry.attempts": 9,
        "processing.email.retry.rate": 336,  # half an hour each
        "processing.patience": law("exponential", 2, "hours"),
    }
    people = run(changes=AN_HOUR_APART | changes).people
    arrived, started, left = (people[f"email_retry_{what}"] for what in ("arrived", "started", "left"))
    gave_up = people["gave_up"] < NEVER
    assert np.any(gave_up & (people["email_tries"] > 1))
    assert np.all(started[gave_up] == NEVER)
    assert np.all(left[gave_up] == NEVER)
    assert np.all(arrived[gave_up] <= people["gave_up"][gave_up])
