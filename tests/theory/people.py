"""People of whole runs: plain programmes for both engines, in which nobody waits but for what a test asks.

The person engine takes 5,000 people; the cohort engine 200,000, more than it draws or awards at a time. Where a
law has a number, a test asks the same of one that is wrong, by a half for the one and by 6 % for the other, and must
see it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.building import NO_FIGURES, UNLIMITED_CAPS, UNLIMITED_STATIONS, Engine, law

PEOPLE: dict[Engine, int] = {"person": 5_000, "cohort": 200_000}
WRONG: dict[Engine, float] = {"person": 1.5, "cohort": 1.06}
"""A fault of a law that the test must see."""


def hours(mean: float, name: str = "exponential", minimum: float = 0) -> dict[str, Any]:
    """Return a law in hours."""
    return law(name, mean, "hours", minimum)


def always(share: float) -> list[dict[str, Any]]:
    """Return steps of a share that never changes."""
    return [{"from": "2020-04-11T00:00", "share": share}]


def common(engine: Engine) -> dict[str, Any]:
    """Return changes by which all register in a day, pass every check at once, and nobody waits for a station."""
    return {
        **NO_FIGURES, **UNLIMITED_STATIONS, **UNLIMITED_CAPS,
        "population.applicants": PEOPLE[engine], "population.scale": 1,
        "demand.points": [
            {"at": "2020-04-11T19:00", "registered": 0}, {"at": "2020-04-12T19:00", "registered": 1000}
        ],
        **{f"processing.{check}.passes": 1 for check in ("email", "registry", "third_layer", "screening")},
        "processing.test.taken": 1, "processing.test.delay": hours(0, "constant"),
    }  # fmt: skip


def weekly(waves: int, places: int = 0) -> dict[str, Any]:
    """Return a calendar of waves, one a week and one after another, from 1 May on, when all are in the pool."""
    days = [np.datetime64("2020-05-01") + 7 * k for k in range(waves)]
    return {
        "waves.rule": None,
        "waves.calendar": {
            f"w{k:02d}": {"open": f"{day}T00:00", "close": f"{day + 4}T00:00", "announced": f"{day + 6}T00:00",
                          "places": places, "face_check_fails": 0}
            for k, day in enumerate(days, start=1)
        },
        "budget.tranches": {"one": {"first_wave": 1, "rupiah": 10**15}},
        "joining.patience_waves": None,
    }  # fmt: skip
