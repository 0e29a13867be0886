"""Where each person stands between registration and award, one byte a person: read at the end of a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ON_THE_WAY, IN_POOL, GONE = 0, 1, 2
"""On the way to the pool, in it, or no more: refused, given up or awarded."""

Standing = NDArray[np.uint8]


def new_standing(people: int) -> Standing:
    """Return where people stand before anyone has come to the pool: on the way, which takes no memory yet."""
    return np.zeros(people, dtype=np.uint8)
