"""Direction: more capacity never makes anyone worse off where theory says so."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER
from tests.building import PARTNERS, SMALL, THOUSANDS, Engine, Run, on_both, parameters, run_on

SIZE: dict[Engine, str] = {"person": SMALL, "cohort": THOUSANDS}
"""1,600 people by the person engine, 8,000 by the cohort engine."""

A_YEAR = {"clock.end": "2021-04-11T00:00"}
"""In which a fifth of all who are ever awarded have been."""

RATE_KEYS = {
    "portal": "portal.rate",
    "processing": "processing.rate",
    "email": "processing.email.rate",
    "registry": "processing.registry.rate",
    "third_layer": "processing.third_layer.rate",
}


def waits(made: Run, station: str) -> np.ndarray:
    """Return each person's wait at a station; for ever where they have not started."""
    started, arrived = made.people[f"{station}_started"], made.people[f"{station}_arrived"]
    return np.where(started < NEVER, started - arrived, np.where(arrived < NEVER, NEVER, -1))


@on_both
def test_more_processing_rate_never_a_longer_wait(engine: Engine) -> None:
    """Catches a station at which someone waits longer, under the same luck, because more are served."""

    @settings(max_examples={"person": 6, "cohort": 4}[engine])
    @given(
        station=st.sampled_from(list(RATE_KEYS)),
        rate=st.floats(200_000, 3_000_000),
        more=st.floats(1.0, 3.0),
        outage=st.booleans(),
        seed=st.integers(0, 2**32),
    )
    def holds(station: str, rate: float, more: float, outage: bool, seed: int) -> None:
        changes: dict[str, Any] = {
            "run.seed": seed,
            "portal.per": "week",
            "portal.rate": None,
            "portal.outages": [],
            "clock.end": "2020-10-01T00:00",
        }
        if outage:
            block = RATE_KEYS[station].removesuffix(".rate")
            changes[f"{block}.outages"] = [{"from": "2020-04-13T00:00", "until": "2020-05-02T00:00"}]
        slow, fast = (
            run_on(engine, SIZE[engine], changes={**changes, RATE_KEYS[station]: r}) for r in (rate, rate * more)
        )
        assert np.array_equal(slow.people[f"{station}_arrived"], fast.people[f"{station}_arrived"])
        assert np.all(waits(fast, station) <= waits(slow, station))
        assert np.any(waits(slow, station) > 0)

    holds()


@on_both
def test_a_rate_that_steps_up_helps_from_then_on_only(engine: Engine) -> None:
    """Catches a step that reaches back, or one that does not help those who wait."""
    base = {"processing.rate": 400_000, "clock.end": "2021-06-01T00:00"}
    step = {"processing.steps": [{"from": "2020-08-08T00:00", "rate": 800_000}]}
    plain, stepped = (run_on(engine, SIZE[engine], changes=changes) for changes in (base, base | step))
    august = 119 * DAY
    before = plain.people["processing_started"] < august
    assert np.array_equal(plain.people["processing_started"][before], stepped.people["processing_started"][before])
    assert np.all(waits(stepped, "processing") <= waits(plain, "processing"))
    assert np.any(waits(stepped, "processing") < waits(plain, "processing"))


@on_both
def test_more_servers_never_a_longer_wait(engine: Engine) -> None:
    """Catches servers who make others slower; unscaled, so that a service stays as long."""
    people = {"person": 600, "cohort": 6_000}[engine]
    base = {
        "population.applicants": people, "population.scale": 1, "clock.end": "2020-10-01T00:00",
        "processing.screening.service": {
            "law": "exponential", "unit": "hours", "minimum": 0.1, "mean": 20, "spread": 0
        },
    }  # fmt: skip
    counts = [servers * people // 600 for servers in (2, 3, 8)]
    some = [run_on(engine, changes={**base, "processing.screening.servers": servers}) for servers in counts]
    for few, many in pairwise(some):
        assert np.all(waits(many, "screening") <= waits(few, "screening"))
        assert np.any(waits(many, "screening") < waits(few, "screening"))


@on_both
@pytest.mark.parametrize("seed", [1, 2])
def test_more_cap_never_pays_anyone_later(engine: Engine, seed: int) -> None:
    """Catches a cap that delays a payment as it grows: one payment each, none failing, in one line.

    Where a payment brings on the next, more cap may bring somebody's ahead of another's, so no more holds.
    """
    one_each = {
        "run.seed": seed, "budget.incentives": 1, "payment.survey_days": [36_000], "payment.fails": 0,
        "clock.end": "2021-01-01T00:00",
    }  # fmt: skip
    size = {"person": "population.scale=0.00005", "cohort": "population.scale=0.0002"}[engine]
    some = [
        run_on(engine, size, changes=one_each | {f"payment.partners.{p}.cap": cap for p in PARTNERS})
        for cap in (20_000, 40_000, 80_000, None)
    ]
    for less, more in pairwise(made.participants["incentive_1_paid"] for made in some):
        assert np.all(more <= less)
    assert np.any(some[-1].participants["incentive_1_paid"] < some[0].participants["incentive_1_paid"])


@on_both
def test_more_cap_never_a_smaller_total(engine: Engine) -> None:
    """Catches money lost as caps grow: all paid until the end, with failures, incentives and surveys."""
    caps = [{f"payment.partners.{p}.cap": cap for p in PARTNERS} for cap in (0, 5_000, 50_000, 100_000, None)]
    totals = [sum(run_on(engine, SIZE[engine], changes=cap | A_YEAR).days[-1].paid[1:]) for cap in caps]
    assert totals == sorted(totals)
    assert totals[0] == 0
    assert totals[1] < totals[-1]


@on_both
def test_more_places_never_fewer_awards(engine: Engine) -> None:
    """Catches places that crowd out awards: with twice the places each wave the total is never less."""
    calendar = parameters(SMALL).waves.calendar or {}
    more = {f"waves.calendar.{name}.places": 2 * wave.places for name, wave in calendar.items()}
    plain, doubled = (run_on(engine, SIZE[engine], changes=changes | A_YEAR) for changes in ({}, more))
    awarded = [np.cumsum([record.awarded for record in made.waves]) for made in (plain, doubled)]
    assert np.all(awarded[1] >= awarded[0])
    assert awarded[1][-1] > awarded[0][-1]


@on_both
def test_more_surveys_answered_never_less_paid_nor_another_incentive(engine: Engine) -> None:
    """Catches answers that crowd out others' payments where caps are plenty, or rupiah that neither come nor return."""
    plenty = {f"payment.partners.{p}.cap": None for p in PARTNERS}
    shares = [run_on(engine, SIZE[engine], changes=plenty | {"payment.survey.answers": s}) for s in (0, 0.3, 0.9, 1)]
    for fewer, more in pairwise(shares):
        for name in more.participants.stamps:
            if not name.startswith("survey"):
                assert np.array_equal(fewer.participants[name], more.participants[name]), name
        for name in ("survey_1_paid", "survey_2_paid", "survey_3_paid"):
            assert np.all(more.participants[name] <= fewer.participants[name])
        assert more.days[-1].paid[2] > fewer.days[-1].paid[2]
        assert more.days[-1].returned[2] < fewer.days[-1].returned[2]
    assert shares[0].days[-1].paid[2] == 0
