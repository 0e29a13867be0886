"""Payments: rupiah that add up, due dates in turn, and partners that pay first ready first."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, EPOCH, NEVER, moment
from sim.engines.journal import Journal, payment_names
from sim.rules import paying
from sim.stations.schedule import MILLION


def rupiah_add_up(journal: Journal) -> None:
    """Hold rupiah awarded, paid and returned at every day's end against participants' stamps."""
    programme, own = journal.programme, journal.participants
    benefit, names = programme.benefit, payment_names(programme)
    prices = [name for name in own.outcomes if name.startswith("price_")]
    purchases = [(own[name.replace("price", "bought")], own[name].clip(0)) for name in prices]
    awarded = journal.people["awarded"][own["person"]]
    incentives = programme.parameters.budget.incentives
    closing = awarded + programme.closing_after
    reviewed = own["reviewed"] < closing  # an incentive needs a first training reviewed within the year
    for now, _, in_all, paid, returned in journal.days:
        revoked, closed = own["revoked"] < now, own["closed"] < now
        forfeited = revoked | (closed & ~reviewed)
        spent = [int(price[bought < now].sum()) for bought, price in purchases]
        made = [int(np.count_nonzero(own[f"{name}_paid"] < now)) for name in names]
        participants = int(np.count_nonzero(awarded < now))
        assert in_all == [participants * kind for kind in benefit], moment(now)
        assert paid == [
            sum(spent),
            sum(made[:incentives]) * programme.parameters.budget.incentive,
            sum(made[incentives:]) * programme.parameters.budget.survey,
        ], moment(now)
        back = [np.where(revoked, benefit[0], 0) + np.where(closed, own["unspent"], 0)]
        back += [np.where(forfeited, kind, 0) for kind in benefit[1:]]
        assert returned == [int(kind.sum()) for kind in back], moment(now)

    total = sum(price for _, price in purchases)
    assert np.all(total <= benefit[0])
    went_back = own["closed"] < NEVER
    assert np.array_equal(own["unspent"][went_back], (benefit[0] - total)[went_back])
    is_closed = (own["bought_1"] < NEVER) & (closing < journal.end)
    assert np.array_equal(own["closed"], np.where(is_closed, closing, NEVER))
    ever_paid = np.min([own[f"{name}_paid"] for name in names], axis=0) < NEVER
    assert not np.any(ever_paid & ~reviewed)


def payments_fall_due_in_turn(journal: Journal) -> None:
    """Hold due dates: incentives in turn, surveys after the first; ready some working days later."""
    programme, own = journal.programme, journal.participants
    names = payment_names(programme)
    incentives = programme.parameters.budget.incentives
    end = journal.end

    def happens(at: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(at < end, at, NEVER)

    awarded = journal.people["awarded"][own["person"]]
    entitled = own["reviewed"] < awarded + programme.closing_after
    due = np.where(entitled, np.maximum(own["reviewed"], own["linked"]), NEVER)
    for before, name in pairwise((None, *names[:incentives])):
        if before is not None:
            unpaid = own[f"{before}_paid"] == NEVER
            due = np.maximum(own[f"{before}_due"] + programme.incentive_step, own[f"{before}_paid"])
            due[unpaid] = NEVER
        assert np.array_equal(own[f"{name}_due"], happens(due)), name
    for name, step in zip(names[incentives:], programme.survey_steps, strict=True):
        first = own[f"{names[0]}_paid"]
        assert np.array_equal(own[f"{name}_due"], happens(np.where(first < NEVER, first + step, NEVER))), name

    holidays = programme.parameters.clock.holidays
    off = {str(day) for day in holidays.dates}
    off |= {f"{year}-{d.month:02d}-{d.day:02d}" for year in range(holidays.every_year_from.year, 2045)
            for d in holidays.every_year}  # fmt: skip
    calendar = np.busdaycalendar(holidays=sorted(off))
    first_day = np.datetime64(EPOCH.date())
    for payment, name in enumerate(names):
        for number in np.flatnonzero(own[f"{name}_due"] < NEVER).tolist():
            at, person = int(own[f"{name}_due"][number]), int(own["person"][number])
            ready = paying.ready(
                programme.key, programme.lags, programme.work, programme.work_until, person, payment, at
            )
            since, until = first_day + at // DAY, first_day + ready // DAY
            days = np.busday_count(since + 1, until + 1, busdaycal=calendar)
            assert days in [lag.days for lag in programme.parameters.payment.lag_days]
            assert ready % DAY == at % DAY
            assert days == 0 or np.is_busday(until, busdaycal=calendar)
            assert own[f"{name}_ready"][number] == (ready if ready < end else NEVER)


def partners_pay_first_ready_first(journal: Journal) -> None:
    """Hold every run of every partner against a list sorted anew, with its cap, failures and mending."""
    programme, own = journal.programme, journal.participants
    names = payment_names(programme)
    scale = programme.parameters.population.scale
    paid = {name: np.full(own.rows, NEVER) for name in names}
    attempts = {name: np.full(own.rows, -1) for name in names}
    records = []
    for number, partner in enumerate(programme.parameters.payment.partners.values()):
        waiting = [
            (int(own[f"{name}_ready"][who]), who, payment, 0)
            for payment, name in enumerate(names)
            for who in np.flatnonzero((own["partner"] == number) & (own[f"{name}_ready"] < NEVER)).tolist()
        ]
        heapq.heapify(waiting)
        offered = 0
        for day in programme.work.tolist():
            now = day * DAY + programme.run_clock
            if now >= journal.end:
                break
            at = moment(now)
            cap = ([partner.cap] + [step.cap for step in partner.steps if step.since <= at])[-1]
            out = any(outage.since <= at < outage.until for outage in partner.outages)
            if at < partner.since or out:
                places = 0
            elif cap is None:
                places = 1 << 30
            else:
                offered += round(cap * scale * MILLION)
                places = offered // MILLION - (offered - round(cap * scale * MILLION)) // MILLION
            made, failed = 0, []
            while len(failed) + made < places and waiting and waiting[0][0] < now:
                _, who, payment, attempt = heapq.heappop(waiting)
                fails, mending = paying.fails(
                    programme.key, programme.payment, int(own["person"][who]), payment, attempt
                )
                if fails:
                    failed.append((now + mending, who, payment, attempt + 1))
                else:
                    made += 1
                    paid[names[payment]][who] = now
                    attempts[names[payment]][who] = attempt + 1
            for one in failed:
                heapq.heappush(waiting, one)
            records.append((now, number, made, len(failed)))
    for name in names:
        assert np.array_equal(own[f"{name}_paid"], paid[name]), name
        assert np.array_equal(own[f"{name}_attempts"], attempts[name]), name
    found = [(record.at, record.partner, record.paid, record.failed) for record in journal.runs]
    assert found == sorted(records)
