"""What follows from an award, for many people at once: account, purchases, training, review, and the money of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.buying import (
    PURCHASE_BLOCK,
    MarketRecord,
    first_purchase_from,
    further_purchase_from,
    price_from,
)
from sim.rules.compiling import kernel
from sim.rules.deadline import buys_in_time, comes_before_revocation
from sim.rules.forfeiture import buys_before_closing, earns_payments
from sim.rules.joining import WaveTable
from sim.rules.linking import LINKING_BLOCK, PARTNER_BLOCK, AccountRecord, choose_partner_from, link_account_from
from sim.rules.luck import CHUNK, Key, deal, words_at
from sim.rules.next_incentive import first_incentive_due
from sim.rules.people import Trait, has_trait
from sim.rules.training import CERTIFICATE_BLOCK, COURSE_BLOCK, REVIEW_BLOCK, TrainingRecord, review_from, train_from

Ints = NDArray[np.int64]

PARTICIPANT = np.dtype([("person", "u4"), ("first_paid", "u2"), ("partner", "u1"), ("settled", "u1")])
"""A participant: the person's number, the day of the run that paid the first incentive, the partner, and how many
payments are settled: made, or a survey that is not answered. Packed: a run finds all it needs of one in one place."""

NOT_PAID = 65_535
"""The day of what is not paid."""

_E_MONEY, _UNBANKED = int(Trait.E_MONEY), int(Trait.UNBANKED)


class Journeys(NamedTuple):
    """What happens to some people after their award: stamps in µs (NEVER where it does not happen) and outcomes."""

    link_tried: Ints
    linked: Ints
    certified: Ints
    reviewed: Ints
    revoked: Ints
    closed: Ints
    due: Ints
    """When the first incentive falls due."""
    bought: Ints
    """[course, person]"""
    completed: Ints
    """[course, person]"""
    price: Ints
    """[course, person]; rupiah, -1 where no course was bought"""
    unspent: Ints
    """Training balance that returns as the account closes, rupiah; -1 of the revoked."""


def new_journeys(people: int, courses: int) -> Journeys:
    """Return journeys in which nothing has happened yet."""
    return Journeys(
        link_tried=np.full(people, NEVER),
        linked=np.full(people, NEVER),
        certified=np.full(people, NEVER),
        reviewed=np.full(people, NEVER),
        revoked=np.full(people, NEVER),
        closed=np.full(people, NEVER),
        due=np.full(people, NEVER),
        bought=np.full((courses, people), NEVER),
        completed=np.full((courses, people), NEVER),
        price=np.full((courses, people), -1),
        unspent=np.full(people, -1),
    )


class Award(NamedTuple):
    """An award of one wave, and what it depends on."""

    wave: int
    at: int
    closing: int
    """When the accounts close."""
    balance: int
    """Training balance, rupiah."""


@kernel
def link_accounts(
    key: Key,
    account: AccountRecord,
    partner_shares: NDArray[np.float64],
    award: Award,
    persons: NDArray[np.uint32],
    packed: NDArray[np.uint32],
    people: NDArray[np.void],
    journeys: Journeys,
) -> None:
    """Fill the partner that each person chooses, and when they try to link an account there, and have linked it."""
    partner, linking = np.empty((4, CHUNK), dtype=np.uint32), np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, PARTNER_BLOCK, persons[begin:end], 0, partner)
        deal(key, LINKING_BLOCK, persons[begin:end], 0, linking)
        for i in range(begin, end):
            words = words_at(partner, i - begin)
            people[i].person = persons[i]
            people[i].first_paid = NOT_PAID
            people[i].settled = 0
            people[i].partner = choose_partner_from(words, partner_shares[int(has_trait(packed[i], _E_MONEY))])
            unbanked = has_trait(packed[i], _UNBANKED)
            delay, repair = link_account_from(words, words_at(linking, i - begin), account, unbanked)
            journeys.link_tried[i] = award.at + delay
            journeys.linked[i] = award.at + delay + repair


@kernel
def buy_first(
    key: Key,
    waves: WaveTable,
    market: MarketRecord,
    award: Award,
    persons: NDArray[np.uint32],
    journeys: Journeys,
    buyers: Ints,
) -> int:
    """Let people buy a first course before the deadline, or be revoked; fill the positions of buyers, return how many.

    Whoever is revoked keeps only what happened on the account before.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    deadline = waves[award.wave].deadline
    count = 0
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, PURCHASE_BLOCK, persons[begin:end], 0, words)
        for i in range(begin, end):
            wants, delay = first_purchase_from(words_at(words, i - begin), waves, award.wave)
            if not buys_in_time(wants, award.at + delay, deadline):
                journeys.revoked[i] = deadline
                if not comes_before_revocation(journeys.link_tried[i], deadline):
                    journeys.link_tried[i] = NEVER
                if not comes_before_revocation(journeys.linked[i], deadline):
                    journeys.linked[i] = NEVER
                continue
            journeys.closed[i] = award.closing
            journeys.unspent[i] = award.balance
            # The balance buys any first course, or the parameters are refused.
            cost = price_from(words_at(words, i - begin), market, award.balance)
            journeys.bought[0, i] = award.at + delay
            journeys.price[0, i] = cost
            journeys.unspent[i] -= cost
            buyers[count] = i
            count += 1
    return count


