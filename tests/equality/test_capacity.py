"""One lever for a group of stations: the same as every capacity of it multiplied by hand, on both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.parameters.capacity import multiplied, times
from tests.building import PARTNERS, SMALL, Engine, composed, on_both, parameters, run_on

RATES = ("processing.registry", "processing.registry.retry", "processing.third_layer", "processing.third_layer.retry")
CAPS = dict(zip(PARTNERS, (88_000, 106_080, 93_600, 62_400, 49_920), strict=True))


def steps(rate: float) -> list[dict[str, Any]]:
    """Return a change of the processing rate."""
    return [{"from": "2020-05-01T00:00", "rate": rate}]


SHORT = {"clock.end": "2020-12-01T00:00", "processing.rate": 5e6, "processing.steps": steps(9e6)}

LEVERS = {"portal": 0.01, "processing": 0.5, "payment": 0.01}

BY_HAND: dict[str, dict[str, Any]] = {
    "portal": {"portal.rate": 800.0},
    "processing": {
        "processing.rate": 0.5 * 5e6,
        "processing.steps": steps(0.5 * 9e6),
        "processing.screening.servers": 120,
    },
    "payment": {f"payment.partners.{partner}.cap": 0.01 * cap for partner, cap in CAPS.items()},
}
"""The base's capacities multiplied by hand; the rates of the registry and the third layer are `half_the_rates`."""


def half_the_rates() -> dict[str, Any]:
    """Return half the base's rates of the registry and the third layer, which a fit moves, by their keys."""
    of_the_base = composed()["processing"]
    rates = {}
    for path in RATES:
        block = of_the_base
        for name in path.split(".")[1:]:
            block = block[name]
        rates[f"{path}.rate"] = 0.5 * block["rate"]
    return rates


LAST = {"portal": "portal_left", "processing": "tested", "payment": "incentive_1_paid"}
"""What comes later where the capacity of a group is less."""


@on_both
@pytest.mark.parametrize("group", BY_HAND)
def test_a_lever_does_what_its_capacities_do(group: str, engine: Engine) -> None:
    """Catches a station, a step or a partner that the lever of its group forgets, and a lever that binds nobody."""
    hand = BY_HAND[group] | (half_the_rates() if group == "processing" else {})
    changed: tuple[dict[str, Any], ...] = ({}, {f"{group}.capacity": LEVERS[group]}, hand)
    base, pulled, by_hand = (run_on(engine, SMALL, changes={**SHORT, **changes}) for changes in changed)
    for columns in ("people", "participants"):
        for name in getattr(pulled, columns).stamps:
            assert np.array_equal(getattr(pulled, columns)[name], getattr(by_hand, columns)[name]), name
    columns = "participants" if group == "payment" else "people"
    assert (getattr(base, columns)[LAST[group]] < getattr(pulled, columns)[LAST[group]]).any()


def test_servers_are_whole_and_at_least_one() -> None:
    """Catches a multiplier that closes an office of one counter, opens a closed one, or bounds what is plenty."""
    assert [multiplied("servers", 240, m) for m in (0, 0.001, 0.5, 1.1)] == [0, 1, 120, 264]
    assert multiplied("servers", 0, 5) == 0
    assert multiplied("rate", 0.0, 5) == 0
    assert times(parameters().processing.email, 3).rate is None
    assert times(parameters().portal, 1) == parameters().portal
