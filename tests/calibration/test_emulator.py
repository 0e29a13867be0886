"""An emulator finds what moves a figure, and says truly how far off it is."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiments.calibration.design import spread_out
from sim.experiments.calibration.emulator import (
    DEGREE,
    KNOTS,
    MOST_TERMS,
    Terms,
    chosen,
    hinges,
    learn,
    pairs,
    shape,
    singles,
)
from sim.experiments.calibration.inputs import Values


def function(x: Values) -> Values:
    """Return three figures: one of few inputs, one that bends, one that is nothing but noise."""
    first = 2 + 0.5 * x[:, 3] - 0.2 * x[:, 7] + 0.1 * x[:, 3] * x[:, 7] + 0.05 * (x[:, 11] ** 2 - 1)
    second = np.log1p(np.exp(x[:, 1] + 0.3 * x[:, 2]))
    return np.column_stack([first, second, np.zeros(len(x))])


@pytest.fixture(scope="module")
def runs() -> tuple[Values, Values]:
    """Return a design over sixty inputs, and what noisy runs say there."""
    x = spread_out(300, 60, 9)
    return x, function(x) + 0.01 * np.random.default_rng(2).standard_normal((300, 3))


def test_polynomials_are_orthonormal() -> None:
    """Catch a term that is no Hermite polynomial: forward selection would take one for another."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    table = np.array([shape(nodes, np.full(len(nodes), k)) for k in range(DEGREE + 1)])
    np.testing.assert_allclose(table * weights @ table.T / np.sqrt(2 * np.pi), np.eye(4), atol=1e-12)


def test_terms_are_told_apart() -> None:
    """Catch a product that is taken of other inputs than it says."""
    terms = singles(3).with_(pairs(np.array([0, 2])))
    x = np.array([[0.5, 1.5, -2.0]])
    found = {(*place, *degree): value for place, degree, value in zip(
        terms.places.tolist(), terms.shapes.tolist(), terms.at(x)[0], strict=True)}  # fmt: skip
    assert found[2, 0, 1, 0] == -2
    assert found[0, 2, 1, 1] == -1
    assert found[2, 0, 2, 1] == pytest.approx((4 - 1) / np.sqrt(2) * 0.5)
    assert len(terms.of([0, 4]).places) == 2
    assert isinstance(terms, Terms)


def test_slopes_are_those_of_the_terms() -> None:
    """Catch a slope of a polynomial, a product or a hinge that is not that of its term."""
    x = np.random.default_rng(3).standard_normal((200, 3))
    terms = singles(3).with_(pairs(np.array([0, 2]))).with_(hinges(np.array([1, 2]), x))
    at, step = np.array([[0.6, 1.4, -1.9], [-0.4, 0.1, 2.1]]), 1e-6
    every = np.zeros((3, *terms.at(at).shape))
    for k, along in enumerate(np.eye(3) * step):
        every[k] = (terms.at(at + along) - terms.at(at - along)) / (2 * step)
    _, first, second = terms.slopes(at)
    for term, (a, b) in enumerate(terms.places):
        expected = np.zeros((3, len(at)))
        expected[a] += first[:, term]
        expected[b] += second[:, term] * (terms.shapes[term, 1] > 0)
        np.testing.assert_allclose(every[:, :, term], expected, atol=1e-8)


