"""What a run would say at any point: of each figure a sum of few terms in the inputs, learned from a design's runs.

Terms are Hermite polynomials of single inputs up to the third degree and products of two inputs: orthogonal where the
inputs are standard normal and independent, as most of a design's are. Of the inputs that move a figure most there are
hinges too, nought below a knot and linear above it (Friedman 1991): payments are made on working days, so that a lag a
day longer may move what is paid by a Monday not at all, or a weekend's; no polynomial follows that. Terms are taken one
by one, each the one that explains most of what is left, as long as the extended Bayesian information criterion (Chen
and Chen 2008) falls: it asks more of a term the more there are to choose from, since most inputs move no figure. What
is left is measured on runs that were not learned from, with the terms chosen anew each time.

The inputs of the terms may be mixed of those that are given: of two numbers of which the model has only the product,
terms in each would tell apart what the model does not, and so would figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiments.calibration.inputs import Values
from sim.experiments.jobs.executors import side_by_side

Ints = NDArray[np.int64]

DEGREE = 3
"""The highest power of one input."""

KNOTS = np.arange(-2.75, 3, 0.25)
"""Where hinges begin."""

HINGED = 6
"""Inputs, those that explain most on their own, whose hinges are tried."""

LEAST_BEYOND = 20
"""Runs at the least on either side of a knot."""

MOST_PAIRED = 20
"""Inputs, those that explain most on their own, whose products are tried."""

MOST_TERMS = 60
"""Terms of one figure at most."""

LEAST_LEFT = 1e-6
"""The share of a column's length that must be left beside those taken: what is less is rounding."""

FOLDS = 8
"""Parts of a design, each predicted from the others."""


def shape(x: Values, which: Ints) -> Values:
    """Return shapes of inputs: orthonormal Hermite polynomials of degree 0 to DEGREE, and behind them the hinges."""
    powers = (np.ones_like(x), x, (x * x - 1) / np.sqrt(2), (x * x - 3) * x / np.sqrt(6))
    found: Values = np.select([which == k for k in range(DEGREE + 1)], powers, np.maximum(x - _knot(which), 0))
    return found


def slope(x: Values, which: Ints) -> Values:
    """Return the slopes of shapes.

    That of an orthonormal Hermite polynomial is the one of a degree less, times the root of its own degree.
    """
    polynomial = np.sqrt(which) * shape(x, np.clip(which - 1, 0, DEGREE))
    found: Values = np.where(which <= DEGREE, polynomial, x > _knot(which))
    return found


def _knot(which: Ints) -> Values:
    return KNOTS[np.clip(which - DEGREE - 1, 0, len(KNOTS) - 1)]


@dataclass(frozen=True)
class Terms:
    """Products of the shapes of two inputs: the places of the inputs, and their shapes; the second may be 0: one."""

    places: Ints
    shapes: Ints

    def at(self, x: Values) -> Values:
        """Return their values at points, a column a term."""
        (places, shapes), (first, second) = self._parts
        parts = shape(x[..., places], shapes)
        found: Values = parts[..., first] * parts[..., second]
        return found

    def slopes(self, x: Values) -> tuple[Values, Values, Values]:
        """Return their values at points, and their slopes along the first and second of their inputs; a column each."""
        (places, shapes), parted = self._parts
        parts, along = shape(x[..., places], shapes), slope(x[..., places], shapes)
        first, second = (parts[..., k] for k in parted)
        return first * second, along[..., parted[0]] * second, first * along[..., parted[1]]

    @cached_property
    def _parts(self) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """Return place and shape of each part, as terms share them, and which are the first and second of each term."""
        every = np.stack([self.places.T.ravel(), self.shapes.T.ravel()])
        parts, which = np.unique(every, axis=1, return_inverse=True)
        first, second = which.reshape(2, -1)
        return (parts[0], parts[1]), (first, second)

    def of(self, some: Sequence[int] | Ints) -> Terms:
        """Return some of them."""
        return Terms(self.places[some], self.shapes[some])

    def with_(self, others: Terms) -> Terms:
        """Return these and others."""
        return Terms(np.vstack([self.places, others.places]), np.vstack([self.shapes, others.shapes]))


def singles(inputs: int) -> Terms:
    """Return the polynomials of each input alone."""
    places = np.repeat(np.arange(inputs), DEGREE)
    degrees = np.tile(np.arange(1, DEGREE + 1), inputs)
    nothing = np.zeros_like(places)
    return Terms(np.column_stack([places, nothing]), np.column_stack([degrees, nothing]))


def pairs(some: Ints) -> Terms:
    """Return the products of two of some inputs, and of one with the square of another."""
    found = [(a, b, 1, 1) for k, a in enumerate(some) for b in some[k + 1 :]]
    found += [(a, b, 2, 1) for a in some for b in some if a != b]
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    return Terms(table[:, :2], table[:, 2:])


