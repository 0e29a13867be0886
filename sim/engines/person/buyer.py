"""A buyer on the market: come to a platform, queue at its checkout, choose and book a course, or come back later."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sim.engines.person.award import Award
from sim.engines.person.state import State
from sim.engines.person.visit import visit_platform
from sim.journey.money import Benefit
from sim.journey.order import PersonAct
from sim.journey.route import CERTIFICATES, CHECKOUT
from sim.rules.choosing import SELF_PACED, comes_back_after, train_at_pace
from sim.rules.platforms import NOWHERE, choose_platform
from sim.stations.timeline import Wait


class Want(IntEnum):
    """For want of what one is revoked."""

    NOTHING = 0
    """They meant to buy nothing before the deadline."""
    CHECKOUT = 1
    SEAT = 2


@dataclass(frozen=True)
class Booked:
    """A course that was booked: its number, the platform, and when its class begins (µs)."""

    course: int
    platform: int
    begins: int


def buy_on_market(
    state: State, award: Award, purchase: int, at: int, limit: int
) -> Generator[Wait, Any, Booked | None]:
    """Look for a course from an instant on, try after try before a limit, and book it; None if it is not found."""
    programme, timeline = state.programme, state.timeline
    table = programme.seats
    assert table is not None
    attempt = 0
    while at < limit:
        yield timeline.turn(at, state.journey.arrive(CHECKOUT), award.number)
        seek(state, award, purchase, attempt)
        platform = choose_platform(programme.key, table.share_since, table.shares, award.person, purchase, at)
        if platform != NOWHERE:
            booked = yield from check_out_and_book(state, award, purchase, attempt, platform, limit)
            if booked is not None:
                return booked
        back = comes_back_after(programme.key, table.rules, award.person, purchase, attempt)
        if back < 0:
            return None
        at = timeline.now + back
        attempt += 1
    return None


def seek(state: State, award: Award, purchase: int, attempt: int) -> None:
    """Write down that a participant comes to the market."""
    own = state.participants
    if attempt == 0:
        own[f"sought_{purchase + 1}"][award.number] = state.timeline.now
    own[f"tries_{purchase + 1}"][award.number] = attempt + 1


def check_out_and_book(
    state: State, award: Award, purchase: int, attempt: int, platform: int, limit: int
) -> Generator[Wait, Any, Booked | None]:
    """Pass a platform's checkout and book a course there; None where there was no time, no platform or no course."""
    programme, timeline = state.programme, state.timeline
    table = programme.seats
    assert table is not None
    leaves = int(table.exit[platform])
    of_try = purchase * int(table.rules[0]["tries"]) + attempt
    state.at_checkout.add(award.number)
    patience = min(limit, leaves) - timeline.now
    served = yield from visit_platform(state, CHECKOUT, award.number, platform, of_try, patience)
    state.at_checkout.remove(award.number)
    if not served or timeline.now >= min(limit, leaves):
        return None
    yield timeline.turn(timeline.now, state.journey.turn(PersonAct.BOOK), award.number)
    return book(state, award, purchase, platform)


def book(state: State, award: Award, purchase: int, platform: int) -> Booked | None:
    """Choose a course on a platform and book it now, if there is one."""
    own, number = state.participants, award.number
    assert state.courses is not None
    balance = int(state.entitled[Benefit.TRAINING][number])
    taken = [int(own[f"course_{k + 1}"][number]) for k in range(purchase)]
    booking = state.courses.book(award.person, purchase, platform, balance, taken)
    if booking is None:
        return None
    price = int(state.offer(booking.course)["price"])
    for what, value in (
        ("bought", state.timeline.now),
        ("begun", booking.begins),
        ("platform", platform),
        ("course", booking.course),
        ("choice", booking.choice),
        ("price", price),
    ):
        own[f"{what}_{purchase + 1}"][number] = value
    state.pay(number, Benefit.TRAINING, price)
    return Booked(booking.course, platform, booking.begins)


def training_of(state: State, award: Award, purchase: int, booked: Booked) -> tuple[int, bool]:
    """Return when a booked course ends for a participant, and whether they complete it."""
    programme, offer = state.programme, state.offer(booked.course)
    assert programme.seats is not None
    duration, completes = train_at_pace(
        programme.key,
        programme.seats.rules,
        int(offer["duration"]),
        float(offer["completion"]),
        bool(offer["seats"] != SELF_PACED),
        award.person,
        purchase,
    )
    return booked.begins + duration, completes


def get_certificate(state: State, award: Award, purchase: int, booked: Booked) -> Generator[Wait, Any, None]:
    """Wait for the certificate of a course just completed, at the platform on which it was bought."""
    yield state.timeline.turn(state.timeline.now, state.journey.arrive(CERTIFICATES), award.number)
    yield from visit_platform(state, CERTIFICATES, award.number, booked.platform, purchase)
