"""Conservation and order, recomputed from people's stamps: in scenarios and in programmes of every kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings

from sim.engines.journal import Journal
from tests.building import SMALL, run
from tests.engine.promises import PROMISES, hold
from tests.engine.random_programmes import programmes


@cache
def scenario(name: str) -> Journal:
    return run(SMALL, f"scenario={name}")


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("name", ["history", "rate_800k", "rate_step", "payment_caps_2020"])
def test_a_scenario_keeps_its_promises(name: str, promise: Callable[[Journal], None]) -> None:
    """Catches a person or rupiah lost, a stamp out of order, an act out of turn in what is published."""
    promise(scenario(name))


@settings(max_examples=100)
@given(changes=programmes())
def test_any_programme_keeps_its_promises(changes: dict[str, Any]) -> None:
    """Catches what only odd programmes show: closed stations, overlapping waves, no patience, all failing."""
    hold(run(changes=changes))
