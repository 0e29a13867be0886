"""Names of stamps, waits and stages: each declared once, and those that are used of the route and of participants."""

from __future__ import annotations

from itertools import product

import pytest

from sim.journey.journey import JOURNEY, Journey, participant_outcomes, participant_stamps
from sim.journey.limits import INCENTIVES, SURVEYS
from sim.journey.measures import (
    GROUP_STAGES,
    PAYMENT_STEPS,
    PAYMENT_WAITS,
    STAGES,
    WAITS,
    WAVE_STAMPS,
    observed_stamps,
    observed_waits,
    partner_stamp,
    partner_wait,
)
from sim.journey.money import FLOWS, Benefit
from sim.journey.payments import PAID_BENEFITS, payments
from tests.building import PARTNERS
from tests.journey.routes import VARIANTS, further, route_with

PAYMENTS = payments(4, 3)


def test_payments_are_numbered_the_incentives_first() -> None:
    """Catches payments known by a place in a list: each by its benefit and count, and named so."""
    assert [payment.name for payment in PAYMENTS] == [
        *("incentive_1", "incentive_2", "incentive_3", "incentive_4"), "survey_1", "survey_2", "survey_3",
    ]  # fmt: skip
    for incentives, surveys in product((1, INCENTIVES), (1, SURVEYS)):
        each = payments(incentives, surveys)
        assert len(set(each)) == len({payment.name for payment in each}) == incentives + surveys
        assert [payment.count for payment in each] == [*range(incentives), *range(surveys)]


def test_names_are_declared_once() -> None:
    """Catches two stamps or waits of one name, which would be added up."""
    stamps, waits = observed_stamps(JOURNEY, PAYMENTS, PARTNERS), observed_waits(PARTNERS)
    assert len(set(stamps)) == len(stamps)
    assert len(set(waits)) == len(waits)
    assert len(set(GROUP_STAGES)) == len(GROUP_STAGES)
    assert set(PAYMENT_WAITS) < set(WAITS)


def test_what_tables_show_is_observed() -> None:
    """Catches a stage of the funnel, a stamp by wave or a partner's payment that nobody counts."""
    stamps, waits = observed_stamps(JOURNEY, PAYMENTS, PARTNERS), observed_waits(PARTNERS)
    assert {stamp for stamp, _ in STAGES.values()} <= set(stamps)
    assert set(WAVE_STAMPS) <= set(stamps)
    assert set(WAITS) <= set(waits)
    for partner in PARTNERS:
        assert partner_wait(partner) in waits
        assert {partner_stamp(partner, *each) for each in product(PAID_BENEFITS, PAYMENT_STEPS)} <= set(stamps)
    assert {f"refused_by_{by}" for by in JOURNEY.refusals[1:]} <= set(stamps)
    assert FLOWS == ("awarded", "paid", "returned")
    assert [benefit.key for benefit in Benefit] == ["training", "incentive", "survey"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_further_station_adds_its_stamps_and_changes_no_other(variant: str) -> None:
    """Catches a check whose refused or passed are not counted, and stamps that are lost with a further station."""
    journey = Journey(route_with(further("queue", variant), 3))
    base = set(observed_stamps(JOURNEY, PAYMENTS, PARTNERS))
    found = set(observed_stamps(journey, PAYMENTS, PARTNERS))
    assert base <= found
    name = f"queue{variant}"
    assert found - base == ({f"{name}_passed", f"refused_by_{name}"} if variant else set())


@pytest.mark.parametrize(("incentives", "surveys"), [(1, 1), (4, 3), (8, 8)])
def test_columns_of_participants_are_those_of_their_payments_and_courses(incentives: int, surveys: int) -> None:
    """Catches a payment without a column, a survey without its offer, and a column whose meaning is another's."""
    each = payments(incentives, surveys)
    stamps, outcomes = participant_stamps(5, each), participant_outcomes(5, each)
    for payment in each:
        steps = [step for step in ("offered", "due", "ready", "paid") if f"{payment.name}_{step}" in stamps]
        assert steps == ["offered", "due", "ready", "paid"][payment.benefit is not Benefit.SURVEY :]
        assert (f"{payment.name}_answered" in outcomes) == (payment.benefit is Benefit.SURVEY)
        assert f"{payment.name}_attempts" in outcomes
    assert [name for name in stamps if name.startswith("bought")] == [f"bought_{k}" for k in range(1, 6)]
    assert len(set(stamps.values())) == len(stamps)
    assert len(set(outcomes.values())) == len(outcomes)
