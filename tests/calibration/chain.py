"""Counts of all stages of an instant, for tests that name some of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.results.tables.published import BY_DATE


def counts_of(**known: float) -> dict[str, float]:
    """Return the counts of all stages: what is not named is as the stage before, and so many register that few come.

    So a stage that is named is off as the one named before it, by the share of its people who came so far.
    """
    found, count = dict[str, float](), 1e15
    for stage in BY_DATE:
        found[stage] = count = known.get(stage, count)
    return found


def stages_of(**known: float) -> NDArray[np.float64]:
    """Return the same as logarithms, in the order of the stages."""
    return np.log([*counts_of(**known).values()])
