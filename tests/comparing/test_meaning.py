"""What figures mean: each key figure has a direction that is declared."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from sim.experiments.run import evaluate
from sim.results.meaning import DIRECTIONS, Better, meaning
from tests.building import SMALL, parameters


@pytest.mark.parametrize(
    ("name", "better", "quantile", "unreached"),
    [
        ("processing.weeks_to_clear", Better.LESS, False, True),
        ("processing.processed_by_2022_02_09", Better.MORE, False, False),
        ("funnel.registered", Better.NEITHER, False, False),
        ("funnel.fully_paid", Better.MORE, False, False),
        ("wait.place.median_days_got_it", Better.LESS, True, False),
        ("wait.place.median_days", Better.LESS, True, True),
        ("wait.place.mean_days_got_it", Better.LESS, False, False),
        ("wait.place.p05_days_got_it", Better.LESS, True, False),
        ("wait.place.median_days_left_without", Better.NEITHER, True, False),
        ("service_level.first_incentive_within_30_days", Better.MORE, False, False),
        ("service_level.first_incentive_within_30_days.asked", Better.NEITHER, False, False),
        ("money.cost_a_participant", Better.LESS, False, False),
        ("bottleneck.places.share", Better.NEITHER, False, False),
    ],
)
def test_meaning(name: str, better: Better, quantile: bool, unreached: bool) -> None:
    """Catches a direction turned round, a median taken as a mean, and a value that is missing taken as not reached."""
    found = meaning(name, {})
    assert (found.better, found.quantile, found.unreached) == (better, quantile, unreached)


def test_every_key_figure_has_a_direction_that_is_declared() -> None:
    """Catches a key figure that is new and of which nobody has said which direction is better."""
    names = evaluate(parameters(SMALL, "market=institutions", "engine=person")).figures
    assert [name for name in names if not any(fnmatchcase(name, pattern) for pattern in DIRECTIONS)] == []


def test_labels_are_words() -> None:
    """Catches the stable name of a figure where a planner reads."""
    words = {"processing": "Processing", "bni": "BNI"}
    assert meaning("wait.processing.median_days", words).label == "Wait at Processing: half within"
    assert meaning("wait.place.p95_days_got_it", words).label == "Joined to award: 95 % who got it, within"
    assert meaning("station.bni.peak_queue", words).label == "BNI: peak queue"
    assert meaning("something.new_here", words).label == "Something, new here"
