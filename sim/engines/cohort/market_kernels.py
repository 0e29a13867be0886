"""Kernels of the market: where buyers come to, what they book and pay, when they come back, and for what next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.after_award_kernels import FORFEITED, Ints, Persons, Purchases
from sim.journey.wants import NO_CHECKOUT
from sim.rules.buying import PURCHASE_BLOCK, MarketRecord, further_purchase_from
from sim.rules.choosing import SELF_PACED, MarketRules, buys_something, comes_back_after, train_at_pace_from
from sim.rules.compiling import kernel, rule
from sim.rules.forfeiture import buys_before_closing
from sim.rules.luck import CHUNK, Key, deal_each, words_at
from sim.rules.platforms import NOWHERE, PLATFORM_BLOCK, platform_of, row_in_force
from sim.rules.prefetch import ROWS_AHEAD, prefetch
from sim.rules.training import COURSE_BLOCK
from sim.rules.whole import Whole

BUYER = np.dtype(
    [
        ("at", "i8"),
        ("number", "u4"),
        ("person", "u4"),
        ("announcement", "u2"),
        ("platform", "u2"),
        ("tries", "u2"),
        ("purchase", "u1"),
        ("spare", "u1"),
    ]
)
"""A participant on the way through the market: when they come to the next station, µs; the participant's and the
person's number; which announcement awarded them; the platform; how often they came before for this course; and which of
their courses it is, from 0. In whole words: see `Backlog`."""

Buyers = NDArray[np.void]

Limits = NDArray[np.int64]
"""When buyers can buy no more [announcement; the deadline of the first course, the closing of the account], µs."""


class Choosing(NamedTuple):
    """Buyers who choose a course, by buyer: what `CoursesKernel.book` is asked, and what it answers."""

    at: Ints
    numbers: Persons
    persons: Persons
    purchase: Purchases
    platform: Ints
    balance: Ints
    course: Ints
    choice: Ints
    begins: Ints


class Paid(NamedTuple):
    """What courses cost (rupiah), when they are completed, or NEVER, and when the buyers' accounts close (µs)."""

    price: Ints
    completed: Ints
    closing: Ints


@rule
def limit_of(limits: Limits, announcement: Whole, purchase: Whole) -> int:
    """Return when a participant can buy no more: at the deadline, or, of a further course, as the account closes."""
    return limits[announcement, min(purchase, 1)]


@kernel
def come_to_platforms(
    key: Key,
    since: Ints,
    shares: NDArray[np.float64],
    limits: Limits,
    buyers: Buyers,
    awards: NDArray[np.void],
    at: Ints,
    persons: Persons,
    platform: Ints,
    limit: Ints,
) -> int:
    """Fill the platform that each comes to (NOWHERE: none is there), and until when they can buy; return how many."""
    words, occurrence = np.empty((4, CHUNK), dtype=np.uint32), np.empty(CHUNK, dtype=np.uint8)
    come = 0
    for begin in range(0, buyers.size, CHUNK):
        end = min(begin + CHUNK, buyers.size)
        for i in range(begin, end):
            prefetch(awards, np.int64(buyers[i].number))
            persons[i], occurrence[i - begin] = buyers[i].person, buyers[i].purchase
        deal_each(key, PLATFORM_BLOCK, persons[begin:end], occurrence[: end - begin], words)
        for i in range(begin, end):
            b = buyers[i]
            at[i], limit[i] = b.at, limit_of(limits, b.announcement, b.purchase)
            platform[i] = platform_of(words_at(words, i - begin), shares[row_in_force(since, at[i])])
            if platform[i] != NOWHERE:
                come += 1
                b.platform = platform[i]
                if b.purchase == 0:
                    awards[b.number].want = NO_CHECKOUT
    return come


@kernel
def leave_checkouts(buyers: Buyers, left: Ints) -> None:
    """Let buyers leave the checkouts at instants, or NEVER."""
    for i in range(buyers.size):
        buyers[i].at = left[i]


@kernel
def go_to_choose(
    limits: Limits,
    exits: Ints,
    balance: int,
    buyers: Buyers,
    awards: NDArray[np.void],
    choosing: Choosing,
    gone: Buyers,
) -> tuple[int, int]:
    """Move those who choose a course to the front, and fill what they bring; return how many, and how many do not.

    These find their platform `gone`; whoever can buy no more is left out. `balance` is what an award gives, rupiah.
    """
    some = left = 0
    for i in range(buyers.size):
        prefetch(awards, np.int64(buyers[min(i + ROWS_AHEAD, buyers.size - 1)].number))
        b = buyers[i]
        if b.at >= limit_of(limits, b.announcement, b.purchase):
            awards[b.number].seeking = False
            continue
        if b.at >= exits[b.platform]:
            gone[left] = b
            left += 1
            continue
        if some < i:
            buyers[some] = b
        choosing.at[some] = b.at
        choosing.numbers[some] = b.number
        choosing.persons[some] = b.person
        choosing.purchase[some] = b.purchase
        choosing.platform[some] = b.platform
        choosing.balance[some] = balance - np.int64(awards[b.number].spent)
        some += 1
    return some, left


