"""The deadline of the first purchase: who has bought nothing strictly before it is revoked at that instant."""

from __future__ import annotations

from typing import Any

from sim.rules.compiling import rule, rule_of_many


@rule
def buys_in_time(wants: bool, at: int, deadline: int) -> bool:
    """Return whether a first purchase at an instant keeps the award."""
    return wants and at < deadline


@rule_of_many
def comes_before_revocation(at: Any, deadline: int) -> Any:
    """Return whether an act on an account happens to one who is revoked: before, or then. Of several: an array."""
    return at <= deadline
