"""Observe a journal: a run of which every stamp is at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from sim.journey.measures import (
    AWARD_YEARS,
    PAYMENT_STEPS,
    WANTS,
    awarded_in,
    partner_stamp,
    partner_wait,
    revoked_for,
)
from sim.journey.money import Benefit
from sim.journey.payments import PAID_BENEFITS
from sim.journey.route import PROCESSED_AT
from sim.observers.counts import Counts
from sim.observers.observations import Observations, new_year
from sim.observers.paid_days import PaidDays, day_numbers
from sim.observers.places import Places
from sim.rules import buying
from sim.rules.eligibility import is_eligible
from sim.rules.forfeiture import buys_before_closing, closes_at, earns_payments
from sim.rules.surveys import unanswered_returns

Ints = NDArray[np.int64]


def observe(journal: Journal) -> Observations:
    """Return all that is measured of a run."""
    observations = Observations(journal.programme, journal.end, journal.traits)
    counts = observations.new_counts()
    settled = _surveys(counts, journal)
    _stations(counts, journal)
    _applicants(counts, journal)
    _places(counts, journal)
    _participants(counts, journal)
    _money(counts, journal)
    _accounts(counts, journal)
    _payments(counts, journal)
    _market(counts, observations, journal)
    counts.stamp("fully_paid", np.max([settled, *_incentives_paid(journal)], axis=0))
    return observations


def _market(counts: Counts, observations: Observations, journal: Journal) -> None:
    if observations.market is None:
        return
    log = journal.market
    assert journal.classes is not None
    observations.market.classes = journal.classes
    observations.market.add_came(log["came_to"], log["came_at"])
    observations.market.add_nothing(log["nothing_on"], log["nothing_at"])
    observations.market.add_booked(*np.ascontiguousarray(log["booked"].T))
    observations.market.turned_away += log["turned_away"]
    own = journal.participants
    for code, want in WANTS.items():
        counts.stamp(revoked_for(want), own["revoked"][own["revoked_for"] == code])
    platform, at, times, leaves = np.ascontiguousarray(log["misses"].T)
    observations.market.add_turned_away(platform, times, at, leaves != 0)


def paid_days(journal: Journal) -> PaidDays:
    """Return the day of each payment."""
    own = journal.participants
    columns = [day_numbers(own[f"{payment.name}_paid"]) for payment in journal.programme.payments]
    return PaidDays(own["person"].astype(np.uint32), own["partner"].astype(np.uint8), np.stack(columns, axis=1))


def places(journal: Journal, registered: int) -> Places:
    """Return who has a place at the end, in the order of people's numbers; so many had registered."""
    own = journal.participants
    kept = own["revoked"] == NEVER
    paid = day_numbers(own[f"{journal.programme.payments[0].name}_paid"][kept])
    return Places(own["person"][kept].astype(np.uint32), paid, registered).by_person()


def _stations(counts: Counts, journal: Journal) -> None:
    for name in journal.programme.stations:
        visits = journal.visits[name]
        counts.station(name).add(*(visits[column] for column in ("arrived", "started", "left", "gave_up", "instance")))
        counts.level(name, visits["person"], visits["arrived"], visits["started"], visits["gave_up"])


def _wait(counts: Counts, name: str, persons: Ints, began: Ints, ended: Ints, gave_up: Ints) -> None:
    counts.wait(name, began, ended, gave_up)
    counts.level(name, persons, began, ended, gave_up)


def _applicants(counts: Counts, journal: Journal) -> None:
    people, journey = journal.people, journal.programme.journey
    registered = people[f"{journey.names[0]}_arrived"]
    counts.stamp("registered", registered)
    passed = (f"{check.name}_passed" for check in journey.checks)
    for name in (f"{PROCESSED_AT}_left", *passed, "tested", "first_joined", "gave_up_waves", "awarded"):
        counts.stamp(name, people[name])
    for code, by in enumerate(journey.refusals[1:], start=1):
        counts.stamp(f"refused_by_{by}", people["refused"][people["refused_by"] == code])

    ends = np.minimum(people["refused"], people["gave_up"])
    persons = np.arange(registered.size)
    _wait(counts, "registered_to_pool", persons, registered, people["tested"], ends)
    without = np.minimum(ends, people["gave_up_waves"])
    _wait(counts, "registered_to_award", persons, registered, people["awarded"], without)
    others = people["awarded"] == NEVER
    counts.level("registered_to_incentive", persons[others], registered[others], NEVER)
    stages = {"applicants": registered, "pool": people["tested"], "joined": people["first_joined"]}
    for stage, stamps in stages.items():
        counts.people(stage, journal.traits[stamps < NEVER])


