"""What is measured: stamps counted by day, stages of the funnel, waits and groups, each declared by its name.

An observer knows these names alone; another name is an error at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.journey.journey import Journey
from sim.journey.money import Benefit
from sim.journey.payments import PAID_BENEFITS, Payment
from sim.journey.route import PROCESSED_AT, Group
from sim.journey.wants import NO_CHECKOUT, NO_COURSE_TO_BUY, NO_PLATFORM, NO_SEAT

STAGES = {
    "registered": ("registered", "Registered"),
    "processed": (f"{PROCESSED_AT}_left", "Processed"),
    "email_verified": ("email_passed", "Email verified"),
    "nik_verified": ("registry_passed", "Civil registry passed"),
    "layer3_verified": ("third_layer_passed", "Third layer passed"),
    "in_pool": ("tested", "Test taken, in the pool"),
    "ever_joined": ("first_joined", "Joined a wave"),
    "awarded": ("awarded", "Awarded"),
    "bought_first": ("bought_1", "Bought a first course"),
    "completed_first": ("completed_1", "Completed it"),
    "reviewed": ("reviewed", "Rated and reviewed it"),
    "paid_first_incentive": ("incentive_1_paid", "Paid a first incentive"),
    "fully_paid": ("fully_paid", "Paid in full"),
}
"""Stages of the funnel: name → (stamp, words)."""


@dataclass(frozen=True)
class Wait:
    """A wait between two stages of the journey; who leaves without what was waited for never reaches it."""

    label: str
    who: str
    """Who counts: all who began to wait."""
    rest: str | None = None
    """The wait whose unfinished ones are those of everyone who has not come so far as to be counted here."""


CLASS_WAIT = "booking_to_class"
"""The wait of every booking of a live course, the first purchase or a further one, until its class begins."""

WAITS = {
    "registered_to_pool": Wait("Registered to pool", "all who registered"),
    "place": Wait("Joined to award", "those eligible in the first wave they joined"),
    "registered_to_award": Wait("Registered to award", "all who registered"),
    "award_to_account": Wait("Award to account linked", "the awarded"),
    "award_to_purchase": Wait("Award to first purchase", "the awarded"),
    CLASS_WAIT: Wait("Booking to class", "bookings of live courses"),
    "purchase_to_completion": Wait("Purchase to completion", "those who bought a first course"),
    "completion_to_review": Wait("Completion to review", "those who completed a first course"),
    "first_incentive_due_to_paid": Wait("First incentive due to paid", "first incentives that fell due"),
    "incentive_due_to_paid": Wait("Incentive due to paid", "incentives that fell due"),
    "survey_due_to_paid": Wait("Survey due to paid", "surveys that fell due"),
    "award_to_incentive": Wait("Award to first incentive", "the awarded"),
    # Who is not awarded waits for the incentive as for the award.
    "registered_to_incentive": Wait("Registered to first incentive", "all who registered", rest="registered_to_award"),
}
"""Waits between two stages, in the order in which they are shown."""

PAYMENT_WAITS = ("first_incentive_due_to_paid", "incentive_due_to_paid", "survey_due_to_paid")
"""Waits of payments, which may also be counted from being ready; so may those for a partner's run."""

WANTS = {NO_CHECKOUT: "checkout", NO_SEAT: "seat", NO_COURSE_TO_BUY: "course", NO_PLATFORM: "platform"}
"""For want of what an award is revoked, by the outcome `revoked_for`; 0: nothing was tried."""


def revoked_for(want: str) -> str:
    """Return the name of the stamp of those revoked for want of something."""
    return f"revoked_for_{want}"


AWARD_YEARS = (2020, 2021, 2022)
"""Years of award that people are counted by."""


def awarded_in(year: int) -> str:
    """Return the name of the stage of those awarded in a year."""
    return f"awarded_{year}"


GROUP_STAGES = (
    "applicants",
    "pool",
    "joined",
    "awarded",
    *(awarded_in(year) for year in AWARD_YEARS),
    "participants",
    "paid_first_incentive",
)
"""Stages at which people are counted by their groups."""

PAYMENT_PARTNERS = "payment_partners"
"""The bank that the payment partners are."""

PARTNERS_GROUP = Group(PAYMENT_PARTNERS, "Payment partners")
"""The payment partners, told as one."""

PLACES = Group("places", "Places (the quota)")
"""What those wait for who were eligible in the first wave they joined and are not yet awarded."""

PROVIDERS = Group("providers", "Providers (classes)")
"""Whose classes those wait for who have booked a live course, each provider a member."""

WAVE_STAMPS = ("awarded", "revoked")
"""Stamps that are counted by wave."""

PAYMENT_STEPS = ("due", "ready", "paid")
"""What a payment passes through."""


def partner_stamp(partner: str, benefit: Benefit, step: str) -> str:
    """Return the name of the stamp of a partner's payments that are due, ready or paid."""
    return f"{partner}_{benefit.key}_{step}"


def partner_wait(partner: str) -> str:
    """Return the name of the wait for a partner's run, from ready to paid."""
    return f"run_{partner}"


def observed_stamps(journey: Journey, payments: Iterable[Payment], partners: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all stamps that are counted by day.

    Arrivals, departures and renegings at the stations are counted by the stations' observers.
    """
    return (
        "registered",
        f"{PROCESSED_AT}_left",
        *(f"{check.name}_passed" for check in journey.checks),
        *(f"refused_by_{by}" for by in journey.refusals[1:]),
        "tested",
        "first_joined",
        "gave_up_waves",
        "awarded",
        "linked",
        "bought_1",
        "bought",
        "completed_1",
        "completed",
        "certified",
        "reviewed",
        "revoked",
        *map(revoked_for, WANTS.values()),
        "closed",
        "surveys_offered",
        "surveys_unanswered",
        *(f"{payment.name}_paid" for payment in payments),
        *(
            partner_stamp(partner, benefit, step)
            for partner in partners
            for benefit in PAID_BENEFITS
            for step in PAYMENT_STEPS
        ),
        "fully_paid",
    )


def observed_waits(partners: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all waits but those at the stations of the route."""
    return (*WAITS, *(partner_wait(partner) for partner in partners))


EXACTLY, AT_ONCE, BY_ALL = "exactly", "behind at once", "exactly, by all outages together"
"""How it is known whom an outage touched: one by one; no better than by who was behind at once; or one by one, of all
outages together."""

TEN = 10
"""Providers whose share of the courses sold is told together."""
