"""Who gains and who loses between two runs of the same people, person by person, in groups.

The groups of a person follow from the person's number alone, so that nothing is kept of those without a place: people
are gone through in blocks of numbers, beside the places of both runs, with no more memory than a block takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy import uint32
from numpy.typing import NDArray

from sim.observers.places import PAID_ON_NO_DAY, Places
from sim.programme.people import WhoPeopleAre
from sim.rules.compiling import kernel
from sim.rules.luck import CHUNK, Key, deal_range, words_at
from sim.rules.people import (
    MEANS_BLOCK,
    RESIDENCE_BLOCK,
    STANDING_BLOCK,
    WIDTHS,
    PopulationRecord,
    Provinces,
    Trait,
    pack_traits,
)

Ints = NDArray[np.int64]
Held = tuple[NDArray[np.uint32], NDArray[np.uint16]]
"""The people of a block who have a place (ascending), and the day of each first incentive."""

BLOCK = 1 << 20
"""People gone through at a time."""


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

GROUPINGS = (
    Trait.PROVINCE,
    Trait.RURAL,
    Trait.EDUCATION,
    Trait.WOMAN,
    Trait.DISABILITY,
    Trait.RETURNED_MIGRANT,
    Trait.LISTED_WORKER,
)
"""What people are told apart by."""

SIZES = tuple(1 << WIDTHS.get(which, 1) for which in GROUPINGS)
"""Values that each of them can have."""

FIRST_ROWS = (1, *(1 + int(rows) for rows in np.cumsum(SIZES)[:-1]))
"""The row of each one's first value; row 0 is everyone."""

ROWS = 1 + sum(SIZES)

_PLACES_IN_WORD = np.array(list(zip(GROUPINGS, (size - 1 for size in SIZES), FIRST_ROWS, strict=True)), dtype=np.int64)
"""Of each grouping the lowest bit in the packed word, the mask of its values, and the row of its first value."""


@dataclass(frozen=True)
class PeopleChanges:
    """How many of each group have which change, simulated people.

    `people` is by change and row: row 0 is everyone, the row of a group is `row_of`. `days` has, by row, those paid on
    another day by how many days later; the middle column is the same day, which nobody there has.
    """

    people: Ints
    days: Ints

    def count(self, row: int, *changes: Change) -> int:
        """Return how many of a row have one of some changes."""
        return int(self.people[list(changes), row].sum())

    def everyone(self, row: int) -> int:
        """Return how many of a row registered in either run."""
        return int(self.people[:, row].sum())

    def later(self, row: int) -> Ints:
        """Return those of a row who were paid later, by how many days, from one day on."""
        return self.days[row, self._middle + 1 :]

    def earlier(self, row: int) -> Ints:
        """Return those of a row who were paid earlier, by how many days, from one day on."""
        return self.days[row, : self._middle][::-1]

    @property
    def _middle(self) -> int:
        return int(self.days.shape[1]) // 2


def row_of(which: Trait, value: int) -> int:
    """Return the row of a group, such as a province by its number."""
    return FIRST_ROWS[GROUPINGS.index(which)] + value


def people_changes(reference: Places, other: Places, who: WhoPeopleAre, block: int = BLOCK) -> PeopleChanges:
    """Return what differs for whom between the reference and another run of the same people under the same luck.

    The places of both are in the order of people's numbers. Everyone counts who registered in either run.
    """
    most = max((int(places.paid.max()) for places in (reference, other) if places.paid.size), default=0)
    found = PeopleChanges(np.zeros((len(Change), ROWS), dtype=np.int64), np.zeros((ROWS, 2 * most + 1), dtype=np.int64))
    registered = max(reference.registered, other.registered)
    for first in range(0, registered, block):
        after = min(first + block, registered)
        before, here = (_between(places, first, after) for places in (reference, other))
        count_changes(*who, first, after, before, here, _PLACES_IN_WORD, found.people, found.days)
    there = np.flatnonzero(found.days[0])
    widest = int(np.abs(there - most).max()) if there.size else 0
    return PeopleChanges(found.people, found.days[:, most - widest : most + widest + 1].copy())


def _between(places: Places, first: int, after: int) -> Held:
    """Return those of some numbers who have a place."""
    rows = slice(*np.searchsorted(places.persons, np.array([first, after], dtype=np.uint32)))
    return places.persons[rows], places.paid[rows]


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
    """Count the changes of the people with the numbers from `first` to before `after`; see `PeopleChanges`."""
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
