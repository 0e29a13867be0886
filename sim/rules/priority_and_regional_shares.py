"""The shares of a quota by law: priority, regional and affirmative; the rest goes by lottery among all."""

from __future__ import annotations

from typing import NewType

import numpy as np
from numpy import uint32
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.people import Trait

SHARES = np.dtype([("priority", "f8"), ("regional", "f8"), ("affirmative", "f8")])
"""Shares of a quota; what a share cannot fill spills to the next."""

SharesRecord = NewType("SharesRecord", NDArray[np.void])

STAGES = 4
"""Priority, regional, affirmative, and the lottery among all."""

_LISTED = uint32(1 << Trait.LISTED_WORKER)
_LAGGING = uint32(1 << Trait.LAGGING)
_AFFIRMATIVE = uint32(1 << Trait.DISABILITY | 1 << Trait.RETURNED_MIGRANT)
_ALL = uint32(0xFFFFFFFF)


@rule
def group_of_share(stage: int) -> uint32:
    """Return the traits of which one is enough to take part in a share of the quota."""
    if stage == 0:
        return _LISTED
    if stage == 1:
        return _LAGGING
    if stage == 2:
        return _AFFIRMATIVE
    return _ALL


@rule
def places_until(shares: SharesRecord, stage: int, places: int) -> int:
    """Return how many of a wave's places are given by a share and those before it, if all can be filled."""
    s = shares[0]
    reserved = s.priority * places
    if stage >= 1:
        reserved += s.regional * places
    if stage >= 2:
        reserved += s.affirmative * places
    return places if stage == 3 else min(int(reserved + 1e-6), places)
