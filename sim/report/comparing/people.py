"""Person by person in words: how many gain or lose a place, are paid earlier or later, and which groups more so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.report.comparing.numbers import amounts
from sim.report.comparing.side_by_side import Sides
from sim.report.comparing.wide import wide
from sim.report.text import days as days_in_words
from sim.results.tables.comparing.people_changes import EVERYONE, TABLE

Row = dict[str, Any]

HEADING = ("Person by person", "gain a place", "lose one", "paid earlier, by", "paid later, by", "untouched")

LEAST = 0.5
"""Places more or fewer of 1,000 people from which on a group is told."""

MOST = 2
"""Groups that are told a scenario, on either side."""


def people_lines(sides: Sides) -> list[str]:
    """Return how many people each scenario moves against the reference, and the groups that gain or lose places."""
    others = sides.comparison.not_the_same_people
    not_the_same = [line for name, why in others.items() for line in wide(f"{name}: {why}.", "  ", "    ")]
    if TABLE not in sides.tables or not sides.tables[TABLE].rows:
        return ["  Person by person", *not_the_same] if not_the_same else []
    rows = sides.tables[TABLE].rows
    everyone = [_cells(row) for row in rows if row["grouping"] == EVERYONE]
    widths = [max(map(len, column)) for column in zip(HEADING, *everyone, strict=True)]
    lines = [_line(cells, widths) for cells in (HEADING, *everyone)]
    lines += wide(
        f"Against {sides.reference}, the same people under the same luck. A place: awarded, and not revoked. Paid: "
        "the first incentive, and the middle of the days. Untouched: a place in neither, or in both and paid on the "
        "same day.",
        "  ",
        "  ",
    )
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        lines += wide(_groups(scenario, [row for row in rows if row["scenario"] == scenario]), "  ", "    ")
    return lines + not_the_same


def _cells(row: Row) -> tuple[str, ...]:
    columns = ("gained", "lost", "paid_earlier", "paid_later", "untouched")
    gained, lost, earlier, later, untouched = (amounts([row[name]])[0] for name in columns)
    by = [f", {days_in_words(row[name])}" if row[name] else "" for name in ("days_earlier_median", "days_later_median")]
    return row["scenario"], gained, lost, f"{earlier}{by[0]}", f"{later}{by[1]}", untouched


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a line: the scenario to the left, numbers to the right."""
    return "  ".join(["  " + cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])])


def _groups(scenario: str, rows: Sequence[Row]) -> str:
    """Return the groups whose places become more or fewer, as far as they are told from chance."""
    everyone = next((row["net_per_1000"] or 0.0) for row in rows if row["grouping"] == EVERYONE)
    others = [row for row in rows if row["grouping"] != EVERYONE and row["net_per_1000"] is not None and row["told"]]
    gain = sorted((row for row in others if row["net_per_1000"] >= LEAST), key=lambda row: -row["net_per_1000"])
    lose = sorted((row for row in others if row["net_per_1000"] <= -LEAST), key=lambda row: row["net_per_1000"])
    told = [
        f"{which} {', '.join(map(_group, some[:MOST]))}"
        for which, some in (("most for", gain), ("fewest for", lose))
        if some
    ]
    if not told:
        if rows[0]["replications"] < rows[0]["least_to_tell"]:
            needed = rows[0]["least_to_tell"]
            return f"{scenario}: too few replications to tell any group from chance ({needed} are needed)."
        return f"{scenario}: no group has more or fewer places by what is told from chance."
    return f"{scenario}, places of 1,000 people, everyone {everyone:+,.1f}; {'; '.join(told)}."


def _group(row: Row) -> str:
    return f"{row['label']} {row['net_per_1000']:+,.1f}"
