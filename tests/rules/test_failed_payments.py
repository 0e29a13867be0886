"""Attempts to pay that fail, and their repair."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calendar.instants import DAY
from sim.rules import payments
from sim.rules.failed_payments import FAILURE, FailureRecord, fails
from sim.rules.laws import EXPONENTIAL, draw
from sim.rules.luck import key
from sim.rules.payments import attempt_of
from sim.rules.records import record
from tests.building import SIGMAS, SMALL, programme, uniforms

KEY = key(6, 0)
PAYMENTS = programme(SMALL).payment_table
HALF = FailureRecord(record(FAILURE, fails=0.5, repair=(EXPONENTIAL, 0.0, 2.0 * DAY, 0.0)))


def test_attempts_to_pay_have_luck_of_their_own() -> None:
    """Catches a payment that fails for ever, two that fail together, and a byte that wraps at 256."""
    names = [(payment, attempt) for payment in (0, 1, 6) for attempt in (0, 1, 255, 256, 257)]
    told = np.array([[fails(KEY, PAYMENTS, HALF, person, *name)[0] for person in range(2000)] for name in names])
    correlations = np.corrcoef(told)[~np.eye(len(names), dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(2000)
    assert told.mean() == pytest.approx(0.5, abs=SIGMAS * 0.5 / np.sqrt(told.size))


def test_failure_and_repair_by_their_lanes() -> None:
    """Catches a repair that goes with the failure, and luck of another attempt or payment."""
    for person in range(200):
        for number, attempt in ((0, 0), (3, 1), (6, 300)):
            row = PAYMENTS[number]
            occurrence = attempt_of(int(row["count"]), attempt)
            u = uniforms(KEY, payments.LANES, person, occurrence, number=int(row["block"]))
            told = fails(KEY, PAYMENTS, HALF, person, number, attempt)
            assert told == (u["fails"] < 0.5, draw(HALF["repair"][0], u["repair"]))
