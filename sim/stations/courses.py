"""The courses of the market: who comes to a platform chooses among those listed there, and books a seat of a class.

A course is self-paced (no seats: whoever buys it begins at once) or live (classes.py). Candidates are drawn by
popularity (sim/rules/choosing.py); one whose class would begin later than the buyer would wait uses up a choice,
and the next one is tried. Quote and booking are one act, in order of time across all courses, so nobody takes a seat
that another was offered. Who finds nothing leaves without a course.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import WEEK
from sim.rules.choosing import (
    CANDIDATE_BLOCK,
    CANDIDATES,
    NO_COURSE,
    SELF_PACED,
    MarketRules,
    by_guide,
    by_popularity,
    candidate_from,
    candidate_uniform,
    cheapest_first,
    could_be_bought,
    guide_to,
    last_candidate,
    pair_of_purchase,
    patience_for_class,
    remains,
)
from sim.rules.compiling import kernel, rule
from sim.rules.luck import CHUNK, Key, Words, deal_each, luck, words_at
from sim.rules.prefetch import prefetch
from sim.rules.whole import Whole
from sim.stations.classes import Course, Weeks, first_class, seats_start
from sim.stations.timeline import Timeline

CLASSES = ("first", "interval", "until", "seats", "provider")
"""What says which classes a course of the market has. Of a self-paced one, whose seats are SELF_PACED, the `first`
instant is that from which it is offered."""

CHANCES = CANDIDATES + 1
"""Candidates of a purchase, the last over what remains among them."""

Listings = tuple[NDArray[np.void], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], int]
"""The courses of a market: all, of `OFFER`; the numbers of those of each platform, end to end; where each platform's
begin and end; their cumulative popularity within the platform; the seats that each provider can teach [provider, week]
(empty: nobody is limited); and when the first week begins, µs."""


class Booking(NamedTuple):
    """A seat: which of a person's choices, the course, and the instant at which its class begins, µs."""

    choice: int
    course: int
    begins: int


class Courses:
    """The market in SimPy: who comes to a platform books a course there. People take the turn of booking first."""

    def __init__(self, timeline: Timeline, key: Key, rules: MarketRules, listings: Listings) -> None:
        self._timeline = timeline
        self._key, self._rules = key, rules
        self._offers, listed, bounds, popularity, weeks, first_week = listings
        self._listed = [listed[begin:end] for begin, end in bounds.tolist()]
        self._popularity = [popularity[begin:end] for begin, end in bounds.tolist()]
        self._by_price = [cheapest_first(self._offers["price"][here]) for here in self._listed]
        taught = [Weeks(timeline, seats, first_week) for seats in weeks.tolist()]
        self.courses = [
            Course(timeline, first, interval, until, seats, taught[provider] if taught else None)
            for first, interval, until, seats, provider in self._offers[list(CLASSES)].tolist()
        ]
        self.turned_away = [0] * len(self.courses)
        """How often each course had no class soon enough for one who chose it."""
        self.booked = [0] * len(self.courses)
        """How often each live course was booked."""
        self.misses: list[tuple[int, int, int, bool]] = []
        """Of each who chose such courses, or none: the platform, when (µs), how many, and whether they left without."""

    @property
    def turned_away_last(self) -> bool:
        """Return whether some course turned away the last of those who are in `misses`."""
        return bool(self.misses) and self.misses[-1][2] > 0

    def asked(self) -> NDArray[np.int64]:
        """Return how often each live course was booked or had no class soon enough, since the beginning."""
        return np.array(self.booked, dtype=np.int64) + np.array(self.turned_away, dtype=np.int64)

    def reschedule(self, course: int, seats: int, interval: int, now: int) -> int:
        """Give a live course other classes from now on; see `Course.reschedule`."""
        assert now == self._timeline.now
        return self.courses[course].reschedule(seats, interval)

    def book(self, person: int, purchase: int, platform: int, balance: int, taken: Sequence[int]) -> Booking | None:
        """Book a person's course, their number `purchase`, on a platform now; None if they find nothing there.

        `balance` is in rupiah, `taken` are the courses that they have bought before.
        """
        now = self._timeline.now
        latest = now + patience_for_class(self._key, self._rules, person, purchase)
        tried: list[int] = []
        for candidate in range(CHANCES):
            course = self._candidate(person, purchase, platform, balance, taken, tried, candidate)
            if course == NO_COURSE:
                continue
            begins = self.courses[course].book(latest)
            if begins is not None:
                self.booked[course] += int(self.courses[course].seats != SELF_PACED)
                self._note(platform, tried, False)
                return Booking(len(tried), course, begins)
            self.turned_away[course] += 1
            tried.append(course)
            if len(tried) == self._rules[0]["choices"]:
                break
        self._note(platform, tried, True)
        return None

    def _note(self, platform: int, tried: Sequence[int], leaves: bool) -> None:
        if tried or leaves:
            self.misses.append((platform, self._timeline.now, len(tried), leaves))

    def _candidate(
        self,
        person: int,
        purchase: int,
        platform: int,
        balance: int,
        taken: Sequence[int],
        tried: Sequence[int],
        candidate: int,
    ) -> int:
        """Return the course of a candidate, the last of all over what remains; NO_COURSE if it is passed over."""
        listed, popularity, by_price = self._listed[platform], self._popularity[platform], self._by_price[platform]
        now = self._timeline.now
        if candidate == CANDIDATES:
            before, here = (np.array(some, dtype=np.int64) for some in (taken, tried))
            return last_candidate(
                self._key, self._offers, listed, popularity, by_price,
                person, purchase, now, balance, before, here, len(here),
            )  # fmt: skip
        if not listed.size:
            return NO_COURSE
        course = int(listed[by_popularity(popularity, candidate_uniform(self._key, person, purchase, candidate))])
        is_one = could_be_bought(self._offers[course], now, balance) and course not in (*taken, *tried)
        return course if is_one else NO_COURSE


