"""How the model's errors go together, of two dates and along the funnel: one law for the fit and for predictions.

Each figure has a draw of its own, of size one: of what leads to the award of one size, of what follows it of another.

**A count so far** adds up what came day by day. What comes later has an error of its own, so that the count is off then
as it was before only by the share that was there before: its own draws of two dates are as alike as earlier / later. In
the logarithm of the count that is exp(-apart), whatever the days between.

**Revoked of some waves.** Were each wave off by an error of its own, those of two groups would be as alike as the waves
that both have: so many of the root of the product of how many each has. Only the correlation is taken from that; the
size is the same for one wave and for many.

**Joined, of a single wave.** The longer the dates of two waves lie apart, the less alike are their errors, exp(-1) at
thirty days: a judgement.

**Along the funnel.** Who completes is of those who bought: of two stages of nearly the same people the errors are
nearly the same. The error of a stage is that of the stage before, of those told of at that instant, by the share s of
its people who came so far, and sqrt(1 - s^2) times its own draw. What the config sets, as the awards of waves by a
calendar, has no error; so those who come of it are off by the fitted size where few come, and by less where nearly all
do.

**Rupiah** paid to participants are off as those paid a first incentive are, so that what each has stays as simulated.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.figures import Figure
from sim.results.tables.published import BY_DATE, PREDICTED, REVOKED, RUPIAH

Values = NDArray[np.float64]

DAYS_ALIKE = 30.0
"""Days after which the correlation of the errors of those who joined a wave has fallen to 1 / e."""

AWARDED = "awarded"
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


def alike(figures: Sequence[Figure], size: Values, awarded: Mapping[datetime, float]) -> Values:
    """Return the covariance of the model's errors by own draws of size one: up to the award, and after it, (2, n, n).

    `size` (n) has the logarithms of the simulated figures, held for all draws, and `awarded` how many had been awarded
    at an instant, where the config sets that.
    """
    own, weights = _own(figures, size), _along_the_funnel(figures, size, awarded)
    after = np.array([each.after_award for each in figures])
    return np.array([(weights * group) @ own @ (weights * group).T for group in (~after, after)])


def _own(figures: Sequence[Figure], size: Values) -> Values:
    """Return the correlation of the figures' own draws."""
    days = np.array([each.at.timestamp() for each in figures]) / 86400
    by_growth, by_days = alike_by_growth(size[:, None] - size), alike_by_days(days[:, None] - days)
    found = np.eye(len(figures))
    for k, one in enumerate(figures):
        for j, other in enumerate(figures[:k]):
            if one.what == other.what:
                if one.what == REVOKED:
                    found[k, j] = alike_by_waves(waves_of(one.scope), waves_of(other.scope))
                else:
                    found[k, j] = (by_growth if _so_far(one) else by_days)[k, j]
                found[j, k] = found[k, j]
    return found


def _along_the_funnel(figures: Sequence[Figure], size: Values, awarded: Mapping[datetime, float]) -> Values:
    """Return how much of each figure's own draw is in the error of each: a row for each error."""
    found, instants = np.eye(len(figures)), defaultdict[datetime, dict[str, int]](dict)
    for k, each in enumerate(figures):
        instants[each.at][each.what] = k
    for at, places in instants.items():
        for stage in BY_DATE:
            before = _before(stage, {*places} | ({AWARDED} if at in awarded else set()))
            if stage not in places or not before:
                continue
            k = places[stage]
            given = before == AWARDED and at in awarded
            bound = math.log(awarded[at]) if given else size[places[before]]
            share = math.exp(min(size[k] - bound, 0.0))
            found[k, k] = math.sqrt(max(1 - share**2, 0.0))
            if not given:
                found[k] += share * found[places[before]]
        if RUPIAH in places and PAID_TO in places:
            found[places[RUPIAH]] = found[places[PAID_TO]]
    return found


def _before(stage: str, some: Collection[str]) -> str:
    """Return the last of some stages before another; nothing where there is none."""
    return next((each for each in reversed(BY_DATE[: BY_DATE.index(stage)]) if each in some), "")


def _so_far(figure: Figure) -> bool:
    """Return whether it is a count so far: not of single waves, and no share."""
    return figure.what in (*PREDICTED, RUPIAH)
