"""Time is a whole number of microseconds since 11 April 2020, 00:00 WIB, in both engines."""

from __future__ import annotations

from datetime import datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

EPOCH = datetime(2020, 4, 11)
"""The instant zero, WIB (UTC+7) without a time zone."""

NEVER = 1 << 62
"""The instant of what does not happen; later than any horizon."""

UNIT = {"seconds": SECOND, "minutes": MINUTE, "hours": HOUR, "days": DAY}


def instant(moment: datetime) -> int:
    """Return the microseconds from the epoch to a WIB date and time."""
    gap = moment - EPOCH
    return (gap.days * 86_400 + gap.seconds) * SECOND + gap.microseconds


def moment(at: int) -> datetime:
    """Return the WIB date and time of an instant."""
    return EPOCH + timedelta(microseconds=int(at))


def length(days: float) -> int:
    """Return a number of days in whole microseconds."""
    return round(days * DAY)


def time_of_day(hours: float) -> int:
    """Return the microseconds since midnight of an hour of the day below 24; the last one is before midnight."""
    return min(round(hours * HOUR), DAY - 1)


def midnight_after(at: int, days: int) -> int:
    """Return 00:00 of the date of `at` plus a number of days."""
    return (at // DAY + days) * DAY
