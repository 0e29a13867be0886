"""What goes by weeks, and money by months, of every scenario: the middle and the 90 % band of the replications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from sim.results.compared_values import Paired
from sim.results.spread import quantiles
from sim.results.table import Cell, Table
from sim.results.weeks import MONEY, Series, kind_of, lasting

WEEKS = {
    "scenario": "the scenario, stable name",
    "week": "first day of the week (WIB)",
    "series": "what is counted: a column of the table daily of a run",
    "counted": "how the days of a week are taken together",
    "mean": "mean of the replications in that week, at full population",
    "low": "the end below which 5 % of the replications (worlds) lie in that week",
    "median": "half of them lie below",
    "high": "5 % lie above",
}
MONTHS = {
    "scenario": "the scenario, stable name",
    "month": "month (its first day)",
    "what": "awarded, paid or returned in the month, or outstanding at its end",
    "mean": "rupiah, mean of the replications, at full population",
    "low": "the end below which 5 % of the replications (worlds) lie in that month",
    "median": "half of them lie below",
    "high": "5 % lie above",
}


def weeks(paired: Paired) -> Table:
    """Return a row for each week of each series in which there is anything; a shorter run lasts as it ended."""
    rows: list[dict[str, Cell]] = []
    for place, scenario in enumerate(paired.names):
        runs, first = paired.runs(place), _first(paired, place)
        for series in dict.fromkeys(name for run in runs for name in run.weeks):
            own = [run.weeks[series] for run in runs if series in run.weeks]
            length = max(values.size for run in runs for values in run.weeks.values())
            every = np.array([lasting(series, values, length) for values in own])
            if not every.any():
                continue
            for week, numbers in enumerate(_numbers(every)):
                cells = (scenario, first + timedelta(days=7 * week), series, kind_of(series), *numbers)
                rows.append(dict(zip(WEEKS, cells, strict=True)))
    return Table("weeks", WEEKS, rows)


def months(paired: Paired) -> Table:
    """Return a row for each month and flow of money; after a run's end nothing flows, and what is outstanding lasts."""
    rows: list[dict[str, Cell]] = []
    for place, scenario in enumerate(paired.names):
        runs, first = paired.runs(place), _first(paired, place).replace(day=1)
        for what in MONEY:
            own = [run.months[what] for run in runs if what in run.months]
            if not own:
                continue
            length = max(map(len, own))
            every = np.array([_padded(values, length, last=what == "outstanding") for values in own])
            for month, numbers in enumerate(_numbers(every)):
                cells = (scenario, _later(first, month), what, *numbers)
                rows.append(dict(zip(MONTHS, cells, strict=True)))
    return Table("months", MONTHS, rows)


def _first(paired: Paired, place: int) -> date:
    """Return the first day of a scenario's runs."""
    return paired.comparison.scenarios[place].compared.parameters.clock.start.date()


def _later(month: date, months: int) -> date:
    years, number = divmod(month.month - 1 + months, 12)
    return date(month.year + years, number + 1, 1)


def _padded(values: Series, length: int, *, last: bool) -> Series:
    return np.append(values, np.full(length - values.size, values[-1] if last else 0.0))


def _numbers(every: Series) -> Iterator[list[float]]:
    """Yield mean, low end, middle and high end at each time, of [replication, time]."""
    yield from np.column_stack([every.mean(axis=0), *quantiles(every)]).tolist()
