"""Checkouts and classes against queueing theory, by their kernels and in whole runs of both engines: ALPHA a figure.

Each test asks the same of a theory whose load is wrong by 5 %, in whole runs of the cohort engine by 10 %, and of the
person engine by 30 %, and must see it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import HOUR
from sim.journey.route import CHECKOUT
from tests.building import Engine, law, on_both
from tests.equality.random_markets import course, live, market, platform
from tests.market.recount import seen
from tests.theory.evidence import agrees, replicate
from tests.theory.people import always, common, weekly
from tests.theory.queueing import (
    MEAN,
    arrivals,
    pollaczek_khinchine,
    through_checkouts,
    through_classes,
    wait_for_a_class,
)

CUSTOMERS, START = 22_000, 2_000
WRONG = 1.05


def test_a_checkout_is_md1() -> None:
    """Catches a checkout whose orders wait for those of another platform, or pass at another rate than its own."""
    share, loads = 0.3, (0.8, 0.6)

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, 1.0, 1, CUSTOMERS)
        here = (luck.random(CUSTOMERS) < share).astype(np.int64)
        intervals = [round(loads[0] * MEAN / (1 - share)), round(loads[1] * MEAN / share)]
        waits = through_checkouts(intervals, arrived, here).waits
        return [waits[START:][here[START:] == k].mean() * MEAN / intervals[k] for k in (0, 1)]

    for found, load in zip(replicate(once).T, loads, strict=True):
        assert agrees(found, pollaczek_khinchine(load, 0))
        assert not agrees(found, pollaczek_khinchine(load * WRONG, 0))
        assert not agrees(found, pollaczek_khinchine(load, 1))


def test_the_formula_of_classes_is_that_of_a_chain() -> None:
    """Catches a formula taken down wrong: the number before a class as a Markov chain, cut where hardly anyone is."""
    for seats, load in ((1, 0.7), (3, 0.8), (10, 0.9)):
        mean, most = seats * load, 250
        come = np.exp(-mean) * np.cumprod(np.concatenate([[1.0], mean / np.arange(1, most)]))
        number = np.zeros(most)
        number[0] = 1.0
        for _ in range(1_000):
            left = np.concatenate([[number[: seats + 1].sum()], number[seats + 1 :], np.zeros(seats)])
            number = np.convolve(left, come)[:most]
        found = (number @ np.arange(most) / number.sum() - mean / 2) / mean
        assert found == pytest.approx(wait_for_a_class(seats, load), rel=1e-9)


@pytest.mark.parametrize(("seats", "load"), [(1, 0.7), (4, 0.8), (25, 0.9)])
def test_classes_are_a_queue_with_bulk_service(seats: int, load: float) -> None:
    """Catches a class that takes another number than its seats, goes begging, or is missed by those before it."""

    def once(luck: np.random.Generator) -> Any:
        arrived = arrivals(luck, load * seats, 1, CUSTOMERS)
        return through_classes(seats, MEAN, arrived)[START:].mean()

    found = replicate(once)
    assert agrees(found, wait_for_a_class(seats, load))
    assert not agrees(found, wait_for_a_class(seats, load * WRONG))
    assert not agrees(found, wait_for_a_class(seats + 1, load * seats / (seats + 1)))


# Whole runs

PEOPLE: dict[Engine, int] = {"person": 400, "cohort": 20_000}
RUNS: dict[Engine, int] = {"person": 8, "cohort": 8}
WRONG_LOAD: dict[Engine, float] = {"person": 1.3, "cohort": 1.1}
LENGTH = 240
"""Hours over which people come: uniform delays, and so, given their number, by Poisson."""

LOAD, SEATS = 0.7, 4


@cache
def waits(engine: Engine) -> tuple[Any, Any]:
    """Return by run the mean waits at a checkout, in services, and for a class, in intervals between classes.

    Half of the people come to either of two platforms: one has a checkout and no classes, one has classes alone.
    """
    people = PEOPLE[engine]
    interval = LENGTH / (people / 2) * LOAD
    rates = {"one": platform(checkout={"rate": 1 / interval}), "two": platform()}
    block = market(
        rates,
        [
            course(platforms="one"),
            live(platforms="two", seats=SEATS, classes_per_week=168 / (interval * SEATS)),
        ],
        choices=1,
        tries=1,
        patience=law("constant", 300, "days"),
    )
    found = []
    for replication in range(RUNS[engine]):
        made = seen(engine, {
            **common(engine), **weekly(1, places=people), "population.applicants": people,
            "run.replication": replication, "clock.end": "2020-06-01T00:00",
            "joining.newcomers": always(1), "selection.eligible": always(1), "purchase.deadline_days": 20,
            "purchase.waves": [{"from_wave": 1, "buys": 1, "delay": law("uniform", LENGTH / 2, "hours")}],
            "purchase.further": {"appetite": 0, "courses": 1, "delay": law("constant", 1, "days")},
            "market": block,
        })  # fmt: skip
        checkout, own = made.observations.stations[CHECKOUT], made.participants
        at_checkout = own["platform_1"] == 0
        assert checkout.waits.ended == people == own.rows
        waited = checkout.waits.time / np.count_nonzero(at_checkout) / (interval * HOUR)
        for_class = (own["begun_1"] - own["bought_1"])[~at_checkout]
        found.append((waited, for_class.mean() / (interval * SEATS * HOUR)))
    checkouts, classes = np.array(found).T
    return checkouts, classes


@on_both
def test_a_checkout_in_whole_runs_is_md1(engine: Engine) -> None:
    """Catches orders that pass at another rate than the platform's, or people sent to another one."""
    found, _ = waits(engine)
    assert agrees(found, pollaczek_khinchine(LOAD, 0))
    assert not agrees(found, pollaczek_khinchine(LOAD * WRONG_LOAD[engine], 0))


@on_both
def test_classes_in_whole_runs_are_a_queue_with_bulk_service(engine: Engine) -> None:
    """Catches seats lost, or classes more or less often than the market says."""
    _, found = waits(engine)
    assert agrees(found, wait_for_a_class(SEATS, LOAD))
    assert not agrees(found, wait_for_a_class(SEATS, LOAD * WRONG_LOAD[engine]))
