"""Training institutions: what each sold on which platform and when, its seats over the run, and who found none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.calendar.months import months
from sim.observers.market import MarketCounts, week_of_day
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table, ratio
from sim.rules.choosing import SELF_PACED

Ints = NDArray[np.int64]

SALES = {
    "month": "calendar month, its first day",
    "platform": "platform, stable name",
    "provider": "training institution",
    "sold": "courses of the institution sold on the platform in the month; where none was, there is no row",
    "rupiah": "rupiah paid to it for them",
}

SALES_COUNTS = ("sold", "rupiah")

PROVIDERS = {
    "provider": "training institution",
    "courses": "courses of its own in the catalogue",
    "live_courses": "of them, those that are live",
    "sold": "courses sold",
    "share": "sold of all courses sold, share",
    "rupiah": "rupiah paid to it",
    "seats_offered": "live seats of its classes that began by the end of the run, in each week no more than it could "
    "teach; empty where it has no live course",
    "seats_taken": "of them, those taken",
    "seats_unused": "of them, those not taken",
    "utilisation": "seats taken of offered, share",
    "seats_teachable": "live seats that its instructors could teach in the weeks that began by the end of the run, "
    "each week whole; empty where nobody is limited",
    "instructors_used": "seats taken of those that its instructors could teach, share",
    "turned_away": "times that somebody chose one of its live courses and its next class was too late, or full, or "
    "there was none; one buyer may be turned away several times",
    "person_days_waited": "from booking one of its live courses to the class, or to the end of the run, person-days; "
    "empty where it has no live course",
}

PROVIDERS_COUNTS = (
    "sold",
    "rupiah",
    "seats_offered",
    "seats_taken",
    "seats_unused",
    "seats_teachable",
    "turned_away",
    "person_days_waited",
)


def sales(observations: Observations, counts: MarketCounts) -> Table:
    """Return what each provider sold on each platform in each month."""
    table, rows = counts.table, list[dict[str, Cell]]()
    price, provider = table.courses["price"][:, None], table.courses["provider"]
    first, _ = months(observations.days)
    for number, month in enumerate(first):
        if number not in counts.sold:
            continue
        sold, rupiah = np.zeros((2, len(table.keys), len(table.providers)), dtype=np.int64)
        np.add.at(sold.T, provider, counts.sold[number])
        np.add.at(rupiah.T, provider, counts.sold[number] * price)
        for platform, seller in np.argwhere(sold).tolist():
            cells = month, table.keys[platform], table.providers[seller]
            amounts = int(sold[platform, seller]), int(rupiah[platform, seller])
            rows.append(dict(zip(SALES, (*cells, *amounts), strict=True)))
    scale = observations.programme.parameters.population.scale
    return at_full_population(Table("sales", SALES, rows), scale, SALES_COUNTS, "sold", "courses sold")


def waited_by_provider(counts: MarketCounts) -> dict[str, int]:
    """Return the time from booking to class, or to the end of the run, of each provider with live courses, µs."""
    courses, waited = counts.table.courses, dict[str, int]()
    for number, time in enumerate(counts.waited):
        if courses["seats"][number] != SELF_PACED:
            provider = counts.table.providers[int(courses["provider"][number])]
            waited[provider] = waited.get(provider, 0) + time
    return waited


def providers(observations: Observations, counts: MarketCounts) -> Table:
    """Return each provider: its courses, sales and seats over the run, and who was turned away."""
    table = counts.table
    courses, provider = table.courses, table.courses["provider"]
    weeks = int(week_of_day(table, observations.days)[-1]) + 1
    live, sold = courses["seats"] != SELF_PACED, counts.sold_by_course.sum(axis=1)

    def by_provider(each: Ints | NDArray[np.bool_]) -> list[int]:
        found = np.zeros(len(table.providers), dtype=np.int64)
        np.add.at(found, provider, each)
        return found.tolist()

    waited = waited_by_provider(counts)
    teachable = table.weeks[:, :weeks].sum(axis=1).tolist() if table.weeks.size else [None] * len(table.providers)
    columns = zip(
        table.providers,
        by_provider(np.ones_like(provider)),
        by_provider(live),
        by_provider(sold),
        by_provider(sold * courses["price"]),
        counts.classes.offered_by_provider(observations.end, weeks).sum(axis=1).tolist(),
        by_provider(counts.taken),
        teachable,
        by_provider(counts.turned_away),
        strict=True,
    )
    rows: list[dict[str, Cell]] = []
    for name, number, of_live, bought, rupiah, offered, taken, taught, turned_away in columns:
        rows.append(
            {
                "provider": name,
                "courses": number,
                "live_courses": of_live,
                "sold": bought,
                "share": ratio(bought, int(sold.sum())),
                "rupiah": rupiah,
                "seats_offered": offered if of_live else None,
                "seats_taken": taken if of_live else None,
                "seats_unused": offered - taken if of_live else None,
                "utilisation": ratio(taken, offered) if of_live else None,
                "seats_teachable": taught if of_live else None,
                "instructors_used": ratio(taken, taught) if of_live and taught else None,
                "turned_away": turned_away,
                "person_days_waited": waited[name] / DAY if of_live else None,
            }
        )
    scale = observations.programme.parameters.population.scale
    return at_full_population(Table("providers", PROVIDERS, rows), scale, PROVIDERS_COUNTS, "sold", "courses sold")
