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
