"""When people registered: remembered of the latest, drawn again from their luck of the others."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.flows import EMPTY, Ints
from sim.engines.cohort.prefetch import ROWS_AHEAD, prefetch
from sim.programme.programme import Programme
from sim.rules.compiling import rule
from sim.rules.luck import Group, luck
from sim.rules.people import Provinces, traits_from
from sim.rules.registering import registers, registers_at

REMEMBERED = 1 << 22
"""People whose registration is remembered, a power of two: those of some days, 32 MB."""


BLOCK = 1 << 17
"""People drawn at a time."""

BLOCKS_AHEAD = 8
"""Blocks that a helper draws ahead of need."""


class Registrations:
    """The registrations of everyone, in order of number; with a helper, drawn ahead on its thread."""

    def __init__(self, programme: Programme, traits: NDArray[np.uint32], helper: Executor | None) -> None:
        self._programme, self._traits, self._helper = programme, traits, helper
        self._drawn = self._sent = 0
        self._ahead: deque[Future[Ints]] = deque()

    def draw(self) -> Ints:
        """Return the registrations of the next people, at most a block, and fill in their traits."""
        if self._helper is None:
            instants = self._draw(self._drawn)
        else:
            while len(self._ahead) <= BLOCKS_AHEAD and self._sent < self._programme.people:
                self._ahead.append(self._helper.submit(self._draw, self._sent))
                self._sent += BLOCK
            instants = self._ahead.popleft().result()
        self._drawn += instants.size
        return instants

    def _draw(self, first: int) -> Ints:
        programme = self._programme
        instants = np.empty(min(BLOCK, programme.people - first), dtype=np.int64)
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
        return instants

    def everyone_is_drawn(self) -> bool:
        """Return whether nobody is left to register."""
        return self._drawn == self._programme.people

    def of(self, persons: NDArray[Any], recent: Ints = EMPTY, newest: int = 0) -> Ints:
        """Return when people registered, on any thread; see `_registrations_of`."""
        programme = self._programme
        instants = np.empty(persons.size, dtype=np.int64)
        _registrations_of(programme.key, *programme.curve, programme.people, persons, recent, newest, instants)
        return instants


class Recent:
    """The latest registrations, remembered on one thread."""

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations
        self._instants = np.zeros(REMEMBERED, dtype=np.int64)
        self._newest = 0

    def remember(self, first: int, instants: Ints) -> None:
        """Remember the registrations of people from number `first` on, who follow those before."""
        if instants.size > REMEMBERED:
            first, instants = first + instants.size - REMEMBERED, instants[-REMEMBERED:]
        at = first % REMEMBERED
        head = instants[: REMEMBERED - at]
        self._instants[at : at + head.size] = head
        self._instants[: instants.size - head.size] = instants[head.size :]
        self._newest = first + instants.size

    def of(self, persons: NDArray[Any]) -> Ints:
        """Return when people registered."""
        return self._registrations.of(persons, self._instants, self._newest)


@rule
def _draw(
    key: NDArray[np.void],
    times: Ints,
    demand: NDArray[np.float64],
    guide: NDArray[np.int32],
    people: int,
    population: NDArray[np.void],
    provinces: Provinces,
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
            prefetch(recent, np.int64(persons[min(i + ROWS_AHEAD, persons.size - 1)]) & (ring - 1))
        person = np.int64(persons[i])
        if newest - ring <= person < newest:
            instants[i] = recent[person & (ring - 1)]
        else:
            instants[i] = registers(key, times, demand, guide, people, person)
