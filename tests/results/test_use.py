"""Utilisation until the last was served and in the busiest month: the idle tail of a run is no spare capacity."""

from __future__ import annotations

from datetime import date

import pytest

from sim.experiments.run import evaluate
from tests.building import ENGINES, Engine, parameters


@pytest.mark.parametrize("engine", ENGINES)
def test_a_station_that_was_full_to_the_last_reads_as_full(engine: Engine) -> None:
    """Catch spare capacity where there was none: nobody is left to process for a year behind the last registrant.

    Everyone registers by February 2022, 95 weeks; 200,000 a week need 400 weeks of a run of some 480.
    """
    made = evaluate(parameters("scenario=rate_200k", "population.scale=0.00001", f"engine={engine}"))
    (row,) = (row for row in made.tables["stations"].rows if row["station"] == "processing")
    assert row["utilisation"] > 0.99
    assert row["utilisation_busiest_month"] > 0.99
    assert date(2027, 11, 1) < row["last_served"].date() < date(2028, 2, 1)
    assert row["last_served"].isoformat() < str(made.figures["end"].value)
    assert made.figures["station.processing.utilisation_busiest_month"].unit == "share"
    (bni,) = (row for row in made.tables["stations"].rows if row["station"] == "bni")
    assert 0 < bni["utilisation"] < bni["utilisation_busiest_month"] <= 1
    assert bni["busiest_month"].day == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_works_more_than_there_is_time_for(engine: Engine) -> None:
    """Catch 109 % of a month's capacity: who is begun before its end, and worked on beyond it, counted whole."""
    words = ("population.scale=2e-6", "processing.rate=800000", f"engine={engine}")
    rows = {row["station"]: row for row in evaluate(parameters(*words)).tables["stations"].rows}
    assert rows["processing"]["utilisation_busiest_month"] == 1
    assert 0.9 < rows["processing"]["utilisation"] <= 1
    assert all(
        0 <= (row[use] or 0) <= 1 for row in rows.values() for use in ("utilisation", "utilisation_busiest_month")
    )
