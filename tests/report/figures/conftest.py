"""Simulate and draw each run once for all tests of figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sim.experiments.run import Result, evaluate
from sim.report.figures import draw_figures
from sim.report.figures.saved import Saved
from sim.results.write import write_tables
from tests.building import composed, name_of, parameters
from tests.report.figures.runs import RUNS


@pytest.fixture(scope="session")
def simulated() -> Callable[[str], Result]:
    """Return a run by its name; each is simulated once.

    The person engine gives the same tables, and is the faster for so few people.
    """

    @cache
    def result(name: str) -> Result:
        overrides, changes = RUNS[name]
        return evaluate(parameters(*overrides, "engine=person", changes=changes))

    return result


@pytest.fixture(scope="session")
def runs(simulated: Callable[[str], Result], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Saved]:
    """Return the saved tables of a run by its name; each is written once."""
    made: dict[str, Saved] = {}

    def saved(name: str) -> Saved:
        if name not in made:
            overrides, _ = RUNS[name]
            tables = tmp_path_factory.mktemp(name) / "tables"
            write_tables(simulated(name).tables, tables)
            made[name] = Saved(tables, composed(*overrides), name_of(*overrides))
        return made[name]

    return saved


@pytest.fixture(scope="session")
def drawn(runs: Callable[[str], Saved], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the figures of a run by its name; each is drawn once."""
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            saved = runs(name)
            made[name] = tmp_path_factory.mktemp(name) / "figures"
            draw_figures(saved.tables, made[name], saved.composed, saved.named)
        return made[name]

    return folder
