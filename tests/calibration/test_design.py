"""Designs: points that fill the laws, and runs that are made once, whatever happens to who makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.experiments.calibration.design import run_all, spread_out
from sim.experiments.jobs.job import name_of
from tests.calibration import jobs


def configs(count: int, folder: Path) -> list[dict[str, Any]]:
    """Return configs of a job."""
    return [{"number": k, "folder": str(folder)} for k in range(count)]


def test_points_fill_the_normal_law() -> None:
    """Catch a design that leaves a part of a law out, or in which two inputs move together."""
    x = spread_out(256, 150, 4)
    assert x.shape == (256, 150)
    for k in range(150):
        assert stats.kstest(x[:, k], "norm").statistic < 0.02
    ties = np.corrcoef(x.T) - np.eye(150)
    assert np.abs(ties).max() < 0.35
    np.testing.assert_array_equal(spread_out(256, 150, 4), x)


@pytest.mark.parametrize("workers", [0, 2])
def test_results_are_in_order_and_kept(tmp_path: Path, workers: int) -> None:
    """Catch results that depend on who was first, and runs that are made again."""
    some = configs(6, tmp_path)
    expected = [{"square": k**2} for k in range(6)]
    assert run_all(some, jobs.square, tmp_path / "work", workers=workers) == expected
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "work").iterdir()}
    assert len(before) == 6
    assert run_all(some[::-1], jobs.square, tmp_path / "work", workers=workers) == expected[::-1]
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "work").iterdir()} == before


def test_what_is_torn_is_made_again(tmp_path: Path) -> None:
    """Catch a result that was cut short and is taken for whole, and one of a config that takes another's place."""
    some = configs(3, tmp_path)
    run_all(some, jobs.square, tmp_path / "work", workers=0)
    for file in (tmp_path / "work").iterdir():
        file.write_text(file.read_text()[:-1])
        break
    assert run_all(some, jobs.square, tmp_path / "work", workers=0) == [{"square": k**2} for k in range(3)]
    assert name_of(some[0], "a") != name_of(some[1], "a")
    assert name_of(some[0], "a") != name_of(some[0], "b")


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    """Catch a fit that is lost with one process, and one that tries the same for ever."""
    expected = [{"square": k**2} for k in range(6)]
    assert run_all(configs(6, tmp_path), jobs.dies_once, tmp_path / "work", workers=2) == expected
    assert (tmp_path / "died").exists()
    with pytest.raises(MemoryError, match="ended its process twice"):
        run_all(configs(4, tmp_path), jobs.dies, tmp_path / "other", workers=2)
    assert len(list((tmp_path / "other").glob("*.json"))) == 3
