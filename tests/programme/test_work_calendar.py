"""Working days of a run: those of the config, and how far they reach."""

from __future__ import annotations

from datetime import date

import numpy as np

from sim.calendar.instants import DAY, moment
from sim.calendar.working_days import working_days
from tests.building import SMALL, programme


def test_working_days_of_the_config() -> None:
    """Catches a holiday of the decrees that is lost between config and run: working days of whole years."""
    work = programme(SMALL).calendar.work
    days = {moment(int(d) * DAY).date() for d in work if d < 365 * 4}
    assert {date(2020, 8, 18), date(2021, 5, 17)} <= days
    assert not {date(2020, 8, 17), date(2020, 12, 24), date(2021, 5, 12), date(2020, 8, 15)} & days
    assert sum(day.year == 2021 for day in days) == 261 - 13
    assert sum(day.year == 2023 for day in days) == 260 - 4  # 1 January is a Sunday


def test_holidays_of_every_year_count_from_their_first_day() -> None:
    """Catches a first yearly holiday that is worked on: 1 June 2020 is a Monday, its eve a Sunday."""
    work = working_days(set(), {(6, 1), (5, 29)}, date(2020, 6, 1), 60)
    assert [moment(int(d) * DAY).day for d in work if d in range(47, 54)] == [28, 29, 2, 3]


def test_how_many_working_days_there_are_until_each() -> None:
    """Catches a count that is one off at a day of work or at a day off: it is what lags are counted by."""
    calendar = programme(SMALL).calendar
    days = np.arange(calendar.until.size)
    assert np.array_equal(calendar.until, np.searchsorted(calendar.work, days, side="right"))
    assert calendar.days == (calendar.work, calendar.until)


def test_the_calendar_reaches_beyond_the_last_lag() -> None:
    """Catches a payment due on the last day whose lag of a year of working days finds no day any more."""
    lags = [{"days": 365, "share": 1.0}]
    for end in ("2022-02-09T20:18", None):
        calendar = programme(SMALL, changes={"payment.lag_days": lags, "clock.end": end}).calendar
        last = calendar.horizon // DAY
        assert calendar.until[-1] - calendar.until[last] > 365
