"""Every table of a run, counted anew from the columns of the journal in plain Python and NumPy.

Nothing here uses observers or the declared stages and waits: which stamp a column counts is written out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engines.journal import Journal
from tests.engine.recount.bottlenecks import bottlenecks
from tests.engine.recount.money import money, payments
from tests.engine.recount.people import groups, published, waves
from tests.engine.recount.service_levels import service_levels
from tests.engine.recount.stages import daily, funnel
from tests.engine.recount.stations import stations
from tests.engine.recount.waits import waits

Rows = list[dict[str, Any]]

COUNTED = {
    "funnel": ("people", "people"),
    "bottlenecks": ("person_days", "person_days"),
    "waits": ("began", "began got_it left_without still_waiting person_days"),
    "stations": ("arrived", "arrived served gave_up waiting_at_end peak_queue person_days_waited"),
    "waves": (
        "awarded",
        "quota joined eligible awarded by_priority by_regional by_affirmative by_lottery failed_face_check "
        "places_unfilled refused_by_budget revoked",
    ),
    "payments": (
        "incentives_paid",
        "incentives_due incentives_paid surveys_due surveys_paid failed capacity waiting_at_end",
    ),
    "money": ("awarded", "awarded paid returned outstanding still_to_be_paid will_return undecided"),
    "service_levels": ("began", "began in_time"),
    "groups": (
        "applicants",
        "applicants pool joined awarded awarded_2020 awarded_2021 awarded_2022 participants paid_first_incentive",
    ),
}
"""Of a table the column whose simulated count stands behind a row, and the columns that count the full population."""


def counted(name: str, recount: Callable[[Journal], Rows]) -> Callable[[Journal], Rows]:
    """Return a recount of simulated people as one of the full population."""

    def of(journal: Journal) -> Rows:
        scale, rows = journal.programme.parameters.population.scale, recount(journal)
        behind, columns = COUNTED.get(name, ("registered", " ".join(set(rows[0]) - {"date"})))
        for row in rows:
            row["simulated"] = row[behind]
            for column in columns.split():
                count = row[column]
                if count is not None:
                    row[column] = count / scale if column.startswith("person_days") else round(count / scale)
        return rows

    return of


RECOUNT: dict[str, Callable[[Journal], Rows]] = {
    name: counted(name, recount)
    for name, recount in {
        "funnel": funnel,
        "daily": daily,
        "waits": waits,
        "bottlenecks": bottlenecks,
        "stations": stations,
        "waves": waves,
        "payments": payments,
        "money": money,
        "groups": groups,
        "service_levels": service_levels,
    }.items()
} | {"published": published}
"""Name of a table → its rows."""
