"""Compile parameters to the programme that both engines run."""

from __future__ import annotations

import math

import numpy as np

from sim.calendar.instants import DAY, NEVER, UNIT, instant, time_of_day
from sim.journey.money import Benefit
from sim.journey.payments import PAID_BENEFITS, Payment, payments
from sim.parameters import Parameters
from sim.programme import people
from sim.programme.demand import demand_curve
from sim.programme.laws import law, law_record
from sim.programme.market import compile_market
from sim.programme.partners import partners
from sim.programme.programme import Programme
from sim.programme.stations import route_stations
from sim.programme.waves_table import openings, waves_table
from sim.programme.work_calendar import work_calendar
from sim.rules import buying, entry_test, failed_payments, lags, linking, luck, registering, surveys, training
from sim.rules import payments as payment_rules
from sim.rules import priority_and_regional_shares as shares
from sim.rules.records import record


def compile_programme(parameters: Parameters, changed_person: int = -1) -> Programme:
    """Compile parameters, for the journey that they belong to.

    `changed_person` is a person whose luck is another's, to see whom a change of luck reaches.
    """
    p, journey = parameters, parameters.journey
    calendar = work_calendar(p)
    each = payments(p.budget.incentives, len(p.payment.survey_days))
    key, curve = luck.key(p.run.seed, p.run.replication, changed_person), _curve(p, calendar.horizon)
    regencies = np.array([province.regencies for province in p.population.provinces.values()], dtype=np.int64)
    return Programme(
        parameters=p,
        journey=journey,
        people=p.population.people,
        calendar=calendar,
        key=key,
        population=people.population(p),
        provinces=people.provinces(p),
        curve=curve,
        route=route_stations(
            p,
            journey,
            calendar,
            int(regencies.sum()),
            lambda at: registering.first_since(key, curve, p.population.people, at),
        ),
        regencies_before=np.cumsum(regencies) - regencies,
        test=_test(p),
        waves=waves_table(p, calendar.horizon),
        join_delay=law_record(p.joining.delay),
        patience_waves=p.joining.patience_waves or 0.0,
        shares=_shares(p),
        tranche_awards=_tranche_awards(p),
        account=_account(p),
        market=_market(p),
        seats=compile_market(p, calendar),
        training=_training(p),
        closing_after=p.budget.unspent_returns_days * DAY,
        payments=each,
        payment_table=_payment_table(each),
        lags=_lags(p),
        failure=failed_payments.FailureRecord(
            record(failed_payments.FAILURE, fails=p.payment.fails, repair=law(p.payment.repair))
        ),
        partners=partners(p, calendar),
        run_clock=time_of_day(p.payment.run_hour),
        incentive_step=p.payment.incentive_days * DAY,
        survey=surveys.SurveyRecord(
            record(surveys.SURVEY, answers=p.payment.survey.answers, delay=law(p.payment.survey.delay))
        ),
        survey_steps=tuple(days * DAY for days in p.payment.survey_days),
    )


# Demand


def _curve(p: Parameters, horizon: int) -> registering.Curve:
    times, demand = demand_curve(p, openings(p, horizon))
    return times, demand, registering.guide_of(demand)


def _test(p: Parameters) -> entry_test.TestRecord:
    test = p.processing.test
    minutes = int(test.minutes * UNIT["minutes"])
    return entry_test.TestRecord(record(entry_test.TEST, taken=test.taken, delay=law(test.delay), length=minutes))


# Selection and budget


def _shares(p: Parameters) -> shares.SharesRecord:
    by_law = p.selection.shares
    return shares.SharesRecord(
        record(shares.SHARES, priority=by_law.priority, regional=by_law.regional, affirmative=by_law.affirmative)
    )


def _tranche_awards(p: Parameters) -> tuple[int, ...]:
    budget = p.budget
    commits = budget.training_balance + budget.incentives * budget.incentive
    commits += len(p.payment.survey_days) * budget.survey
    # The margin keeps a budget of exactly n awards from giving n - 1.
    return tuple(int(t.rupiah * p.population.scale / commits + 1e-9) for t in budget.tranches.values())


# Training


def _account(p: Parameters) -> linking.AccountRecord:
    account = p.account
    return linking.AccountRecord(
        record(
            linking.ACCOUNT,
            delay=law(account.delay),
            unbanked_delay=law(account.unbanked_delay),
            fails=account.fails,
            repair=law(account.repair),
        )
    )


def _market(p: Parameters) -> buying.MarketRecord:
    price, further = p.purchase.price, p.purchase.further
    return buying.MarketRecord(
        record(
            buying.MARKET,
            least=price.least,
            most=price.most,
            shape=price.shape,
            appetite=further.appetite,
            delay=law(further.delay),
        )
    )


def _training(p: Parameters) -> training.TrainingRecord:
    course = p.training
    return training.TrainingRecord(
        record(
            training.TRAINING,
            duration=law(course.duration),
            completes=course.completes,
            certificate=law(course.certificate),
            reviews=course.reviews,
            review=law(course.review),
        )
    )


# Payments


def _payment_table(each: tuple[Payment, ...]) -> payment_rules.PaymentTable:
    blocks = luck.named_blocks(payment_rules.LANES, (benefit.key for benefit in PAID_BENEFITS))
    table = np.zeros(len(each), dtype=payment_rules.PAYMENT)
    table["block"] = [blocks[payment.benefit.key] for payment in each]
    table["count"] = [payment.count for payment in each]
    table["survey"] = [payment.benefit is Benefit.SURVEY for payment in each]
    return payment_rules.PaymentTable(table)


def _lags(p: Parameters) -> lags.LagTable:
    """Return the lags before the first step, and from each step on that changes them."""
    times = [(-NEVER, _lags_with(p, 0.0))]
    for step in p.payment.lag_steps:
        some = _lags_with(p, step.more_days)
        if some != times[-1][1]:
            times.append((instant(step.since), some))
    table = np.zeros((len(times), max(len(some) for _, some in times)), dtype=lags.LAG)
    table["cumulative"] = lags.NO_PAYMENT
    for row, (since, some) in zip(table, times, strict=True):
        row["since"] = since
        row["days"][: len(some)] = [days for days, _ in some]
        row["cumulative"][: len(some) - 1] = np.cumsum([share for _, share in some])[:-1]
    return lags.LagTable(table)


def _lags_with(p: Parameters, more: float) -> list[tuple[int, float]]:
    """Return lags and their shares with some working days more, or fewer, than the base lags, none below 0.

    Of a fraction of a day so large a share of each lag's payments waits the next whole day: more days never shorten the
    lag of a payment.
    """
    whole = math.floor(more)
    parts = [(whole, 1 - (more - whole)), (whole + 1, more - whole)]
    return [
        (max(lag.days + days, 0), lag.share * part) for lag in p.payment.lag_days for days, part in parts if part > 0
    ]
