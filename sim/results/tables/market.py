"""The training market: each platform month by month, live seats week by week, and each course over the run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, WEEK
from sim.calendar.months import months
from sim.journey.measures import TEN, WANTS, revoked_for
from sim.observers.market import MarketCounts, week_of_day
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, day_of, ratio
from sim.rules.choosing import SELF_PACED

Ints = NDArray[np.int64]

MARKET = {
    "month": "calendar month, its first day",
    "platform": "platform, stable name",
    "label": "the same in words",
    "kind": "marketplace or store",
    "came": "times that somebody came to buy a course, tries of the same purchase among them",
    "sold": "courses sold",
    "next_choices": "of them, those that were not the buyer's first choice, which had no class soon enough",
    "found_nothing": "times that somebody left without a course",
    "found_no_seat": "of them, those who had chosen a course that had no class soon enough",
    "found_nothing_to_buy": "of them, those for whom nothing was on sale there that the balance bought and that they "
    "had not bought before",
    "found_platform_gone": "of them, those whose platform left while they were at its checkout",
    "rupiah": "rupiah paid for courses",
}

NOTHING = ("found_no_seat", "found_nothing_to_buy", "found_platform_gone")
"""Why people who came to a platform found nothing; others came when no platform was there."""

MARKET_COUNTS = ("came", "sold", "next_choices", "found_nothing", *NOTHING, "rupiah")

COURSES = {
    "course": "number of the course in the catalogue, from 0",
    "label": "name of the course",
    "provider": "training institution that provides it",
    "kind": "live or self-paced",
    "platforms": "platforms that list it",
    "price": "rupiah",
    "sold": "courses sold",
    "share": "sold of all courses sold, share",
    "rupiah": "rupiah paid to its provider",
    "seats_offered": "live seats of classes that began by the end of the run; empty of self-paced courses",
    "seats_taken": "of them, those taken; empty of self-paced courses",
    "seats_unused": "of them, those not taken, the instructors' limit apart; empty of self-paced courses",
    "utilisation": "seats taken of offered, share; empty of self-paced courses",
    "turned_away": "times that somebody chose it and its next class was too late, or full, or there was none",
    "person_days_waited": "from booking to the class, or to the end of the run, person-days; empty of self-paced "
    "courses",
}

COURSES_COUNTS = (
    "sold",
    "rupiah",
    "seats_offered",
    "seats_taken",
    "seats_unused",
    "turned_away",
    "person_days_waited",
)

SEATS = {
    "week": "Monday of the calendar week, the first and the last as far as they lie in the run",
    "seats_offered": "live seats of the classes that began in the week, of a provider no more than it could teach",
    "seats_taken": "of them, those taken, whenever they were booked",
    "seats_unused": "of them, those not taken",
    "utilisation": "seats taken of offered, share",
    "seats_booked": "live seats booked in the week, whenever their classes begin",
    "turned_away": "times in the week that somebody chose a live course and its next class was too late, or full, or "
    "there was none; one buyer may be turned away several times",
    "came": "times in the week that somebody came to buy a course, tries of the same purchase among them",
    "found_nothing": "times in the week that somebody left without a course",
    **{name: MARKET[name].replace("was on sale there", "was on sale") for name in NOTHING},
    "found_no_platform": "of them, those who came when no platform was there",
    "revoked_for_seat": "people revoked in the week whose last try to buy a course ended since no chosen course had a "
    "class soon enough",
    "revoked_for_course": "people revoked in the week whose last try ended since nothing was on sale that the balance "
    "bought",
    "revoked_for_platform": "people revoked in the week whose last try ended since no platform was there, or it left",
    "revoked_for_checkout": "people revoked in the week who stood at a checkout",
}

SEATS_COUNTS = tuple(name for name in SEATS if name not in ("week", "utilisation"))


def market(observations: Observations, counts: MarketCounts) -> Table:
    """Return what each platform sold in each month."""
    table = counts.table
    first, month_of_day = months(observations.days)
    begins = np.searchsorted(month_of_day, np.arange(len(first)))
    by_day = {"came": counts.came, "next_choices": counts.next_choices, **_found_nothing(counts)}
    by_month = {name: np.add.reduceat(days[:, : observations.days], begins, axis=1) for name, days in by_day.items()}
    rows: list[dict[str, Cell]] = []
    for number, month in enumerate(first):
        sold = counts.sold.get(number, np.zeros((table.courses.size, len(table.keys)), dtype=np.int64))
        rupiah = table.courses["price"] @ sold
        for platform, key in enumerate(table.keys):
            rows.append(
                {
                    "month": month,
                    "platform": key,
                    "label": table.platforms[platform],
                    "kind": table.kinds[platform],
                    "came": int(by_month["came"][platform, number]),
                    "sold": int(sold[:, platform].sum()),
                    **{name: int(by_month[name][platform, number]) for name in by_month if name != "came"},
                    "rupiah": int(rupiah[platform]),
                }
            )
    scale = observations.programme.parameters.population.scale
    return at_full_population(Table("market", MARKET, rows), scale, MARKET_COUNTS, "sold", "courses sold")


def _found_nothing(counts: MarketCounts) -> dict[str, Ints]:
    """Return those who found nothing by platform and day, in all and by reason [platform, day]."""
    reasons = counts.found_no_seat, counts.found_nothing_to_buy, counts.platform_gone
    return {"found_nothing": counts.found_nothing, **dict(zip(NOTHING, reasons, strict=True))}


def seats(observations: Observations, counts: MarketCounts) -> Table:
    """Return the live seats of each week: what classes offered, and what was asked for."""
    of_day = week_of_day(counts.table, observations.days)
    weeks = int(of_day[-1]) + 1
    begins = np.searchsorted(of_day, np.arange(weeks))

    def by_week(days: Ints) -> Ints:
        return np.add.reduceat(days[: observations.days], begins)

    offered = counts.classes.offered_by_provider(observations.end, weeks).sum(axis=0)
    taken = by_week(counts.taken_by_day)
    columns = {
        "week": [day_of(counts.table.first_week + number * WEEK) for number in range(weeks)],
        "seats_offered": offered.tolist(),
        "seats_taken": taken.tolist(),
        "seats_unused": (offered - taken).tolist(),
        "utilisation": [ratio(*each) for each in zip(taken.tolist(), offered.tolist(), strict=True)],
        "seats_booked": by_week(counts.booked_by_day).tolist(),
        "turned_away": by_week(counts.turned_away_by_day).tolist(),
        "came": by_week(counts.came.sum(axis=0)).tolist(),
        **{name: by_week(days.sum(axis=0)).tolist() for name, days in _found_nothing(counts).items()},
        "found_no_platform": by_week(counts.found_nothing[-1]).tolist(),
        **{stamp: by_week(observations.by_day(stamp)).tolist() for stamp in map(revoked_for, WANTS.values())},
    }
    rows = [dict(zip(SEATS, each, strict=True)) for each in zip(*(columns[name] for name in SEATS), strict=True)]
    scale = observations.programme.parameters.population.scale
    return at_full_population(Table("seats", SEATS, rows), scale, SEATS_COUNTS, "seats_booked", "live seats booked")


def courses(observations: Observations, counts: MarketCounts) -> Table:
    """Return every course of the catalogue: what it sold, and its seats."""
    table = counts.table
    sold = counts.sold_by_course.sum(axis=1)
    offered = counts.classes.offered(0, observations.end)
    lists = np.bincount(table.listed, minlength=table.courses.size)
    waited = counts.waited
    rows: list[dict[str, Cell]] = []
    for number, course in enumerate(table.courses):
        live = int(course["seats"]) != SELF_PACED
        taken = int(counts.taken[number])
        rows.append(
            {
                "course": number,
                "label": table.course_names[number],
                "provider": table.providers[int(course["provider"])],
                "kind": "live" if live else "self-paced",
                "platforms": int(lists[number]),
                "price": int(course["price"]),
                "sold": int(sold[number]),
                "share": ratio(int(sold[number]), int(sold.sum())),
                "rupiah": int(sold[number]) * int(course["price"]),
                "seats_offered": int(offered[number]) if live else None,
                "seats_taken": taken if live else None,
                "seats_unused": int(offered[number]) - taken if live else None,
                "utilisation": ratio(taken, int(offered[number])) if live else None,
                "turned_away": int(counts.turned_away[number]),
                "person_days_waited": waited[number] / DAY if live else None,
            }
        )
    scale = observations.programme.parameters.population.scale
    return at_full_population(Table("courses", COURSES, rows), scale, COURSES_COUNTS, "sold", "courses sold")


def concentration(counts: MarketCounts) -> tuple[float | None, float | None]:
    """Return the Herfindahl-Hirschman index of the providers' sales, and the share of the ten largest.

    The index is the sum of squared shares, 0 to 1; both are None where nothing was sold.
    """
    sold = np.bincount(counts.table.courses["provider"], weights=counts.sold_by_course.sum(axis=1))
    if not sold.sum():
        return None, None
    shares = np.sort(sold / sold.sum())[::-1]
    return float(np.square(shares).sum()), float(shares[:TEN].sum())
