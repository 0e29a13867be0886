"""The campaign that recovers known values: what it publishes, what it counts, and what it calls wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.command.ask import fit_of
from sim.experiments.calibration.figures import half_unit
from sim.experiments.calibration.learning import ENDS, Settings, learn_first
from sim.experiments.calibration.likelihood import DISCREPANCIES
from sim.experiments.calibration.sampling import Effort
from tests.campaigns import recovered, recovery
from tests.campaigns.log import Log

MADE = {"seed": 12, "points": 1000, "discrepancy": None}


def line(number: int, inside: bool, untold: bool = True, **single: bool) -> recovered.Line:
    """Return a history of twenty numbers that the figures tell, half of them inside for sure, and one untold."""
    values = {f"n{k}": inside or k % 2 == 0 for k in range(20)} | single | {"untold": untold}
    return {
        "trial": str(number),
        "values": values,
        "narrowed": dict.fromkeys(values, 0.5) | {"untold": 1.0},
        "predictions": dict.fromkeys(ENDS, number % 10 != 0),
        "errors": dict.fromkeys(DISCREPANCIES, number % 10 != 1),
        "rhat": 1.01,
    }


def test_too_little_is_told_and_what_is_right_is_not() -> None:
    """Catch intervals that are too narrow and pass, and right ones that do not: of numbers and of discrepancies."""
    good = [line(k, k % 5 != 0) for k in range(100)]
    bad = [line(k, k % 2 != 0) for k in range(100)]
    first = recovered.pooled(good)[0]
    assert (first.share, first.error) == (pytest.approx(0.9), pytest.approx(0.02, abs=0.001))
    assert [*recovered.off(good)] == []
    assert "numbers that the figures tell: 75.0 %" in next(recovered.off(bad))
    for each in bad:
        each["errors"] = dict.fromkeys(DISCREPANCIES, int(each["trial"]) % 4 != 0)
    assert sum("discrepancy" in told for told in recovered.off(bad)) == 2


def test_numbers_that_no_figure_tells_do_not_help() -> None:
    """Catch a coverage that is made right by what was drawn from the law that it is held against."""
    lines = [line(k, k % 2 != 0, untold=True) for k in range(40)]
    told, every = recovered.pooled(lines)[:2]
    assert told.share == pytest.approx(0.75)
    assert every.share > told.share
    assert "untold" not in " ".join(each.name for each in recovered.single(lines)[0])


def test_one_wrong_number_among_many_is_named() -> None:
    """Catch a number that is wrong while the pooled share is right, and one of many that is called so by chance."""
    lines = [line(k, k % 5 != 0, n2=k % 4 != 0) for k in range(100)]
    assert [told.partition(": ")[2].partition(",")[0] for told in recovered.off(lines)] == ["n2"]
    # 82 of 100 has p = 0.016: wrong alone, and nothing among thirty.
    chance = [line(k, k % 5 != 0, n2=k >= 18) for k in range(100)]
    assert 0.01 < recovered.single(chance)[0][0].p < 0.05
    assert [*recovered.off(chance)] == []


def test_a_right_fit_is_called_wrong_as_seldom_as_is_said() -> None:
    """Catch a judgement that cries wolf, or never: 400 campaigns of 30 histories whose numbers go together.

    They are called wrong in 5 % of single values and thrice 0.3 % at the most; at a rate of 1 in 10,000.
    """
    luck = np.random.default_rng(8)
    wrong = 0
    for _ in range(400):
        some = []
        for k in range(30):
            z = 0.5 * luck.standard_normal() + np.sqrt(0.75) * luck.standard_normal(12)
            held = dict(zip("abcdefghijkl", (np.abs(z) < stats.norm.ppf(0.95)).tolist(), strict=True))
            some.append(
                {"trial": str(k), "values": held, "narrowed": dict.fromkeys(held, 0.5), "predictions": {"x": held["a"]}}
                | {"errors": {}, "rhat": 1.0}
            )
        wrong += any(True for _ in recovered.off(some))
    assert stats.binom.sf(wrong - 1, 400, recovered.FAMILY + 3 * recovered.RATE) > 1e-4, wrong


def test_lines_of_another_making_do_not_count(tmp_path: Path) -> None:
    """Catch an old log that passes for the new campaign, with the same number and another seed, or from before."""
    log = Log(tmp_path / "log.jsonl")
    for made in (MADE, {**MADE, "seed": 13}, None):
        some = line(0, made == MADE) | ({"made": made} if made else {})
        log.add(some.pop("trial"), "done", **some)
    found = recovered.Found.of(log, MADE, 100)
    assert [*found.lines] == [0]
    assert all(found.lines[0]["values"].values())
    text = "\n".join(recovered.said(found, 100))
    assert "1 of 100 histories" in text
    assert "2 lines of the log, made with other discrepancy, points, seed" in text
    assert "does not test" in text
    assert "0 of 100" in "\n".join(recovered.said(recovered.Found.of(log, {**MADE, "points": 3}, 100), 100))


def test_a_history_is_published_as_the_real_one_was(tmp_path: Path) -> None:
    """Catch a world whose figures are exact where those of the real one are rounded, and one with another's luck."""
    problem, _ = fit_of(["population.scale=0.00005"])
    settings = Settings(points=10, workers=0)
    learned = learn_first(replace(problem, settings=settings, folder=tmp_path, tell=lambda so_far: None), 2)
    two = recovery.published(learned, [0, 1], seed=3)
    again = recovery.published(learned, [1], seed=3)
    assert again[0].figures == two[1].figures
    assert two[0].figures != two[1].figures
    known = {figure.name: figure for figure in problem.figures}
    for figure in two[0].figures[: len(known)]:
        if figure.bound:
            assert figure.published == known[figure.name].published
            continue
        assert figure.unit == 2 * half_unit(known[figure.name].published)
        assert figure.published % figure.unit == 0
    given = recovery.published(learned, [0], seed=3, discrepancy=(0.02, 0.03))[0].latents
    target = learned.target(full_population=False)
    assert {*target.discrepancy(given[None])[0].round(9)} == {0.02, 0.03}
    found = recovery.held((learned, two[0], 4), Effort(6, 2, 4, 12))
    assert found["history"] == 0
    assert set(found["predictions"]) == set(ENDS)
    assert set(found["members"]) == set(found["values"])
    assert 1 <= found["worth"] <= 4
    assert all(np.isfinite(each) for each in found["narrowed"].values())
    asked = recovery._asked(["--points", "10"])
    made = recovery.made_with(problem, asked)
    assert made == recovery.made_with(replace(problem, tell=print, folder=tmp_path / "x"), asked)
    assert made == json.loads(json.dumps(made))
    others = [
        recovery.made_with(problem, recovery._asked(["--points", "11"])),
        recovery.made_with(replace(problem, figures=problem.figures[1:]), asked),
        recovery.made_with(replace(problem, config={**problem.config, "x": 1}), asked),
    ]
    assert made not in others
