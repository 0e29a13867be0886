"""Courses: classes of seats that people book, in order of time across all courses.

A course is self-paced (no seats: whoever buys it begins at once) or live: classes of a number of seats begin at known
instants, one every interval from a first one on, until the course is no longer offered. A person comes with their
choices in order. They book the earliest class of their first choice that begins after now and has a free seat, unless
it begins later than they are willing to wait; then they take the next choice. A class that begins at the very instant
has begun; one that begins at the last instant of their patience is taken. Quote and booking are one act, so nobody
takes a seat that another was offered. Who finds nothing leaves unserved. Bookings stand, whatever becomes of a course.

Seats of a course are taken in order of time, so of all its classes only the first with a free seat matters: its
beginning and the seats taken are the state of a course, and batches may be of any size.

In the market of the programme people come to a platform with luck instead of choices: candidates by popularity
(sim/rules/choosing.py). There a provider's instructors may bound the live seats of a week, over all its courses; a
booking then takes a seat of the class and one of the week in which the class begins. Classes that are sold out and
those of full weeks are passed for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.calendar.instants import WEEK
from sim.rules.choosing import (
    CANDIDATES,
    NO_COURSE,
    SELF_PACED,
    MarketRules,
    by_guide,
    by_popularity,
    candidate_uniform,
    cheapest_first,
    could_be_bought,
    guide_to,
    last_candidate,
    pair_of_candidates,
    patience_for_class,
    remains,
)
from sim.rules.compiling import kernel, rule
from sim.rules.luck import Key
from sim.rules.whole import Whole
from sim.stations.scaling import scaled_number, stretched
from sim.stations.timeline import Timeline

COURSE = np.dtype([("first", "i8"), ("interval", "i8"), ("until", "i8"), ("seats", "i8")])
"""A course: its first class, the interval between classes (at least 1 µs), and the instant from which it is no longer
offered, in µs, none beyond NEVER; seats a class (0: closed), or SELF_PACED."""

CLASSES = ("first", "interval", "until", "seats", "provider")
"""What says which classes a course of the market has. Of a self-paced one, whose seats are SELF_PACED, the `first`
instant is that from which it is offered."""

Listings = tuple[NDArray[np.void], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], int]
"""The courses of a market: all, of `OFFER`; the numbers of those of each platform, end to end; where each platform's
begin and end; their cumulative popularity within the platform; the seats that each provider can teach [provider, week]
(empty: nobody is limited); and when the first week begins, µs."""


def scaled_classes(seats: int, interval: int, scale: float) -> tuple[int, int]:
    """Return m = max(1, round(seats × scale)) and the interval (µs) × m / (seats × scale): as many seats a day."""
    if seats <= 0:
        return seats, interval
    simulated, stretch = scaled_number(seats, scale)
    return simulated, stretched(interval, stretch)


class Booking(NamedTuple):
    """A seat: which of a person's choices, the course, and the instant at which its class begins, µs."""

    choice: int
    course: int
    begins: int


