"""Payments: incentives and surveys that fall due in turn, and are ready some working days later."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, EPOCH, NEVER, instant
from sim.engines.journal import Journal
from sim.programme.programme import Programme
from sim.rules.lags import ready as ready_at
from sim.rules.surveys import answer

Ints = NDArray[np.int64]


def incentives(programme: Programme) -> list[str]:
    """Return the names of the incentives in turn."""
    return [f"incentive_{k + 1}" for k in range(programme.parameters.budget.incentives)]


def surveys(programme: Programme) -> list[str]:
    """Return the names of the surveys in turn."""
    return [f"survey_{k + 1}" for k in range(len(programme.parameters.payment.survey_days))]


def answers(journal: Journal, count: int) -> tuple[NDArray[np.bool_], Ints]:
    """Return whether each participant answers a survey if it is offered, and how long after the offer (µs)."""
    programme, persons = journal.programme, journal.participants["person"].tolist()
    each = [answer(programme.key, programme.survey, person, count) for person in persons]
    return np.array([does for does, _ in each], dtype=bool), np.array([delay for _, delay in each], dtype=np.int64)


def payments_fall_due_in_turn(journal: Journal) -> None:
    """Hold due dates: incentives in turn, surveys as they are answered; ready some working days later."""
    programme, own, end = journal.programme, journal.participants, journal.end
    awarded = journal.people["awarded"][own["person"]]
    entitled = own["reviewed"] < awarded + programme.closing_after
    due = np.where(entitled, np.maximum(own["reviewed"], own["linked"]), NEVER)
    for before, name in pairwise((None, *incentives(programme))):
        if before is not None:
            unpaid = own[f"{before}_paid"] == NEVER
            due = np.maximum(own[f"{before}_due"] + programme.incentive_step, own[f"{before}_paid"])
            due[unpaid] = NEVER
        assert np.array_equal(own[f"{name}_due"], np.where(due < end, due, NEVER)), name
    _ready_after_working_days(journal)


def _ready_after_working_days(journal: Journal) -> None:
    programme, own = journal.programme, journal.participants
    holidays = programme.parameters.clock.holidays
    off = set(holidays.dates)
    off |= {date(year, d.month, d.day) for year in range(holidays.every_year_from.year, 2110)
            for d in holidays.every_year}  # fmt: skip
    calendar = np.busdaycalendar(holidays=sorted(off))
    first_day = np.datetime64(EPOCH.date())
    work = programme.calendar.days
    for payment, name in enumerate([*incentives(programme), *surveys(programme)]):
        for number in np.flatnonzero(own[f"{name}_due"] < NEVER).tolist():
            at, person = int(own[f"{name}_due"][number]), int(own["person"][number])
            ready = ready_at(programme.key, programme.payment_table, programme.lags, work, person, payment, at)
            since = first_day + at // DAY
            if ready == NEVER:  # so few working days are left that are known of
                left = np.busday_count(since + 1, first_day + work[1].size, busdaycal=calendar)
                assert left < max(_lags_of(programme, at))
                assert own[f"{name}_ready"][number] == NEVER
                continue
            until = first_day + ready // DAY
            days = np.busday_count(since + 1, until + 1, busdaycal=calendar)
            assert days in _lags_of(programme, at)
            assert ready % DAY == at % DAY
            assert days == 0 or np.is_busday(until, busdaycal=calendar)
            assert own[f"{name}_ready"][number] == (ready if ready < journal.end else NEVER)


def _lags_of(programme: Programme, due: int) -> set[int]:
    """Return the lags that a payment that falls due at an instant may have, in working days."""
    payment = programme.parameters.payment
    more = [step.more_days for step in payment.lag_steps if instant(step.since) <= due]
    days = {math.floor(more[-1]), math.ceil(more[-1])} if more else {0}
    return {max(lag.days + each, 0) for lag in payment.lag_days for each in days}


def surveys_are_offered_and_answered(journal: Journal) -> None:
    """Hold surveys: offered some days after the first incentive was paid, due as they are answered, or never."""
    programme, own, end = journal.programme, journal.participants, journal.end
    survey = programme.parameters.payment.survey
    first = own[f"{incentives(programme)[0]}_paid"]
    for count, (name, days) in enumerate(
        zip(surveys(programme), programme.parameters.payment.survey_days, strict=True)
    ):
        offered = np.where(first < NEVER, first + round(days * DAY), NEVER)
        assert np.array_equal(own[f"{name}_offered"], np.where(offered < end, offered, NEVER)), name
        does, delay = answers(journal, count)
        due = np.where((offered < end) & does, offered + delay, NEVER)
        assert np.array_equal(own[f"{name}_due"], np.where(due < end, due, NEVER)), name
        if survey.answers in (0, 1):
            assert np.all(does == bool(survey.answers))
        unanswered = (own[f"{name}_offered"] < NEVER) & ~does
        for what in ("ready", "paid"):
            assert np.all(own[f"{name}_{what}"][unanswered] == NEVER), name
