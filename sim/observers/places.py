"""Who has a place at the end of a run, and when their first incentive was paid: what scenarios are compared by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAID_ON_NO_DAY = 0
"""The day of a first incentive that is not paid by the end."""


@dataclass(frozen=True)
class Places:
    """Everyone who has a place: is awarded, and not revoked by the end of the run.

    `persons` are their numbers. `paid` is the day of the first incentive, a number from 1, or PAID_ON_NO_DAY; a
    partner has one run a day, so that the day says when. `registered` is how many had registered by the end: since a
    person's number is the order of registration, those below it.
    """

    persons: NDArray[np.uint32]
    paid: NDArray[np.uint16]
    registered: int

    def by_person(self) -> Places:
        """Return the same in the order of people's numbers."""
        # Number and day in one word: sorting words is faster than sorting numbers and fetching the days.
        both = np.sort(self.persons.astype(np.uint64) << np.uint64(16) | self.paid)
        return Places(
            (both >> np.uint64(16)).astype(np.uint32), (both & np.uint64(0xFFFF)).astype(np.uint16), self.registered
        )
