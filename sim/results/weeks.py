"""A run by weeks: how many reached each stage, who waits, and payments, as series that can be held beside one another.

Weeks are of seven days from the first day of the run, as figures draw them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.journey.measures import STAGES
from sim.journey.money import FLOWS
from sim.results.table import Table

Series = NDArray[np.float64]

CAPACITY = "payment_capacity"
"""Payments that could be made; a run in which there was plenty at any time has no such series."""

REACHED, LARGEST, SUM = (
    "reached by the end of the week",
    "the largest at a day's end of the week",
    "in the week",
)
"""What a series counts; the first two last when the run has ended, the third is then nothing."""

REACHES = (*STAGES, "revoked")
SUMS = ("payments_paid", "payments_due", CAPACITY)


def kind_of(series: str) -> str:
    """Return what a series counts."""
    if series in REACHES:
        return REACHED
    return SUM if series in SUMS or (series.startswith("paid_") and series not in STAGES) else LARGEST


def weeks_of(tables: Mapping[str, Table]) -> dict[str, Series]:
    """Return the series of a run, a value a week, at full population."""
    daily = tables["daily"]
    columns = {name: daily.floats(name) for name in daily.columns if name != "date"}
    columns["payments_due"] = columns["incentives_due"] + columns["surveys_due"]
    days = len(daily.column("date"))
    starts = np.arange(0, days, 7)
    found = {}
    for name, values in columns.items():
        if name in REACHES:
            found[name] = np.cumsum(np.nan_to_num(values))[np.append(starts[1:], days) - 1]
        elif name == CAPACITY and np.isnan(values).any():
            continue
        elif kind_of(name) == SUM:
            found[name] = np.add.reduceat(np.nan_to_num(values), starts)
        elif name == "people_in_pool" or name.startswith("queue_"):
            found[name] = np.maximum.reduceat(_as_before(values), starts)
    return found


MONEY = (*FLOWS, "outstanding")
"""What is told of money by months: what flowed in the month, and what is outstanding at its end."""


def months_of(tables: Mapping[str, Table]) -> dict[str, Series]:
    """Return the rupiah of all benefits, a value a calendar month, at full population."""
    rows = tables["money"].rows
    months = sorted({row["month"] for row in rows})
    found = {name: np.zeros(len(months)) for name in MONEY}
    for row in rows:
        for name, values in found.items():
            values[months.index(row["month"])] += row[name]
    return found


def peaks_of(weeks: Mapping[str, Series]) -> dict[str, float]:
    """Return the most that each series has in a week, of those that do not run up to their end."""
    return {name: float(values.max()) for name, values in weeks.items() if kind_of(name) != REACHED}


def _as_before(values: Series) -> Series:
    """Return who waits on each day: on a day without payment runs as on the day before."""
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(values.size)))
    return np.nan_to_num(values[known])


def lasting(series: str, values: Series, weeks: int) -> Series:
    """Return a series for so many weeks, where its run has ended before them."""
    more = weeks - values.size
    last = 0.0 if kind_of(series) == SUM else float(values[-1])
    return np.append(values, np.full(more, last))
