"""Uncertain numbers drawn from uniform ones: each by its law, and whatever is drawn can be run."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.composition import kinds
from sim.composition.compose import composition
from sim.experiments.calibration.inputs import put
from sim.experiments.draws import block_of, drawn, quantile
from sim.parameters import validate
from sim.parameters.kinds import Declared, Factor, Follows, Kind, Number, Range

UNIFORM = np.linspace(0, 1, 2001)


def number(key: str, value: float, law: Factor | Range | Follows) -> Number:
    """Return an uncertain number."""
    return Number(key, value, Declared(Kind.UNCERTAIN, law))


def test_a_factor_is_log_normal_and_cut() -> None:
    """Catch a range that holds another share than 90 %, and a value that no validation expects."""
    law = Factor("times", 1.5)
    found = quantile(law, 12.0, UNIFORM)
    sigma = np.log(1.5) / stats.norm.ppf(0.95)
    theirs = stats.lognorm.ppf(UNIFORM, sigma, scale=12.0)
    np.testing.assert_allclose(found, np.clip(theirs, 12 / 1.5**2, 12 * 1.5**2), rtol=1e-12)
    np.testing.assert_allclose(quantile(law, 12.0, [0.05, 0.5, 0.95]), [8, 12, 18], rtol=1e-12)
    assert law.span(12.0) == (8, 18)
    assert np.mean((found > 12 / 1.5**2) & (found < 12 * 1.5**2)) > 0.998


def test_a_law_around_a_number_does_not_move_with_the_value() -> None:
    """Catch a fit that moves what was thought before it: made again it would give something else."""
    for word, middle in (("times", 0.3), ("odds", 0.3)):
        law = Factor(word, 2, around=middle)  # type: ignore[arg-type]
        np.testing.assert_array_equal(quantile(law, 0.2, UNIFORM), quantile(law, 0.4, UNIFORM))
        assert quantile(law, 0.2, 0.5) == pytest.approx(middle)
        assert law.span(0.2) == law.span(0.4) == Factor(word, 2).span(middle)  # type: ignore[arg-type]


def test_odds_keep_a_share_a_share() -> None:
    """Catch a share above 1, and odds that are taken for the share."""
    law = Factor("odds", 3)
    found = quantile(law, 0.9, UNIFORM)
    assert (found.min(), found.max()) == pytest.approx((1 / 2, 81 / 82), rel=1e-12)
    np.testing.assert_allclose(quantile(law, 0.9, [0.05, 0.5, 0.95]), [0.75, 0.9, 27 / 28], rtol=1e-12)
    assert law.span(0.9) == pytest.approx((0.75, 27 / 28), rel=1e-12)
    assert (np.diff(found) >= 0).all()


def test_a_range_is_uniform_and_whole_numbers_are_as_likely() -> None:
    """Catch ends that come half as often, and a whole number beyond the end."""
    np.testing.assert_allclose(quantile(Range(-1, 3), 0, UNIFORM), 4 * UNIFORM - 1, rtol=1e-12)
    whole = quantile(Range(2, 5, whole=True), 3, UNIFORM)
    values, counts = np.unique(whole, return_counts=True)
    assert values.tolist() == [2, 3, 4, 5]
    assert np.ptp(counts) <= 1
    assert set(quantile(Factor("times", 2, whole=True), 3, UNIFORM)) == set(range(1, 13))


def test_parts_keep_their_sum_and_followers_their_proportion() -> None:
    """Catch shares of partners that no longer sum to 1, parts of two blocks in one sum, and a follower on its own."""
    numbers = {
        each.key: each
        for each in (
            number("a.b.x.share", 0.6, Factor("parts", 2)),
            number("a.b.y.share", 0.4, Factor("parts", 2)),
            number("a.c[0].share", 0.1, Factor("parts", 3)),
            number("a.c[1].share", 0.2, Factor("parts", 3)),
            number("d", 10, Factor("times", 2)),
            number("e", 5, Follows("d")),
            number("f", 5, Follows("not uncertain here")),
        )
    }
    assert {block_of(key) for key in numbers if "." in key} == {"a.b", "a.c"}
    uniforms = {key: np.random.default_rng(k).random(500) for k, key in enumerate(numbers)}
    found = drawn(numbers, uniforms)
    assert sorted(found) == sorted(set(numbers) - {"f"})
    np.testing.assert_allclose(found["a.b.x.share"] + found["a.b.y.share"], 1, rtol=1e-12)
    np.testing.assert_allclose(found["a.c[0].share"] + found["a.c[1].share"], 0.3, rtol=1e-12)
    ratio = (found["a.b.x.share"] / found["a.b.y.share"]) / (0.6 / 0.4)
    theirs = quantile(Factor("times", 2), 1, uniforms["a.b.x.share"]) / quantile(
        Factor("times", 2), 1, uniforms["a.b.y.share"]
    )
    np.testing.assert_allclose(ratio, theirs, rtol=1e-12)
    np.testing.assert_allclose(found["e"], found["d"] / 2, rtol=1e-12)
    assert drawn({"d": numbers["d"]}, {"d": 0.5})["d"] == pytest.approx(10)


def test_each_number_has_its_own_luck() -> None:
    """Catch a draw that moves another number: worlds that differ in one uniform number would differ in many."""
    numbers = {key: number(key, 0.5, Factor("odds", 2)) for key in "abc"}
    one = drawn(numbers, {"a": 0.3, "b": 0.6, "c": 0.9})
    other = drawn(numbers, {"a": 0.3, "b": 0.1, "c": 0.9})
    assert [key for key in numbers if one[key] != other[key]] == ["b"]


@pytest.mark.parametrize("words", [[], ["rate_800k"], ["open_market"]], ids=["history", "rate_800k", "open_market"])
def test_whatever_is_drawn_can_be_run(words: list[str]) -> None:
    """Catch a range with an end that the validation refuses, alone or together with others at their ends."""
    base = composition(words)
    numbers = kinds.uncertain(base)
    own = [key for key, each in numbers.items() if not isinstance(each.declared.law, Follows)]
    assert len(own) > 60
    # Each number at either end with the others in the middle; all at an end; at random ends; at random.
    ends = np.full((2 * len(own), len(own)), 0.5)
    ends[np.arange(len(ends)), np.arange(len(ends)) // 2] = np.arange(len(ends)) % 2
    luck = np.random.default_rng(20201014)
    rows = [
        ends,
        [[0.0] * len(own)],
        [[1.0] * len(own)],
        luck.integers(0, 2, (50, len(own))),
        luck.random((50, len(own))),
    ]
    uniform = np.vstack(rows)
    found = drawn(numbers, {key: uniform[:, k] for k, key in enumerate(own)})
    here = {key: path(key) for key in found if is_there(base.config, path(key))}
    assert set(found) - set(here) <= {"market.catalogue.duration.mean"}
    for row in range(len(uniform)):
        config = copy.deepcopy(base.config)
        for key, at in here.items():
            put(config, at, float(found[key][row]))
        validate(config)


def path(key: str) -> tuple[str | int, ...]:
    """Return a key as a path."""
    names = key.replace("[", ".").replace("]", "").split(".")
    return tuple(int(name) if name.isdecimal() else name for name in names)


def is_there(config: Any, at: tuple[str | int, ...]) -> bool:
    """Return whether a config has a value at a path."""
    for key in at:
        try:
            config = config[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True
