"""When people registered: remembered of the latest, drawn again from their luck of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.flows import EMPTY, Ints
from sim.engines.cohort.prefetch import AHEAD, prefetch
from sim.programme.programme import Programme
from sim.rules.compiling import rule
from sim.rules.luck import Group, luck
from sim.rules.people import traits_from
from sim.rules.registering import registers, registers_at

REMEMBERED = 1 << 22
"""People whose registration is remembered: those of some days, 32 MB."""


class Registrations:
    """The registrations of everyone, in order of number."""

    def __init__(self, programme: Programme, traits: NDArray[np.uint32]) -> None:
        self._programme, self._traits = programme, traits
        self._recent = np.zeros(REMEMBERED, dtype=np.int64)
        self._drawn = 0

    def draw(self, count: int) -> Ints:
        """Return the registrations of the next people, at most `count`, and fill in their traits."""
        programme, first = self._programme, self._drawn
        instants = np.empty(min(count, programme.people - first), dtype=np.int64)
        packed = self._traits[first : first + instants.size]
        _draw(
            programme.key,
            *programme.curve,
            programme.people,
            programme.population,
            programme.provinces,
            first,
            instants,
            packed,
        )
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
        _registrations_of(programme.key, *programme.curve, programme.people, persons, recent, newest, instants)
        return instants


@rule
def _draw(
    key: NDArray[np.void],
    times: Ints,
    demand: NDArray[np.float64],
    guide: NDArray[np.int32],
    people: int,
    population: NDArray[np.void],
    provinces: NDArray[np.void],
    first: int,
    instants: Ints,
    packed: NDArray[np.uint32],
) -> None:
    """Fill the registrations and traits of people from number `first` on, which share a block of luck."""
    for i in range(instants.size):
        where = luck(key, Group.REGISTERING.value, first + i, 0)
        standing = luck(key, Group.STANDING.value, first + i, 0)
        instants[i] = registers_at(where[0], times, demand, guide, people, first + i)
        packed[i] = traits_from(where, standing, population, provinces)


@rule
def _registrations_of(
    key: NDArray[np.void],
    times: Ints,
    demand: NDArray[np.float64],
    guide: NDArray[np.int32],
    people: int,
    persons: Any,
    recent: Ints,
    newest: int,
    instants: Ints,
) -> None:
    """Fill `instants` with the registrations of some people, remembered or drawn again from their luck.

    `recent` remembers those with the highest numbers below `newest`, in a ring whose length is a power of two.
    """
    ring = recent.size
    for i in range(persons.size):
        if ring:
            prefetch(recent, np.int64(persons[min(i + AHEAD, persons.size - 1)]) & (ring - 1))
        person = np.int64(persons[i])
        if newest - ring <= person < newest:
            instants[i] = recent[person & (ring - 1)]
        else:
            instants[i] = registers(key, times, demand, guide, people, person)
