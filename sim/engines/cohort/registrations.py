"""When people registered: drawn ahead in order of number, remembered of the latest, drawn again of the others."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.flows import EMPTY, Ints
from sim.engines.cohort.registration_kernels import registrations_of
from sim.programme.programme import Programme
from sim.rules.registering import register_people

REMEMBERED = 1 << 20
"""People whose registration is remembered, a power of two: those of about a week, 8 MB."""

BATCH = 1 << 17
"""People drawn at a time."""

BATCHES_AHEAD = 8
"""Batches that a helper draws ahead of need."""


class Registrations:
    """The registrations of everyone, in order of number; with a helper, drawn ahead on its thread."""

    def __init__(self, programme: Programme, traits: NDArray[np.uint32], helper: Executor | None) -> None:
        self._programme, self._traits, self._helper = programme, traits, helper
        self._drawn = self._sent = 0
        self._ahead: deque[Future[Ints]] = deque()

    def draw(self) -> Ints:
        """Return the registrations of the next people, at most a batch, and fill in their traits."""
        if self._helper is None:
            instants = self._draw(self._drawn)
        else:
            while len(self._ahead) <= BATCHES_AHEAD and self._sent < self._programme.people:
                self._ahead.append(self._helper.submit(self._draw, self._sent))
                self._sent += BATCH
            instants = self._ahead.popleft().result()
        self._drawn += instants.size
        return instants

    def _draw(self, first: int) -> Ints:
        programme = self._programme
        instants = np.empty(min(BATCH, programme.people - first), dtype=np.int64)
        packed = self._traits[first : first + instants.size]
        register_people(
            programme.key,
            programme.curve,
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
        """Return when people registered, on any thread; see `registrations_of`."""
        programme = self._programme
        instants = np.empty(persons.size, dtype=np.int64)
        registrations_of(programme.key, programme.curve, programme.people, persons, recent, newest, instants)
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
