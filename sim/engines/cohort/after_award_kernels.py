"""What follows from an award, for many people at once: account, purchases, training, review, and the money of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.buying import PURCHASE_BLOCK, MarketRecord, first_purchase_from, further_purchase_from, price_from
from sim.rules.compiling import kernel, rule
from sim.rules.deadline import buys_in_time
from sim.rules.forfeiture import buys_before_closing, earns_payments
from sim.rules.joining import WaveTable
from sim.rules.linking import LINKING_BLOCK, PARTNER_BLOCK, AccountRecord, choose_partner_from, link_account_from
from sim.rules.luck import CHUNK, Key, deal, deal_each, words_at
from sim.rules.next_incentive import first_incentive_due
from sim.rules.people import Trait, has_trait
from sim.rules.training import CERTIFICATE_BLOCK, COURSE_BLOCK, REVIEW_BLOCK, TrainingRecord, review_from, train_from
from sim.rules.whole import Whole

Ints = NDArray[np.int64]
Persons = NDArray[np.uint32]
Purchases = NDArray[np.uint8]
"""Which purchase of a participant each is, from 0."""

PARTICIPANT = np.dtype([("person", "u4"), ("first_paid", "u2"), ("partner", "u1"), ("settled", "u1")])
"""A participant: the person's number, the day of the run that paid the first incentive, the partner, and how many
payments are settled: made, or a survey that is not answered. Packed: a run finds all it needs of one in one place."""

NOT_PAID = 65_535
"""The day of what is not paid."""

NO_LOSS, REVOKED, FORFEITED, UNDECIDED = 0, 1, 2, 3
"""What an award loses: nothing, since a first training was reviewed before the account closes; all of it, for want of
a purchase by the deadline; its incentives and surveys, unless a first training will be reviewed in time. Undecided: has
neither bought nor been revoked."""

AWARD = np.dtype([("spent", "i4"), ("loss", "u1"), ("seeking", "?"), ("want", "u1"), ("spare", "u1")])
"""What becomes of an award: rupiah of the training balance spent before the end of the run; what it loses, one of the
above; whether the participant goes to buy a course, or is at it; and for want of what none has been bought so far."""

_E_MONEY, _UNBANKED = int(Trait.E_MONEY), int(Trait.UNBANKED)


@kernel
def link_accounts(
    key: Key,
    account: AccountRecord,
    partner_shares: NDArray[np.float64],
    awarded: int,
    persons: Persons,
    packed: NDArray[np.uint32],
    people: NDArray[np.void],
    tried: Ints,
    linked: Ints,
) -> None:
    """Fill the participants, their partners, and when they try to link an account there, and have linked it."""
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
            tried[i] = awarded + delay
            linked[i] = awarded + delay + repair


@kernel
def linked_again(
    key: Key, account: AccountRecord, awarded: Ints, persons: Persons, packed: NDArray[np.uint32], linked: Ints
) -> None:
    """Fill when participants have linked an account, from the same luck as `link_accounts`, which nobody keeps."""
    partner, linking = np.empty((4, CHUNK), dtype=np.uint32), np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, PARTNER_BLOCK, persons[begin:end], 0, partner)
        deal(key, LINKING_BLOCK, persons[begin:end], 0, linking)
        for i in range(begin, end):
            unbanked = has_trait(packed[i], _UNBANKED)
            own = words_at(partner, i - begin)
            delay, repair = link_account_from(own, words_at(linking, i - begin), account, unbanked)
            linked[i] = awarded[i] + delay + repair


@kernel
def first_purchases(key: Key, waves: WaveTable, wave: int, awarded: int, persons: Persons, at: Ints) -> None:
    """Fill when those awarded in a wave go to buy a first course; NEVER of those who do not before the deadline."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, PURCHASE_BLOCK, persons[begin:end], 0, words)
        for i in range(begin, end):
            wants, delay = first_purchase_from(words_at(words, i - begin), waves, wave)
            at[i] = awarded + delay if buys_in_time(wants, awarded + delay, waves[wave].deadline) else NEVER