def _places(counts: Counts, journal: Journal) -> None:
    """Observe the wait for a place: from first joining to award, of those eligible in the first wave they joined.

    It ends without a place when patience ends or with the last announcement.
    """
    people, programme = journal.people, journal.programme
    joined = np.flatnonzero(people["first_joined"] < NEVER)
    eligible_share: NDArray[np.float64] = programme.waves.waves["eligible"]
    wave = people["first_wave"][joined]
    eligible = np.array(
        [
            is_eligible(programme.key, eligible_share[w], person)
            for person, w in zip(joined.tolist(), wave.tolist(), strict=True)
        ],
        dtype=bool,
    )
    waiting = joined[eligible]
    last = journal.last_announcement if 0 <= journal.last_announcement < journal.end else NEVER
    no_more = np.minimum(people["gave_up_waves"][waiting], last)
    # Nobody joins for the first time after the last announcement: a wave is announced after it closes.
    _wait(counts, "place", waiting, people["first_joined"][waiting], people["awarded"][waiting], no_more)


def _participants(counts: Counts, journal: Journal) -> None:
    own, people = journal.participants, journal.people
    person, wave = own["person"], own["wave"]
    awarded = people["awarded"][person]
    for name in ("linked", "bought_1", "completed_1", "certified", "reviewed", "revoked", "closed"):
        counts.stamp(name, own[name])
    for course in range(journal.programme.courses):
        counts.stamp("bought", own[f"bought_{course + 1}"])
        counts.stamp("completed", own[f"completed_{course + 1}"])
    for name, instants in (("awarded", awarded), ("revoked", own["revoked"])):
        moments, numbers = np.unique(np.stack([wave, instants]), axis=1, return_counts=True)
        for (of_wave, at), number in zip(moments.T.tolist(), numbers.tolist(), strict=True):
            counts.stamp_of_wave(name, of_wave, at, number)
    _wait(counts, "award_to_account", person, awarded, own["linked"], own["revoked"])
    _wait(counts, "award_to_purchase", person, awarded, own["bought_1"], own["revoked"])
    _wait(counts, "purchase_to_completion", person, own["bought_1"], own["completed_1"], own["closed"])
    _wait(counts, "completion_to_review", person, own["completed_1"], own["reviewed"], own["closed"])
    lost = np.minimum(own["revoked"], _forfeited(journal))
    _wait(counts, "award_to_incentive", person, awarded, own["incentive_1_paid"], lost)
    registered = people[f"{journal.programme.journey.names[0]}_arrived"][person]
    _wait(counts, "registered_to_incentive", person, registered, own["incentive_1_paid"], lost)

    traits = journal.traits[person]
    counts.people("awarded", traits)
    for year in AWARD_YEARS:
        in_year = (awarded >= new_year(year)) & (awarded < new_year(year + 1))
        counts.people(awarded_in(year), traits[in_year])
    counts.people("participants", traits[own["bought_1"] < NEVER])
    counts.people("paid_first_incentive", traits[own["incentive_1_paid"] < NEVER])


def _forfeited(journal: Journal) -> Ints:
    """Return when each participant lost all incentives and surveys as the account closed (NEVER: they did not)."""
    own = journal.participants
    earned = [earns_payments(*each) for each in zip(own["reviewed"].tolist(), own["closed"].tolist(), strict=True)]
    return np.where(np.array(earned, dtype=bool), NEVER, own["closed"])


def _money(counts: Counts, journal: Journal) -> None:
    """Observe the rupiah that are awarded, paid for courses, or returned with an award or an account."""
    own, programme = journal.participants, journal.programme
    awarded, forfeited = journal.people["awarded"][own["person"]], _forfeited(journal)
    for benefit in Benefit:
        counts.money("awarded", benefit, awarded, programme.benefit[benefit])
        counts.money("returned", benefit, own["revoked"], programme.benefit[benefit])
        if benefit in PAID_BENEFITS:
            counts.money("returned", benefit, forfeited, programme.benefit[benefit])
    counts.money("returned", Benefit.TRAINING, own["closed"], own["unspent"])
    for course in range(programme.courses):
        counts.money("paid", Benefit.TRAINING, own[f"bought_{course + 1}"], own[f"price_{course + 1}"])


