"""Every scenario that is shipped gives the same with both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.building import SMALL, programme
from tests.equality.same import assert_same, run_both

SCENARIOS = sorted(path.stem for path in (Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


WHOLE = {"history", "rate_800k"}
"""Scenarios that are run to their end by default; the others for a year, by when each has done what it does. The
exhaustive run sees all of them to their end."""

A_YEAR = {"clock.end": "2021-04-11T00:00"}


ALIKE = {
    *("rate_400k", "rate_1600k", "intake_200k", "waves_weekly"),
    *("payment_caps_halved", "payment_caps_doubled", "priority_half", "priority_90"),
}
"""Scenarios that are another with one number changed: only the exhaustive run tries them."""


def test_there_are_scenarios() -> None:
    """Catches a folder that moved: without it the tests below would try nothing."""
    assert set(SCENARIOS) >= WHOLE | ALIKE


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name not in ALIKE])
def test_a_scenario_in_small(scenario: str) -> None:
    """Catches engines that differ in a question that planners ask, with 1,600 people and on two threads."""
    ends = {} if scenario in WHOLE else A_YEAR
    assert_same(*run_both(programme(SMALL, f"scenario={scenario}", changes={"run.threads": 2} | ends)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_with_thousands(scenario: str) -> None:
    """Catches what only crowds show: several parts of a batch, queues over many windows, 20,000 people."""
    assert_same(*run_both(programme("population.scale=0.00025", f"scenario={scenario}", changes={"run.threads": 2})))