@kernel
def further_purchases(
    key: Key, market: MarketRecord, persons: Persons, purchase: Purchases, bought: Ints, closing: Ints, at: Ints
) -> None:
    """Fill when those who have just bought go to buy one more course, their number `purchase`; NEVER: they do not."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal_each(key, PURCHASE_BLOCK, persons[begin:end], purchase[begin:end], words)
        for i in range(begin, end):
            wants, delay = further_purchase_from(words_at(words, i - begin), market)
            goes = wants and buys_before_closing(bought[i] + delay, closing[i])
            at[i] = bought[i] + delay if goes else NEVER


@kernel
def prices_by_law(
    key: Key, market: MarketRecord, persons: Persons, purchase: Purchases, balance: Ints, price: Ints
) -> None:
    """Fill the prices of an open market, rupiah; 0 where the balance buys no course."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal_each(key, PURCHASE_BLOCK, persons[begin:end], purchase[begin:end], words)
        for i in range(begin, end):
            price[i] = price_from(words_at(words, i - begin), market, balance[i])


@kernel
def attend(
    key: Key,
    training: TrainingRecord,
    persons: Persons,
    purchase: Purchases,
    begins: Ints,
    learning: NDArray[np.float64],
    completed: Ints,
) -> int:
    """Fill when courses of an open market are completed, or NEVER; return when the last of them ends (-1: none).

    `learning` [person, 2] has pace and odds of completing; it may be empty: one each.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    last = -1
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal_each(key, COURSE_BLOCK, persons[begin:end], purchase[begin:end], words)
        for i in range(begin, end):
            pace, odds = 1.0, 1.0
            if learning.size:
                pace, odds = learning[i, 0], learning[i, 1]
            duration, completes = train_from(words_at(words, i - begin), training, pace, odds)
            last = max(last, begins[i] + duration)
            completed[i] = begins[i] + duration if completes else NEVER
    return last


@kernel
def review(
    key: Key,
    training: TrainingRecord,
    persons: Persons,
    issued: Ints,
    linked: Ints,
    closing: Ints,
    certified: Ints,
    reviewed: Ints,
    due: Ints,
) -> None:
    """Fill when people get the certificate of the first course, rate and review it, and have the first incentive due.

    `issued` is when the platform has issued it; NEVER where something does not happen. Nobody reviews once the account
    is closed.
    """
    certificate, words = np.empty((4, CHUNK), dtype=np.uint32), np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, CERTIFICATE_BLOCK, persons[begin:end], 0, certificate)
        deal(key, REVIEW_BLOCK, persons[begin:end], 0, words)
        for i in range(begin, end):
            arrives, reviews, delay = review_from(
                words_at(certificate, i - begin), words_at(words, i - begin), training
            )
            certified[i] = issued[i] + arrives if issued[i] < NEVER else NEVER
            comes = certified[i] + delay if reviews and issued[i] < NEVER else NEVER
            in_time = earns_payments(comes, closing[i])
            reviewed[i] = comes if in_time else NEVER
            due[i] = first_incentive_due(comes, linked[i]) if in_time else NEVER


@rule
def _announcement_of(number: Whole, firsts: Ints) -> int:
    """Return the announcement of a participant: numbers are given announcement by announcement."""
    low, high = 0, firsts.size
    while high - low > 1:
        middle = (low + high) >> 1
        if firsts[middle] <= number:
            low = middle
        else:
            high = middle
    return low


@kernel
def by_announcement(announcements: Ints, numbers: NDArray[Any], column: int, found: Ints) -> None:
    """Fill what a column of announcements [announcement; first participant's number, ...] says of participants."""
    values, firsts = announcements[:, column].copy(), announcements[:, 0].copy()
    for i in range(numbers.size):
        found[i] = values[_announcement_of(numbers[i], firsts)]


@kernel
def pay_courses(numbers: Persons, at: Ints, price: Ints, awards: NDArray[np.void], paid: NDArray[np.int64]) -> None:
    """Add the prices of courses, bought before the end of the run, to what each has spent and to what a day pays."""
    for i in range(numbers.size):
        awards[numbers[i]].spent += price[i]
        paid[at[i] // DAY] += price[i]


@kernel
def standing_of(awards: NDArray[np.void], counts: NDArray[np.int64]) -> None:
    """Add up some awards, and what has been spent of them, by what they lose [loss; people, rupiah]."""
    for i in range(awards.size):
        counts[awards[i].loss, 0] += 1
        counts[awards[i].loss, 1] += awards[i].spent
