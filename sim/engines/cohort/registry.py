"""When people registered: remembered of the latest, drawn again from their luck of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.flows import EMPTY, Ints
from sim.programme.programme import Programme
from sim.rules.registering import registrations, registrations_of

REMEMBERED = 1 << 22
"""People whose registration is remembered: those of some days, 32 MB."""


class Registrations:
    """The registrations of everyone, in order of number."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._recent = np.zeros(REMEMBERED, dtype=np.int64)
        self._drawn = 0

    def draw(self, count: int) -> Ints:
        """Return the registrations of the next people, at most `count`."""
        programme, first = self._programme, self._drawn
        instants = np.empty(min(count, programme.people - first), dtype=np.int64)
        registrations(programme.key, *programme.curve, programme.people, first, instants)
        at = first % REMEMBERED
        head = instants[: REMEMBERED - at]
        self._recent[at : at + head.size] = head
        self._recent[: instants.size - head.size] = instants[head.size :]
        self._drawn = first + instants.size
        return instants

    def everyone_is_drawn(self) -> bool:
        """Return whether nobody is left to register."""
        return self._drawn == self._programme.people

    def of_recent(self, persons: NDArray[Any]) -> Ints:
        """Return when people registered; only where nobody draws at the same time."""
        return self._of(persons, self._recent, self._drawn)

    def of(self, persons: NDArray[Any]) -> Ints:
        """Return when people registered, on any thread."""
        return self._of(persons, EMPTY, 0)

    def _of(self, persons: NDArray[Any], recent: Ints, newest: int) -> Ints:
        programme = self._programme
        instants = np.empty(persons.size, dtype=np.int64)
        registrations_of(programme.key, *programme.curve, programme.people, persons, recent, newest, instants)
        return instants
