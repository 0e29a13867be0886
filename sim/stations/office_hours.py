"""Office hours: a station is closed outside them, which its schedule holds as outages.

Both engines read the one schedule, so that an office follows the rules of every station: capacity zero outside the
hours, nobody starts while it is closed, and work begun when it closes is finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.calendar.instants import DAY, NEVER


def office_hours(opens: int, closes: int, days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the outages (from, until; µs) of an office that is open on some days only, from hour to hour.

    `opens` and `closes` are times of the day, µs; `days` are working days, numbered from the epoch, ascending. After
    the last of them the office stays closed. Raise ValueError where the hours do not fit into a day.
    """
    if not 0 <= opens < closes <= DAY:
        raise ValueError(f"an office must open before it closes, within a day: {opens} to {closes} µs")
    closed = -NEVER + 1
    for day in days:
        if day * DAY + opens > closed:
            yield closed, day * DAY + opens
        closed = day * DAY + closes
    yield closed, NEVER
