"""When incentives fall due: the first after review and link, the others a step after the one before."""

from __future__ import annotations

import pytest

from sim.calendar.instants import NEVER
from sim.rules.next_incentive import first_incentive_due, next_incentive_due


@pytest.mark.parametrize(
    ("reviewed", "linked", "due"),
    [(10, 7, 10), (7, 10, 10), (9, 9, 9), (NEVER, 9, NEVER), (9, NEVER, NEVER)],
)
def test_the_first_needs_both_a_review_and_an_account(reviewed: int, linked: int, due: int) -> None:
    """Catches a first incentive that one of the two is enough for."""
    assert first_incentive_due(reviewed, linked) == due


@pytest.mark.parametrize(
    ("due", "paid", "following"),
    [
        (100, 110, 130),  # a step after it was due, not after it was paid
        (100, 130, 130),
        (100, 131, 131),  # never before it was paid
        (100, 500, 500),
    ],
)
def test_the_next_is_a_step_after_the_last_was_due(due: int, paid: int, following: int) -> None:
    """Catches a month counted from the payment, and an incentive that falls due before the last was paid."""
    assert next_incentive_due(due, paid, 30) == following
