"""Waits by outcome: those who got it, those who left without it, those who still wait, and who counts."""

from __future__ import annotations

from typing import Any

import pytest

from sim.experiments.run import evaluate
from tests.building import ENGINES, SMALL, THOUSANDS, Engine, parameters

SIZE: dict[Engine, str] = {"person": SMALL, "cohort": THOUSANDS}


@pytest.fixture(scope="module", params=ENGINES)
def waits(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Return the rows of the waits of history by their names."""
    engine: Engine = request.param
    made = evaluate(parameters(SIZE[engine], f"engine={engine}"))
    rows = {row["wait"]: row for row in made.tables["waits"].rows}
    for name, row in rows.items():
        for what in ("median_days_got_it", "median_days_left_without", "median_days", "still_waiting"):
            assert made.figures[f"wait.{name}.{what}"].value == row[what]
    return rows


def test_outcomes_are_told_apart(waits: dict[str, dict[str, Any]]) -> None:
    """Catch one median over those who were awarded in days and those who gave up after months."""
    place = waits["place"]
    assert place["label"] == "Joined to award"
    assert place["who"] == "the eligible who joined a wave"
    assert place["median_days_got_it"] < 30 < 60 < place["median_days_left_without"]
    assert place["left_without"] > place["got_it"] > 0
    assert place["median_days"] is None, "fewer than half of all who began are awarded"
    for row in waits.values():
        assert row["began"] == row["got_it"] + row["left_without"] + row["still_waiting"]
        assert (row["median_days_got_it"] is None) == (not row["got_it"])


def test_from_registration_all_who_registered_count(waits: dict[str, dict[str, Any]]) -> None:
    """Catch a wait from registration of those alone who were awarded in the end."""
    incentive, award = waits["registered_to_incentive"], waits["registered_to_award"]
    assert incentive["began"] == award["began"] == 80_000_000
    assert incentive["who"] == "all who registered"
    assert incentive["got_it"] == waits["award_to_incentive"]["got_it"]
    assert incentive["median_days"] is None
    assert incentive["left_without"] == award["left_without"] + waits["award_to_incentive"]["left_without"]
