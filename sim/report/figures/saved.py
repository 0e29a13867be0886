"""The saved tables of a run as figures read them: rows, days gathered into weeks, and the scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.journey.measures import PAYMENT_PARTNERS
from sim.parameters.named import Named
from sim.parameters.sayings import MANIFEST, MOST_TOLD, Saying, together
from sim.results.bottleneck import Bottleneck, bottleneck
from sim.results.write import connection

Row = dict[str, Any]
Counts = NDArray[np.float64]


def rows_of(parquet: Path) -> list[Row]:
    """Return the rows of a saved table."""
    with connection() as database:
        cursor = database.execute("SELECT * FROM read_parquet(?)", [str(parquet)])
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


@dataclass
class Saved:
    """The tables of a run, the config it was composed from, and how it is named."""

    tables: Path
    composed: dict[str, Any]
    named: Named
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """Return the share of the full population that was simulated."""
        return float(self.composed["population"]["scale"])

    def scenarios(self) -> Iterator[str]:
        """Yield what the run is called and what differs from the base, in fewer and fewer words.

        First what was before is left out, then what differs is counted instead, the last first.
        """
        named = self.named
        short = [saying.short for saying in named.changed]
        differs = [saying.short for saying in named.differs]
        also = [saying for saying in differs if saying not in short]
        yield self._scenario(named.changed, named.differs)
        yield self._scenario(named.changed, differs)
        yield self._scenario(named.changed, also, also=len(also) < len(differs))
        for most in range(min(MOST_TOLD, max(len(short), len(also))), 0, -1):
            yield self._scenario(short, also, most, also=len(also) < len(differs))
        yield self._scenario(short, named.differs, 0)

    def _scenario(
        self, changed: Sequence[Saying], differs: Sequence[Saying], most: int = MOST_TOLD, *, also: bool = False
    ) -> str:
        """Return what the run is called, and so many at most of what was changed and of what differs.

        With none of them, one change is told all the same. `also` is of what differs beside what was changed.
        """
        named = self.named
        head = f"Scenario {named.titled(changed, max(most, 1))}."
        if not named.against_base or not differs:
            return head
        if not most:
            return f"{head} Differs from {named.base} in {len(differs):,} ways (see {MANIFEST})."
        return f"{head} {'Also differs' if also else 'Differs'} from {named.base}: {together(differs, most)}."

    def has(self, name: str) -> bool:
        """Return whether the run has a table of a name."""
        return (self.tables / f"{name}.parquet").exists()

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        if name not in self._read:
            self._read[name] = rows_of(self.tables / f"{name}.parquet")
        return self._read[name]  # type: ignore[no-any-return]

    def stages(self) -> dict[str, int]:
        """Return the people of each stage of the funnel, full population."""
        return {row["stage"]: row["people"] for row in self.rows("funnel")}

    def partners(self) -> list[Row]:
        """Return the rows of the payment partners among the stations."""
        return [row for row in self.rows("stations") if row["bank"] == PAYMENT_PARTNERS]

    def on_the_way(self) -> list[str]:
        """Return the stations where people, not payments, queue and whose queue is saved, in the order of the way."""
        rows = [row for row in self.rows("stations") if row["bank"] is None]
        return [row["station"] for row in rows if self.days.has(f"served_{row['station']}")]

    def bottleneck(self) -> Bottleneck | None:
        """Return where people waited most, by the definition of the answer; None where nobody waited."""
        return bottleneck(self.rows("bottlenecks"))

    @property
    def days(self) -> Days:
        """Return the days of the run."""
        if "days" not in self._read:
            self._read["days"] = Days(self.tables / "daily.parquet")
        return self._read["days"]  # type: ignore[no-any-return]


class Days:
    """The daily counts of a run at full population, and the weeks they are drawn by."""

    def __init__(self, parquet: Path) -> None:
        # A column without any number in it has no type of its own: every count is read as a number.
        query = "SELECT date, TRY_CAST(COLUMNS(* EXCLUDE (date)) AS DOUBLE) FROM read_parquet(?) ORDER BY date"
        with connection() as database:
            columns = database.execute(query, [str(parquet)]).fetchnumpy()
        self.dates: NDArray[np.datetime64] = np.asarray(columns.pop("date")).astype("datetime64[D]")
        self._counts = {name: np.ma.filled(values, np.nan) for name, values in columns.items()}
        self._starts = np.arange(0, self.dates.size, 7)
        self.edges = np.append(self.dates[self._starts], self.dates[-1] + 1)
        """The first day of each week, and the day after the last week."""

    def __getitem__(self, name: str) -> Counts:
        """Return a column, nan where the table is empty."""
        return self._counts[name]

    def has(self, name: str) -> bool:
        """Return whether the table has a column."""
        return name in self._counts

    def queue(self, name: str) -> Counts:
        """Return who waits at each day's end; payments on a day without runs as on the day before."""
        waiting = self[name]
        known = np.maximum.accumulate(np.where(np.isnan(waiting), 0, np.arange(waiting.size)))
        return np.nan_to_num(waiting[known])

    def largest(self, counts: Counts) -> Counts:
        """Return the largest count of each week."""
        largest: Counts = np.maximum.reduceat(counts, self._starts)
        return largest

    def a_run_day(self, counts: Counts) -> Counts:
        """Return each week's mean over its days with payment runs; in a week without runs as before."""
        runs = ~np.isnan(self["queue_payments"])
        total = np.add.reduceat(np.where(runs, counts, 0.0), self._starts)
        days = np.add.reduceat(runs.astype(float), self._starts)
        known = np.maximum.accumulate(np.where(days > 0, np.arange(days.size), 0))
        mean: Counts = (total / np.maximum(days, 1.0))[known]
        return mean

    def at_week_ends(self, counts: Counts) -> Counts:
        """Return a running total at the edges of the weeks, from its start at zero."""
        return np.concatenate([[0.0], counts[np.append(self._starts[1:], self.dates.size) - 1]])

    def peak(self, counts: Counts) -> tuple[date, float]:
        """Return the first day of the largest count, and the count."""
        day = int(counts.argmax())
        return self.dates[day].item(), float(counts[day])
