"""Odd clocks: few working days or none, a late start, the shortest run. Both engines agree on what never happens."""

from __future__ import annotations

import weakref
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, EPOCH, HOUR, NEVER
from sim.engines.cohort.payment_queue import PaymentQueue
from sim.engines.cohort.pending import PENDING, TOO_LATE, by_day, together, words_of
from sim.engines.journal import Journal
from tests.building import PARTNERS, law, programme
from tests.engine.random_programmes import wib
from tests.equality.awkward_programmes import PAYMENTS, base
from tests.equality.same import assert_same, run_both
from tests.equality.test_new_stations import compiled, crowd
from tests.journey.routes import further, route_with

LAST_HOLIDAY = 2 * 366 + 500
"""Days that the calendar of a run of two years with a lag of at most 30 working days may ask for, and more."""


def holidays_from(day: int, without: tuple[int, ...] = ()) -> dict[str, Any]:
    """Return a calendar in which every day from one on is a holiday, but for some; a programme of two years."""
    dates = [f"{EPOCH + timedelta(days=d):%Y-%m-%d}" for d in range(day, LAST_HOLIDAY) if d not in without]
    return {"clock.longest_years": 2, "clock.holidays.dates": dates, "clock.holidays.every_year": []}


def hold(changes: dict[str, Any]) -> Journal:
    """Hold the engines against each other; return what happened."""
    journal, result = run_both(programme(changes=changes))
    assert_same(journal, result)
    return journal


LAGS: dict[str, Any] = {"payment.lag_days": [{"days": 1, "share": 0.5}, {"days": 30, "share": 0.5}]}
SURVEYS_AT_ONCE: dict[str, Any] = {
    "payment.survey_days": [1],
    "payment.survey": {"answers": 1.0, "delay": law("constant", 0, "days")},
}


@pytest.mark.parametrize("threads", [1, 2])
def test_no_working_day_at_all(threads: int) -> None:
    """Catches a read outside the working days, of which there are none: nothing is ready, no run is made."""
    journal = hold(PAYMENTS | LAGS | holidays_from(0) | {"run.threads": threads})
    own = journal.participants
    assert np.count_nonzero(own["incentive_1_due"] < NEVER) > 10
    assert not np.any(own["incentive_1_ready"] < NEVER)
    assert journal.runs == []
    assert journal.end == journal.programme.horizon  # incentives that are due and never paid keep a run going


def test_no_working_day_and_no_lag() -> None:
    """Catches a payment without a lag that waits for a working day: it is ready as it is due, and never paid."""
    journal = hold(PAYMENTS | holidays_from(0) | {"payment.lag_days": [{"days": 0, "share": 1}]})
    own = journal.participants
    due = own["incentive_1_due"] < NEVER
    assert np.count_nonzero(due) > 10
    assert np.array_equal(own["incentive_1_ready"], own["incentive_1_due"])
    assert not np.any(own["incentive_1_paid"] < NEVER)


def test_no_working_day_after_a_date() -> None:
    """Catches a payment that is ready before it is due, once no working day is left for its lag."""
    last = 30
    journal = hold(PAYMENTS | LAGS | SURVEYS_AT_ONCE | holidays_from(last))
    own = journal.participants
    due, ready = own["incentive_1_due"], own["incentive_1_ready"]
    has = due < NEVER
    assert np.all(ready[has] >= due[has])
    assert np.any(ready[has] < last * DAY)
    assert np.any(ready[has] == NEVER)
    assert max(run.at for run in journal.runs) < last * DAY
    assert np.any(own["survey_1_due"] < NEVER)


