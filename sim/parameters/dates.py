"""Times and days of the calendar, as the configs write them (WIB, UTC+7)."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

from sim.parameters.problems import Fault, Problem

FIRST_YEAR, LAST_YEAR = 2000, 2099  # of runs, which begin in 2020: days, and waves by rule, stay inside 15 bits


class MonthDay(NamedTuple):
    """Name a day that comes every year."""

    month: int
    day: int


def _fault(value: object, what: str, example: str, why: str = "") -> Fault:
    return Fault([Problem("", value, f"must be {what}{why}", f'Write it as "{example}".')])


def _in_years(value: object, year: int, what: str, example: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _fault(value, what, example, f" from {FIRST_YEAR} to {LAST_YEAR}")


def _moment(value: Any) -> datetime:
    """Return a time; a date without an hour is its 00:00, and a space may stand before the hour."""
    what, example = "a time that exists (WIB)", "2020-08-08T00:00"
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime) and value.tzinfo is None and not value.microsecond:
        found = value
    elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?", value, re.ASCII):
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise _fault(value, what, example, f" ({error})") from None
    else:
        raise _fault(value, what, example)
    _in_years(value, found.year, what, example)
    return found


def _day(value: Any) -> date:
    what, example = "a day that exists", "2020-08-17"
    if isinstance(value, date) and not isinstance(value, datetime):
        found = value
    elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            found = date.fromisoformat(value)
        except ValueError as error:
            raise _fault(value, what, example, f" ({error})") from None
    else:
        raise _fault(value, what, example)
    _in_years(value, found.year, what, example)
    return found


def _month_day(value: Any) -> MonthDay:
    what, example = "a month and day that every year has", "08-17"
    if isinstance(value, MonthDay):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d\d-\d\d", value, re.ASCII):
        try:
            found = date.fromisoformat(f"2001-{value}")  # no leap year: 29 February is not in every year
        except ValueError as error:
            raise _fault(value, what, example, f" ({error})") from None
        return MonthDay(found.month, found.day)
    raise _fault(value, what, example)


Wib = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
EveryYear = Annotated[MonthDay, BeforeValidator(_month_day)]
