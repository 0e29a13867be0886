"""A time after the award the account closes: the unspent balance returns, and all payments of one without a review."""

from __future__ import annotations

from sim.rules.compiling import rule


@rule
def buys_before_closing(at: int, closing: int) -> bool:
    """Return whether a further course can be bought at an instant: strictly before the account closes."""
    return at < closing


@rule
def earns_payments(reviewed: int, closing: int) -> bool:
    """Return whether one who reviewed a first training at an instant keeps all incentives and surveys."""
    return reviewed < closing
