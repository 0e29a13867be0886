"""The article's question in theory: processing ends when registration does, or when all have had their turn."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sim import load, run

WEEK = timedelta(weeks=1)


@pytest.mark.parametrize(
    ("scenario", "rate"),
    [
        pytest.param("rate_200k", 200_000, marks=pytest.mark.exhaustive),
        pytest.param("rate_400k", 400_000, marks=pytest.mark.exhaustive),
        ("rate_800k", 800_000),
        ("rate_1600k", 1_600_000),
    ],
)
def test_weeks_to_clear(scenario: str, rate: int) -> None:
    """Catches a rate that is not reached or exceeded, and idle time while people wait, beyond one in a thousand."""
    config = load(scenario).config
    starts, points = datetime.fromisoformat(str(config["clock"]["start"])), config["demand"]["points"]
    # Who registers after a moment is done no sooner than at the rate from then on: it binds from the last idle one on.
    theory = max(
        datetime.fromisoformat(str(each["at"])) + (80_000_000 - each["registered"]) / rate * WEEK for each in points
    )
    until = f"{theory + WEEK:%Y-%m-%dT%H:%M}"
    found = run(load(scenario, {"population.scale": 0.0005, "clock.end": until}))
    weeks = found.kpis["processing.weeks_to_clear"].value
    assert weeks == pytest.approx((theory - starts) / WEEK, rel=0.001)
