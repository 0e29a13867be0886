"""The test that ends the processing: who takes it, and when it is done."""

from __future__ import annotations

import pytest

from sim.calendar.instants import HOUR, MINUTE
from sim.rules.entry_test import ENTRY_TEST, TEST, TestRecord, take_test
from sim.rules.laws import CONSTANT, EXPONENTIAL, draw
from sim.rules.luck import key
from sim.rules.records import record
from tests.building import uniforms

KEY = key(5, 0)
HOURS = (EXPONENTIAL, 0.0, 12.0 * HOUR, 0.0)


def test_the_test_by_its_lanes() -> None:
    """Catches a delay that decides who takes it, and a length of the test left out."""
    taken = TestRecord(record(TEST, taken=0.6, delay=HOURS, length=15 * MINUTE))
    for person in range(200):
        u = uniforms(KEY, ENTRY_TEST, person)
        expected = (u["takes the test"] < 0.6, draw(taken["delay"][0], u["delay of the test"]) + 15 * MINUTE)
        assert take_test(KEY, taken, person) == expected


@pytest.mark.parametrize(("share", "takes"), [(0.0, False), (1.0, True)])
def test_nobody_and_everybody(share: float, takes: bool) -> None:
    """Catches a share of nought that lets one through, and one of all that refuses one; a test may take no time."""
    at_once = TestRecord(record(TEST, taken=share, delay=(CONSTANT, 0.0, 0.0, 0.0), length=0))
    assert {take_test(KEY, at_once, person) for person in range(2000)} == {(takes, 0)}
