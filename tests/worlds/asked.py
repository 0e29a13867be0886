"""Figures that are asked of worlds with the model's own error, for the tests of it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sim.experiments.model_error import ModelError
from sim.results.tables.published_in_worlds import Asked

EARLY, FIRST, LATER = datetime(2020, 4, 16), datetime(2020, 9, 15, 12), datetime(2021, 12, 31)
ERROR = ModelError(0.02, 0.1, seed=7)
N = 2_000
"""Worlds of a test of chance."""


def asked(what: str, at: datetime = EARLY, role: str = "prediction") -> Asked:
    """Return a figure that is asked for."""
    return Asked(f"{what}.{at}", what, "", at, role, None)


def logs(error: ModelError, counts: dict[str, float], given: str) -> NDArray[np.float64]:
    """Return the logarithms by which figures of one instant are off, a row for each of N worlds, a column each."""
    some = [asked(what, role="input" if what == given else "prediction") for what in counts]
    found = [error.published(world, some, [*counts.values()]) for world in range(1, N + 1)]
    return np.log(np.array(found, dtype=np.float64) / [*counts.values()])
