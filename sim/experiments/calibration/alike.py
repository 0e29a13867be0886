"""How alike the model's errors are of two dates: one law for the fit and for what is predicted of every world.

**A count so far** adds up what came day by day. What comes later has an error of its own, so that the count is off then
as it was before only by the share that was there before: the errors of two counts are as alike as earlier / later. In
the logarithm of the count that is exp(-apart), whatever the days between.

**Revoked of some waves.** Were each wave off by an error of its own, those of two groups would be as alike as the waves
that both have: so many of the root of the product of how many each has. Only the correlation is taken from that; the
size is the same for one wave and for many.

**Joined, of a single wave.** The longer the dates of two waves lie apart, the less alike are their errors, exp(-1) at
thirty days: a judgement.

**Rupiah** paid to participants are off as those paid a first incentive are, so that what each has stays as simulated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.figures import Figure
from sim.results.tables.published import PREDICTED, REVOKED, RUPIAH

Values = NDArray[np.float64]

DAYS_ALIKE = 30.0
"""Days after which the correlation of the errors of those who joined a wave has fallen to 1 / e."""

PAID_TO = "paid_first_incentive"
"""Those to whom the rupiah are paid."""


def alike_by_growth(apart: Values) -> Values:
    """Return the correlation of the errors of a count at two sizes, whose logarithms lie so far apart."""
    found: Values = np.exp(-np.abs(apart))
    return found


def alike_by_days(apart: Values) -> Values:
    """Return the correlation of the errors of those who joined two waves, whose dates lie some days apart."""
    found: Values = np.exp(-np.abs(apart) / DAYS_ALIKE)
    return found


def alike_by_waves(some: range, others: range) -> float:
    """Return the correlation of the errors of the revoked of some waves and of others."""
    both = len(range(max(some.start, others.start), min(some.stop, others.stop)))
    return float(both / np.sqrt(len(some) * len(others)))


def waves_of(scope: str) -> range:
    """Return the waves that a scope such as `5` or `1-4` names."""
    first, _, last = scope.partition("-")
    return range(int(first), int(last or first) + 1)


def alike(figures: Sequence[Figure], size: Values) -> Values:
    """Return the correlation of the model's errors of figures, whose simulated sizes have these logarithms."""
    theirs = _whose_errors(figures)
    some, size = [figures[k] for k in theirs], size[theirs]
    days = np.array([each.at.timestamp() for each in some]) / 86400
    by_growth, by_days = alike_by_growth(size[:, None] - size), alike_by_days(days[:, None] - days)
    found = np.eye(len(some))
    for k, one in enumerate(some):
        for j, other in enumerate(some[:k]):
            if one.what == other.what:
                if one.what == REVOKED:
                    found[k, j] = alike_by_waves(waves_of(one.scope), waves_of(other.scope))
                else:
                    found[k, j] = (by_growth if _so_far(one) else by_days)[k, j]
                found[j, k] = found[k, j]
    return found


def _so_far(figure: Figure) -> bool:
    """Return whether it is a count so far: not of single waves, and no share."""
    return figure.what in (*PREDICTED, RUPIAH)


def _whose_errors(figures: Sequence[Figure]) -> list[int]:
    """Return the place of the figure by whose error each is off: its own, or of rupiah that of those paid them.

    That is where both are published of one instant; else the error of the rupiah is their own.
    """
    paid = {each.at: k for k, each in enumerate(figures) if each.what == PAID_TO}
    return [paid.get(each.at, k) if each.what == RUPIAH else k for k, each in enumerate(figures)]
