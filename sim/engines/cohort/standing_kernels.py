"""Looking for someone among all people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.standing import IN_POOL
from sim.rules.compiling import kernel
from sim.rules.eligibility import is_eligible
from sim.rules.luck import Key


@kernel
def someone_eligible(key: Key, share: float, standing: NDArray[np.uint8]) -> bool:
    """Return whether someone in the pool is eligible where a share of applicants is."""
    for person in range(standing.size):  # noqa: SIM110  (compiled code knows no generators)
        if standing[person] == IN_POOL and is_eligible(key, share, person):
            return True
    return False
