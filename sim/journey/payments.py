"""Payments to a participant: incentives, one after the other, and surveys, which follow the first incentive."""

from __future__ import annotations

from dataclasses import dataclass

from sim.journey.money import Benefit


@dataclass(frozen=True)
class Payment:
    """One payment, known by its benefit and its count from 0 within it: never by a place in a list."""

    benefit: Benefit
    count: int

    @property
    def name(self) -> str:
        """Return the stable name: incentive_1."""
        return f"{self.benefit.key}_{self.count + 1}"


PAID_BENEFITS = (Benefit.INCENTIVE, Benefit.SURVEY)
"""What the payment partners pay, in the order of numbers."""


def payments(incentives: int, surveys: int) -> tuple[Payment, ...]:
    """Return all payments of a participant: the incentives, then the surveys."""
    return (
        *(Payment(Benefit.INCENTIVE, k) for k in range(incentives)),
        *(Payment(Benefit.SURVEY, k) for k in range(surveys)),
    )
