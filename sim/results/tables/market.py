"""The training market: each platform month by month, and each course over the run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.months import months
from sim.observers.market import MarketCounts
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, ratio
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
    "rupiah": "rupiah paid for courses",
}

MARKET_COUNTS = ("came", "sold", "next_choices", "found_nothing", "rupiah")

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
}

COURSES_COUNTS = ("sold", "rupiah", "seats_offered", "seats_taken", "seats_unused", "turned_away")

TEN = 10
"""Providers whose share is told together."""


def market(observations: Observations, counts: MarketCounts) -> Table:
    """Return what each platform sold in each month."""
    table = counts.table
    first, month_of_day = months(observations.days)
    begins = np.searchsorted(month_of_day, np.arange(len(first)))
    by_month = {
        name: np.add.reduceat(days[:, : observations.days], begins, axis=1)
        for name, days in (
            ("came", counts.came),
            ("next_choices", counts.next_choices),
            ("found_nothing", counts.found_nothing),
        )
    }
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
                    "next_choices": int(by_month["next_choices"][platform, number]),
                    "found_nothing": int(by_month["found_nothing"][platform, number]),
                    "rupiah": int(rupiah[platform]),
                }
            )
    scale = observations.programme.parameters.population.scale
    return at_full_population(Table("market", MARKET, rows), scale, MARKET_COUNTS, "sold", "courses sold")


def courses(observations: Observations, counts: MarketCounts) -> Table:
    """Return every course of the catalogue: what it sold, and its seats."""
    table = counts.table
    sold = counts.sold_by_course.sum(axis=1)
    offered = counts.classes.offered_by_course(observations.end)
    lists = np.bincount(table.listed, minlength=table.courses.size)
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
