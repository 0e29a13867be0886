"""The ledger: a day that does not add up is told, with the place or the benefit and the date."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.journey.journey import JOURNEY
from sim.journey.money import Benefit
from sim.journey.places import Place
from sim.programme.ledger import BrokenPromise, Ledger

Census = tuple[Ledger, NDArray[np.int64], list[int]]

PORTAL = JOURNEY.place("portal")
PLACES = len(JOURNEY.places)


def a_day() -> Census:
    """Return a ledger of three people and one award, and a census that agrees."""
    ledger, standing = Ledger(JOURNEY), np.zeros(PLACES, dtype=np.int64)
    for _ in range(3):
        ledger.register()
    ledger.move(PORTAL, Place.POOL)
    standing[[PORTAL, Place.POOL, Place.NOT_REGISTERED]] = 2, 1, 7
    ledger.awarded[:] = 1000, 600, 150
    ledger.paid[:] = 400, 0, 0
    ledger.returned[:] = 100, 0, 50
    return ledger, standing, [500, 600, 100]


def test_a_day_that_adds_up_is_kept() -> None:
    """Catches a record that later counts would change, and money outstanding that leaves out a kind."""
    ledger, standing, entitled = a_day()
    ledger.close_day(5 * DAY, standing, entitled)
    assert ledger.outstanding == 1200
    ledger.register()
    ledger.paid[Benefit.TRAINING] += 1
    occupancy = [0] * PLACES
    occupancy[PORTAL], occupancy[Place.POOL] = 2, 1
    assert ledger.days == [(5 * DAY, occupancy, [1000, 600, 150], [400, 0, 0], [100, 0, 50])]
    assert ledger.days[0].people == occupancy


def a_place_too_many(ledger: Ledger, standing: NDArray[np.int64], entitled: list[int]) -> None:
    ledger.move(PORTAL, Place.TEST)


def one_from_nowhere(ledger: Ledger, standing: NDArray[np.int64], entitled: list[int]) -> None:
    ledger.occupancy[JOURNEY.place("email_retry")] += 1
    standing[JOURNEY.place("email_retry")] += 1


def a_payment_without_a_payee(ledger: Ledger, standing: NDArray[np.int64], entitled: list[int]) -> None:
    ledger.paid[Benefit.SURVEY] += 50


def paid_more_than_awarded(ledger: Ledger, standing: NDArray[np.int64], entitled: list[int]) -> None:
    ledger.paid[Benefit.INCENTIVE] += 700
    entitled[Benefit.INCENTIVE] -= 700


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (a_place_too_many, ["2020-04-15", "1 were counted into 'test'", "0 stand there"]),
        (one_from_nowhere, ["2020-04-15", "3 have registered", "4 stand somewhere"]),
        (a_payment_without_a_payee, ["2020-04-15", "rupiah of survey", "is 50", "entitled to 100"]),
        (paid_more_than_awarded, ["2020-04-15", "rupiah of incentive", "is -100"]),
    ],
)
def test_a_day_that_does_not_add_up_is_told(wrong: Callable[..., None], words: list[str]) -> None:
    """Catches a promise broken in silence, or told without where: midnight of day 5 ends 15 April 2020."""
    census = a_day()
    wrong(*census)
    with pytest.raises(BrokenPromise) as told:
        census[0].close_day(5 * DAY, *census[1:])
    for word in words:
        assert word in str(told.value)
    assert census[0].days == []