def crossed(some: Ints, others: Ints) -> Terms:
    """Return the products of one of some inputs and one of others."""
    places = np.array([(a, b) for a in some for b in others], dtype=np.int64).reshape(-1, 2)
    return Terms(places, np.ones_like(places))


def hinges(some: Ints, x: Values) -> Terms:
    """Return the hinges of some inputs whose knots have runs enough on either side."""
    above = (x[:, some, None] > KNOTS).sum(axis=0)
    which, knot = np.nonzero((above >= LEAST_BEYOND) & (above <= len(x) - LEAST_BEYOND))
    nothing = np.zeros_like(which)
    return Terms(np.column_stack([some[which], nothing]), np.column_stack([DEGREE + 1 + knot, nothing]))


def chosen(columns: Values, y: Values, weights: Values) -> list[int]:
    """Return the columns, beside a constant, with which the criterion is least, in the order they were taken.

    Each is the one along which most of the rest lies, once what is taken is taken off it (orthogonal matching pursuit).
    The columns themselves stay as they are: kept are what is left of their lengths, and their products with the rest.
    """
    root = np.sqrt(weights)[:, None]
    constant = root / np.linalg.norm(root)
    left = columns * root
    left -= constant @ (constant.T @ left)
    rest = y * root[:, 0] - constant[:, 0] * (constant[:, 0] @ (y * root[:, 0]))
    size, n = np.einsum("ij,ij->j", left, left), len(y)
    most = min(MOST_TERMS, n // 4, columns.shape[1])
    lengths, products, ways = size.copy(), rest @ left, np.empty((most, n))
    taken: list[int] = []
    best, criterion = 0, n * np.log(max(rest @ rest, 1e-300) / n)
    for k in range(most):
        free = lengths > LEAST_LEFT**2 * size
        gain = np.where(free, np.abs(products) / np.sqrt(np.where(free, lengths, 1)), 0.0)
        one = int(np.argmax(gain))
        if not free[one]:
            break
        taken.append(one)
        way = left[:, one].copy()
        for _ in range(2):  # once more, lest rounding leaves something of those taken
            way -= (ways[:k] @ way) @ ways[:k]
        ways[k] = way / np.linalg.norm(way)
        along, share = ways[k] @ left, float(ways[k] @ rest)
        rest = rest - share * ways[k]
        products -= share * along
        lengths -= along**2
        lengths[one] = 0
        now = n * np.log(max(rest @ rest, 1e-300) / n) + (k + 1) * (np.log(n) + 2 * np.log(columns.shape[1]))
        if now < criterion:
            best, criterion = k + 1, now
    return taken[:best]


def learned(x: Values, y: Values, weights: Values, widely: int = 0, hinged: int = 0) -> tuple[Terms, Values]:
    """Return the terms of one figure and their coefficients, the constant first.

    Products are tried of inputs that move the figure on their own; of so many of the strongest, `widely`, with any
    input; and the hinges of so many, `hinged`.
    """
    alone = singles(x.shape[1])
    first = chosen(alone.at(x), y, weights)
    energy = np.zeros(x.shape[1])
    for term, coefficient in zip(first, _solved(alone.of(first).at(x), y, weights)[1:], strict=True):
        energy[alone.places[term, 0]] += coefficient**2
    strongest = np.argsort(-energy, kind="stable")[:MOST_PAIRED]
    strongest = strongest[energy[strongest] > 0]
    every = alone.of(first).with_(pairs(np.sort(strongest)))
    if widely:
        every = every.with_(crossed(strongest[:widely], np.flatnonzero(energy == 0)))
    if hinged:
        every = every.with_(hinges(strongest[:hinged], x))
    terms = every.of(chosen(every.at(x), y, weights))
    return terms, _solved(terms.at(x), y, weights)


def _solved(columns: Values, y: Values, weights: Values) -> Values:
    root = np.sqrt(weights)
    design = np.column_stack([np.ones(len(y)), columns]) * root[:, None]
    found: Values = np.linalg.lstsq(design, y * root, rcond=None)[0]
    return found


@dataclass(frozen=True)
class Emulator:
    """All figures as functions of the inputs: the terms that any has, and a row of coefficients for each figure.

    `missed` is the standard deviation of what is left of each figure on runs that were not learned from: what the
    terms miss, and the luck of those runs. `alike` is its correlation between figures: where those who complete by one
    date are missed, so are those who do two days later.
    """

    terms: Terms
    constants: Values
    coefficients: Values
    missed: Values
    alike: Values
    mixing: Values | None = None
    """What makes the inputs of the terms of those that are given, a column for each; none: they are the same."""

    @cached_property
    def _moving(self) -> list[int]:
        """Return the places of the inputs of the terms that move any figure."""
        return [int(k) for k in np.unique(self.terms.places[self.terms.shapes > 0])]

    @cached_property
    def active(self) -> list[int]:
        """Return the places of the inputs that move any figure."""
        if self.mixing is None:
            return self._moving
        return [int(k) for k in np.flatnonzero(self.mixing[:, self._moving].any(axis=1))]

    def __call__(self, x: Values) -> Values:
        """Return the figures at points, a row a point."""
        found: Values = self.constants + self.terms.at(mixed(x, self.mixing)) @ self.coefficients.T
        return found

    def with_slopes(self, x: Values) -> tuple[Values, Callable[[Values], Values]]:
        """Return the figures at points, a row a point, and what gives the slopes along the inputs of their sum.

        It is told by how much each figure counts at each point.
        """
        values, first, second = self.terms.slopes(mixed(x, self.mixing))

        def pulled(pull: Values) -> Values:
            terms, found = pull @ self.coefficients, np.zeros_like(x)
            found[:, self._moving] = (terms * first) @ self._onto[0] + (terms * second) @ self._onto[1]
            return found if self.mixing is None else found @ self.mixing.T

        return self.constants + values @ self.coefficients.T, pulled

    @cached_property
    def _onto(self) -> tuple[Values, Values]:
        """Return which term has which active input, as its first and as its second."""
        first, second = ((self.terms.places[:, k, None] == self._moving).astype(np.float64) for k in (0, 1))
        return first, second

    def of(self, figures: Sequence[int]) -> Emulator:
        """Return the emulator of some figures."""
        rows = list(figures)
        return replace(
            self,
            constants=self.constants[rows],
            coefficients=self.coefficients[rows],
            missed=self.missed[rows],
            alike=self.alike[np.ix_(rows, rows)],
        )


def mixed(x: Values, mixing: Values | None) -> Values:
    """Return the inputs of the terms, of points a row each."""
    return x if mixing is None else x @ mixing


def learn(
    x: Values,
    y: Values,
    weights: Values | None = None,
    near: NDArray[np.bool_] | None = None,
    workers: int = 1,
    mixing: Values | None = None,
) -> Emulator:
    """Learn figures, a column each, from the runs at some points; on how many processes nothing depends.

    What is missed is measured on all runs, or on those `near`. With `mixing` the terms are in mixed inputs.
    """
    weights = np.ones(len(x)) if weights is None else weights
    near = np.ones(len(x), dtype=bool) if near is None else near
    asked = [_Figure(mixed(x, mixing), y[:, figure], weights) for figure in range(y.shape[1])]
    found = side_by_side(_learned_and_left, asked, workers, lambda count: None)
    index: dict[tuple[int, ...], int] = {}
    rows: list[dict[int, float]] = []
    for terms, some, _ in found:
        row = {}
        for place, which, coefficient in zip(terms.places, terms.shapes, some[1:], strict=True):
            row[index.setdefault((*map(int, place), *map(int, which)), len(index))] = float(coefficient)
        rows.append(row)
    table = np.array(list(index), dtype=np.int64).reshape(-1, 4)
    coefficients = np.zeros((y.shape[1], len(index)))
    for figure, row in enumerate(rows):
        coefficients[figure, list(row)] = list(row.values())
    left = np.column_stack([each[near] for _, _, each in found])
    missed = np.sqrt(np.mean(left**2, axis=0))
    constants = np.array([float(some[0]) for _, some, _ in found])
    return Emulator(Terms(table[:, :2], table[:, 2:]), constants, coefficients, missed, correlation(left), mixing)


class _Figure(NamedTuple):
    """The runs that a figure is learned from: points, what they say of it, and their weights."""

    x: Values
    y: Values
    weights: Values


def _learned_and_left(runs: _Figure) -> tuple[Terms, Values, Values]:
    """Return terms and coefficients of a figure, and what is left of each run when it is predicted from others.

    The runs are parted in folds that are the same every time; the terms are chosen anew without each.
    """
    x, y, weights = runs
    fold, left = np.arange(len(x)) % FOLDS, np.empty_like(y)
    for k in range(FOLDS):
        here = fold != k
        terms, coefficients = learned(x[here], y[here], weights[here], hinged=HINGED)
        left[~here] = y[~here] - coefficients[0] - terms.at(x[~here]) @ coefficients[1:]
    return *learned(x, y, weights, hinged=HINGED), left


def correlation(left: Values) -> Values:
    """Return the correlation of columns whose mean is 0; a column of noughts has none with others."""
    size = np.sqrt((left**2).sum(axis=0))
    scaled = left / np.where(size > 0, size, 1)
    found: Values = scaled.T @ scaled
    np.fill_diagonal(found, 1)
    return found
