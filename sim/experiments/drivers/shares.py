"""Shares of a figure's variance by driver: alone (first order) and with others (total), each with its error.

Drivers are independent of each other in the design, and each takes the values of one of the members, all equally
often. So the variance of the emulator, a sum of terms in one input or two, falls into parts without any sampling: a
driver's own part is the variance over the members of its mean effect, and two drivers' joint part that of what their
terms say beyond both (Sobol' 1993; of groups Jacques, Lavergne and Devictor 2006). Inside a driver, numbers may
depend on each other as they like.

What the emulator misses is measured on runs that it was not learned from; what of that is luck, on points that are run
twice. The error of a share has two sources: the runs (a jackknife that leaves parts of the design out, the terms
chosen anew each time) and the members, which are draws themselves (a bootstrap).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.emulator import Terms, learned, shape

Values = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS = 16
"""Parts of a design: each is left out once."""

WIDELY = 6
"""The strongest inputs whose products with any other are tried: what only tells how much another matters counts."""

BOOTSTRAPS = 200
"""Draws of members with replacement."""

T_OF_90_PERCENT = 1.753
"""Of Student's law with one degree of freedom less than there are parts."""

Z_OF_95_PERCENT = 1.645
"""Of the normal law: 95 % lie above so many standard deviations below its mean."""


class Share(NamedTuple):
    """A share of a figure's variance, and the ends between which it lies with a confidence of 90 %."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Design:
    """Who takes which member's values: `members[k]` are a driver's inputs, a row a member; `taken` a column a driver.

    The inputs of all drivers stand beside each other, in their order.
    """

    members: Sequence[Values]
    taken: Ints

    @property
    def inputs(self) -> Values:
        """Return the inputs of every point."""
        return np.hstack([rows[self.taken[:, k]] for k, rows in enumerate(self.members)])

    @property
    def driver(self) -> Ints:
        """Return the driver of each input."""
        return np.repeat(np.arange(len(self.members)), [rows.shape[1] for rows in self.members])


@dataclass(frozen=True)
class Shares:
    """What drives a figure: of each driver its share alone and its share with others, and what no driver makes."""

    alone: list[Share]
    total: list[Share]
    together: Share
    """What drivers make together, beyond what each makes alone."""
    luck: Share
    unexplained: Share
    """What is neither luck nor what the emulator knows."""
    least: float
    """A driver with less than this share may be missed."""
    effects: Values
    """The figure's mean at the values that a driver has in a member; a row a driver, a column a member."""


def shares_of(design: Design, y: Values, again: Values) -> Shares | None:
    """Return what drives a figure; None where it is the same at all points.

    `y` has its value at each point, `again` at the first points with another luck.
    """
    if not np.ptp(y):
        return None
    mean, scale = float(y.mean()), float(y.std())
    lucky = ((again - y[: len(again)]) / scale) ** 2 / 2
    x, y = design.inputs, (y - mean) / scale
    emulator = _Emulated.of(design, x, y)
    part, left = np.arange(len(y)) % PARTS, np.empty_like(y)
    others = []
    for k in range(PARTS):
        one = _Emulated.of(design, x[part != k], y[part != k])
        left[part == k] = y[part == k] - one(x[part == k])
        others.append(one)
    luck, missed = _mean(lucky), _mean(left**2)
    found = _shares(emulator.parted(), missed, luck)
    without = [
        _shares(one.parted(), _mean(left[part != k] ** 2), _mean(lucky[part[: len(lucky)] != k]))
        for k, one in enumerate(others)
    ]
    rng = np.random.default_rng(len(y))
    drawn = [_shares(emulator.parted(_weights(design, rng)), missed, luck) for _ in range(BOOTSTRAPS)]
    error = np.sqrt((PARTS - 1) * np.var(without, axis=0) + np.var(drawn, axis=0))
    inputs, drivers = x.shape[1], len(design.members)
    least = _least(len(y), inputs) * float(found[-1] + found[-2])
    low, high = np.maximum(found - T_OF_90_PERCENT * error, 0), np.minimum(found + T_OF_90_PERCENT * error, 1)
    high[: 2 * drivers] = np.maximum(high[: 2 * drivers], least)
    each = [Share(*map(float, row)) for row in zip(found, low, high, strict=True)]
    effects = mean + scale * np.array(emulator.parted().effects)
    together, of_luck, unexplained = each[2 * drivers :]
    return Shares(each[:drivers], each[drivers : 2 * drivers], together, of_luck, unexplained, least, effects)


