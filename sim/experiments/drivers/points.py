"""The design: points at which every driver takes the values of some member, whatever the other drivers take."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def taken(drivers: Sequence[str], members: int, points: int, seed: int) -> Ints:
    """Return which member's values a driver takes at a point; a row a point, a column a driver.

    Every driver takes all members equally often, in an order of its own that is keyed by its name: a driver more or
    less moves no other, and a longer design begins with the shorter one.
    """
    columns = []
    for name in drivers:
        rng = np.random.default_rng([seed, crc32(name.encode())])
        rounds = [rng.permutation(members) for _ in range(-(-points // members))]
        columns.append(np.concatenate(rounds)[:points])
    return np.column_stack(columns)
