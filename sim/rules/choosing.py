"""Choosing a course on a platform: candidates by popularity, patience for a class, coming back, and the pace.

Candidates are drawn from the popularity of all courses that the run ever lists on the platform, a draw each, keyed by
purchase and candidate: preferences are the same at every try. One that is not on sale, too dear, taken before or tried
already is passed over. After so many draws a last one is over what remains.
"""

from __future__ import annotations

from typing import Any, NewType

import numpy as np
from numpy.typing import NDArray

from sim.journey.limits import CHOICES
from sim.rules.compiling import rule
from sim.rules.laws import LAW, LONGEST, draw
from sim.rules.luck import Block, Key, Words, luck
from sim.rules.odds import with_odds
from sim.rules.platforms import PATIENCE, PLATFORM_BLOCK
from sim.rules.training import COMPLETES, COURSE_BLOCK, DURATION, paced
from sim.rules.whole import Whole

OFFER = np.dtype(
    [
        ("since", "i8"),
        ("first", "i8"),
        ("interval", "i8"),
        ("until", "i8"),
        ("seats", "i8"),
        ("price", "i8"),
        ("duration", "i8"),
        ("completion", "f8"),
        ("provider", "i8"),
    ]
)
"""A course of the market: on sale from `since` to before `until`; its first class, the interval between classes and
the seats of a class (SELF_PACED: without classes); price in rupiah, duration in µs (of a self-paced course, before
the pace), the share who complete it, and its provider."""

SELF_PACED = -1
"""The seats of a course without classes."""

MARKET_RULES = np.dtype([("choices", "i8"), ("tries", "i8"), ("patience", LAW), ("comes_back", LAW), ("pace", LAW)])
"""Courses tried at a time; times that a buyer comes for one course; patience for a class and the delay of coming back,
µs; the pace in self-paced courses, in millionths."""

MarketRules = NewType("MarketRules", NDArray[np.void])

CANDIDATES = CHOICES
"""Candidates drawn one by one for a purchase; a last draw follows."""

CANDIDATE = Block("candidate courses", occurrence="purchase and pair of candidates")
EVEN = CANDIDATE.half(0, "candidate of an even number")
ODD = CANDIDATE.half(1, "candidate of an odd number")
CANDIDATE_BLOCK = CANDIDATE.number

LAST_CANDIDATE = Block("last candidate course", occurrence="purchase")
LAST = LAST_CANDIDATE.half(0, "course of those that remain")
LAST_CANDIDATE_BLOCK = LAST_CANDIDATE.number

COMING_BACK = Block("coming back to the market", occurrence="purchase and try")
COMES_BACK = COMING_BACK.half(0, "delay of coming back")
COMING_BACK_BLOCK = COMING_BACK.number

PACE_OF_ONE = 1_000_000
"""The pace that leaves a duration as it is."""

NO_COURSE = -1


# Candidates


