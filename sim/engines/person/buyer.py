"""A buyer in the market: the platform, its checkout, a course by choice, or coming back; and the certificate."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from sim.engines.person.state import State
from sim.journey.order import PersonAct
from sim.journey.route import CERTIFICATES, CHECKOUT
from sim.journey.wants import NO_CHECKOUT, NO_COURSE_TO_BUY, NO_PLATFORM, NO_SEAT
from sim.programme.market import MarketTable
from sim.rules.choosing import comes_back_after
from sim.rules.platforms import NOWHERE, choose_platform
from sim.stations.courses import Booking
from sim.stations.timeline import Wait


@dataclass(frozen=True)
class Search:
    """A search for a course: whose, which purchase, and the instant from which nothing can be bought any more, µs."""

    person: int
    number: int
    purchase: int
    limit: int


def find_course(state: State, market: MarketTable, search: Search) -> Generator[Wait, Any, tuple[int, Booking] | None]:
    """Come to the market now, and again, until a course is booked; return its platform and the booking, or None."""
    key, rules, timeline = state.programme.key, market.rules, state.timeline
    own, purchase, number = state.participants, search.purchase, search.number
    own[f"sought_{purchase + 1}"][number] = timeline.now
    attempt = 0
    while True:
        own[f"tries_{purchase + 1}"][number] = attempt + 1
        platform = choose_platform(key, market.share_since, market.shares, search.person, purchase, timeline.now)
        state.log.came(platform, timeline.now)
        want = NO_PLATFORM
        if platform != NOWHERE:
            if purchase == 0:
                state.want[number] = NO_CHECKOUT
            booking, want = yield from visit_platform(state, market, search, platform)
            if booking is not None:
                return platform, booking
            if timeline.now >= search.limit:
                return None
        state.log.nothing(platform, timeline.now)
        if purchase == 0:
            state.want[number] = want
        delay = comes_back_after(key, rules, search.person, purchase, attempt)
        if delay < 0 or timeline.now + delay >= search.limit:
            return None
        yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.BUY), number)
        attempt += 1
        state.log.returned.append((search.person, purchase, timeline.now))


def visit_platform(
    state: State, market: MarketTable, search: Search, platform: int
) -> Generator[Wait, Any, tuple[Booking | None, int]]:
    """Pass the checkout of a platform and book a course; None where nothing is found, or it is too late.

    Return also for want of what nothing was found before the search's limit.
    """
    exit_at, timeline = int(market.exit[platform]), state.timeline
    served = yield from check_out(state, search, platform, min(search.limit, exit_at))
    if not served or timeline.now >= search.limit or timeline.now >= exit_at:
        return None, NO_PLATFORM
    yield timeline.turn(timeline.now, state.journey.turn(PersonAct.BOOK), search.number)
    assert state.courses is not None
    taken = state.taken.setdefault(search.number, [])
    balance = state.balance(search.number)
    booking = state.courses.book(search.person, search.purchase, platform, balance, taken)
    if booking is not None:
        taken.append(booking.course)
    return booking, NO_SEAT if state.courses.turned_away_last else NO_COURSE_TO_BUY


def check_out(state: State, search: Search, platform: int, until: int) -> Generator[Wait, Any, bool]:
    """Queue at the checkout of a platform, at most until an instant; return whether one was served."""
    timeline, journey, visits = state.timeline, state.journey, state.visits[CHECKOUT]
    checkouts = state.stations[CHECKOUT]
    if checkouts is None:
        visits.pass_through(search.person, timeline.now, 0, platform)
        return True
    yield timeline.turn(timeline.now, journey.arrive(CHECKOUT), search.number)
    visit = visits.arrive(search.person, timeline.now, 0, platform)
    station, patience = checkouts[platform], until - timeline.now
    with station.request(patience) as place:
        gives_up = station.patience_ends(place, patience)
        yield place | timeline.turn(gives_up, journey.renege(CHECKOUT), search.number)
        if not place.triggered:
            visits.gave_up[visit] = timeline.now
            return False
        visits.started[visit] = timeline.now
        yield timeline.turn(station.departure(0), journey.leave(CHECKOUT), search.number)
    visits.left[visit] = timeline.now
    return True


def be_certified(
    state: State, market: MarketTable, person: int, number: int, platform: int
) -> Generator[Wait, Any, None]:
    """Wait until a platform issues the certificate of a course that has just been completed."""
    timeline, journey = state.timeline, state.journey
    stations = state.stations[CERTIFICATES]
    if stations is None or market.issues_at_once[platform]:
        return
    visits = state.visits[CERTIFICATES]
    yield timeline.turn(timeline.now, journey.arrive(CERTIFICATES), number)
    visit = visits.arrive(person, timeline.now, 0, platform)
    with stations[platform].request() as place:
        yield place
        visits.started[visit] = timeline.now
        yield timeline.turn(stations[platform].departure(0), journey.leave(CERTIFICATES), number)
    visits.left[visit] = timeline.now