def plainly_chosen(columns: Values, y: Values, weights: Values) -> list[int]:
    """Return the columns that the criterion takes, each step a regression of its own on all that is taken."""
    root, n = np.sqrt(weights), len(y)
    rows, wanted = columns * root[:, None], y * root
    taken: list[int] = []
    found: list[tuple[float, list[int]]] = []

    def left(of: Values) -> Values:
        basis = np.column_stack([root, rows[:, taken]])
        return of - basis @ np.linalg.lstsq(basis, of, rcond=None)[0]

    constant = rows - np.outer(root, root @ rows) / (root @ root)
    whole = np.linalg.norm(constant, axis=0)
    while True:
        rest, others = left(wanted), left(rows)
        punished = np.log(n) + 2 * np.log(columns.shape[1])
        found.append((n * np.log(rest @ rest / n) + len(taken) * punished, taken.copy()))
        free = np.linalg.norm(others, axis=0) > 1e-5 * whole
        if len(taken) == min(MOST_TERMS, n // 4, columns.shape[1]) or not free.any():
            return min(found)[1]
        size = np.where(free, np.linalg.norm(others, axis=0), 1)
        taken.append(int(np.argmax(np.where(free, np.abs(rest @ others) / size, 0))))


@pytest.mark.parametrize("seed", range(4))
def test_terms_are_those_that_a_regression_at_each_step_would_take(seed: int) -> None:
    """Catch lengths or products that are kept wrongly: columns that nearly agree, are the same, or are weighted."""
    luck = np.random.default_rng([31, seed])
    columns = luck.standard_normal((120, 24))
    columns[:, 5] = columns[:, 4] + 0.05 * columns[:, 6]  # nearly the same
    columns[:, 8] = columns[:, 7]  # the same: the first of them is taken, and the second never
    columns[:, 9] = 3  # no more than the constant
    weights = luck.uniform(0.2, 1, 120)
    y = 2 + columns @ np.where(luck.random(24) < 0.4, luck.standard_normal(24), 0) + columns[:, 4] - columns[:, 7]
    y += 0.3 * luck.standard_normal(120)
    found = chosen(columns, y, weights)
    assert found == plainly_chosen(columns, y, weights)
    assert 4 <= len(found) < 20
    assert not {8, 9} & set(found)


def test_hinges_begin_where_there_are_runs_on_either_side() -> None:
    """Catch a hinge that a few runs at the edge would bend, or one of an input that was not asked for."""
    x = np.random.default_rng(4).uniform(-1, 2.1, (100, 2))
    found = hinges(np.array([1]), x)
    knots = KNOTS[found.shapes[:, 0] - DEGREE - 1]
    assert set(found.places[:, 0]) == {1}
    assert all(20 <= (x[:, 1] > knot).sum() <= 80 for knot in knots)
    assert len(knots) > 5


def test_it_follows_a_step() -> None:
    """Catch an emulator that smooths what a weekend makes of a lag: a polynomial misses 0.05 of this step."""
    x = np.random.default_rng(5).standard_normal((1000, 4))
    y = np.clip(4 * x[:, 2] - 2, 0, 1)[:, None] + 0.01 * np.random.default_rng(6).standard_normal((1000, 1))
    assert learn(x, y).missed[0] < 0.02


def test_it_finds_what_moves_a_figure(runs: tuple[Values, Values]) -> None:
    """Catch an emulator that misses a term, or takes noise of fifty idle inputs for one."""
    x, y = runs
    found = learn(x, y)
    assert set(found.of([0]).terms.places[np.abs(found.coefficients[0]) > 0.02].ravel()) >= {3, 7, 11}
    assert set(found.active) >= {1, 2, 3, 7, 11}
    assert len(found.active) <= 12
    assert (found.coefficients[2] == 0).all()


def test_it_says_how_far_off_it_is(runs: tuple[Values, Values]) -> None:
    """Catch an error that is measured on the runs learned from, which is less than that on others."""
    x, y = runs
    found = learn(x, y)
    others = np.random.default_rng(8).standard_normal((4000, 60))
    off = function(others) + 0.01 * np.random.default_rng(3).standard_normal((4000, 3)) - found(others)
    np.testing.assert_allclose(found.missed, np.sqrt(np.mean(off**2, axis=0)), rtol=0.25)
    assert found.missed[0] == pytest.approx(0.01, rel=0.25)


def test_near_runs_weigh_more(runs: tuple[Values, Values]) -> None:
    """Catch a second design that does not make the emulator better where it lies."""
    x, y = runs
    close = 1.5 + 0.2 * np.random.default_rng(5).standard_normal((150, 60))
    both = np.vstack([x, close])
    seen = np.vstack([y, function(close) + 0.01 * np.random.default_rng(6).standard_normal((150, 3))])
    near = np.arange(len(both)) >= len(x)
    found = learn(both, seen, np.where(near, 1.0, 0.1), near)
    others = 1.5 + 0.2 * np.random.default_rng(7).standard_normal((1000, 60))
    off, before = (np.abs(each(others) - function(others))[:, 1].mean() for each in (found, learn(x, y)))
    assert off < before


def test_it_says_which_figures_it_misses_together() -> None:
    """Catch figures that are missed together and taken for independent witnesses: two share a wave that no term has."""
    x = np.random.default_rng(6).standard_normal((600, 4))
    wave, noise = 0.02 * np.sin(9 * x[:, 0] * x[:, 1]), 0.01 * np.random.default_rng(7).standard_normal((600, 3))
    found = learn(x, 0.3 * x[:, :3] + np.column_stack([wave, wave, 0 * wave]) + noise)
    assert found.alike[0, 1] == pytest.approx(0.02**2 / 2 / (0.02**2 / 2 + 0.01**2), abs=0.1)
    assert np.abs(found.alike[2, :2]).max() < 0.15
    assert found.of([2, 1]).alike[1, 0] == found.alike[1, 2]
    np.testing.assert_array_equal(np.diag(found.alike), 1)


def test_of_numbers_that_multiply_it_tells_their_product_alone() -> None:
    """Catch an emulator that tells apart what the model does not: a duration, and a pace that multiplies it.

    The figure depends on the sum of two inputs alone, in a way that no polynomial follows. So it must not move along
    the line on which the sum is the same, and slopes along the two must be the same.
    """
    x = np.random.default_rng(9).standard_normal((800, 5))
    mixing = np.eye(5)
    mixing[[1, 3], 3] = np.sqrt(0.5)
    y = np.tanh(2 * (x[:, 1] + x[:, 3]) - 2)[:, None] + 0.2 * x[:, [0]]
    y = y + 0.01 * np.random.default_rng(10).standard_normal(y.shape)
    found, apart = learn(x, y, mixing=mixing), learn(x, y)
    assert found.missed[0] < 0.7 * apart.missed[0]
    assert found.active == [0, 1, 3]
    at = np.array([[0.3, 0.9, 0, -0.4, 0], [0.3, -0.4, 0, 0.9, 0], [-1, 1.6, 1, -1.1, 0.2]])
    said, pulled = found.of([0]).with_slopes(at)
    assert said[0] == pytest.approx(said[1], abs=1e-9)
    np.testing.assert_allclose(said, found(at))
    slopes, step = pulled(np.ones((3, 1))), 1e-6
    for k, along in enumerate(np.eye(5) * step):
        np.testing.assert_allclose(slopes[:, [k]], (found(at + along) - found(at - along)) / (2 * step), atol=1e-7)
    np.testing.assert_allclose(slopes[:, 1], slopes[:, 3], atol=1e-9)
