"""Distributions of delays and services by inverse transform: one uniform, one outcome, in microseconds."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np

from sim.rules.compiling import rule

CONSTANT, EXPONENTIAL, LOGNORMAL, UNIFORM = 0, 1, 2, 3
LAWS = {"constant": CONSTANT, "exponential": EXPONENTIAL, "lognormal": LOGNORMAL, "uniform": UNIFORM}

LAW = np.dtype([("law", "i8"), ("minimum", "f8"), ("mean", "f8"), ("spread", "f8")])
"""A law: `minimum` µs plus a part with `mean` µs and, if lognormal, coefficient of variation `spread`."""


@rule
def normal_quantile(p: float) -> float:
    """Return the quantile of the standard normal, to 16 digits (Wichura, algorithm AS 241, PPND16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (
                (
                    (
                        (
                            (
                                ((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4)
                                * r
                                + 4.5921953931549871457e4
                            )
                            * r
                            + 1.3731693765509461125e4
                        )
                        * r
                        + 1.9715909503065514427e3
                    )
                    * r
                    + 1.3314166789178437745e2
                )
                * r
                + 3.3871328727963666080e0
            )
            / (
                (
                    (
                        (
                            (
                                ((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4)
                                * r
                                + 2.1213794301586595867e4
                            )
                            * r
                            + 5.3941960214247511077e3
                        )
                        * r
                        + 6.8718700749205790830e2
                    )
                    * r
                    + 4.2313330701600911252e1
                )
                * r
                + 1.0
            )
        )
    r = sqrt(-log(p if q < 0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        value = (
            (
                (
                    (
                        (
                            (
                                (7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
                                + 2.41780725177450611770e-1
                            )
                            * r
                            + 1.27045825245236838258e0
                        )
                        * r
                        + 3.64784832476320460504e0
                    )
                    * r
                    + 5.76949722146069140550e0
                )
                * r
                + 4.63033784615654529590e0
            )
            * r
            + 1.42343711074968357734e0
        ) / (
            (
                (
                    (
                        (
                            (
                                (1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
                                + 1.51986665636164571966e-2
                            )
                            * r
                            + 1.48103976427480074590e-1
                        )
                        * r
                        + 6.89767334985100004550e-1
                    )
                    * r
                    + 1.67638483018380384940e0
                )
                * r
                + 2.05319162663775882187e0
            )
            * r
            + 1.0
        )
    else:
        r -= 5.0
        value = (
            (
                (
                    (
                        (
                            (
                                (2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                                + 1.24266094738807843860e-3
                            )
                            * r
                            + 2.65321895265761230930e-2
                        )
                        * r
                        + 2.96560571828504891230e-1
                    )
                    * r
                    + 1.78482653991729133580e0
                )
                * r
                + 5.46378491116411436990e0
            )
            * r
            + 6.65790464350110377720e0
        ) / (
            (
                (
                    (
                        (
                            (
                                (2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
                                + 1.84631831751005468180e-5
                            )
                            * r
                            + 7.86869131145613259100e-4
                        )
                        * r
                        + 1.48753612908506148525e-2
                    )
                    * r
                    + 1.36929880922735805310e-1
                )
                * r
                + 5.99832206555887937690e-1
            )
            * r
            + 1.0
        )
    return -value if q < 0 else value


@rule
def draw(law: Any, u: float) -> int:
    """Return the outcome of a law for a uniform `u`, whole microseconds."""
    if law.law == CONSTANT:
        part = law.mean
    elif law.law == EXPONENTIAL:
        part = -law.mean * log(1.0 - u)
    elif law.law == LOGNORMAL:
        variance = log(1.0 + law.spread * law.spread)
        part = law.mean * exp(sqrt(variance) * normal_quantile(u) - 0.5 * variance)
    else:
        part = 2.0 * law.mean * u
    # One year is 3e13 µs; what exceeds a thousand years never happens and must not overflow.
    return int(min(law.minimum + part, 3.2e16))


@rule
def draw_within(law: Any, u: float, limit: int) -> int:
    """Return an outcome of a law below `limit` µs: of an exponential one, given that it is below it.

    Other laws, and a minimum beyond the limit, give the last moment where they would exceed it.
    """
    room = limit - law.minimum
    if law.law == EXPONENTIAL and law.mean > 0.0 and room > 1.0:
        below = 1.0 - exp(-room / law.mean)
        return min(int(law.minimum - law.mean * log(1.0 - u * below)), limit - 1)
    return min(draw(law, u), limit - 1)
