"""A payee: the incentives one after the other, the surveys, and each payment from its due date to the partner's run."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sim.engines.person.state import State
from sim.journey.money import Benefit
from sim.journey.order import PersonAct
from sim.rules import lags
from sim.rules.next_incentive import first_incentive_due, next_incentive_due
from sim.rules.surveys import answer, offered_at, unanswered_returns
from sim.stations.timeline import Wait


def incentives(
    state: State, person: int, number: int, closing: int, reviewed: int, linked: int
) -> Generator[Wait, Any, None]:
    """Be paid the incentives one after the other; the surveys follow the first."""
    programme, timeline = state.programme, state.timeline
    due = first_incentive_due(reviewed, linked)
    for payment in range(programme.incentives):
        yield from paid(state, person, number, payment, due)
        if payment == 0:
            for survey, step in enumerate(programme.survey_steps):
                timeline.process(offer_survey(state, person, number, closing, survey, offered_at(timeline.now, step)))
        due = next_incentive_due(due, timeline.now, programme.incentive_step)


def offer_survey(
    state: State, person: int, number: int, closing: int, survey: int, offered: int
) -> Generator[Wait, Any, None]:
    """Be offered a survey; who answers is paid, else the rupiah return."""
    programme, timeline, own = state.programme, state.timeline, state.participants
    payment = programme.incentives + survey
    name = programme.payments[payment].name
    yield timeline.turn(offered, state.journey.turn(PersonAct.OFFER_SURVEY), number)
    own[f"{name}_offered"][number] = timeline.now
    answers, delay = answer(programme.key, programme.survey, person, survey)
    own[f"{name}_answered"][number] = int(answers)
    if answers:
        yield from paid(state, person, number, payment, timeline.now + delay)
        return
    state.payments_left -= 1
    returns = unanswered_returns(offered, closing)
    yield timeline.turn(returns, state.journey.turn(PersonAct.CLOSE_ACCOUNT), number)
    state.give_back(number, Benefit.SURVEY, programme.amount(payment))


def paid(state: State, person: int, number: int, payment: int, due: int) -> Generator[Wait, Any, None]:
    """Wait until a payment is due and ready, then for the partner's run that pays it."""
    programme, timeline, own = state.programme, state.timeline, state.participants
    which = programme.payments[payment]
    yield timeline.turn(due, state.journey.turn(PersonAct.DUE), number)
    own[f"{which.name}_due"][number] = due
    ready = lags.ready(
        programme.key, programme.payment_table, programme.lags, programme.calendar.days, person, payment, due
    )
    yield timeline.turn(ready, state.journey.turn(PersonAct.READY), number)
    own[f"{which.name}_ready"][number] = ready
    partner = state.partners[int(own["partner"][number])]
    attempts = yield partner.submit(number, payment, ready)
    own[f"{which.name}_paid"][number] = timeline.now
    own[f"{which.name}_attempts"][number] = attempts
    state.pay(number, which.benefit, programme.amount(payment))
    state.payments_left -= 1