@kernel
def pay_for_courses(
    key: Key,
    rules: MarketRules,
    offers: NDArray[np.void],
    limits: Limits,
    learning: NDArray[np.float64],
    buyers: Buyers,
    awards: NDArray[np.void],
    paid_by_day: Ints,
    choosing: Choosing,
    paid: Paid,
    nothing: Buyers,
) -> tuple[int, int, int]:
    """Move those who have booked a course to the front, and let them pay it and attend.

    `learning` is that of the announcements: pace, and odds of completing. Return how many, how many found nothing, who
    are filled, and when the last course ends (-1: none).
    """
    words, c = np.empty((4, CHUNK), dtype=np.uint32), choosing
    some, without, last = 0, 0, -1
    for begin in range(0, buyers.size, CHUNK):
        end, first = min(begin + CHUNK, buyers.size), some
        for i in range(begin, end):
            prefetch(awards, np.int64(buyers[i].number))
            if c.course[i] < 0:
                nothing[without] = buyers[i]
                without += 1
                continue
            if some < i:
                buyers[some] = buyers[i]
                c.at[some], c.numbers[some], c.persons[some] = c.at[i], c.numbers[i], c.persons[i]
                c.purchase[some], c.platform[some] = c.purchase[i], c.platform[i]
                c.course[some], c.choice[some], c.begins[some] = c.course[i], c.choice[i], c.begins[i]
            some += 1
        deal_each(key, COURSE_BLOCK, c.persons[first:some], c.purchase[first:some], words)
        for i in range(first, some):
            offer, own = offers[c.course[i]], awards[c.numbers[i]]
            live = offer.seats != SELF_PACED
            pace, odds = learning[buyers[i].announcement, 0], learning[buyers[i].announcement, 1]
            duration, completes = train_at_pace_from(
                words_at(words, i - first), rules, offer.duration, offer.completion, live, pace, odds
            )
            ends = c.begins[i] + duration
            last = max(last, ends)
            paid.price[i], paid.completed[i] = offer.price, ends if completes else NEVER
            paid.closing[i] = limits[buyers[i].announcement, 1]
            own.spent += offer.price
            own.seeking = False
            if c.purchase[i] == 0:
                own.loss = FORFEITED
            paid_by_day[c.at[i] // DAY] += offer.price
    return some, without, last


@kernel
def want_another(
    key: Key,
    market: MarketRecord,
    courses: int,
    balance: int,
    cheapest: int,
    horizon: int,
    limits: Limits,
    buyers: Buyers,
    awards: NDArray[np.void],
    more: Buyers,
) -> int:
    """Fill those of the buyers of a course who will go to buy another one, with the instant; return how many.

    At most so many `courses` are bought, and none where the balance does not buy the `cheapest` (rupiah). Who goes
    after the end of the run is only said to seek one.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    some, persons = np.empty(CHUNK, dtype=np.int64), np.empty(CHUNK, dtype=np.uint32)
    purchase, going = np.empty(CHUNK, dtype=np.uint8), 0
    for begin in range(0, buyers.size, CHUNK):
        end, count = min(begin + CHUNK, buyers.size), 0
        for i in range(begin, end):
            b = buyers[i]
            some[count], persons[count], purchase[count] = i, b.person, b.purchase + 1
            able = buys_something(balance - np.int64(awards[b.number].spent), cheapest)
            count += int(b.purchase < courses - 1 and able)
        deal_each(key, PURCHASE_BLOCK, persons[:count], purchase[:count], words)
        for k in range(count):
            b = buyers[some[k]]
            wants, delay = further_purchase_from(words_at(words, k), market)
            at = b.at + delay
            if wants and buys_before_closing(at, limits[b.announcement, 1]):
                awards[b.number].seeking = True
                if at < horizon:
                    more[going] = b
                    more[going].at = at
                    more[going].purchase = purchase[k]
                    more[going].tries = 0
                    going += 1
    return going


@kernel
def come_back(
    key: Key, rules: MarketRules, limits: Limits, buyers: Buyers, want: NDArray[np.uint8], awards: NDArray[np.void]
) -> None:
    """Let buyers who found nothing come back later; NEVER after the last try, or not before they can buy no more.

    `want` says for want of what each found nothing.
    """
    for i in range(buyers.size):
        b = buyers[i]
        own = awards[b.number]
        delay = comes_back_after(key, rules, np.int64(b.person), np.int64(b.purchase), np.int64(b.tries))
        again = b.at + delay
        comes = delay >= 0 and again < limit_of(limits, b.announcement, b.purchase)
        if b.purchase == 0:
            own.want = want[i]
        own.seeking = comes
        b.at = again if comes else NEVER
        b.tries += 1