class Shelves(NamedTuple):
    """What a market offers, as its kernel reads it, and the state that goes on from one batch to the next."""

    offers: NDArray[np.void]
    """The courses as they are now."""
    listed: NDArray[np.int64]
    bounds: NDArray[np.int64]
    popularity: NDArray[np.float64]
    """The courses of the platforms, where each platform's begin and end, and their cumulative popularity."""
    guides: NDArray[np.int32]
    """By platform, `guide_to` its popularity."""
    prices: NDArray[np.int64]
    """By place among the courses of the platforms: most candidates are passed over for their price."""
    by_price: NDArray[np.int64]
    """The places of each platform's courses, the cheapest first."""
    first_week: int
    classes: NDArray[np.int64]
    """State: of each course, the class that books, and the seats taken of it."""
    weeks: NDArray[np.int64]
    """State: the seats left to each provider [provider, week]."""
    turned_away: NDArray[np.int64]
    """State: how often each course had no class soon enough for one who chose it."""
    booked: NDArray[np.int64]
    """State: how often each live course was booked."""


class CoursesKernel:
    """The market by its compiled kernel; its state goes on from one batch to the next."""

    def __init__(self, key: Key, rules: MarketRules, listings: Listings) -> None:
        self._key, self._rules = key, rules
        offers, listed, bounds, popularity, weeks, first_week = listings
        prices = offers["price"][listed]
        self.shelves = Shelves(
            offers=offers.copy(),
            listed=listed,
            bounds=bounds,
            popularity=popularity,
            guides=np.stack([guide_to(popularity[begin:end]) for begin, end in bounds.tolist()]),
            prices=prices,
            by_price=np.concatenate([cheapest_first(prices[begin:end]) for begin, end in bounds.tolist()]),
            first_week=first_week,
            classes=seats_start(offers),
            weeks=weeks.copy(),
            turned_away=np.zeros(offers.size, dtype=np.int64),
            booked=np.zeros(offers.size, dtype=np.int64),
        )

    @property
    def turned_away(self) -> NDArray[np.int64]:
        """Return how often each course had no class soon enough for one who chose it."""
        return self.shelves.turned_away

    def book(
        self,
        now: NDArray[np.int64],
        row: NDArray[Any],
        person: NDArray[Any],
        purchase: NDArray[Any],
        platform: NDArray[Any],
        balance: NDArray[Any],
        taken: NDArray[Any],
        course: NDArray[Any],
        choice: NDArray[Any],
        begins: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Book for a batch, none before an earlier batch's; see `book_batch`.

        Return how many courses had no class soon enough for each person.
        """
        misses = np.empty_like(now)
        book_batch(
            self._key, self._rules, self.shelves,
            now, row, person, purchase, platform, balance, taken, course, choice, begins, misses,
        )  # fmt: skip
        return misses

    def asked(self) -> NDArray[np.int64]:
        """Return how often each live course was booked or had no class soon enough, since the beginning."""
        return self.shelves.booked + self.shelves.turned_away

    def reschedule(self, course: int, seats: int, interval: int, now: int) -> int:
        """Give a live course other classes from now on; see `Course.reschedule`."""
        offers, classes = self.shelves.offers, self.shelves.classes
        offer = offers[course]
        at, taken = classes[course].tolist()
        if at > now and taken >= offer["seats"]:
            at, taken = at + int(offer["interval"]), 0
        if at <= now:
            at, taken = at + ((now - at) // int(offer["interval"]) + 1) * int(offer["interval"]), 0
        classes[course] = at, taken
        offers["seats"][course], offers["interval"][course] = seats, interval
        return at


@kernel
def book_batch(
    key: Key,
    rules: MarketRules,
    shelves: Shelves,
    now: NDArray[np.int64],
    row: NDArray[Any],
    person: NDArray[Any],
    purchase: NDArray[Any],
    platform: NDArray[Any],
    balance: NDArray[Any],
    taken: NDArray[Any],
    course: NDArray[Any],
    choice: NDArray[Any],
    begins: NDArray[np.int64],
    misses: NDArray[np.int64],
) -> None:
    """Book for a batch of people in order of (time, participant's number); the state goes on to the next batch.

    By person of the batch: `now` (µs), the row in `taken`, the person's number, that of the purchase, the platform and
    the balance in rupiah. Fill `course` (-1: nothing found), `choice` (how many were tried before it, -1), `begins`
    (µs, -1) and `misses` (how many had no class soon enough). State: that of the shelves, and `taken` [row, purchase;
    course bought, -1: none].
    """
    s, words = shelves, np.empty((4, CHUNK), dtype=np.uint32)
    pairs, tried = np.empty(CHUNK, dtype=np.int64), np.empty(CHANCES, dtype=np.int64)
    no_weeks = np.empty(0, dtype=np.int64)
    rows, width = taken.reshape(-1), taken.shape[1]
    for start in range(0, now.size, CHUNK):
        end = min(start + CHUNK, now.size)
        for i in range(start, end):
            prefetch(rows, np.int64(row[i]) * width)
            pairs[i - start] = pair_of_purchase(purchase[i], 0)
        deal_each(key, CANDIDATE_BLOCK, person[start:end], pairs[: end - start], words)
        for i in range(start, end):
            a, b = s.bounds[platform[i], 0], s.bounds[platform[i], 1]
            course[i], choice[i], begins[i], misses[i] = book_one(
                key, rules, s, s.listed[a:b], s.popularity[a:b], s.guides[platform[i]], s.prices[a:b], s.by_price[a:b],
                now[i], np.int64(person[i]), np.int64(purchase[i]), np.int64(balance[i]), taken[row[i]],
                words_at(words, i - start), tried, no_weeks,
            )  # fmt: skip
            if course[i] >= 0:
                taken[row[i], purchase[i]] = course[i]
                s.booked[course[i]] += int(s.offers[course[i]].seats != SELF_PACED)


@rule
def book_one(
    key: Key,
    rules: MarketRules,
    shelves: Shelves,
    listed: NDArray[np.int64],
    popularity: NDArray[np.float64],
    guide: NDArray[np.int32],
    prices: NDArray[np.int64],
    by_price: NDArray[np.int64],
    now: int,
    person: Whole,
    purchase: Whole,
    balance: Whole,
    before: NDArray[Any],
    words: Words,
    tried: NDArray[np.int64],
    no_weeks: NDArray[np.int64],
) -> tuple[int, int, int, int]:
    """Book for one person on a platform, of whose courses `listed` to `by_price` speak; see `book_batch`.

    `before` are the courses bought before, `words` the luck of the first two candidates, `tried` is room for those that
    have no class soon enough, `no_weeks` an empty row of weeks. Return the course, the choice, when its class begins,
    and how many had no class soon enough.
    """
    offers, weeks = shelves.offers, shelves.weeks
    if listed.size == 0 or prices[by_price[0]] > balance:
        return NO_COURSE, -1, -1, 0  # every candidate would be passed over
    latest: Whole = np.int64(-1)
    tries = 0
    for candidate in range(CHANCES):
        if candidate < CANDIDATES:
            if candidate % 2 == 0 and candidate:
                words = luck(key, CANDIDATE_BLOCK, person, pair_of_purchase(purchase, candidate))
            place = by_guide(popularity, guide, candidate_from(words, candidate))
            if prices[place] > balance:
                continue
            chosen = listed[place]
            if not remains(offers, chosen, now, balance, before, tried, tries):
                continue
        else:
            chosen = last_candidate(
                key, offers, listed, popularity, by_price, person, purchase, now, balance, before, tried, tries
            )
            if chosen == NO_COURSE:
                break
        offer = offers[chosen]
        if offer.seats == SELF_PACED:
            return chosen, tries, now, tries
        if latest < 0:
            latest = now + patience_for_class(key, rules, person, purchase)
        left = weeks[offer.provider] if weeks.shape[0] else no_weeks
        found = first_class(offer, shelves.classes[chosen], left, shelves.first_week, now, latest)
        if found >= 0:
            shelves.classes[chosen, 1] += 1
            if left.size:
                left[(found - shelves.first_week) // WEEK] -= 1
            return chosen, tries, found, tries
        shelves.turned_away[chosen] += 1
        tried[tries] = chosen
        tries += 1
        if tries == rules[0].choices:
            break
    return NO_COURSE, -1, -1, tries
