"""A participant: account, first purchase before the deadline, courses, review, incentives and surveys."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from sim.calendar.order import Part
from sim.engines.journal import payment_names
from sim.programme.ledger import Kind
from sim.programme.places import Place
from sim.rules import buying, paying
from sim.rules.people import Trait
from sim.stations.timeline import Wait

if TYPE_CHECKING:
    from sim.engines.person.model import Model


def participant(model: Model, person: int, number: int, wave: int) -> Generator[Wait, Any, None]:
    """Follow a person who has just been awarded; from here on acts go by the participant's number."""
    programme, timeline = model.programme, model.timeline
    plan = programme.waves.waves[wave]
    deadline, closing = int(plan["deadline"]), timeline.now + programme.closing_after
    model.move(person, Place.AWARDED)
    for kind in Kind:
        model.entitle(number, kind, programme.benefit[kind])
    linked = simpy.Event(timeline)
    timeline.process(link_account(model, person, number, wave, linked))

    wants, delay = buying.first_purchase(programme.key, programme.waves.waves, wave, person)
    if not wants or timeline.now + delay >= deadline:
        yield timeline.turn(deadline, Part.REVOKE, number)
        revoke(model, person, number, wave)
        return
    yield timeline.turn(timeline.now + delay, Part.BUY, number)
    model.move(person, Place.PARTICIPANT)
    model.accounts_open += 1
    timeline.process(close_account(model, person, number, closing))
    buy(model, person, number, course=0)
    timeline.process(first_training(model, person, number, closing, linked))
    yield from buy_further(model, person, number, closing)


def link_account(model: Model, person: int, number: int, wave: int, linked: simpy.Event) -> Generator[Wait, Any, None]:
    """Choose a payment partner and link an account; some fail and mend it."""
    programme, timeline, own = model.programme, model.timeline, model.participants
    traits = int(model.traits[person])
    kind = traits >> Trait.E_MONEY & 1
    own["partner"][number] = buying.choose_partner(programme.key, programme.waves.partners[wave, kind], person)
    unbanked = bool(traits >> Trait.UNBANKED & 1)
    delay, mending = buying.link_account(programme.key, programme.account, unbanked, person)
    yield timeline.turn(timeline.now + delay, Part.LINK, number)
    if model.place[person] == Place.REVOKED:
        return
    own["link_tried"][number] = timeline.now
    if mending:
        yield timeline.turn(timeline.now + mending, Part.LINK, number)
        if model.place[person] == Place.REVOKED:
            return
    own["linked"][number] = timeline.now
    linked.succeed()


def revoke(model: Model, person: int, number: int, wave: int) -> None:
    """End the participation of one who bought nothing before the deadline."""
    model.move(person, Place.REVOKED)
    model.participants["revoked"][number] = model.timeline.now
    model.budget.release(wave)
    for kind in Kind:
        model.give_back(number, kind)


def buy(model: Model, person: int, number: int, course: int) -> bool:
    """Buy a course from the training balance, if it suffices; return whether it did."""
    balance = int(model.entitled[Kind.TRAINING][number])
    price = buying.price(model.programme.key, model.programme.market, person, course, balance)
    if price == 0:
        return False
    model.participants[f"bought_{course + 1}"][number] = model.timeline.now
    model.participants[f"price_{course + 1}"][number] = price
    model.pay(number, Kind.TRAINING, price)
    return True


def buy_further(model: Model, person: int, number: int, closing: int) -> Generator[Wait, Any, None]:
    """Buy further courses while balance and appetite last."""
    programme, timeline = model.programme, model.timeline
    for course in range(1, programme.parameters.purchase.further.courses):
        wants, delay = buying.further_purchase(programme.key, programme.market, person, course)
        if not wants or timeline.now + delay >= closing:
            return
        yield timeline.turn(timeline.now + delay, Part.BUY, number)
        if not buy(model, person, number, course):
            return
        timeline.process(attend(model, person, number, course))


def attend(model: Model, person: int, number: int, course: int) -> Generator[Wait, Any, bool]:
    """Attend a course just bought; return whether it was completed."""
    duration, completes = buying.train(model.programme.key, model.programme.training, person, course)
    model.courses_running += 1
    yield model.timeline.turn(model.timeline.now + duration, Part.COMPLETE, number)
    model.courses_running -= 1
    if completes:
        model.participants[f"completed_{course + 1}"][number] = model.timeline.now
    return bool(completes)


def first_training(
    model: Model, person: int, number: int, closing: int, linked: simpy.Event
) -> Generator[Wait, Any, None]:
    """Attend the first course, get the certificate, rate and review; then the incentives fall due."""
    programme, timeline, own = model.programme, model.timeline, model.participants
    completed = yield from attend(model, person, number, course=0)
    if not completed:
        return
    certificate, reviews, delay = buying.review(programme.key, programme.training, person)
    yield timeline.turn(timeline.now + certificate, Part.CERTIFY, number)
    own["certified"][number] = timeline.now
    if not reviews:
        return
    yield timeline.turn(timeline.now + delay, Part.REVIEW, number)
    own["reviewed"][number] = timeline.now
    if timeline.now < closing:
        model.payments_left += len(payment_names(programme))
        yield linked
        yield from incentives(model, person, number)


def incentives(model: Model, person: int, number: int) -> Generator[Wait, Any, None]:
    """Be paid the incentives one after the other; the surveys follow the first."""
    programme, timeline = model.programme, model.timeline
    due = timeline.now
    for payment in range(programme.parameters.budget.incentives):
        yield from paid(model, person, number, payment, due)
        if payment == 0:
            first_survey = programme.parameters.budget.incentives
            for survey, step in enumerate(programme.survey_steps, start=first_survey):
                timeline.process(paid(model, person, number, survey, timeline.now + step))
        due = max(due + programme.incentive_step, timeline.now)


def paid(model: Model, person: int, number: int, payment: int, due: int) -> Generator[Wait, Any, None]:
    """Wait until a payment is due and ready, then for the partner's run that pays it."""
    programme, timeline, own = model.programme, model.timeline, model.participants
    name = payment_names(programme)[payment]
    yield timeline.turn(due, Part.DUE, number)
    own[f"{name}_due"][number] = due
    ready = paying.ready(programme.key, programme.lags, programme.work, programme.work_until, person, payment, due)
    yield timeline.turn(ready, Part.READY, number)
    own[f"{name}_ready"][number] = ready
    partner = model.partners[int(own["partner"][number])]
    attempts = yield partner.submit(number, payment, ready)
    own[f"{name}_paid"][number] = timeline.now
    own[f"{name}_attempts"][number] = attempts
    kind = Kind.INCENTIVE if payment < programme.parameters.budget.incentives else Kind.SURVEY
    model.pay(number, kind, programme.amount(payment))
    model.payments_left -= 1


def close_account(model: Model, person: int, number: int, closing: int) -> Generator[Wait, Any, None]:
    """Return the unspent balance after a year, and all payments of one who has not reviewed a training by then."""
    yield model.timeline.turn(closing, Part.CLOSE_ACCOUNT, number)
    own = model.participants
    model.accounts_open -= 1
    own["closed"][number] = model.timeline.now
    own["unspent"][number] = model.give_back(number, Kind.TRAINING)
    if own["reviewed"][number] >= closing:
        model.give_back(number, Kind.INCENTIVE)
        model.give_back(number, Kind.SURVEY)
