"""The luck of payments: of benefit, count and attempt, never of a payment's number."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.journey import limits
from sim.rules.luck import key
from sim.rules.payments import ATTEMPT_BITS, attempt_of, payment_luck
from tests.building import SMALL, programme

KEY = key(6, 0)


def test_every_count_and_attempt_is_an_occurrence_of_its_own() -> None:
    """Catches a byte that wraps at 256 attempts, and an attempt that runs into the next payment's."""
    most = (1 << ATTEMPT_BITS) - 1
    counts = range(max(limits.INCENTIVES, limits.SURVEYS))
    found = [attempt_of(*each) for each in product(counts, (0, 1, 255, 256, 257, 30_000, most))]
    assert len(set(found)) == len(found)
    assert max(found) < 2**32  # an occurrence is a word of 32 bits


@pytest.mark.parametrize("incentives", [1, 3, 8])
@pytest.mark.parametrize("surveys", [1, 3])
def test_luck_of_a_payment_does_not_hang_on_its_number(incentives: int, surveys: int) -> None:
    """Catches surveys numbered behind the incentives: another number of either would move the luck of the other."""
    base = programme(SMALL)
    other = programme(
        SMALL, changes={"budget.incentives": incentives, "payment.survey_days": list(range(30, 30 + surveys))}
    )
    luck_of = [
        {
            (payment.name, attempt): payment_luck(KEY, compiled.payment_table, 42, number, attempt)
            for number, payment in enumerate(compiled.payments)
            for attempt in (0, 1, 300)
        }
        for compiled in (base, other)
    ]
    shared = luck_of[0].keys() & luck_of[1].keys()
    assert {("incentive_1", 0), ("survey_1", 300)} <= shared
    assert all(luck_of[0][name] == luck_of[1][name] for name in shared)
    together = {words for each in luck_of for words in each.values()}
    assert len(together) == len(luck_of[0].keys() | luck_of[1].keys())


def test_payments_are_known_by_benefit_and_count() -> None:
    """Catches a row of the table for another payment than its number says."""
    compiled = programme(SMALL)
    rows = [(int(row["count"]), bool(row["survey"])) for row in compiled.payment_table]
    assert rows == [(payment.count, payment.benefit.key == "survey") for payment in compiled.payments]
    assert len(np.unique(compiled.payment_table["block"])) == 2
