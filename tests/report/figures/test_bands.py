"""Bands over worlds: what is drawn is what the tables say, in every extreme, and no words lie over one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from sim.experiments.run import Result
from sim.experiments.tasks import outcome_of
from sim.report.figures import bands, draw_figures, worlds_funnel, worlds_payments, worlds_queues
from sim.report.figures.look import look
from sim.report.figures.page import Page
from sim.report.figures.saved import Saved
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.results.figure import Figure
from sim.results.tables.worlds import Run, intervals, weeks, worlds
from sim.results.write import write_tables
from tests.building import composed, name_of
from tests.report.figures.pictures import misplaced
from tests.report.figures.runs import RUNS

DRAW: dict[str, Callable[[Saved, Sheet], Page]] = {
    "worlds_funnel": worlds_funnel.draw,
    "worlds_queues": worlds_queues.draw,
    "worlds_payments": worlds_payments.draw,
}
EXTREMES = ("history", "rate", "waves_for_years", "nobody", "one_day", "partners_short", "checkout_short")


def times(figures: Mapping[str, Figure], by: float) -> dict[str, Figure]:
    """Return figures with every count and length so many times as large, as another world might have them."""
    return {
        name: replace_value(figure, by) if isinstance(figure.value, float) or type(figure.value) is int else figure
        for name, figure in figures.items()
    }


def replace_value(figure: Figure, by: float) -> Figure:
    """Return a figure so many times as large."""
    assert isinstance(figure.value, int | float)
    return Figure(figure.value * by, figure.unit)


@pytest.fixture(scope="module")
def in_worlds(simulated: Callable[[str], Result], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Saved]:
    """Return the saved tables of a run in three worlds that are 0.5, 0.9 and 1.6 times the base."""
    made: dict[str, Saved] = {}

    def saved(name: str) -> Saved:
        if name not in made:
            base, overrides = simulated(name), RUNS[name][0]
            whole = outcome_of(base)
            runs = [Run(0, 0, whole.figures, whole.weeks)]
            for world, by in enumerate((0.5, 0.9, 1.6), 1):
                series = {key: by * values for key, values in whole.weeks.items()}
                runs.append(Run(world, 0, times(whole.figures, by), series))
            first = base.tables["daily"].rows[0]["date"]
            beside = {table.name: table for table in (worlds(runs), intervals(runs), weeks(runs, first))}
            tables = tmp_path_factory.mktemp(name) / "tables"
            write_tables({**base.tables, **beside}, tables)
            made[name] = Saved(tables, composed(*overrides), name_of(*overrides))
        return made[name]

    return saved


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
@pytest.mark.parametrize("name", EXTREMES)
def test_no_words_overlap_or_leave_the_page(name: str, sheet: Sheet, in_worlds: Callable[[str], Saved]) -> None:
    """Catch what cannot be drawn, words over one another or cut off, and letters too small to read on a slide."""
    saved = in_worlds(name)
    with look(sheet):
        for figure, draw in DRAW.items():
            assert misplaced(draw(saved, sheet)) == [], f"{figure} of {name}"


def test_a_band_is_between_the_least_and_the_greatest_world(
    in_worlds: Callable[[str], Saved], simulated: Callable[[str], Result]
) -> None:
    """Catch a band of another series, or one that is shifted by a week."""
    saved = in_worlds("history")
    found = bands.band(saved, "awarded")
    whole = outcome_of(simulated("history")).weeks["awarded"]
    np.testing.assert_allclose(found.base, whole)
    np.testing.assert_allclose(found.low, 0.5 * whole)
    np.testing.assert_allclose(found.high, 1.6 * whole)
    days = [row["date"] for row in simulated("history").tables["daily"].rows]
    assert found.edges[0].item() == days[0]
    assert found.edges.size == whole.size + 1
    assert 0 <= (found.edges[-1].item() - days[-1]).days <= 7


def test_the_findings_say_the_interval(in_worlds: Callable[[str], Saved]) -> None:
    """Catch the base where an interval should stand, and a bottleneck of the base alone."""
    saved = in_worlds("history")
    row = bands.interval(saved, "funnel.awarded")
    assert f"In 90 % of 3 worlds {bands.between(row)} people are awarded" in worlds_funnel.finding(saved)
    assert worlds_queues.finding(saved).startswith("Bottleneck in all 3 worlds: Places (the quota); the queue of ")
    assert worlds_payments.finding(saved).startswith("In 90 % of 3 worlds the busiest week has ")
    nobody = in_worlds("nobody")
    assert worlds_funnel.finding(nobody) == "Nobody is awarded in 90 % of 3 worlds"
    assert worlds_queues.finding(nobody) == "Nobody waits in all 3 worlds"
    assert worlds_payments.finding(nobody) == "Nothing is paid in 90 % of 3 worlds"


def test_ends_of_one_unit_say_it_once() -> None:
    """Catch "11.6 million to 11.9 million", and thousands taken for millions."""
    assert bands.between({"low": 11.58e6, "high": 11.93e6}).split() == ["11.6", "to", "11.9", "million"]
    assert bands.between({"low": 37_530.0, "high": 2.63e6}).split() == ["37.5", "thousand", "to", "2.63", "million"]
    assert bands.between({"low": 5.0, "high": 70.0}) == "5 to 70"
    assert bands.between({"low": 5.0, "high": 5.0}) == "5"


def test_they_are_drawn_where_there_are_worlds(in_worlds: Callable[[str], Saved], tmp_path: Path) -> None:
    """Catch figures of worlds of a run that has none, and a run of worlds without them or without those of the base."""
    saved = in_worlds("one_day")
    draw_figures(saved.tables, tmp_path / "figures", saved.composed, saved.named)
    drawn = {path.stem for path in (tmp_path / "figures").glob("*.png")}
    assert set(DRAW) | {"funnel", "queues", "payments"} <= drawn
    assert {path.name for path in (tmp_path / "figures" / "slides").glob("worlds_*.svg")} == {f"{n}.svg" for n in DRAW}
