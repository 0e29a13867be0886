"""A run that does not add up stops, and says where and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.engines.person.model import Model
from sim.programme.ledger import BrokenPromise, Kind
from sim.programme.places import Place
from tests.building import SMALL, programme


def corrupted(after_days: int, corrupt: Callable[[Model], None]) -> str:
    """Run history, corrupt the model once, in the middle of a day, and return what is told."""
    model = Model(programme(SMALL), lambda now, people: None)
    model.timeline.run(until=after_days * 86_400_000_000 + 3_600_000_000)
    corrupt(model)
    with pytest.raises(BrokenPromise) as told:
        model.run()
    return str(told.value)


def lose_a_person(model: Model) -> None:
    someone = next(p for p, place in enumerate(model.place) if place == Place.POOL)
    model.place[someone] = Place.NOT_REGISTERED


def double_a_person(model: Model) -> None:
    model.ledger.register()


def carry_a_person_over(model: Model) -> None:
    model.ledger.move(Place.POOL, Place.REFUSED)


def embezzle(model: Model) -> None:
    model.ledger.paid[Kind.INCENTIVE] += 600_000


def print_money(model: Model) -> None:
    model.entitled[Kind.TRAINING][0] += 1


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        (lose_a_person, ["people", "2020-05-21", "'pool'"]),
        (double_a_person, ["people", "2020-05-21", "'portal'"]),
        (carry_a_person_over, ["people", "2020-05-21", "'pool'"]),
        (embezzle, ["rupiah", "2020-05-21", "incentive"]),
        (print_money, ["rupiah", "2020-05-21", "training"]),
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