def _least(points: int, inputs: int) -> float:
    """Return the share of what is left that one term must explain to be taken 95 times in 100.

    It is taken where its correlation with what is left makes the criterion of the emulator fall; that of a sample
    lies about the true one by the root of the points.
    """
    needed = 1 - (points * inputs**2) ** (-1 / points)
    return float((np.sqrt(needed) + Z_OF_95_PERCENT / np.sqrt(points)) ** 2)


def _mean(values: Values) -> float:
    return float(values.mean()) if values.size else 0.0


def _weights(design: Design, rng: np.random.Generator) -> list[Values]:
    """Return how often each member is drawn, of each driver, with replacement; 1 at the mean."""
    return [rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows))).astype(float) for rows in design.members]


class _Parted(NamedTuple):
    """The variance of an emulator in parts: each driver's own, each two's joint; and each driver's mean effect."""

    own: Values
    joint: Values
    effects: list[Values]


def _shares(parted: _Parted, missed: float, luck: float) -> Values:
    """Return all shares in a row: alone, total, together, luck, unexplained."""
    together = parted.joint.sum() / 2
    whole = parted.own.sum() + together + missed
    luck = min(luck, missed)
    total = parted.own + parted.joint.sum(axis=1)
    found: Values = np.concatenate([parted.own, total, [together, luck, missed - luck]]) / whole
    return found


class _Cross(NamedTuple):
    """A term in inputs of two drivers: who they are, and the term's two factors by member."""

    first: int
    second: int
    of_first: Values
    of_second: Values


@dataclass(frozen=True)
class _Emulated:
    """An emulator of a figure over the members of each driver."""

    terms: Terms
    coefficients: Values
    """The constant first."""
    own: list[Values]
    """The sum of the terms in a driver alone, by member."""
    crossed: list[_Cross]

    @classmethod
    def of(cls, design: Design, x: Values, y: Values) -> _Emulated:
        """Learn a figure from its values at some points."""
        terms, coefficients = learned(x, y, np.ones(len(y)), WIDELY)
        driver, begins = design.driver, np.concatenate([[0], np.cumsum([m.shape[1] for m in design.members])])
        own, crossed = [np.zeros(len(rows)) for rows in design.members], list[_Cross]()
        for places, shapes, coefficient in zip(terms.places, terms.shapes, coefficients[1:], strict=True):
            who = [int(driver[place]) for place in places]
            first, second = (
                shape(design.members[one][:, place - begins[one]], which)
                for one, place, which in zip(who, places, shapes, strict=True)
            )
            if shapes[1] == 0 or who[0] == who[1]:
                own[who[0]] += coefficient * first * (second if shapes[1] else 1.0)
            else:
                crossed.append(_Cross(who[0], who[1], coefficient * first, second))
        return cls(terms, coefficients, own, crossed)

    def __call__(self, x: Values) -> Values:
        """Return the figure at points."""
        found: Values = self.coefficients[0] + self.terms.at(x) @ self.coefficients[1:]
        return found

    def parted(self, weights: Sequence[Values] | None = None) -> _Parted:
        """Return the parts of the variance, members of each driver weighed; equally where no weights are given."""
        shares = [np.full(len(own), 1 / len(own)) for own in self.own] if weights is None else _normed(weights)
        effects = [own - share @ own for own, share in zip(self.own, shares, strict=True)]
        joint = dict[tuple[int, int], Values]()
        for each in self.crossed:
            a, b = each.first, each.second
            mean_a, mean_b = float(shares[a] @ each.of_first), float(shares[b] @ each.of_second)
            beyond_a, beyond_b = each.of_first - mean_a, each.of_second - mean_b
            effects[a] = effects[a] + beyond_a * mean_b
            effects[b] = effects[b] + beyond_b * mean_a
            rows = np.outer(beyond_a, beyond_b) if a < b else np.outer(beyond_b, beyond_a)
            pair = (min(a, b), max(a, b))
            joint[pair] = joint.get(pair, 0.0) + rows
        table = np.zeros((len(effects), len(effects)))
        for (a, b), rows in joint.items():
            table[a, b] = table[b, a] = shares[a] @ rows**2 @ shares[b]
        own = np.array([share @ effect**2 for share, effect in zip(shares, effects, strict=True)])
        return _Parted(own, table, effects)


def _normed(weights: Sequence[Values]) -> list[Values]:
    return [each / each.sum() for each in weights]
