"""A participant: account, first purchase before the deadline, courses, review, and the closing of the account.

From the award on, acts at one instant go by the participant's number.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.engines.person.award import Award
from sim.engines.person.buyer import Booked, Want, buy_on_market, get_certificate, training_of
from sim.engines.person.payee import incentives
from sim.engines.person.state import State
from sim.journey.money import Benefit
from sim.journey.order import PersonAct
from sim.journey.places import Place
from sim.rules import buying, linking, training
from sim.rules.deadline import buys_in_time
from sim.rules.forfeiture import buys_before_closing, closes_at, earns_payments
from sim.rules.people import Trait
from sim.stations.timeline import Wait


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
    if state.courses is not None:
        timeline.process(hold_deadline(state, award, deadline))
        if buys_in_time(wants, timeline.now + delay, deadline):
            yield from market_purchases(state, award, linked, timeline.now + delay, deadline)
        return
    if not buys_in_time(wants, timeline.now + delay, deadline):
        yield timeline.turn(deadline, state.journey.turn(PersonAct.REVOKE), number)
        revoke(state, award)
        return
    yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.BUY), number)
    take_part(state, award)
    bought = buy(state, award, course=0)
    assert bought, "the balance buys any first course, or the parameters are refused"
    timeline.process(first_training(state, award, linked))
    yield from buy_further(state, award)


def take_part(state: State, award: Award) -> None:
    """Become a participant, by buying a first course."""
    state.move(award.person, Place.PARTICIPANT)
    state.accounts_open += 1
    state.timeline.process(close_account(state, award))


def market_purchases(
    state: State, award: Award, linked: simpy.Event, at: int, deadline: int
) -> Generator[Wait, Any, None]:
    """Buy a first course on the market, from an instant on and before the deadline, then further ones."""
    programme, timeline = state.programme, state.timeline
    booked = yield from buy_on_market(state, award, 0, at, deadline)
    if booked is None:
        return
    take_part(state, award)
    timeline.process(first_training(state, award, linked, booked))
    for course in range(1, programme.courses):
        wants, delay = buying.further_purchase(programme.key, programme.market, award.person, course)
        if not wants or not buys_before_closing(timeline.now + delay, award.closing):
            return
        booked = yield from buy_on_market(state, award, course, timeline.now + delay, award.closing)
        if booked is None:
            return
        timeline.process(attend(state, award, course, booked))


def hold_deadline(state: State, award: Award, deadline: int) -> Generator[Wait, Any, None]:
    """Revoke the award at the deadline if nothing was bought, and write down for want of what."""
    yield state.timeline.turn(deadline, state.journey.turn(PersonAct.REVOKE), award.number)
    if state.place[award.person] != Place.AWARDED:
        return
    sought = int(state.participants["tries_1"][award.number]) > 0
    want = Want.SEAT if sought else Want.NOTHING
    if award.number in state.at_checkout:
        want = Want.CHECKOUT
    state.participants["revoked_for"][award.number] = want
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
    state.waves.revoke(award.wave, 1)
    for benefit in Benefit:
        state.give_back(award.number, benefit)


def buy(state: State, award: Award, course: int) -> bool:
    """Buy a course from the training balance, if it suffices; return whether it did."""
    programme, own = state.programme, state.participants
    balance = int(state.entitled[Benefit.TRAINING][award.number])
    price = buying.price(programme.key, programme.market, award.person, course, balance)
    if price == 0:
        return False
    own[f"bought_{course + 1}"][award.number] = state.timeline.now
    own[f"price_{course + 1}"][award.number] = price
    state.pay(award.number, Benefit.TRAINING, price)
    return True


def buy_further(state: State, award: Award) -> Generator[Wait, Any, None]:
    """Buy further courses while balance and appetite last."""
    programme, timeline = state.programme, state.timeline
    for course in range(1, programme.courses):
        wants, delay = buying.further_purchase(programme.key, programme.market, award.person, course)
        if not wants or not buys_before_closing(timeline.now + delay, award.closing):
            return
        yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.BUY), award.number)
        if not buy(state, award, course):
            return
        timeline.process(attend(state, award, course))


def attend(state: State, award: Award, course: int, booked: Booked | None = None) -> Generator[Wait, Any, bool]:
    """Attend a course just bought; return whether it was completed, on the market once its certificate is issued."""
    programme, timeline = state.programme, state.timeline
    if booked is None:
        duration, completes = training.train(programme.key, programme.training, award.person, course)
        ends = timeline.now + duration
    else:
        ends, completes = training_of(state, award, course, booked)
    state.courses_running += 1
    yield timeline.turn(ends, state.journey.turn(PersonAct.COMPLETE), award.number)
    state.courses_running -= 1
    if completes:
        state.participants[f"completed_{course + 1}"][award.number] = timeline.now
        if booked is not None:
            yield from get_certificate(state, award, course, booked)
    return bool(completes)


def first_training(
    state: State, award: Award, linked: simpy.Event, booked: Booked | None = None
) -> Generator[Wait, Any, None]:
    """Attend the first course, get the certificate, rate and review; then the incentives fall due."""
    programme, timeline, own = state.programme, state.timeline, state.participants
    completed = yield from attend(state, award, 0, booked)
    if not completed:
        return
    certificate, reviews, delay = training.review(programme.key, programme.training, award.person)
    yield timeline.turn(timeline.now + certificate, state.journey.turn(PersonAct.CERTIFY), award.number)
    own["certified"][award.number] = timeline.now
    if not reviews:
        return
    yield timeline.turn(timeline.now + delay, state.journey.turn(PersonAct.REVIEW), award.number)
    own["reviewed"][award.number] = timeline.now
    if earns_payments(timeline.now, award.closing):
        state.payments_left += len(programme.payments)
        reviewed = timeline.now
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
