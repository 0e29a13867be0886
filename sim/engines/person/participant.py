"""A participant: account, first purchase before the deadline, courses, review, and the closing of the account.

From the award on, acts at one instant go by the participant's number.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

from sim.engines.person.buyer import Search, be_certified, find_course
from sim.engines.person.payee import incentives
from sim.engines.person.state import State
from sim.journey.money import Benefit
from sim.journey.order import PersonAct
from sim.journey.places import Place
from sim.rules import buying, linking, training
from sim.rules.choosing import SELF_PACED, buys_something, train_at_pace
from sim.rules.deadline import buys_in_time
from sim.rules.forfeiture import buys_before_closing, closes_at, earns_payments
from sim.rules.people import Trait
from sim.stations.timeline import Wait


@dataclass(frozen=True)
class Award:
    """An award: the person, the participant's number, the wave, and when the account closes (µs)."""

    person: int
    number: int
    wave: int
    closing: int


def participant(state: State, person: int, number: int, wave: int) -> Generator[Wait, Any, None]:
    """Follow a person who has just been awarded."""
    programme, timeline = state.programme, state.timeline
    award = Award(person, number, wave, closes_at(timeline.now, programme.closing_after))
    deadline = int(programme.waves.waves[wave]["deadline"])
    state.move(person, Place.AWARDED)
    for benefit in Benefit:
        state.award(number, benefit, programme.benefit[benefit])
    linked = simpy.Event(timeline)
    timeline.process(link_account(state, award, linked))

    wants, delay = buying.first_purchase(programme.key, programme.waves.waves, wave, person)
    if not buys_in_time(wants, timeline.now + delay, deadline):
        yield timeline.turn(deadline, state.journey.turn(PersonAct.REVOKE), number)
        revoke(state, award)
        return
    if programme.seats is not None:
        timeline.process(revoke_at(state, award, deadline))
    yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.BUY), number)
    course = yield from buy(state, award, 0, deadline)
    if course is None:
        assert programme.seats is not None, "the balance buys any first course, or the parameters are refused"
        return
    state.move(person, Place.PARTICIPANT)
    state.accounts_open += 1
    timeline.process(close_account(state, award))
    timeline.process(first_training(state, award, course, linked))
    yield from buy_further(state, award)


def revoke_at(state: State, award: Award, deadline: int) -> Generator[Wait, Any, None]:
    """Revoke, at the deadline, one who has still bought nothing."""
    yield state.timeline.turn(deadline, state.journey.turn(PersonAct.REVOKE), award.number)
    if state.place[award.person] == Place.AWARDED:
        revoke(state, award)


def link_account(state: State, award: Award, linked: simpy.Event) -> Generator[Wait, Any, None]:
    """Choose a payment partner and link an account; some fail and repair it. Who is revoked goes no further."""
    programme, timeline, own = state.programme, state.timeline, state.participants
    person, number = award.person, award.number
    shares = programme.waves.partners[award.wave, int(state.has(person, Trait.E_MONEY))]
    own["partner"][number] = linking.choose_partner(programme.key, shares, person)
    unbanked = state.has(person, Trait.UNBANKED)
    delay, repair = linking.link_account(programme.key, programme.account, unbanked, person)
    turn = state.journey.turn(PersonAct.LINK)
    yield timeline.turn(timeline.now + delay, turn, number)
    if state.place[person] == Place.REVOKED:
        return
    own["link_tried"][number] = timeline.now
    if repair:
        yield timeline.turn(timeline.now + repair, turn, number)
        if state.place[person] == Place.REVOKED:
            return
    own["linked"][number] = timeline.now
    linked.succeed()


def revoke(state: State, award: Award) -> None:
    """End the participation of one who bought nothing before the deadline."""
    state.move(award.person, Place.REVOKED)
    state.participants["revoked"][award.number] = state.timeline.now
    if state.programme.seats is not None:
        state.participants["revoked_for"][award.number] = state.want[award.number]
    state.waves.revoke(award.wave, 1)
    for benefit in Benefit:
        state.give_back(award.number, benefit)


@dataclass(frozen=True)
class Course:
    """A course that is bought: which purchase it is, its platform (-1: an open market), its length and completion."""

    purchase: int
    platform: int
    ends: int
    completes: bool


