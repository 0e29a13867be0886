"""Conservation and order, recomputed from people's stamps: in scenarios and in programmes of every kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings

from sim.engines.journal import Journal
from tests.building import SMALL, THOUSANDS, Engine, on_both, run, run_on
from tests.engine.journal_of_rows import TWO_TRIES, journal_of
from tests.engine.promises import PROMISES, hold
from tests.engine.random_programmes import programmes


@cache
def scenario(engine: Engine, name: str) -> Journal:
    """Return a run of a scenario: of 1,600 people by the person engine, of 8,000 by the cohort engine."""
    if engine == "person":
        return run(SMALL, f"scenario={name}")
    return journal_of(run_on("cohort", THOUSANDS, f"scenario={name}", changes=TWO_TRIES))


@on_both
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("name", ["history", "rate_800k", "rate_step", "payment_caps_2020"])
def test_a_scenario_keeps_its_promises(engine: Engine, name: str, promise: Callable[[Journal], None]) -> None:
    """Catches a person or rupiah lost, a stamp out of order, an act out of turn in what is published."""
    journal = scenario(engine, name)
    assert journal.people.rows == {"person": 1_600, "cohort": 8_000}[engine]
    promise(journal)


@settings(max_examples=60)
@given(changes=programmes())
def test_any_programme_keeps_its_promises(changes: dict[str, Any]) -> None:
    """Catches what only odd programmes show: closed stations, overlapping waves, no patience, all failing."""
    hold(run(changes=changes))


@settings(max_examples=6)
@given(changes=programmes(people=3_000))
def test_any_programme_of_thousands_keeps_its_promises(changes: dict[str, Any]) -> None:
    """Catches a cohort engine that loses or doubles someone, or errs in their turn, where thousands come at once."""
    hold(journal_of(run_on("cohort", changes=changes | TWO_TRIES)))
