"""The campaign that recovers known values: what it publishes, what it counts, and what it calls wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.command.ask import fit_of
from sim.experiments.calibration.figures import half_unit
from sim.experiments.calibration.learning import ENDS, Settings, learn_first
from sim.experiments.calibration.sampling import Effort
from tests.campaigns import recovery
from tests.campaigns.log import Log


def add(log: Log, number: int, inside: bool, narrowed: float = 0.5) -> None:
    """Write down a history of two values."""
    log.add(
        str(number),
        "done",
        values={"a": True, "b": inside},
        narrowed={"a": narrowed, "b": narrowed},
        predictions=dict.fromkeys(ENDS, inside),
        rhat=1.01,
    )


def test_coverage_has_its_error_and_too_little_is_told(tmp_path: Path) -> None:
    """Catch intervals that are too narrow and pass, and right ones that do not."""
    good, bad = Log(tmp_path / "good.jsonl"), Log(tmp_path / "bad.jsonl")
    for number in range(100):
        add(good, number, number % 5 != 0)
        add(bad, number, number % 2 != 0)
    share, error = recovery.counted(good, 100)["values"]
    assert (share, error) == (pytest.approx(0.9), pytest.approx(0.02, abs=0.001))
    assert [line.partition(":")[0] for line in recovery.off(bad, 100)] == [
        "values", "values known to 0.7 of what was thought", "predictions",
    ]  # fmt: skip
    assert [line.partition(":")[0] for line in recovery.off(good, 100)] == []
    assert "100 of 100 histories" in recovery.said(good, 100)[0]


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
    found = recovery.held((learned, two[0]), Effort(6, 2, 4, 12))
    assert found["history"] == 0
    assert set(found["predictions"]) == set(ENDS)
    assert all(np.isfinite(each) for each in found["narrowed"].values())
