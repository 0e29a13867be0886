"""Service levels: of those who began a wait long enough before the end, how many got it in time, and who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.observers.counting import GROUPS, group_of
from sim.rules.compiling import kernel

Ints = NDArray[np.int64]

ALL, IN_TIME = 0, 1


@dataclass(frozen=True)
class Level:
    """A service level that is counted: a wait, from where it is counted, and its length in µs."""

    name: str
    wait: str
    counted_from: str | None
    """Of payments "due" or "ready", else None."""
    limit: int


class LevelCounts:
    """Those who began a wait long enough before the end, and of them those who got it in time [ALL or IN_TIME, ...]."""

    def __init__(self, days: int, partners: int) -> None:
        self.days = np.zeros((2, days), dtype=np.int64)
        """By the day of the beginning."""
        self.partners = np.zeros((2, partners), dtype=np.int64)
        """By payment partner, of payments."""
        self.groups = np.zeros((2, GROUPS), dtype=np.int64)
        """By the combination of traits, as `counting.group_of` numbers it."""


@kernel
def count_level(
    began: Ints,
    ended: Ints,
    gave_up: Ints,
    persons: NDArray[Any],
    traits: NDArray[np.uint32],
    partner: int,
    limit: int,
    end: int,
    days: Ints,
    partners: Ints,
    groups: Ints,
) -> None:
    """Count waits that began at least `limit` before the end; `partner` is -1 where no payments wait.

    Of `ended` and `gave_up` one instant is that of all; `gave_up` may be empty: nobody did.
    """
    for i in range(began.size):
        at = began[i]
        if at > end - limit:
            continue
        ends = ended[i if ended.size > 1 else 0]
        in_time = ends - at <= limit and ends < end
        if gave_up.size:
            in_time = in_time and ends <= gave_up[i if gave_up.size > 1 else 0]
        day, group = at // DAY, group_of(traits[np.int64(persons[i])])
        days[0, day] += 1
        groups[0, group] += 1
        if in_time:
            days[1, day] += 1
            groups[1, group] += 1
        if partner >= 0:
            partners[0, partner] += 1
            partners[1, partner] += in_time