@kernel
def buy_further(
    key: Key,
    market: MarketRecord,
    award: Award,
    persons: NDArray[np.uint32],
    course: int,
    journeys: Journeys,
    buyers: Ints,
    buying: int,
) -> int:
    """Let those who bought the course before buy one more; keep their positions in `buyers`, return how many.

    `buying` says how many of `buyers` bought the course before.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    chosen = np.empty(CHUNK, dtype=np.uint32)
    count = 0
    for begin in range(0, buying, CHUNK):
        size = min(CHUNK, buying - begin)
        for j in range(size):
            chosen[j] = persons[buyers[begin + j]]
        deal(key, PURCHASE_BLOCK, chosen[:size], course, words)
        for j in range(size):
            i = buyers[begin + j]
            wants, delay = further_purchase_from(words_at(words, j), market)
            at = journeys.bought[course - 1, i] + delay
            if not wants or not buys_before_closing(at, award.closing):
                continue
            cost = price_from(words_at(words, j), market, journeys.unspent[i])
            if cost == 0:
                continue
            journeys.bought[course, i] = at
            journeys.price[course, i] = cost
            journeys.unspent[i] -= cost
            buyers[count] = i
            count += 1
    return count


@kernel
def attend(
    key: Key,
    training: TrainingRecord,
    persons: NDArray[np.uint32],
    course: int,
    journeys: Journeys,
    buyers: Ints,
    buying: int,
) -> int:
    """Let those who bought a course attend it; return when the last of them ends, completed or not (-1: nobody)."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    chosen = np.empty(CHUNK, dtype=np.uint32)
    last = -1
    for begin in range(0, buying, CHUNK):
        size = min(CHUNK, buying - begin)
        for j in range(size):
            chosen[j] = persons[buyers[begin + j]]
        deal(key, COURSE_BLOCK, chosen[:size], course, words)
        for j in range(size):
            i = buyers[begin + j]
            duration, completes = train_from(words_at(words, j), training)
            ends = journeys.bought[course, i] + duration
            last = max(last, ends)
            if completes:
                journeys.completed[course, i] = ends
    return last


@kernel
def review_first(
    key: Key, training: TrainingRecord, award: Award, persons: NDArray[np.uint32], journeys: Journeys
) -> None:
    """Fill when people get the first certificate, rate and review the course, and have the first incentive due."""
    certificate, review = np.empty((4, CHUNK), dtype=np.uint32), np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, CERTIFICATE_BLOCK, persons[begin:end], 0, certificate)
        deal(key, REVIEW_BLOCK, persons[begin:end], 0, review)
        for i in range(begin, end):
            if journeys.completed[0, i] == NEVER:
                continue
            issued, reviews, delay = review_from(
                words_at(certificate, i - begin), words_at(review, i - begin), training
            )
            journeys.certified[i] = journeys.completed[0, i] + issued
            if reviews:
                journeys.reviewed[i] = journeys.certified[i] + delay
                if earns_payments(journeys.reviewed[i], award.closing):
                    journeys.due[i] = first_incentive_due(journeys.reviewed[i], journeys.linked[i])


@kernel
def account_for(
    award: Award, benefit: tuple[int, int, int], end: int, journeys: Journeys, paid: Ints, returned: NDArray[np.int64]
) -> None:
    """Add what people's journeys pay for courses and return to the state, before the end of the run.

    `paid` is rupiah by day, of training; `returned` rupiah [training, incentives, surveys; day].
    """
    training, incentives, surveys = benefit
    for i in range(journeys.revoked.size):
        if journeys.revoked[i] < NEVER:
            if journeys.revoked[i] < end:
                day = journeys.revoked[i] // DAY
                returned[0, day] += training
                returned[1, day] += incentives
                returned[2, day] += surveys
            continue
        for course in range(journeys.bought.shape[0]):
            if journeys.bought[course, i] < end:
                paid[journeys.bought[course, i] // DAY] += journeys.price[course, i]
        if journeys.closed[i] < end:
            day = journeys.closed[i] // DAY
            returned[0, day] += journeys.unspent[i]
            if not earns_payments(journeys.reviewed[i], award.closing):
                returned[1, day] += incentives
                returned[2, day] += surveys
