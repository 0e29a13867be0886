"""The budget: what awards commit and revocations release, each tranche for the waves of its time."""

from __future__ import annotations

from sim.programme.budget import Budget
from tests.building import SMALL, programme

TRANCHES = {
    "budget.tranches": {
        "first": {"first_wave": 1, "rupiah": 100 * 3_550_000 / 0.00002},
        "later": {"first_wave": 3, "rupiah": 7 * 3_550_000 / 0.00002},
    }
}


def test_awards_are_bounded_by_the_tranche_of_their_wave() -> None:
    """Catches an award committed to another tranche's budget, and one released to it."""
    budget = Budget(programme(SMALL, changes=TRANCHES))
    assert [budget.left(wave) for wave in (0, 1, 2, 21)] == [100, 100, 7, 7]
    budget.commit(0, 60)
    budget.commit(1, 30)
    budget.commit(2, 7)
    assert [budget.left(wave) for wave in (0, 1, 2, 21)] == [10, 10, 0, 0]
    budget.release(1, 5)
    budget.release(2, 1)
    assert [budget.left(wave) for wave in (0, 1, 2, 21)] == [15, 15, 1, 1]


def test_what_is_refused_is_what_was_wanted_and_not_given() -> None:
    """Catches a refusal counted where the budget sufficed, and one that is forgotten by the next wave."""
    budget = Budget(programme(SMALL, changes=TRANCHES))
    assert [budget.refuse(*each) for each in ((50, 50), (50, 60), (50, 20), (0, 0), (8, 0))] == [0, 0, 30, 0, 8]
    assert budget.refused == 38
