"""The length of the cohort engine's windows and its threads leave every byte of the results as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sim.calendar.instants import DAY
from sim.engines.cohort import way_to_pool
from sim.experiments.run import evaluate
from sim.results.people import people_rows
from sim.results.write import write_key_figures, write_parts, write_tables
from tests.building import SMALL, law, parameters, programme
from tests.equality.awkward_programmes import ODD, WINDOWS
from tests.equality.same import assert_same, run_both

CROWDED = {
    "portal.rate": 1_300_000,
    "processing.patience": {"law": "exponential", "unit": "hours", "minimum": 0, "mean": 300, "spread": 0},
    "processing.registry.retry.share": 0.5,
    "processing.screening.servers": 50_000,
    "processing.screening.outages": [{"from": "2020-08-08T06:00", "until": "2020-08-09T00:00"}],
    "processing.screening.service": {"law": "lognormal", "unit": "hours", "minimum": 0.1, "mean": 9, "spread": 1},
}
"""History with queues everywhere: at the portal, at the registry's retry, at the one server of screening."""


SEEN = "2020-12-01T00:00"
"""Until when all of that is seen; the exhaustive run sees history to its end."""


def results(folder: Path, end: str | None, **run: object) -> dict[str, bytes]:
    """Write a run's key figures, tables and rows of everyone as the command does, and return every byte."""
    folder.mkdir()
    how = {f"run.{name}": value for name, value in run.items()} | {"run.people": "all"}
    engine = "person" if not run else "cohort"
    how |= {"engine": engine, "portal.per": "week"} | ({"clock.end": end} if end else {})
    result = evaluate(parameters(SMALL, changes=how | CROWDED))
    write_tables(result.tables, folder / "tables")
    write_key_figures(result.figures, folder / "kpis.json", {})
    write_parts((people_rows(rows) for rows in result.rows()), folder / "people.parquet")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def of_person(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | None], dict[str, bytes]]:
    """What the person engine writes of a run to an end."""
    return cache(lambda end: results(tmp_path_factory.mktemp("person") / "run", end))


@pytest.mark.parametrize("end", [SEEN, pytest.param(None, marks=pytest.mark.exhaustive)], ids=["in part", "whole"])
@pytest.mark.parametrize(
    ("hours", "threads", "people"),
    [(ODD, 1, "few"), *((hours, 2, "few") for hours in WINDOWS), (24, 1, "many"), (ODD, 2, "many")],
    ids=lambda each: "odd" if each == ODD else each,
)
def test_windows_and_threads(
    of_person: Callable[[str | None], dict[str, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hours: float,
    threads: int,
    people: str,
    end: str | None,
) -> None:
    """Catches a result that depends on where windows begin and end, or on who was faster of two threads.

    Of few people a window of the way to the pool lasts a week, of many a day: here these few are moved as many are.
    """
    expected = of_person(end)
    if people == "many":
        monkeypatch.setattr(way_to_pool, "FEW", 0)
    assert {"kpis.json", "people.parquet", "tables/waits.parquet"} <= expected.keys()
    written = results(tmp_path / "run", end, window_hours=hours, threads=threads)
    assert sorted(written) == sorted(expected)
    assert [name for name in written if written[name] != expected[name]] == []


NOBODY_PASSES_AGAIN = {"passes": 0.3, "retry.passes": 0.0, "retry.share": 1.0, "retry.attempts": 2}
LAST_ON_THE_WAY = {
    "who gives up": {"processing.rate": 0, "processing.patience": law("constant", 24 * 1203.37, "hours")},
    "who is tested": {"processing.test.delay": law("constant", 24 * 1200, "hours")},
    **{
        f"who is refused by {check}": {
            f"processing.{check}.retry.delay": law("constant", 24 * days, "hours"),
            **{f"processing.{check}.{name}": value for name, value in NOBODY_PASSES_AGAIN.items()},
        }
        for check, days in (("email", 1300), ("third_layer", 1301))
    },
}
"""History without a date of its end: waves and accounts are long over when the last leaves the way to the pool."""


@pytest.mark.parametrize("people", ["few", "many"])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("last", LAST_ON_THE_WAY)
def test_a_run_ends_as_the_last_leaves_the_way_to_the_pool(
    monkeypatch: pytest.MonkeyPatch, last: str, threads: int, people: str
) -> None:
    """Catches a run that ends a day late, or before the last on the way was refused, gave up or was tested."""
    if people == "many":
        monkeypatch.setattr(way_to_pool, "FEW", 0)
    changes = LAST_ON_THE_WAY[last] | {"clock.end": None, "run.threads": threads}
    journal, result = run_both(programme("population.scale=0.000001", changes=changes))
    assert result.days[-1].now > 1200 * DAY
    assert_same(journal, result)