@rule
def pair_of_purchase(purchase: Whole, candidate: int) -> Whole:
    """Return the occurrence of the luck that a candidate for a purchase shares with one other."""
    return purchase * (CANDIDATES // 2) + candidate // 2


@rule
def candidate_from(words: Words, candidate: int) -> float:
    """Return what `candidate_uniform` does, from the words of luck."""
    return ODD(words) if candidate % 2 else EVEN(words)


@rule
def candidate_uniform(key: Key, person: Whole, purchase: Whole, candidate: int) -> float:
    """Return the uniform of a person's candidate for a course, their number `purchase`."""
    return candidate_from(luck(key, CANDIDATE_BLOCK, person, pair_of_purchase(purchase, candidate)), candidate)


@rule
def by_popularity(popularity: NDArray[np.float64], u: float) -> int:
    """Return the place among the courses of a platform, by their cumulative popularity, that a uniform falls to."""
    low, high = 0, popularity.size - 1
    while low < high:
        middle = (low + high) >> 1
        if popularity[middle] <= u:
            low = middle + 1
        else:
            high = middle
    return low


GUIDE = 1 << 10
"""Equal shares of the popularity of a platform for which the guide knows a place nearby."""


def guide_to(popularity: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return, for each equal share of the cumulative popularity, the place at which its beginning falls."""
    places = np.searchsorted(popularity, np.arange(GUIDE) / GUIDE, side="right")
    return np.minimum(places, max(popularity.size - 1, 0)).astype(np.int32)


@rule
def by_guide(popularity: NDArray[np.float64], guide: NDArray[np.int32], u: float) -> int:
    """Return what `by_popularity` does, with a guide to the places."""
    place = np.int64(guide[int(u * GUIDE)])
    while place < popularity.size - 1 and popularity[place] <= u:
        place += 1
    return int(place)


@rule
def is_among(course: Whole, some: NDArray[Any], count: int) -> bool:
    """Return whether a course is among the first `count` of some."""
    found = False
    for each in range(count):
        found |= some[each] == course
    return found


@rule
def could_be_bought(offer: Any, now: Whole, balance: Whole) -> bool:
    """Return whether a course, an element of the offers, is on sale now and the balance buys it."""
    return offer.since <= now < offer.until and offer.price <= balance


@rule
def buys_something(balance: Whole, cheapest: Whole) -> bool:
    """Return whether what is left of a balance buys the cheapest course that the run ever lists (rupiah)."""
    return bool(balance >= cheapest)


@rule
def remains(
    offers: NDArray[np.void],
    course: Whole,
    now: Whole,
    balance: Whole,
    taken: NDArray[Any],
    tried: NDArray[np.int64],
    tries: int,
) -> bool:
    """Return whether a course could be bought now, was not bought before and is not among those tried already."""
    if not could_be_bought(offers[course], now, balance) or is_among(course, taken, taken.size):
        return False
    return not is_among(course, tried, tries)


def cheapest_first(prices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of a platform's courses in order of their price, then of their place."""
    return np.argsort(prices, kind="stable")


@rule
def last_candidate(
    key: Key,
    offers: NDArray[np.void],
    listed: NDArray[np.int64],
    popularity: NDArray[np.float64],
    by_price: NDArray[np.int64],
    person: Whole,
    purchase: Whole,
    now: Whole,
    balance: Whole,
    taken: NDArray[Any],
    tried: NDArray[np.int64],
    tries: int,
) -> int:
    """Return the course of a last draw over what remains on a platform, by popularity; NO_COURSE if nothing does.

    `by_price` are the places of its courses, the cheapest first: those too dear are not looked at. `taken` are the
    courses that the person has bought (-1: none), `tried` the first `tries` of those that had no seat.
    """
    total, some = 0.0, False
    for place in by_price:
        course = listed[place]
        if offers[course].price > balance:
            break
        if remains(offers, course, now, balance, taken, tried, tries):
            total += popularity[place] - (popularity[place - 1] if place else 0.0)
            some = True
    if not some:
        return NO_COURSE
    target = LAST(luck(key, LAST_CANDIDATE_BLOCK, person, purchase)) * total
    total, found = 0.0, NO_COURSE
    for place in by_price:
        course = listed[place]
        if offers[course].price > balance:
            break
        if remains(offers, course, now, balance, taken, tried, tries):
            total += popularity[place] - (popularity[place - 1] if place else 0.0)
            found = course
            if total > target:
                break
    return found


# Waiting for a class, coming back


@rule
def patience_for_class(key: Key, rules: MarketRules, person: Whole, purchase: Whole) -> int:
    """Return how many µs a person would wait for the class of a course, their number `purchase`."""
    return draw(rules[0].patience, PATIENCE(luck(key, PLATFORM_BLOCK, person, purchase)))


@rule
def comes_back_after(key: Key, rules: MarketRules, person: Whole, purchase: Whole, attempt: Whole) -> int:
    """Return after how many µs one who found nothing at a try (from 0) comes back; -1 after the last try."""
    if attempt + 1 >= rules[0].tries:
        return -1
    return draw(rules[0].comes_back, COMES_BACK(luck(key, COMING_BACK_BLOCK, person, purchase << 16 | attempt)))


# Training


@rule
def train_at_pace_from(
    words: Words, rules: MarketRules, duration: int, completion: float, live: bool, wave_pace: float, odds: float
) -> tuple[int, bool]:
    """Return what `train_at_pace` does, from the words of luck."""
    if not live:
        pace = draw(rules[0].pace, DURATION(words)) / PACE_OF_ONE
        duration = int(min(duration * pace, LONGEST))
    return max(paced(duration, wave_pace), 1), COMPLETES(words) < with_odds(completion, odds)


@rule
def train_at_pace(
    key: Key,
    rules: MarketRules,
    duration: int,
    completion: float,
    live: bool,
    person: Whole,
    purchase: Whole,
    wave_pace: float,
    odds: float,
) -> tuple[int, bool]:
    """Return how many µs a person's course takes from its beginning, at least one, and whether they complete it.

    `duration` and `completion` are the course's; a live one takes as long for everyone awarded in a wave, whose pace
    multiplies all durations, and whose `odds` multiply those of completing a course.
    """
    words = luck(key, COURSE_BLOCK, person, purchase)
    return train_at_pace_from(words, rules, duration, completion, live, wave_pace, odds)
