"""When a payment is ready, by a table of working days and holidays; and whether it fails."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.calendar.instants import DAY, EPOCH, instant, midnight_after, moment
from sim.calendar.working_days import working_days, working_days_until
from sim.rules.laws import CONSTANT
from sim.rules.luck import key
from sim.rules.paying import LAG, PAYMENT, fails, ready
from tests.building import SIGMAS, SMALL, programme, uniforms

WHOSE = key(6, 0)
DAYS = 3000
HOLIDAYS = {date(2020, 8, 17), date(2020, 8, 20), date(2020, 8, 21), date(2020, 12, 24), date(2020, 12, 25)}
WORK = working_days(HOLIDAYS, {(1, 1), (8, 17)}, date(2023, 1, 1), DAYS)
UNTIL = working_days_until(WORK, DAYS)


def lags(*shares: tuple[int, float]) -> NDArray[np.void]:
    total = np.cumsum([share for _, share in shares])
    return np.array([(days, so_far) for (days, _), so_far in zip(shares, total, strict=True)], dtype=LAG)


def when(due: datetime, of: NDArray[np.void]) -> datetime:
    return moment(ready(WHOSE, of, WORK, UNTIL, 1, 0, instant(due)))


@pytest.mark.parametrize(
    ("due", "lag", "expected"),
    [
        ("2020-08-10T09:30:15", 3, "2020-08-13T09:30:15"),  # Monday: Thursday, the same clock time
        ("2020-08-07T14:00:00", 3, "2020-08-12T14:00:00"),  # Friday: Wednesday, over the weekend
        ("2020-08-14T14:00:00", 3, "2020-08-24T14:00:00"),  # Friday before 17, 20 and 21 August: Monday week
        ("2020-08-14T14:00:00", 1, "2020-08-18T14:00:00"),  # Friday before a Monday holiday: Tuesday
        ("2020-08-08T10:00:00", 1, "2020-08-10T10:00:00"),  # Saturday: the first working day after is one
        ("2020-08-09T23:59:59", 5, "2020-08-14T23:59:59"),  # Sunday
        ("2020-08-17T08:00:00", 1, "2020-08-18T08:00:00"),  # on a holiday
        ("2020-12-23T00:00:00", 1, "2020-12-28T00:00:00"),  # before Christmas, at midnight
        ("2020-08-08T10:00:00", 0, "2020-08-08T10:00:00"),  # no lag: ready when due, working day or not
        ("2022-12-30T12:00:00", 1, "2023-01-02T12:00:00"),  # 1 January 2023 is a Sunday
        ("2023-08-16T12:00:00", 1, "2023-08-18T12:00:00"),  # a holiday of every year from 2023
        ("2022-08-16T12:00:00", 1, "2022-08-17T12:00:00"),  # and of none before
    ],
)
def test_ready_is_a_number_of_working_days_after_due(due: str, lag: int, expected: str) -> None:
    """Catches weekends or holidays that count, a start on a day off that does, and a clock time lost."""
    assert when(datetime.fromisoformat(due), lags((lag, 1.0))) == datetime.fromisoformat(expected)


@given(minute=st.integers(0, 2500 * 1440), lag=st.integers(0, 30))
def test_ready_is_numpys_business_day(minute: int, lag: int) -> None:
    """Catches a table that is right by luck: any due instant, against NumPy's business days."""
    due = minute * 60_000_000
    holidays = sorted(HOLIDAYS | {date(y, m, d) for y in range(2023, 2029) for m, d in ((1, 1), (8, 17))})
    start = np.datetime64(EPOCH.date()) + due // DAY
    if lag:
        start = np.busday_offset(start, lag, roll="backward", holidays=np.array(holidays, dtype="M8[D]"))
    expected = (start - np.datetime64(EPOCH.date())).astype(int) * DAY + due % DAY
    assert ready(WHOSE, lags((lag, 1.0)), WORK, UNTIL, 1, 0, due) == expected


