"""Observe a journal: a run whose every stamp is at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.calendar.order import STATIONS
from sim.engines.journal import CHECKS, Journal, payment_names
from sim.observers.observations import SERVICE_LEVEL, YEARS, Observations, new_year
from sim.programme.places import Refusal
from sim.rules.selecting import is_eligible


def observe(journal: Journal) -> Observations:
    """Return all that is measured of a run."""
    seen = Observations(journal.programme, journal.end)
    _stations(seen, journal)
    _applicants(seen, journal)
    _places(seen, journal)
    _participants(seen, journal)
    _payments(seen, journal)
    return seen


def _stations(seen: Observations, journal: Journal) -> None:
    for name in STATIONS:
        visits = journal.visits[name]
        seen.stations[name].add(
            visits["arrived"], visits["started"], visits["left"], visits["gave_up"], end=journal.end
        )


def _applicants(seen: Observations, journal: Journal) -> None:
    people = journal.people
    registered = people["portal_arrived"]
    seen.stamp("registered", registered)
    for name in ("portal_left", "processing_left", "screening_left", "tested", "gave_up_waves"):
        seen.stamp(name, people[name])
    for check in CHECKS:
        seen.stamp(f"{check}_passed", people[f"{check}_passed"])
    for refusal in Refusal:
        if refusal:
            seen.stamp(f"refused_by_{refusal.name.lower()}", people["refused"][people["refused_by"] == refusal])
    for number, station in enumerate(STATIONS):
        seen.stamp(f"gave_up_at_{station}", people["gave_up"][people["gave_up_at"] == number])
    for name in ("first_joined", "awarded"):
        seen.stamp(name, people[name])

    ends = np.minimum(people["refused"], people["gave_up"])
    seen.wait("registered_to_pool", registered, people["tested"], ends)
    seen.wait("registered_to_award", registered, people["awarded"], np.minimum(ends, people["gave_up_waves"]))
    stages = {"applicants": registered, "pool": people["tested"], "joined": people["first_joined"]}
    for stage, stamps in stages.items():
        seen.people(stage, journal.traits[stamps < NEVER])


def _places(seen: Observations, journal: Journal) -> None:
    """Observe the wait for a place: from first joining to award, of the eligible.

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
    # Who joins for the first time after the last announcement does not exist: a wave is announced after it closes.
    seen.wait("place", people["first_joined"][waiting], people["awarded"][waiting], no_more)


def _participants(seen: Observations, journal: Journal) -> None:
    own, people, benefit = journal.participants, journal.people, journal.programme.benefit
    person, wave = own["person"], own["wave"]
    awarded = people["awarded"][person]
    for name in ("linked", "bought_1", "completed_1", "certified", "reviewed", "revoked", "closed"):
        seen.stamp(name, own[name])
    for name, instants in (("awarded", awarded), ("revoked", own["revoked"])):
        moments, counts = np.unique(np.stack([wave, instants]), axis=1, return_counts=True)
        for (of_wave, at), count in zip(moments.T.tolist(), counts.tolist(), strict=True):
            seen.stamp_of_wave(name, of_wave, at, count)
    seen.wait("award_to_account", awarded, own["linked"], own["revoked"])
    seen.wait("award_to_purchase", awarded, own["bought_1"], own["revoked"])
    seen.wait("purchase_to_completion", own["bought_1"], own["completed_1"], own["closed"])
    seen.wait("completion_to_review", own["completed_1"], own["reviewed"], own["closed"])
    forfeited = (own["closed"] < NEVER) & ~(own["reviewed"] < own["closed"])
    lost = np.minimum(own["revoked"], np.where(forfeited, own["closed"], NEVER))
    seen.wait("award_to_incentive", awarded, own["incentive_1_paid"], lost)
    seen.wait("registered_to_incentive", people["portal_arrived"][person], own["incentive_1_paid"], lost)

    traits = journal.traits[person]
    seen.people("awarded", traits)
    for year in YEARS:
        in_year = (awarded >= new_year(year)) & (awarded < new_year(year + 1))
        seen.people(f"awarded_{year}", traits[in_year])
    seen.people("participants", traits[own["bought_1"] < NEVER])
    seen.people("paid_first_incentive", traits[own["incentive_1_paid"] < NEVER])

    kinds = ("training", "incentive", "survey")
    for kind, rupiah in zip(kinds, benefit, strict=True):
        seen.money("awarded", kind, awarded, rupiah)
        seen.money("returned", kind, own["revoked"], rupiah)
        if kind != "training":
            seen.money("returned", kind, own["closed"][forfeited], rupiah)
    seen.money("returned", "training", own["closed"], own["unspent"])
    for course in range(journal.programme.parameters.purchase.further.courses):
        bought = own[f"bought_{course + 1}"]
        seen.stamp("bought", bought)
        seen.stamp("completed", own[f"completed_{course + 1}"])
        seen.money("paid", "training", bought, own[f"price_{course + 1}"])


def _payments(seen: Observations, journal: Journal) -> None:
    own, programme = journal.participants, journal.programme
    incentives = programme.parameters.budget.incentives
    for payment, name in enumerate(payment_names(programme)):
        kind = "incentive" if payment < incentives else "survey"
        due, ready, paid = (own[f"{name}_{what}"] for what in ("due", "ready", "paid"))
        for what, stamps in (("due", due), ("ready", ready), ("paid", paid)):
            for number, partner in enumerate(programme.partners):
                seen.stamp(f"{partner.key}_{kind}_{what}", stamps[own["partner"] == number])
        seen.stamp(f"{name}_paid", paid)
        seen.money("paid", kind, paid, programme.amount(payment))
        seen.wait(f"{kind}_due_to_paid", due, paid)
        if payment == 0:
            seen.wait("first_incentive_due_to_paid", due, paid)
            # The service level speaks of those who became due at least 30 days before the end.
            seen.wait(
                "service_level",
                due[due < journal.end - SERVICE_LEVEL],
                paid[due < journal.end - SERVICE_LEVEL],
            )
        for number, partner in enumerate(programme.partners):
            at_partner = own["partner"] == number
            seen.wait(f"run_{partner.key}", ready[at_partner], paid[at_partner])
    seen.stamp("fully_paid", _all_paid(journal))


def _all_paid(journal: Journal) -> NDArray[np.int64]:
    """Return when each participant had been paid all incentives and surveys (NEVER: not yet)."""
    stamps = [journal.participants[f"{name}_paid"] for name in payment_names(journal.programme)]
    last: NDArray[np.int64] = np.max(stamps, axis=0)
    return last
