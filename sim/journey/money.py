"""Money: what an award commits, and where it goes."""

from __future__ import annotations

from enum import IntEnum


class Benefit(IntEnum):
    """What an award commits: the training balance, the incentives and the surveys."""

    TRAINING = 0
    INCENTIVE = 1
    SURVEY = 2

    @property
    def key(self) -> str:
        """Return the stable name."""
        return self.name.lower()


FLOWS = ("awarded", "paid", "returned")
"""awarded = paid + returned + outstanding, at every day's end."""

OUTCOMES = ("still_to_be_paid", "will_return", "undecided")
"""What becomes of the rupiah outstanding at the end of a run; they add up to them.

Still to be paid: incentives and surveys earned. Will return by the rule of the account's closing: balances of those who
have reviewed a first training and buy no further course, and surveys not answered. Undecided: all of those whose first
training is not reviewed while the account is open, balances of those who go to buy a further course, and surveys not
yet answered.
"""

ACCOUNTS = ("earned", "not_reviewed", "buys_no_more", "buys_more", "declined")
"""Standings at the end of a run, counted with the rupiah that hang on them.

Earned: reviewed a first training before the account closed (no rupiah are counted). The next three are of open accounts
with their training balance: no first training reviewed yet; one reviewed and no further course to come, or one to come.
Declined: surveys not answered, whose rupiah have not returned.
"""
