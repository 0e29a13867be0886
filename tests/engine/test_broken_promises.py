"""A run that does not add up stops, and says where and when."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.calendar.instants import DAY
from sim.engines.cohort import model as cohort
from sim.engines.person.model import Model
from sim.journey.money import Benefit
from sim.journey.places import Place
from sim.observers.audit import audit
from sim.observers.observations import Observations
from sim.programme.ledger import BrokenPromise, Day
from tests.building import SMALL, programme


def corrupted(after_days: int, corrupt: Callable[[Model], None]) -> str:
    """Run history, corrupt the model once, in the middle of a day, and return what is told."""
    model = Model(programme(SMALL), lambda now, people: None)
    model.timeline.run(until=after_days * DAY + DAY // 24)
    corrupt(model)
    with pytest.raises(BrokenPromise) as told:
        model.run()
    return str(told.value)


def lose_a_person(model: Model) -> None:
    someone = next(p for p, place in enumerate(model.state.place) if place == Place.POOL)
    model.state.place[someone] = Place.NOT_REGISTERED


def double_a_person(model: Model) -> None:
    model.state.ledger.register()


def carry_a_person_over(model: Model) -> None:
    model.state.ledger.move(Place.POOL, Place.REFUSED)


def embezzle(model: Model) -> None:
    model.state.ledger.paid[Benefit.INCENTIVE] += 600_000


def print_money(model: Model) -> None:
    model.state.entitled[Benefit.TRAINING][0] += 1


def keep_a_survey(model: Model) -> None:
    model.state.ledger.returned[Benefit.SURVEY] += 50_000


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        (lose_a_person, ["people", "2020-05-21", "'pool'"]),
        (double_a_person, ["people", "2020-05-21", "'portal'"]),
        (carry_a_person_over, ["people", "2020-05-21", "'pool'"]),
        (embezzle, ["rupiah", "2020-05-21", "incentive"]),
        (print_money, ["rupiah", "2020-05-21", "training"]),
        (keep_a_survey, ["rupiah", "2020-05-21", "survey"]),
    ],
)
def test_a_run_that_does_not_add_up_stops_and_says_where(corrupt: Callable[[Model], None], words: list[str]) -> None:
    """Catches a person or rupiah lost or made in a run without anyone noticing: 40 days in, on 21 May."""
    told = corrupted(40, corrupt)
    for word in words:
        assert word in told


def test_it_is_checked_to_the_very_end() -> None:
    """Catches a last day that is not closed: corrupted on 9 February 2022, the run's last."""
    assert "2022-02-09" in corrupted(669, embezzle)


def test_it_is_checked_every_day() -> None:
    """Catches a check that is made now and then: what is lost on a day is told at its end."""
    for days, date in ((1, "2020-04-12"), (100, "2020-07-20"), (365, "2021-04-11")):
        assert date in corrupted(days, double_a_person)


# The cohort engine


def corrupted_cohort(after_days: int, corrupt: Callable[[cohort.Model], None]) -> str:
    """Run history by the cohort engine, corrupt it once, at a day's end, and return what is told at the end."""
    compiled = programme(SMALL, changes={"clock.end": "2020-08-01T00:00"})

    def progress(now: int, _: int) -> None:
        if now == after_days * DAY:
            corrupt(model)

    model = cohort.Model(compiled, progress, np.zeros(0, dtype=np.int64))
    with pytest.raises(BrokenPromise) as told:
        audit(*_observed(model.run()))
    return str(told.value)


def _observed(result: cohort.Result) -> tuple[Observations, list[Day]]:
    return result.observations, result.days


def register_one_more(model: cohort.Model) -> None:
    way = model.way._way
    way.registered_on_day[-1] += 1


def let_one_give_up(model: cohort.Model) -> None:
    model.pool.gave_up_people += 1


def lose_a_candidate(model: cohort.Model) -> None:
    planned = model.pool._planned
    (last,) = [number for number, batches in enumerate(planned) if batches and batches[0].size][-1:]
    planned[last][0] = planned[last][0][1:]


def revoke_one_more(model: cohort.Model) -> None:
    model.participants.revoked_people += 1


def pay_once_more(model: cohort.Model) -> None:
    incentives, surveys = model.payments._days[-1]
    model.payments._days[-1] = incentives + 600_000, surveys


def return_a_survey(model: cohort.Model) -> None:
    model.payments._returned[len(model.payments._days) - 1] += 1


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        (register_one_more, ["people", "have registered"]),
        (let_one_give_up, ["people do not add up in the pool"]),
        (lose_a_candidate, ["people do not add up in the pool", "gave up"]),
        (revoke_one_more, ["people", "'awarded'"]),
        (pay_once_more, ["rupiah", "2020-05-20", "paid incentive"]),
        (return_a_survey, ["rupiah", "2020-05-20", "returned survey"]),
    ],
)
def test_a_run_of_the_cohort_engine_that_does_not_add_up_says_where(
    corrupt: Callable[[cohort.Model], None], words: list[str]
) -> None:
    """Catches a person or rupiah that the fast engine lost or made, which nobody saw: at the end of 20 May, or next."""
    told = corrupted_cohort(40, corrupt)
    for word in words:
        assert word in told
