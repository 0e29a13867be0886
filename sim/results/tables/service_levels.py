"""Service levels: what was asked, what was found, for whom it failed, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from sim.calendar.instants import EPOCH
from sim.calendar.months import months
from sim.journey.measures import WAITS
from sim.observers.levels import ALL, IN_TIME, LevelCounts
from sim.observers.observations import GROUP_TRAITS, Observations, by_trait
from sim.parameters.service_levels import ServiceLevel
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, ratio
from sim.results.tables.groups import values_of

COLUMNS = {
    "level": "name of the service level",
    "wait": "wait that it speaks of, as in the table of waits",
    "label": "the same in words",
    "counted_from": "of payments: due or ready; empty: from the beginning of the wait",
    "days": "days within which it is to be got",
    "share_asked": "share who are to get it within these days",
    "by": "all, partner (payments), or a group as in the table of groups",
    "value": "payment partner, or value of the group; empty: all",
    "began": "people or payments that began to wait at least these days before the end of the run (before the last "
    "possible end, where the run ends when nothing is left to do)",
    "in_time": "of them, those who got it within these days",
    "share": "in time of those who began, share; empty: nobody began",
    "kept": "whether the share is what was asked, or more; empty: nobody began",
    "failed_since": "first month (its first day) of whose beginnings too few were in time; all only; empty: none",
    "failed_since_day": "first day of whose beginnings too few were in time: in that month, or before it where it was "
    "so on every day until then; all only; empty: none",
    "months_failed": "calendar months of whose beginnings too few were in time; all only",
    "months": "calendar months in which some began; all only",
}


def service_levels(observations: Observations) -> Table:
    """Return each service level over all, by payment partner and by group."""
    rows: list[dict[str, Cell]] = []
    for name, level in observations.programme.parameters.service_levels.items():
        counts = observations.level(name)
        asked = (name, level.wait, words_of(level, observations), level.counted_from, level.days, level.share)
        found = _found(observations, level, counts)
        rows.extend(dict(zip(COLUMNS, (*asked, *cells), strict=True)) for cells in found)
    table, scale = Table("service_levels", COLUMNS, rows), observations.programme.parameters.population.scale
    return at_full_population(table, scale, ("began", "in_time"), "began", "people or payments that began to wait")


def words_of(level: ServiceLevel, observations: Observations) -> str:
    """Return what a service level asks, without its share: "First incentive paid within 30 days of being due"."""
    partners = {partner.key: f"Payment by {partner.name}" for partner in observations.programme.partners}
    if level.wait in partners:
        label = partners[level.wait]
    elif level.wait in WAITS:
        label = WAITS[level.wait].label.replace(" due to paid", " paid")
    else:
        label = f"{observations.programme.journey.station(level.wait).label}: service begun"
    days = f"within {level.days:,} day{'s' * (level.days != 1)}"
    return f"{label} {days}" + (f" of being {level.counted_from}" if level.counted_from else "")


def _found(observations: Observations, level: ServiceLevel, counts: LevelCounts) -> Iterator[tuple[Cell, ...]]:
    first, month_of_day = months(observations.days)
    by_month = [np.bincount(month_of_day, weights=days, minlength=len(first)) for days in counts.days]
    counted = zip(first, *(days.astype(int).tolist() for days in by_month), strict=True)
    began = [(month, some, in_time) for month, some, in_time in counted if some]
    failed = [month for month, some, in_time in began if not kept(in_time, some, level.share)]
    since = (*_since(level, counts, failed), len(failed), len(began))
    yield ("all", None, *_share(int(counts.days[ALL].sum()), int(counts.days[IN_TIME].sum()), level), *since)
    if level.counted_from is not None:
        for partner, some, in_time in zip(observations.programme.partners, *counts.partners.tolist(), strict=True):
            yield ("partner", partner.name, *_share(some, in_time, level), *[None] * len(since))
    for which in GROUP_TRAITS:
        some, in_time = (by_trait(people, which) for people in counts.groups)
        for number, value in enumerate(values_of(which, observations)):
            of_group = _share(int(some[number]), int(in_time[number]), level)
            yield (which.name.lower(), value, *of_group, *[None] * len(since))


def _since(level: ServiceLevel, counts: LevelCounts, failed: list[date]) -> tuple[date | None, date | None]:
    """Return the first month of whose beginnings too few were in time, and the day from which on too few were."""
    if not failed:
        return None, None
    began, in_time = (days.tolist() for days in counts.days)
    day = first_day(began, in_time, level.share, from_day=max((failed[0] - EPOCH.date()).days, 0))
    return failed[0], EPOCH.date() + timedelta(days=day)


def first_day(began: list[int], in_time: list[int], share: float, from_day: int) -> int:
    """Return the day from which on too few of those who began were in time: the first of a row that lasts to a month.

    `from_day` is the first day of the month, which has a day on which too few were. A day on which nobody began ends no
    row. A bad day long before, in a month that kept the level as a whole, is no beginning of it.
    """
    days = [day for day, some in enumerate(began) if some]
    failed = [not kept(in_time[day], began[day], share) for day in days]
    at = next(k for k, day in enumerate(days) if day >= from_day and failed[k])
    while at and failed[at - 1]:
        at -= 1
    return days[at]


def kept(in_time: int, began: int, share: float) -> bool:
    """Return whether so many in time are the share that was asked of those who began."""
    return in_time >= Fraction(str(share)) * began  # the share as it is written: a product of floats misses by a bit


def _share(began: int, in_time: int, level: ServiceLevel) -> tuple[Cell, ...]:
    return began, in_time, ratio(in_time, began), kept(in_time, began, level.share) if began else None
