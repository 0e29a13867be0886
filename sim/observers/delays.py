"""By how many days two runs of the same people differ in when each payment was made, or each person served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Delays:
    """What differs between a run and another in payments, or in people served, from one day on until another."""

    touched: int
    """Payments made, or people served, on another day, or in one of the runs alone."""
    earlier: int
    """Of them, those earlier."""
    not_by_end: int
    """Of them, those not made, or not served, by the end."""
    later: Ints
    """Of those later: how many by each number of days; those not made, or not served, are counted until the end."""

    @property
    def days(self) -> int:
        """Return the days of all that were later."""
        return int(self.later @ np.arange(self.later.size))

    def quantile(self, share: float) -> int | None:
        """Return the days by which a share of those later were later, or by fewer; None where there are none."""
        total = int(self.later.sum())
        return int(np.searchsorted(np.cumsum(self.later), share * total)) if total else None


def delays_of_served(run: Ints, other: Ints, begins: Sequence[int]) -> list[Delays]:
    """Return what differs in the day on which people were served, of people served by day in a run and in another.

    It is exact where the same people come in both runs and are served in the order in which they come: whoever is
    k-th in one is so in the other. `begins` are the days, ascending, on which outages begin: a person counts for the
    last that has begun when they were served in the first of the two runs to serve them.
    """
    here, there = np.cumsum(run), np.cumsum(other)
    # Those from one of these numbers to the next were served on one day, in either run.
    until = np.union1d(np.union1d(here, there), [0])
    people, last = np.diff(until), run.size - 1
    day, before = (np.searchsorted(served, until[1:]) for served in (here, there))
    gone = np.minimum(day, last) - np.minimum(before, last)
    belongs = np.searchsorted(np.asarray(begins), np.minimum(day, before), side="right") - 1
    found = []
    for number in range(len(begins)):
        of = (belongs == number) & (day != before)
        later = np.zeros(run.size, dtype=np.int64)
        np.add.at(later, gone[of & (day > before)], people[of & (day > before)])
        touched, earlier, not_by_end = (int(people[of & some].sum()) for some in (True, day < before, day > last))
        found.append(Delays(touched, earlier, not_by_end, later))
    return found
