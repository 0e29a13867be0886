"""How the model's errors go together, of two dates and along the funnel: one law for the fit and for predictions.

Each figure has a draw of its own, of size one: of what leads to the award of one size, of what follows it of another.

**A count so far** adds up what came day by day. What comes later has an error of its own, so that the count is off then
as it was before only by the share that was there before: its own draws of two dates are as alike as earlier / later. In
the logarithm of the count that is exp(-apart), whatever the days between.

**Along the funnel.** Who completes is of those who bought: of two stages of nearly the same people the errors are
nearly the same. At each instant the error of a stage is that of the stage before by the share s of its people who came
so far, and sqrt(1 - s^2) times its own draw. All stages stand in that chain, as they are simulated, whichever of them a
report tells: else the law would depend on what was printed. Registrations and awards, which the config sets, have no
error; so those who come of them are off by the fitted size where few come, and by less where nearly all do.

**Rupiah** paid to participants are off as those paid a first incentive are, so that what each has stays as simulated.

**Revoked of some waves.** Were each wave off by an error of its own, those of two groups would be as alike as the waves
that both have: so many of the root of the product of how many each has. Only the correlation is taken from that; the
size is the same for one wave and for many.

**Joined, of a single wave.** The longer the dates of two waves lie apart, the less alike are their errors, exp(-1) at
thirty days: a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.figures import Figure
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, REVOKED, RUPIAH

Values = NDArray[np.float64]

DAYS_ALIKE = 30.0
"""Days after which the correlation of the errors of those who joined a wave has fallen to 1 / e."""

AWARDED = "awarded"
SET = tuple(stage for stage in BY_DATE if stage in (*GIVEN, *GIVEN_BY_CALENDAR))
"""Stages whose counts the config of history sets: they have no error."""

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


def alike(figures: Sequence[Figure], stages: Mapping[datetime, Values]) -> Values:
    """Return the covariance of the model's errors by own draws of size one: up to the award, and after it, (2, n, n).

    `stages` has the logarithms of the simulated counts of all stages (BY_DATE), held for all draws, at each instant of
    a figure that is a count so far.
    """
    found = np.array([np.diag([each.after_award == after for each in figures]) for after in (False, True)], dtype=float)
    instants = sorted(stages)
    chained = [k for k, each in enumerate(figures) if _so_far(each)]
    nodes = [_node(figures[k], instants) for k in chained]
    if chained:
        found[:, np.array(chained)[:, None], chained] = _along_the_funnel(np.array([stages[at] for at in instants]))[
            :, np.array(nodes)[:, None], nodes
        ]
    for k, one in enumerate(figures):
        for j, other in enumerate(figures[:k]):
            if one.what == other.what and not _so_far(one):
                found[int(one.after_award), [k, j], [j, k]] = _of_waves(one, other)
    return found


def _node(figure: Figure, instants: Sequence[datetime]) -> int:
    """Return the place of a count so far among all stages of all instants."""
    return instants.index(figure.at) * len(BY_DATE) + BY_DATE.index(PAID_TO if figure.what == RUPIAH else figure.what)


def _of_waves(one: Figure, other: Figure) -> float:
    """Return the correlation of the errors of one thing of two waves, or of two groups of waves."""
    if one.what == REVOKED:
        return alike_by_waves(waves_of(one.scope), waves_of(other.scope))
    return float(alike_by_days(np.array((one.at - other.at).total_seconds() / 86400)))


def _along_the_funnel(size: Values) -> Values:
    """Return the covariance of the errors of all stages at all instants, up to the award and after it.

    `size` (instants, stages) has logarithms; an instant's stages stand side by side in what is returned.
    """
    weights = np.array([_weights(each) for each in size])
    by_growth = alike_by_growth(size[:, None] - size)  # instants, instants, stages
    of_each = np.einsum("iaq,jbq,ijq->qiajb", weights, weights, by_growth).reshape(len(BY_DATE), size.size, size.size)
    awarded = BY_DATE.index(AWARDED)
    return np.array([of_each[:awarded].sum(axis=0), of_each[awarded:].sum(axis=0)])


def _weights(size: Values) -> Values:
    """Return how much of each stage's own draw is in the error of each stage of one instant: a row for each error."""
    found = np.zeros((len(BY_DATE), len(BY_DATE)))
    for k, stage in enumerate(BY_DATE):
        if stage not in SET:
            share = np.exp(min(size[k] - size[k - 1], 0.0))
            found[k] = share * found[k - 1]
            found[k, k] = np.sqrt(1 - share**2)
    return found


def _so_far(figure: Figure) -> bool:
    """Return whether it is a count so far: not of single waves, and no share."""
    return figure.what in (*BY_DATE, RUPIAH)