def buy(state: State, award: Award, purchase: int, limit: int) -> Generator[Wait, Any, Course | None]:
    """Buy a course from the training balance, in the market before an instant; return it, None if none is bought."""
    if state.programme.seats is None:
        return buy_at_once(state, award, purchase)
    market, own, number = state.programme.seats, state.participants, award.number
    search = Search(award.person, number, purchase, limit)
    found = yield from find_course(state, market, search)
    if found is None:
        return None
    platform, booking = found
    offer = market.courses[booking.course]
    bought = {"bought": state.timeline.now, "begun": booking.begins, "platform": platform}
    bought |= {"course": booking.course, "choice": booking.choice, "price": int(offer["price"])}
    for name, value in bought.items():
        own[f"{name}_{purchase + 1}"][number] = value
    state.pay(number, Benefit.TRAINING, int(offer["price"]))
    numbers = award.person, platform, booking.course, booking.choice, state.timeline.now, booking.begins
    state.log.booked.append(numbers)
    live = int(offer["seats"]) != SELF_PACED
    duration, completes = train_at_pace(
        state.programme.key,
        market.rules,
        int(offer["duration"]),
        float(offer["completion"]),
        live,
        award.person,
        purchase,
        *learning_of(state, award.wave),
    )
    return Course(purchase, platform, booking.begins + duration, completes)


def buy_at_once(state: State, award: Award, purchase: int) -> Course | None:
    """Buy a course of an open market, if the balance suffices."""
    programme, own = state.programme, state.participants
    price = buying.price(programme.key, programme.market, award.person, purchase, state.balance(award.number))
    if price == 0:
        return None
    own[f"bought_{purchase + 1}"][award.number] = state.timeline.now
    own[f"price_{purchase + 1}"][award.number] = price
    state.pay(award.number, Benefit.TRAINING, price)
    pace, odds = learning_of(state, award.wave)
    duration, completes = training.train(programme.key, programme.training, award.person, purchase, pace, odds)
    return Course(purchase, -1, state.timeline.now + duration, completes)


def learning_of(state: State, wave: int) -> tuple[float, float]:
    """Return by what the duration of courses and the odds of completing them are multiplied, of a wave's awarded."""
    pace, odds = state.programme.waves.learning[wave]
    return float(pace), float(odds)


def buy_further(state: State, award: Award) -> Generator[Wait, Any, None]:
    """Buy further courses while balance and appetite last."""
    programme, timeline, market = state.programme, state.timeline, state.programme.seats
    for purchase in range(1, programme.courses):
        if market is not None and not buys_something(state.balance(award.number), market.cheapest):
            return
        wants, delay = buying.further_purchase(programme.key, programme.market, award.person, purchase)
        if not wants or not buys_before_closing(timeline.now + delay, award.closing):
            return
        state.seeking[award.number] = True
        yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.BUY), award.number)
        course = yield from buy(state, award, purchase, award.closing)
        state.seeking[award.number] = False
        if course is None:
            return
        timeline.process(attend_and_certify(state, award, course))


def attend(state: State, award: Award, course: Course) -> Generator[Wait, Any, bool]:
    """Attend a course just bought; return whether it was completed."""
    timeline = state.timeline
    state.courses_running += 1
    yield timeline.turn(course.ends, state.journey.turn(PersonAct.COMPLETE), award.number)
    state.courses_running -= 1
    if course.completes:
        state.participants[f"completed_{course.purchase + 1}"][award.number] = timeline.now
    return bool(course.completes)


def attend_and_certify(state: State, award: Award, course: Course) -> Generator[Wait, Any, bool]:
    """Attend a course and wait until its platform issues the certificate; return whether it was completed."""
    completed = yield from attend(state, award, course)
    if completed and state.programme.seats is not None:
        yield from be_certified(state, state.programme.seats, award.person, award.number, course.platform)
        state.participants[f"issued_{course.purchase + 1}"][award.number] = state.timeline.now
    return completed


def first_training(state: State, award: Award, course: Course, linked: simpy.Event) -> Generator[Wait, Any, None]:
    """Attend the first course, get the certificate, rate and review; then the incentives fall due."""
    programme, timeline, own = state.programme, state.timeline, state.participants
    completed = yield from attend_and_certify(state, award, course)
    if not completed:
        return
    certificate, reviews, delay = training.review(programme.key, programme.training, award.person)
    yield timeline.turn(timeline.now + certificate, state.journey.turn(PersonAct.CERTIFY), award.number)
    own["certified"][award.number] = timeline.now
    if not reviews or not earns_payments(timeline.now + delay, award.closing):
        return
    yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.REVIEW), award.number)
    reviewed = timeline.now
    own["reviewed"][award.number] = reviewed
    state.payments_left += len(programme.payments)
    yield linked
    yield from incentives(state, award.person, award.number, award.closing, reviewed, timeline.now)


def close_account(state: State, award: Award) -> Generator[Wait, Any, None]:
    """Return the unspent balance after a year, and all payments of one who has not reviewed a training by then."""
    yield state.timeline.turn(award.closing, state.journey.turn(PersonAct.CLOSE_ACCOUNT), award.number)
    own = state.participants
    state.accounts_open -= 1
    own["closed"][award.number] = state.timeline.now
    own["unspent"][award.number] = state.give_back(award.number, Benefit.TRAINING)
    if not earns_payments(int(own["reviewed"][award.number]), award.closing):
        state.give_back(award.number, Benefit.INCENTIVE)
        state.give_back(award.number, Benefit.SURVEY)