def test_one_working_day() -> None:
    """Catches a lag of two working days that ends on the only one there is, and a run that is made twice."""
    lags = {"payment.lag_days": [{"days": 1, "share": 0.5}, {"days": 2, "share": 0.5}]}
    journal = hold(PAYMENTS | lags | holidays_from(0, without=(60,)))
    ready = journal.participants["incentive_1_ready"]
    assert set(ready[ready < NEVER] // DAY) == {60}
    assert {run.at // DAY for run in journal.runs} == {60}


@pytest.mark.parametrize("patient", [True, False])
def test_stations_that_need_working_days(patient: bool) -> None:
    """Catches a station of daily runs, or an office, that serves someone where there is no working day."""
    holidays = {"clock.holidays.dates": holidays_from(0)["clock.holidays.dates"]}
    for name in ("post", "office"):
        station = further(name, patient=patient)
        journal, result = run_both(compiled(route_with(station, 1), crowd(name), holidays))
        assert_same(journal, result)
        visits = journal.visits[station.name]
        assert visits["arrived"].size == journal.programme.people
        assert np.all(visits["started"] == NEVER)
        assert np.any(visits["gave_up"] < NEVER) != patient


def test_what_is_ready_too_late_is_kept_and_not_put_by_day() -> None:
    """Catches a queue that makes room for each of millions of days until a payment that is never ready."""
    queue = PaymentQueue(run_clock=0)
    pending = np.zeros(4, dtype=PENDING)
    pending["number"], pending["ready"] = range(4), (DAY, 10 * DAY, 1000 * 365 * DAY, NEVER)
    for some, failed in (pending, False), (pending[2:], True):
        found = by_day(some, np.zeros(some.size, dtype=np.uint8), 1, 0, 10 * DAY)
        queue.put(words_of(found[0]), found[2].tolist(), failed=failed)
    assert sum(some.size for some in queue.unpaid()) == 6
    queue.queue_up(9 * DAY)
    assert together(queue.take(None))["number"].tolist() == [0]
    assert queue.waiting() == 2  # those that failed wait for a run, though none will come


def test_what_is_ready_too_late_does_not_keep_the_memory_of_others() -> None:
    """Catches one payment that is never ready and keeps all that fell due with it, of every day to the end."""
    queue, pending = PaymentQueue(run_clock=0), np.zeros(1000, dtype=PENDING)
    of_all = weakref.ref(pending)
    queue.put(words_of(pending), [(TOO_LATE, 0, 1)])
    del pending
    assert of_all() is None
    assert [some.size for some in queue.unpaid()] == [1]


def test_payments_are_put_by_partner_and_day() -> None:
    """Catches a payment that goes to another partner or day, or is lost, as a bank is parted by day."""
    draw, end = np.random.default_rng(1), 10 * DAY
    pending, partners = np.zeros(500, dtype=PENDING), draw.integers(0, 5, 500).astype(np.uint8)
    pending["number"], pending["ready"] = range(500), draw.integers(-DAY, 12 * DAY, 500)
    payments, begins, days = by_day(pending, partners, 6, HOUR, end)
    expected: dict[tuple[int, int], set[int]] = {}
    for number, (partner, at) in enumerate(zip(partners.tolist(), pending["ready"].tolist(), strict=True)):
        day = (at - HOUR) // DAY if at < end else TOO_LATE
        expected.setdefault((partner, day), set()).add(number)
    numbers = {
        (partner, day): payments["number"][a:b].tolist()
        for partner, (first, last) in enumerate(pairwise(begins.tolist()))
        for day, a, b in days[first:last].tolist()
    }
    assert len(numbers) == len(days) == len(expected)
    assert {key: set(some) for key, some in numbers.items()} == expected
    assert sum(map(len, numbers.values())) == 500


def test_a_repair_that_ends_after_the_run() -> None:
    """Catches a failed payment that is put by day though its repair takes a thousand years."""
    changes = base(60, 6.0, 1, end=24 * 300) | {
        "payment.fails": 0.5,
        "payment.repair": law("lognormal", 36_525, "days", spread=10),
        "payment.partners.bni.outages": [{"from": wib(1), "until": wib(24 * 200)}],
    }
    journal = hold(changes)
    assert sum(run.failed for run in journal.runs) > 10
    assert sum(run.waiting for run in journal.runs[-5:]) > 0


RULE = {"first_day": 0, "every_days": 1, "open_days": 1 / DAY, "quota_share": 0.5, "places": None}


@pytest.mark.parametrize("end", [None, wib(24 * 400)])
def test_a_late_start_with_waves_by_rule(end: str | None) -> None:
    """Catches waves by rule that open before the start of the clock: partners and shares are known from there on."""
    start = 24 * 300 + 7
    shares = [{"from": wib(start), "share": 1}]
    late = {
        "clock.start": wib(start),
        "clock.end": end,
        "clock.longest_years": 2,
        "portal.outages": [],
        "demand.points": [{"at": wib(start), "registered": 0}, {"at": wib(start + 200), "registered": 9}],
        "joining.newcomers": shares,
        "joining.losers": shares,
        "selection.eligible": shares,
        **{f"payment.partners.{partner}.from": wib(start) for partner in PARTNERS},
    }
    journal = hold(base(80, 6.0, 1) | late)
    table = journal.programme.waves.waves
    assert table["open"][0] == (start + 48) * HOUR
    assert journal.participants.rows > 20


def test_a_wave_that_is_open_for_a_microsecond() -> None:
    """Catches a wave that is joined before it opens, or after: whoever stands in the pool joins at its one instant."""
    journal = hold(base(80, 6.0, 1) | {"waves.rule": RULE, "joining.delay": law("exponential", 3, "days")})
    people, table = journal.people, journal.programme.waves.waves
    joined = people["first_joined"] < NEVER
    assert np.count_nonzero(joined) > 40
    assert np.array_equal(people["first_joined"][joined], table["open"][people["first_wave"][joined]])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("waves", [{}, {"waves.rule": RULE}])
def test_the_shortest_run(threads: int, waves: dict[str, Any]) -> None:
    """Catches a run of one day that the cohort engine cannot make, or ends elsewhere than the person engine."""
    shortest = {"clock.longest_years": 1 / 365.25, "portal.outages": [], "portal.rate": None, "processing.rate": 4.0}
    journal = hold(base(80, 6.0, threads) | shortest | waves)
    assert journal.end == DAY
    assert journal.visits["processing"]["arrived"].size > 10
