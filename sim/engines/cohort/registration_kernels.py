"""When some people registered, from memory or from their luck."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel
from sim.rules.luck import CHUNK, Key, deal, words_at
from sim.rules.prefetch import ROWS_AHEAD, prefetch
from sim.rules.registering import MOMENT, REGISTRATION_BLOCK, Curve, registers_at

Ints = NDArray[np.int64]


@kernel
def registrations_of(
    key: Key, curve: Curve, people: int, persons: Any, recent: Ints, newest: int, instants: Ints
) -> None:
    """Fill `instants` with the registrations of some people, remembered or drawn again from their luck.

    `recent` remembers those with the highest numbers below `newest`, in a ring whose length is a power of two.
    """
    ring = recent.size
    again, where = np.empty(CHUNK, dtype=np.uint32), np.empty(CHUNK, dtype=np.int64)
    words = np.empty((4, CHUNK), dtype=np.uint32)
    count = 0
    for i in range(persons.size):
        if ring:
            prefetch(recent, np.int64(persons[min(i + ROWS_AHEAD, persons.size - 1)]) & (ring - 1))
        person = np.int64(persons[i])
        if newest - ring <= person < newest:
            instants[i] = recent[person & (ring - 1)]
        else:
            again[count], where[count] = person, i
            count += 1
        if count == CHUNK or (i == persons.size - 1 and count):
            deal(key, REGISTRATION_BLOCK, again[:count], 0, words)
            for j in range(count):
                instants[where[j]] = registers_at(MOMENT(words_at(words, j)), curve, people, np.int64(again[j]))
            count = 0