def test_lags_have_their_shares_and_are_drawn_for_each_payment() -> None:
    """Catches a lag that a person keeps for all payments, and shares read as cumulative; 20,000 at ALPHA."""
    n, of, due = 5000, lags((3, 0.4), (4, 0.3), (5, 0.3)), instant(datetime(2021, 3, 1, 9))
    drawn = np.array(
        [[(ready(WHOSE, of, WORK, UNTIL, p, payment, due) - due) // DAY for payment in range(4)] for p in range(n)]
    )
    for days, share in (
        (3, 0.4),
        (4, 0.3),
    ):  # 1 March 2021 is a Monday: 3 and 4 working days are as many days
        assert np.mean(drawn == days) == pytest.approx(share, abs=SIGMAS * np.sqrt(share * (1 - share) / drawn.size))
    correlations = np.corrcoef(drawn.T)[~np.eye(4, dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(n)


def test_working_days_of_the_config() -> None:
    """Catches a holiday of the decrees that is lost between config and run: working days of whole years."""
    work = programme(SMALL).work
    days = {moment(int(d) * DAY).date() for d in work if d < 365 * 4}
    assert {date(2020, 8, 18), date(2021, 5, 17)} <= days
    assert not {date(2020, 8, 17), date(2020, 12, 24), date(2021, 5, 12), date(2020, 8, 15)} & days
    assert sum(day.year == 2021 for day in days) == 261 - 13
    assert sum(day.year == 2023 for day in days) == 260 - 4  # 1 January is a Sunday


def test_holidays_of_every_year_count_from_their_first_day() -> None:
    """Catches a first yearly holiday that is worked on: 1 June 2020 is a Monday, its eve a Sunday."""
    work = working_days(set(), {(6, 1), (5, 29)}, date(2020, 6, 1), 60)
    assert [moment(int(d) * DAY).day for d in work if d in range(47, 54)] == [28, 29, 2, 3]


@pytest.mark.parametrize(
    ("announced", "deadline"),
    [
        ("2020-09-10T12:00:00", "2020-10-10T00:00:00"),
        ("2020-09-10T00:00:00", "2020-10-10T00:00:00"),
        ("2020-09-10T23:59:59", "2020-10-10T00:00:00"),
    ],
)
def test_the_deadline_is_a_midnight(announced: str, deadline: str) -> None:
    """Catches a deadline 30 times 24 hours after the announcement, and one a day off at midnight."""
    at = midnight_after(instant(datetime.fromisoformat(announced)), 30)
    assert moment(at) == datetime.fromisoformat(deadline)


@given(microseconds=st.integers(-(10**15), 10**17))
def test_an_instant_is_its_moment(microseconds: int) -> None:
    """Catches a fraction of a second lost between dates and instants."""
    assert instant(moment(microseconds)) == microseconds


def test_attempts_to_pay_have_luck_of_their_own() -> None:
    """Catches a payment that fails for ever, two that fail together, and a byte that wraps at 256."""
    half: Any = np.array([(0.5, (CONSTANT, 0.0, 2.0 * DAY, 0.0))], dtype=PAYMENT)
    names = [(payment, attempt) for payment in (0, 1, 6) for attempt in (0, 1, 255, 256, 257)]
    told = np.array([[fails(WHOSE, half, person, *name)[0] for person in range(2000)] for name in names])
    correlations = np.corrcoef(told)[~np.eye(len(names), dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(2000)
    assert told.mean() == pytest.approx(0.5, abs=SIGMAS * 0.5 / np.sqrt(told.size))
    assert fails(WHOSE, half, 1, 0, 0)[1] == 2 * DAY


def test_lag_and_failure_by_their_words() -> None:
    """Catches a lag that decides whether the payment fails."""
    half: Any = np.array([(0.5, (CONSTANT, 0.0, 2.0 * DAY, 0.0))], dtype=PAYMENT)
    for person in range(200):
        u = uniforms(WHOSE, 17, person, 3 << 16)
        assert fails(WHOSE, half, person, 3, 0)[0] == (u[1] < 0.5)
        monday = instant(datetime(2021, 3, 1, 9))
        days = (ready(WHOSE, lags((1, 0.5), (2, 0.5)), WORK, UNTIL, person, 3, monday) - monday) // DAY
        assert days == (1 if u[0] < 0.5 else 2)
