"""Whether independent replications agree with theory, at the error rate ALPHA of each question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from tests.building import ALPHA

REPLICATIONS = 200


def replicate(what: Callable[[np.random.Generator], Any], replications: int = REPLICATIONS) -> Any:
    """Return the figures of independent replications [replication, figure]."""
    return np.array([what(np.random.default_rng([2020, 4, 11, k])) for k in range(replications)])


def agrees(figures: Any, theory: float) -> bool:
    """Return whether the mean of replications is theory's value; wrongly no with the chance ALPHA.

    By Student's t: replications are means of thousands of customers, normal enough.
    """
    error = figures.std(ddof=1) / np.sqrt(figures.size)
    return bool(abs(figures.mean() - theory) <= stats.t.isf(ALPHA / 2, figures.size - 1) * error)


def varies(figures: Any, theory: float) -> bool:
    """Return whether the variance of normal figures is theory's; wrongly no with the chance ALPHA."""
    ratio = figures.var(ddof=1) / theory * (figures.size - 1)
    law = stats.chi2(figures.size - 1)
    return bool(law.isf(1 - ALPHA / 2) <= ratio <= law.isf(ALPHA / 2))
