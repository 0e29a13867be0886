"""The map of provinces: every province once, numbers as in the table, nothing over anything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.observers.change_counting import Change
from sim.observers.people_changes import ROWS, PeopleChanges, row_of
from sim.report.figures.comparing.provinces import TILES, draw, finding
from sim.report.figures.comparing.saved import SavedComparison
from sim.report.figures.look import look
from sim.report.figures.sheet import PAGE, SLIDE, Sheet
from sim.results.table import Table
from sim.results.tables.comparing.people_changes import Held, people_changes
from sim.results.write import write_tables
from sim.rules.people import Trait
from tests.building import SMALL, parameters
from tests.report.figures.pictures import shown_words, texts
from tests.report.figures.test_every_figure import overlapping

SCENARIOS = ("history", "one", "other")
SUMMER = {"aceh": (30, 10), "papua": (5, 25), "jawa_barat": (12345, 4)}
"""Who gain and who lose of some provinces; of others nobody does."""


def changes(gained: dict[str, tuple[int, int]]) -> PeopleChanges:
    """Return changes of 20,000 people of each province."""
    people = np.zeros((len(Change), ROWS), dtype=np.int64)
    for number, key in enumerate(parameters(SMALL).population.provinces):
        for row in (0, row_of(Trait.PROVINCE, number)):
            some = gained.get(key, (0, 0))
            people[[Change.GAINED, Change.LOST, Change.NO_PLACE], row] += (*some, 20_000 - sum(some))
    return PeopleChanges(people, np.zeros((ROWS, 1), dtype=np.int64))


def saved(folder: Path, *each: PeopleChanges) -> SavedComparison:
    asked = parameters(SMALL)
    held = [Held(name, "history", asked, each) for name in SCENARIOS[1:]]
    columns = ("scenario", "reference", "in_worlds", "replications", "scale")
    rows = [dict(zip(columns, (name, name == "history", True, len(each), 2e-5), strict=True)) for name in SCENARIOS]
    of_scenarios = Table("scenarios", dict.fromkeys(columns, ""), rows)
    write_tables({"people_changes": people_changes(held), "scenarios": of_scenarios}, folder / "tables")
    return SavedComparison(folder / "tables")


def test_every_province_has_a_tile_of_its_own() -> None:
    """Catches a province that is not drawn, or hidden by another."""
    assert set(TILES) == set(parameters(SMALL).population.provinces)
    assert len({(column, line) for column, line, _ in TILES.values()}) == len(TILES)
    assert len({word for *_, word in TILES.values()}) == len(TILES)


@pytest.mark.parametrize("sheet", [PAGE, SLIDE], ids=["page", "slide"])
def test_numbers_are_those_of_the_table_and_nothing_is_over_anything(sheet: Sheet, tmp_path: Path) -> None:
    """Catches a sign the wrong way round, and words that cannot be read."""
    of = saved(tmp_path, changes(SUMMER), changes(SUMMER))
    with look(sheet):
        drawn = draw(of, sheet)
        told = texts(drawn)
        assert told.count("+1.0") == told.count("−1.0") == told.count("+617") == (1 if sheet.slide else 2)
        words = list(shown_words(drawn))
        whole = drawn.figure.bbox
        for text, box in words:
            assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1, text
        assert [(words[a][0], words[b][0]) for a, b in overlapping([box for _, box in words])] == []


@pytest.mark.parametrize(
    ("each", "found"),
    [
        (
            [SUMMER] * 11,
            "Jawa Barat gains most (617.0 places of 1,000 people), Papua loses most (1.0 places of 1,000 people)",
        ),
        ([SUMMER], "no province is told from chance, by one replication"),
        ([SUMMER] * 4, "no province is told from chance, by so few replications (4)"),
        ([SUMMER, {"papua": (9, 2)}] * 6, "no province is told from chance"),
        (
            [SUMMER] * 10 + [SUMMER | {"papua": (9, 2)}],
            "Jawa Barat gains most (617.0 places of 1,000 people), none that loses is told from chance",
        ),
    ],
)
def test_the_finding(each: list[dict[str, tuple[int, int]]], found: str, tmp_path: Path) -> None:
    """Catches a title that takes as found what chance gives: four worlds agree in one province of eight."""
    assert finding(saved(tmp_path, *map(changes, each))) == f"one against history: {found}"


def test_the_finding_of_no_change_is_of_all_scenarios(tmp_path: Path) -> None:
    """Catches a title about one of several scenarios in which nobody gains or loses a place."""
    assert (
        finding(saved(tmp_path, changes({}))) == "Nobody gains or loses a place in any scenario, held against history"
    )


def test_nobody_and_provinces_of_another_config(tmp_path: Path) -> None:
    """Catches a map that cannot be drawn where nobody registered."""
    of = saved(
        tmp_path, PeopleChanges(np.zeros((len(Change), ROWS), dtype=np.int64), np.zeros((ROWS, 1), dtype=np.int64))
    )
    with look(PAGE):
        assert texts(draw(of, PAGE)).count("–") == len(TILES)
