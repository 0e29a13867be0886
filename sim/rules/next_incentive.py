"""When an incentive falls due."""

from __future__ import annotations

from sim.rules.compiling import rule


@rule
def first_incentive_due(reviewed: int, linked: int) -> int:
    """Return when the first incentive falls due: after the review, with an account linked."""
    return max(reviewed, linked)


@rule
def next_incentive_due(due: int, paid: int, step: int) -> int:
    """Return when the incentive after one falls due: `step` µs after it was due, never before it was paid."""
    return max(due + step, paid)
