"""When a payment is ready, by a table of working days and holidays."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import DAY, EPOCH, NEVER, instant, moment
from sim.calendar.working_days import working_days, working_days_until
from sim.rules import payments
from sim.rules.lags import LAG, LagTable, ready
from sim.rules.luck import key
from sim.rules.payments import attempt_of
from tests.building import SIGMAS, SMALL, programme, uniforms

KEY = key(6, 0)
PAYMENTS = programme(SMALL).payment_table
DAYS = 3000
HOLIDAYS = {date(2020, 8, 17), date(2020, 8, 20), date(2020, 8, 21), date(2020, 12, 24), date(2020, 12, 25)}
DAYS_OF_WORK = working_days(HOLIDAYS, {(1, 1), (8, 17)}, date(2023, 1, 1), DAYS)
WORK = DAYS_OF_WORK, working_days_until(DAYS_OF_WORK, DAYS)


def lags(*shares: tuple[int, float]) -> LagTable:
    total = np.cumsum([share for _, share in shares])
    return LagTable(np.array([[(0, days, until) for (days, _), until in zip(shares, total, strict=True)]], dtype=LAG))


def when(due: datetime, of: LagTable) -> datetime:
    return moment(ready(KEY, PAYMENTS, of, WORK, 1, 0, instant(due)))


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


@pytest.mark.parametrize(
    ("work", "day", "lag", "expected"),
    [
        ([], 0, 0, 0),  # no lag asks for no working day
        ([], 0, 1, None),
        ([], 9, 365, None),
        ([3], 2, 1, 3),
        ([3], 3, 1, None),  # due on the last working day
        ([3], 2, 2, None),
        ([3, 4], 2, 2, 4),
        ([3, 4], 2, 3, None),
        ([3, 4], 4, 1, None),
        ([3, 4], 8, 1, None),
        ([3, 4], 9, 0, 9),
        ([3, 4], 10, 1, None),  # beyond all days that are known
        ([3, 4], 10, 0, 10),
        ([3, 4], 10**7, 1, None),
    ],
)
def test_a_lag_that_finds_no_working_day_never_ends(work: list[int], day: int, lag: int, expected: int | None) -> None:
    """Catches a read outside the calendar's ten days, and a payment that is ready before it is due."""
    days = np.array(work, dtype=np.int64)
    calendar = days, working_days_until(days, 10)
    found = ready(KEY, PAYMENTS, lags((lag, 1.0)), calendar, 1, 0, day * DAY + 7)
    assert found == (NEVER if expected is None else expected * DAY + 7)


@given(minute=st.integers(0, 2500 * 1440), lag=st.integers(0, 30))
def test_ready_is_numpys_business_day(minute: int, lag: int) -> None:
    """Catches a table that is right by luck: any due instant, against NumPy's business days."""
    due = minute * 60_000_000
    holidays = sorted(HOLIDAYS | {date(y, m, d) for y in range(2023, 2029) for m, d in ((1, 1), (8, 17))})
    start = np.datetime64(EPOCH.date()) + due // DAY
    if lag:
        start = np.busday_offset(start, lag, roll="backward", holidays=np.array(holidays, dtype="M8[D]"))
    expected = (start - np.datetime64(EPOCH.date())).astype(int) * DAY + due % DAY
    assert ready(KEY, PAYMENTS, lags((lag, 1.0)), WORK, 1, 0, due) == expected


def test_lags_have_their_shares_and_are_drawn_for_each_payment() -> None:
    """Catches a lag that a person keeps for all payments, and shares read as cumulative; 35,000 at ALPHA."""
    n, of, due = 5000, lags((3, 0.4), (4, 0.3), (5, 0.3)), instant(datetime(2021, 3, 1, 9))
    numbers = range(len(PAYMENTS))
    drawn = np.array(
        [[(ready(KEY, PAYMENTS, of, WORK, p, payment, due) - due) // DAY for payment in numbers] for p in range(n)]
    )
    # 1 March 2021 is a Monday: 3 and 4 working days are as many days.
    for days, share in ((3, 0.4), (4, 0.3)):
        assert np.mean(drawn == days) == pytest.approx(share, abs=SIGMAS * np.sqrt(share * (1 - share) / drawn.size))
    correlations = np.corrcoef(drawn.T)[~np.eye(len(numbers), dtype=bool)]
    assert np.abs(correlations).max() < SIGMAS / np.sqrt(n)


def test_a_lag_by_its_lane() -> None:
    """Catches a lag drawn at each attempt, or from the lane that decides whether the payment fails."""
    monday = instant(datetime(2021, 3, 1, 9))
    for person in range(200):
        for number in (0, 3, 5):
            row = PAYMENTS[number]
            u = uniforms(KEY, payments.LANES, person, attempt_of(int(row["count"]), 0), number=int(row["block"]))
            days = (ready(KEY, PAYMENTS, lags((1, 0.5), (2, 0.5)), WORK, person, number, monday) - monday) // DAY
            assert days == (1 if u["lag"] < 0.5 else 2)
