"""Retries: their turn at one instant, and whose stamps are kept; on both engines, of few people and of thousands."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.calendar.instants import NEVER
from tests.building import Engine, law, on_both, run, run_on

PEOPLE: dict[Engine, int] = {"person": 60, "cohort": 2_000}
A_WEEK: dict[Engine, int] = {"person": 168, "cohort": 168 * 60}
"""Whom the portal lets through: one an hour, or one a minute."""


def one_after_another(engine: Engine) -> dict[str, Any]:
    """Return changes by which all wait for the portal; who fails the email check is back in six hours."""
    return {
        "population.applicants": PEOPLE[engine],
        "population.scale": 1,
        "clock.end": "2020-05-11T00:00",
        "demand.points": [
            {"at": "2020-04-11T19:00", "registered": 0},
            {"at": "2020-04-12T00:00", "registered": 60},
        ],
        "portal.per": "week",
        "portal.rate": A_WEEK[engine],
        "portal.outages": [{"from": "2020-04-11T00:00", "until": "2020-04-13T00:00"}],
        "processing.email.retry.share": 1,
        "run.window_hours": 6,
        "processing.email.retry.delay": law("constant", 6, "hours"),
    }


@on_both
def test_a_retry_and_a_first_try_of_one_instant_go_on_by_number(engine: Engine) -> None:
    """Catches a retry that comes behind others of its instant, whatever the numbers: (time, turn, number).

    Who failed is back at the instant at which someone of a higher number leaves the portal; both go straight to the
    registry, which takes twice as long as the portal and so shows in which order they stand.
    """
    changes = {
        "processing.email.passes": 0.5,
        "processing.email.retry.passes": 1,
        "processing.registry.rate": A_WEEK[engine] / 2,
    }
    people = run_on(engine, changes=one_after_another(engine) | changes).people
    arrived, started = people["registry_arrived"], people["registry_started"]
    line = list(zip(arrived.tolist(), range(arrived.size), strict=True))
    assert np.unique(arrived).size < 0.9 * arrived.size  # many do arrive at one instant
    assert np.all(started < NEVER)
    assert np.argsort(started).tolist() == [number for _, number in sorted(line)]


def test_visits_are_written_down_in_their_order() -> None:
    """Catches visits that the person engine writes down in another order than they are made, at one instant."""
    changes = {"processing.email.passes": 0.5, "processing.email.retry.passes": 1}
    visits = run(changes=one_after_another("person") | changes).visits["registry"]
    line = list(zip(visits["arrived"].tolist(), visits["person"].tolist(), strict=True))
    assert len({at for at, _ in line}) < len(line)  # some do arrive at one instant
    assert line == sorted(line)


@on_both
def test_stamps_of_retries_are_those_of_the_last(engine: Engine) -> None:
    """Catches a journey in which a person starts before they arrive: who gives up at a later try."""
    changes = {
        "processing.email.passes": 0,
        "processing.email.retry.passes": 0,
        "processing.email.retry.attempts": 9,
        "processing.email.retry.rate": 2 * A_WEEK[engine],
        "processing.patience": law("exponential", 2 if engine == "person" else 2 / 60, "hours"),
    }
    people = run_on(engine, changes=one_after_another(engine) | changes).people
    arrived, started, left = (people[f"email_retry_{what}"] for what in ("arrived", "started", "left"))
    gave_up = people["gave_up"] < NEVER
    again = gave_up & (people["email_tries"] > 1)
    assert again.sum() > PEOPLE[engine] // 10
    assert np.all(started[gave_up] == NEVER)
    assert np.all(left[gave_up] == NEVER)
    assert np.all(arrived[gave_up] <= people["gave_up"][gave_up])
