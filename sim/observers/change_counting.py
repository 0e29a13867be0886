"""Compiled comparing of two runs person by person: one pass over a block of people's numbers.

No label, no table and no parameter is read here, so that a changed one compiles nothing anew.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy import uint32
from numpy.typing import NDArray

from sim.observers.places import PAID_ON_NO_DAY
from sim.rules.compiling import kernel
from sim.rules.luck import CHUNK, Key, deal_range, words_at
from sim.rules.people import MEANS_BLOCK, RESIDENCE_BLOCK, STANDING_BLOCK, PopulationRecord, Provinces, pack_traits

Ints = NDArray[np.int64]
Held = tuple[NDArray[np.uint32], NDArray[np.uint16]]
"""The people of a block who have a place (ascending), and the day of each first incentive."""


class Change(IntEnum):
    """What differs for a person between the reference and another run; everyone has one."""

    NO_PLACE = 0
    """Has no place in either."""
    SAME = 1
    """Has a place in both, and the first incentive on the same day, or in neither by the end."""
    GAINED = 2
    """Has a place here, and not in the reference."""
    LOST = 3
    """Has a place in the reference, and not here."""
    EARLIER = 4
    """Has a place in both, and the first incentive here on an earlier day."""
    LATER = 5
    """The same on a later day."""
    ONLY_HERE = 6
    """Has a place in both, and was paid by the end of the run here only."""
    ONLY_REFERENCE = 7
    """The same in the reference only."""


_NO_PLACE, _SAME, _GAINED, _LOST, _EARLIER, _LATER, _ONLY_HERE, _ONLY_REFERENCE = (int(change) for change in Change)
_UNPAID = PAID_ON_NO_DAY


@kernel
def count_changes(
    key: Key,
    population: PopulationRecord,
    provinces: Provinces,
    first: int,
    after: int,
    reference: Held,
    other: Held,
    groupings: Ints,
    people: Ints,
    days: Ints,
) -> None:
    """Count the changes of the people with the numbers from `first` to before `after`.

    `reference` and `other` hold who of them has a place. `groupings` has of each grouping its lowest bit in the packed
    word, the mask of its values, and its first row. `people` (change, row) and `days` (row, days later) are added to.
    """
    before, paid_before = reference
    here, paid_here = other
    middle = days.shape[1] // 2
    residence = np.empty((4, CHUNK), dtype=np.uint32)
    standing, means = np.empty_like(residence), np.empty_like(residence)
    i = j = 0
    for begin in range(first, after, CHUNK):
        count = min(CHUNK, after - begin)
        deal_range(key, RESIDENCE_BLOCK, begin, count, residence)
        deal_range(key, STANDING_BLOCK, begin, count, standing)
        deal_range(key, MEANS_BLOCK, begin, count, means)
        for k in range(count):
            had = i < before.size and before[i] == begin + k
            has = j < here.size and here[j] == begin + k
            change, later = _NO_PLACE, np.int64(0)
            if had and has:
                was, now = np.int64(paid_before[i]), np.int64(paid_here[j])
                if now == was:
                    change = _SAME
                elif was == _UNPAID:
                    change = _ONLY_HERE
                elif now == _UNPAID:
                    change = _ONLY_REFERENCE
                else:
                    later = now - was
                    change = _EARLIER if later < 0 else _LATER
            elif has:
                change = _GAINED
            elif had:
                change = _LOST
            i += int(had)
            j += int(has)
            # Nobody's luck in selection is a group: the upper bits of the word are left out.
            packed = np.int64(
                pack_traits(
                    words_at(residence, k),
                    words_at(standing, k),
                    words_at(means, k),
                    uint32(0),
                    population,
                    provinces,
                )
            )
            people[change, 0] += 1
            for g in range(groupings.shape[0]):
                people[change, groupings[g, 2] + (packed >> groupings[g, 0] & groupings[g, 1])] += 1
            if later != 0:
                days[0, middle + later] += 1
                for g in range(groupings.shape[0]):
                    days[groupings[g, 2] + (packed >> groupings[g, 0] & groupings[g, 1]), middle + later] += 1