def _accounts(counts: Counts, journal: Journal) -> None:
    """Observe how the accounts stand at the end of the run."""
    own, programme = journal.participants, journal.programme
    closing = closes_at(journal.people["awarded"][own["person"]], programme.closing_after)
    earned = own["reviewed"] < np.minimum(closing, counts.end)
    counts.account("earned", int(np.count_nonzero(earned)))
    is_open = (own["revoked"] >= counts.end) & (closing >= counts.end)
    spent, buys_more = np.zeros(own.rows, dtype=np.int64), np.zeros(own.rows, dtype=bool)
    courses = np.zeros(own.rows, dtype=np.int64)
    for course in range(programme.courses):
        bought = own[f"bought_{course + 1}"] < counts.end
        spent[bought] += own[f"price_{course + 1}"][bought]
        courses += bought
    balance = programme.parameters.budget.training_balance
    for number in np.flatnonzero(is_open & earned).tolist():
        course, left = int(courses[number]), balance - int(spent[number])
        if programme.seats is not None:
            buys_more[number] = journal.seeking[number]
            continue
        buys_more[number] = _buys(journal, number, course, left, int(closing[number]))
    for standing, some in (
        ("not_reviewed", is_open & ~earned),
        ("buys_more", is_open & earned & buys_more),
        ("buys_no_more", is_open & earned & ~buys_more),
    ):
        people = int(np.count_nonzero(some))
        counts.account(standing, people, people * balance - int(spent[some].sum()))


def _buys(journal: Journal, number: int, course: int, balance: int, closing: int) -> bool:
    """Return whether a participant whose last course is known will buy another one before the account closes."""
    programme, own = journal.programme, journal.participants
    if course == programme.courses:
        return False
    person = int(own["person"][number])
    wants, delay = buying.further_purchase(programme.key, programme.market, person, course)
    at = int(own[f"bought_{course}"][number]) + delay
    if not wants or not buys_before_closing(at, closing):
        return False
    return buying.price(programme.key, programme.market, person, course, balance) > 0


def _surveys(counts: Counts, journal: Journal) -> Ints:
    """Observe the offers of surveys and the rupiah of those not answered, which return when the account has closed.

    Return when nothing of the surveys is left to come for each participant (NEVER: something is): all have been
    offered, and what was answered is paid.
    """
    own, programme = journal.participants, journal.programme
    awarded = journal.people["awarded"][own["person"]]
    settled = np.full(own.rows, -1, dtype=np.int64)
    for number, payment in enumerate(programme.payments):
        if payment.benefit is not Benefit.SURVEY:
            continue
        offered = own[f"{payment.name}_offered"]
        answered = own[f"{payment.name}_answered"] != 0  # -1: not offered yet, so it may still be answered
        counts.stamp("surveys_offered", offered)
        counts.stamp("surveys_unanswered", offered[~answered])
        closing = closes_at(awarded, programme.closing_after)
        unanswered = zip(offered[~answered].tolist(), closing[~answered].tolist(), strict=True)
        returned = np.array([unanswered_returns(*each) for each in unanswered], dtype=np.int64)
        counts.money("returned", Benefit.SURVEY, returned, programme.amount(number))
        open_still = int(np.count_nonzero(returned >= counts.end))
        counts.account("declined", open_still, open_still * programme.amount(number))
        settled = np.maximum(settled, np.where(answered, own[f"{payment.name}_paid"], offered))
    return settled


def _incentives_paid(journal: Journal) -> list[Ints]:
    incentives = [payment for payment in journal.programme.payments if payment.benefit is Benefit.INCENTIVE]
    return [journal.participants[f"{payment.name}_paid"] for payment in incentives]


def _payments(counts: Counts, journal: Journal) -> None:
    own, programme = journal.participants, journal.programme
    for number, payment in enumerate(programme.payments):
        due, ready, paid = (own[f"{payment.name}_{step}"] for step in PAYMENT_STEPS)
        for of_partner, partner in enumerate(programme.partners):
            here = own["partner"] == of_partner
            for step, stamps in zip(PAYMENT_STEPS, (due, ready, paid), strict=True):
                counts.stamp(partner_stamp(partner.key, payment.benefit, step), stamps[here])
            counts.wait(partner_wait(partner.key), ready[here], paid[here])
            first = ("first_incentive_due_to_paid",) if number == 0 else ()
            for name in (*first, f"{payment.benefit.key}_due_to_paid", partner.key):
                for counted_from, began in (("due", due[here]), ("ready", ready[here])):
                    persons, ended = own["person"][here], paid[here]
                    counts.level(name, persons, began, ended, counted_from=counted_from, partner=of_partner)
        counts.stamp(f"{payment.name}_paid", paid)
        counts.money("paid", payment.benefit, paid, programme.amount(number))
        counts.wait(f"{payment.benefit.key}_due_to_paid", due, paid)
        if number == 0:
            counts.wait("first_incentive_due_to_paid", due, paid)
