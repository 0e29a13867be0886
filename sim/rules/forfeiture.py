"""A time after the award the account closes: the unspent balance returns, and all payments of one without a review.

Once it is closed nothing is bought, rated or reviewed any more.
"""

from __future__ import annotations

from typing import Any

from sim.rules.compiling import rule, rule_of_many


@rule_of_many
def closes_at(awarded: Any, after: int) -> Any:
    """Return when the account of one who was awarded at an instant closes: `after` µs later. Of several: an array."""
    return awarded + after


@rule
def buys_before_closing(at: int, closing: int) -> bool:
    """Return whether a further course can be bought at an instant: strictly before the account closes."""
    return at < closing


@rule_of_many
def earns_payments(reviewed: Any, closing: Any) -> Any:
    """Return whether a first training is reviewed, and so all payments are kept, where its review comes at an instant.

    It does so strictly before the account closes. Of several: an array.
    """
    return reviewed < closing