class Course:
    """A course in SimPy: its classes to come, each a container of free seats."""

    def __init__(
        self, timeline: Timeline, first: int, interval: int, until: int, seats: int, weeks: Weeks | None = None
    ) -> None:
        self.timeline = timeline
        self.seats = seats
        self.until = until
        self.weeks = weeks
        """What the provider's instructors can teach; None: all classes."""
        self._first = first
        self._interval = interval
        self._next = first
        self._classes: deque[tuple[int, simpy.Container]] = deque()

    def quote(self, latest: int) -> tuple[int, simpy.Container | None] | None:
        """Return the earliest class after now that has a free seat, if it begins by `latest` and is offered."""
        now = self.timeline.now
        if self.seats == SELF_PACED:
            return (now, None) if self._first <= now < self.until else None
        if self.seats == 0:
            return None
        self._pass_classes(lambda begins, free: begins <= now or not free.level or self._is_full(begins))
        while not self._classes:
            if self._next <= now:
                self._next += ((now - self._next) // self._interval + 1) * self._interval
            if self._next > latest or self._next >= self.until or self._is_beyond(self._next):
                return None
            if not self._is_full(self._next):
                free = simpy.Container(self.timeline, self.seats, self.seats)
                self._classes.append((self._next, free))
            self._next += self._interval
        begins, free = self._classes[0]
        return (begins, free) if begins <= latest and begins < self.until else None

    def _pass_classes(self, are_passed: Callable[[int, simpy.Container], bool]) -> None:
        """Forget the classes that have begun, are sold out, or lie in a full week: nobody books them any more."""
        while self._classes and are_passed(*self._classes[0]):
            self._classes.popleft()

    def _is_full(self, begins: int) -> bool:
        return self.weeks is not None and self.weeks.is_full(begins)

    def _is_beyond(self, begins: int) -> bool:
        return self.weeks is not None and self.weeks.is_beyond(begins)

    def reschedule(self, seats: int, interval: int) -> int:
        """Give the course classes of so many seats at an interval from now on; return when the first of them begins.

        A class that is sold out stays so; one with seats taken, the first of the new ones, has the new seats.
        """
        now = self.timeline.now
        self._pass_classes(lambda begins, free: begins <= now or not free.level)
        if self._classes:
            first, free = self._classes[0]
            self._classes[0] = first, simpy.Container(self.timeline, seats, free.level + seats - self.seats)
            self._next = first + interval
        else:
            if self._next <= now:
                self._next += ((now - self._next) // self._interval + 1) * self._interval
            first = self._next
        self.seats, self._interval = seats, interval
        return first

    def book(self, latest: int) -> int | None:
        """Take a seat of the class that is quoted now; return when it begins, None if there is none by `latest`."""
        quote = self.quote(latest)
        if quote is None:
            return None
        begins, free = quote
        if free is not None:
            free.get(1)
            if self.weeks is not None:
                self.weeks.take(begins)
        return begins


class Weeks:
    """The live seats that a provider's instructors can still teach in each week, in SimPy."""

    def __init__(self, timeline: Timeline, seats: Sequence[int], first_week: int) -> None:
        self._first_week = first_week
        self._free = [simpy.Container(timeline, number, number) if number else None for number in seats]

    def _week(self, begins: int) -> int:
        return (begins - self._first_week) // WEEK

    def is_beyond(self, begins: int) -> bool:
        """Return whether a class begins after the last week that is known; it is not offered."""
        return self._week(begins) >= len(self._free)

    def is_full(self, begins: int) -> bool:
        """Return whether no seat is left in the week in which a class begins."""
        free = self._free[self._week(begins)]
        return free is None or not free.level

    def take(self, begins: int) -> None:
        """Take a seat of the week in which a class begins."""
        free = self._free[self._week(begins)]
        assert free is not None
        free.get(1)


class Seats:
    """The courses of a market in SimPy. People take a turn of the timeline before they book."""

    def __init__(self, timeline: Timeline, courses: NDArray[np.void]) -> None:
        self.timeline = timeline
        self.courses = [Course(timeline, *course.tolist()) for course in courses]

    def book(self, choices: Sequence[int], patience: int) -> Booking | None:
        """Take a seat now in the first of the choices whose class begins within `patience` µs; None if none does."""
        for choice, course in enumerate(choices):
            begins = self.courses[course].book(self.timeline.now + patience)
            if begins is not None:
                return Booking(choice, course, begins)
        return None


def seats_start(courses: NDArray[np.void]) -> NDArray[np.int64]:
    """Return the state of a kernel's courses before anyone has come [course; class that books, seats taken]."""
    state = np.zeros((courses.size, 2), dtype=np.int64)
    state[:, 0] = courses["first"]
    return state


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
        for candidate in range(CANDIDATES + 1):
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


@rule
def book_seats(
    courses: NDArray[np.void],
    state: NDArray[np.int64],
    now: NDArray[np.int64],
    choices: NDArray[np.int64],
    patience: NDArray[np.int64],
    choice: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> None:
    """Book for a batch of people in order of (time, number); the state goes on to the next batch.

    `now` and `patience` are µs a person, `choices` courses [person; in order, -1 ends them]; now + patience must fit
    64 bits. Fill `choice` (-1: unserved) and `begins` (µs). Of a course only `until` may change between two batches,
    for those who come later; further classes are a course of their own.
    """
    for i in range(now.size):
        choice[i] = begins[i] = -1
        for j in range(choices.shape[1]):
            course = choices[i, j]
            if course < 0:
                break
            c = courses[course]
            if c.seats == SELF_PACED:
                if c.first <= now[i] < c.until:
                    choice[i], begins[i] = j, now[i]
                    break
                continue
            if c.seats == 0:
                continue
            at, taken = state[course, 0], state[course, 1]
            if at <= now[i]:
                at += ((now[i] - at) // c.interval + 1) * c.interval
                taken = 0
            elif taken == c.seats:
                at += c.interval
                taken = 0
            fits = at <= now[i] + patience[i] and at < c.until
            state[course, 0], state[course, 1] = at, taken + fits
            if fits:
                choice[i], begins[i] = j, at
                break


class CoursesKernel:
    """The market by its compiled kernel; its state goes on from one batch to the next."""

    def __init__(self, key: Key, rules: MarketRules, listings: Listings) -> None:
        self._key, self._rules = key, rules
        offers, self._listed, self._bounds, self._popularity, weeks, self._first_week = listings
        self.offers = offers.copy()
        """The courses as they are now."""
        self._classes, self._weeks = seats_start(offers), weeks.copy()
        self._prices = offers["price"][self._listed]
        """By place among the courses of the platforms: most candidates are passed over for their price."""
        by_price = [cheapest_first(self._prices[begin:end]) for begin, end in self._bounds.tolist()]
        self._by_price = np.concatenate(by_price)
        popularity = (self._popularity[begin:end] for begin, end in self._bounds.tolist())
        self._guides = np.stack([guide_to(each) for each in popularity])
        self.turned_away = np.zeros(offers.size, dtype=np.int64)
        """How often each course had no class soon enough for one who chose it."""
        self.booked = np.zeros(offers.size, dtype=np.int64)
        """How often each live course was booked."""

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
            self._key, self._rules, self.offers, self._listed, self._bounds, self._popularity, self._guides,
            self._prices, self._by_price, self._first_week, self._classes, self._weeks, self.turned_away, self.booked,
            now, row, person, purchase, platform, balance, taken, course, choice, begins, misses,
        )  # fmt: skip
        return misses

    def asked(self) -> NDArray[np.int64]:
        """Return how often each live course was booked or had no class soon enough, since the beginning."""
        return self.booked + self.turned_away

    def reschedule(self, course: int, seats: int, interval: int, now: int) -> int:
        """Give a live course other classes from now on; see `Course.reschedule`."""
        offer = self.offers[course]
        at, taken = self._classes[course].tolist()
        if at > now and taken >= offer["seats"]:
            at, taken = at + int(offer["interval"]), 0
        if at <= now:
            at, taken = at + ((now - at) // int(offer["interval"]) + 1) * int(offer["interval"]), 0
        self._classes[course] = at, taken
        self.offers["seats"][course], self.offers["interval"][course] = seats, interval
        return at


@rule
def first_class(
    offer: Any, classes: NDArray[np.int64], weeks: NDArray[np.int64], first_week: int, now: Whole, latest: Whole
) -> int:
    """Return when the earliest class of a live course with a free seat begins after now, -1 if not by `latest`.

    `offer` is an element of the courses, `classes` the state of the course, `weeks` the seats left to its provider by
    week (empty: no limit).
    """
    if offer.seats <= 0:
        return -1
    at, taken = classes[0], classes[1]
    if at <= now:
        at += ((now - at) // offer.interval + 1) * offer.interval
        taken = 0
    elif taken >= offer.seats:
        at += offer.interval
        taken = 0
    found = -1
    while at <= latest and at < offer.until:
        if weeks.size == 0:
            found = at
            break
        week = (at - first_week) // WEEK
        if week >= weeks.size:
            break
        if weeks[week] > 0:
            found = at
            break
        to_monday = first_week + (week + 1) * WEEK - at
        at += (to_monday + offer.interval - 1) // offer.interval * offer.interval
        taken = 0
    classes[0], classes[1] = at, taken
    return found


@kernel
def book_batch(
    key: Key,
    rules: MarketRules,
    offers: NDArray[np.void],
    listed: NDArray[np.int64],
    bounds: NDArray[np.int64],
    popularity: NDArray[np.float64],
    guides: NDArray[np.int32],
    prices: NDArray[np.int64],
    by_price: NDArray[np.int64],
    first_week: int,
    classes: NDArray[np.int64],
    weeks: NDArray[np.int64],
    turned_away: NDArray[np.int64],
    booked: NDArray[np.int64],
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
    (µs, -1) and `misses` (how many had no class soon enough). State: `taken` [row, purchase; course bought, -1: none],
    `classes` [course; class that books, seats taken], `weeks` left to each provider, and by course `turned_away` and
    `booked` (of live ones).
    """
    tried = np.empty(CANDIDATES + 1, dtype=np.int64)
    before = np.empty(taken.shape[1], dtype=np.int64)
    no_weeks = np.empty(0, dtype=np.int64)
    for i in range(now.size):
        course[i] = choice[i] = begins[i] = -1
        misses[i] = 0
        at, who, what, rupiah = now[i], np.int64(person[i]), np.int64(purchase[i]), np.int64(balance[i])
        a, b = bounds[platform[i], 0], bounds[platform[i], 1]
        if a == b:
            continue
        # Views are made once a person: in the loops below they would cost more than what is looked up.
        here, shares, guide, cheapest = listed[a:b], popularity[a:b], guides[platform[i]], by_price[a:b]
        if prices[a + cheapest[0]] > rupiah:
            continue  # every candidate would be passed over
        for k in range(before.size):
            before[k] = taken[row[i], k]
        tries = 0
        latest = np.int64(-1)
        odd = 0.0
        for candidate in range(CANDIDATES + 1):
            if candidate < CANDIDATES:
                u = odd
                if candidate % 2 == 0:
                    u, odd = pair_of_candidates(key, who, what, candidate // 2)
                place = by_guide(shares, guide, u)
                if prices[a + place] > rupiah:
                    continue
                chosen = here[place]
                if not remains(offers, chosen, at, rupiah, before, tried, tries):
                    continue
            else:
                chosen = last_candidate(
                    key, offers, here, shares, cheapest, who, what, at, rupiah, before, tried, tries
                )
                if chosen == NO_COURSE:
                    break
            offer = offers[chosen]
            if offer.seats == SELF_PACED:
                course[i], choice[i], begins[i] = chosen, tries, at
                break
            if latest < 0:
                latest = at + patience_for_class(key, rules, who, what)
            left = weeks[offer.provider] if weeks.shape[0] else no_weeks
            found = first_class(offer, classes[chosen], left, first_week, at, latest)
            if found >= 0:
                classes[chosen, 1] += 1
                if left.size:
                    left[(found - first_week) // WEEK] -= 1
                course[i], choice[i], begins[i] = chosen, tries, found
                booked[chosen] += 1
                break
            turned_away[chosen] += 1
            misses[i] += 1
            tried[tries] = chosen
            tries += 1
            if tries == rules[0].choices:
                break
        if course[i] >= 0:
            taken[row[i], what] = course[i]
