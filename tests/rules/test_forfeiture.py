"""What is lost as the account closes: whoever acts at the very instant is too late."""

from __future__ import annotations

import pytest

from sim.calendar.instants import NEVER
from sim.rules.forfeiture import buys_before_closing, earns_payments


@pytest.mark.parametrize(("at", "in_time"), [(0, True), (99, True), (100, False), (101, False), (NEVER, False)])
def test_before_the_account_closes_is_strictly_before(at: int, in_time: bool) -> None:
    """Catches a purchase or a review at the very closing that counts, and one that never comes."""
    assert buys_before_closing(at, 100) == in_time
    assert earns_payments(at, 100) == in_time
