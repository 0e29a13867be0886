"""The deadline of the first purchase: a midnight, before which one must have bought."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import instant, midnight_after, moment
from sim.rules.deadline import buys_in_time, comes_before_revocation


@pytest.mark.parametrize(
    ("wants", "at", "kept"), [(True, 99, True), (True, 100, False), (True, 101, False), (False, 9, False)]
)
def test_only_a_purchase_strictly_before_the_deadline_keeps_the_award(wants: bool, at: int, kept: bool) -> None:
    """Catches a purchase at the very deadline that counts, and one that nobody wanted."""
    assert buys_in_time(wants, at, 100) == kept


@pytest.mark.parametrize(("at", "happens"), [(99, True), (100, True), (101, False)])
def test_what_happens_to_an_account_until_the_very_deadline(at: int, happens: bool) -> None:
    """Catches a link of the deadline's instant that is lost: linking comes before revoking in people's turns."""
    assert comes_before_revocation(at, 100) == happens


@pytest.mark.parametrize(
    ("announced", "deadline"),
    [
        ("2020-09-10T12:00:00", "2020-10-10T00:00:00"),
        ("2020-09-10T00:00:00", "2020-10-10T00:00:00"),
        ("2020-09-10T23:59:59", "2020-10-10T00:00:00"),
    ],
)
def test_the_deadline_is_a_midnight(announced: str, deadline: str) -> None:
    """Catches a deadline 30 times 24 hours after the announcement, and one a day off at midnight."""
    at = midnight_after(instant(datetime.fromisoformat(announced)), 30)
    assert moment(at) == datetime.fromisoformat(deadline)


@given(microseconds=st.integers(-(10**15), 10**17))
def test_an_instant_is_its_moment(microseconds: int) -> None:
    """Catches a fraction of a second lost between dates and instants."""
    assert instant(moment(microseconds)) == microseconds
