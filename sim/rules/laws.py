"""Distributions of delays and services by inverse transform: one uniform, one outcome, in microseconds."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any, NewType

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel, rule
from sim.rules.normal import normal_quantile

CONSTANT, EXPONENTIAL, LOGNORMAL, UNIFORM = 0, 1, 2, 3
LAWS = {"constant": CONSTANT, "exponential": EXPONENTIAL, "lognormal": LOGNORMAL, "uniform": UNIFORM}

LAW = np.dtype([("law", "i8"), ("minimum", "f8"), ("mean", "f8"), ("spread", "f8")])
"""A law: `minimum` µs plus a rest with `mean` µs and, if lognormal, coefficient of variation `spread`."""

LONGEST = 3.2e16
"""The longest length, a thousand years in µs: what exceeds it never happens and must not overflow."""

LawRecord = NewType("LawRecord", NDArray[np.void])
"""One record of `LAW`."""


@rule
def draw(law: Any, u: float) -> int:
    """Return the outcome of a law (an element of a record) for a uniform `u`, whole microseconds."""
    if law.law == CONSTANT:
        rest = law.mean
    elif law.law == EXPONENTIAL:
        rest = -law.mean * log(1.0 - u)
    elif law.law == LOGNORMAL:
        variance = log(1.0 + law.spread * law.spread)
        rest = law.mean * exp(sqrt(variance) * normal_quantile(u) - 0.5 * variance)
    else:
        rest = 2.0 * law.mean * u
    return int(min(law.minimum + rest, LONGEST))


@kernel
def draw_each(law: LawRecord, u: NDArray[np.float64], outcomes: NDArray[np.int64]) -> None:
    """Fill the outcomes of a law for some uniforms."""
    for i in range(u.size):
        outcomes[i] = draw(law[0], u[i])


@rule
def draw_within(law: Any, u: float, limit: int) -> int:
    """Return an outcome of a law below `limit` µs: of an exponential one, given that it is below it.

    Other laws, and a minimum beyond the limit, give the last moment where they would exceed it.
    """
    left = limit - law.minimum
    if law.law == EXPONENTIAL and law.mean > 0.0 and left > 1.0:
        below = 1.0 - exp(-left / law.mean)
        return min(int(law.minimum - law.mean * log(1.0 - u * below)), limit - 1)
    return min(draw(law, u), limit - 1)
