"""Who gains and who loses between two runs of the same people, person by person, in groups.

The groups of a person follow from the person's number alone, so that nothing is kept of those without a place: people
are gone through in blocks of numbers, beside the places of both runs, with no more memory than a block takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.observers.change_counting import Change, Held, Ints, count_changes
from sim.observers.places import Places
from sim.programme.people import WhoPeopleAre
from sim.rules.people import WIDTHS, Trait

BLOCK = 1 << 20
"""People gone through at a time."""

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
