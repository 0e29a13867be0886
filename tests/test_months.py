"""Months of a run, from the day of the epoch on."""

from __future__ import annotations

from datetime import date

from sim.calendar.months import months


def test_each_day_has_its_month() -> None:
    """Catch a first month that begins as if it were whole, a leap day of the wrong month, and a month too many."""
    first, of_day = months(20 + 31)
    assert first == (date(2020, 4, 1), date(2020, 5, 1))
    assert of_day.tolist() == [0] * 20 + [1] * 31
    first, of_day = months((date(2024, 3, 1) - date(2020, 4, 11)).days + 1)
    assert (len(first), first[-1]) == (48, date(2024, 3, 1))
    assert of_day.tolist().count(46) == 29
    assert [each.tolist() for each in months(0)[1:]] == [[]]
