"""Counts of simulated people as counts of the full population: what tables, figures and key figures speak of."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.results.table import Table

Ints = NDArray[np.int64]

Number = TypeVar("Number", int, float)

SIMULATED = "simulated"
"""The column that says how many simulated people stand behind a row."""

ROUNDED = "counts at full population are each rounded by itself, so that sums of them may differ in their last digits"


def full(count: Number, scale: float) -> Number:
    """Return a count at full population: whole where it was, and itself where everyone is simulated."""
    if scale == 1:
        return count
    return round(count / scale) if isinstance(count, int) else count / scale


def all_full(counts: Ints, scale: float) -> Ints:
    """Return whole counts at full population; see `full`."""
    found: Ints = counts.copy() if scale == 1 else np.rint(counts / scale).astype(np.int64)
    return found


def at_full_population(table: Table, scale: float, counts: Collection[str], behind: str, meaning: str) -> Table:
    """Return a table with the counts of some columns at full population.

    One more column has the simulated count of the column `behind`; `meaning` says what it counts.
    """
    counted = [name for name in table.columns if name in counts]
    rows = [dict(row) for row in table.rows]
    for row in rows:
        row[SIMULATED] = row[behind]
        if scale != 1:
            for name in counted:
                if cell := row[name]:  # nothing stays nothing: most cells of most days
                    row[name] = full(cell, scale)
    return Table(table.name, {**table.columns, SIMULATED: meaning_of_simulated(meaning)}, rows)


def meaning_of_simulated(meaning: str) -> str:
    """Return what the column of simulated counts means, of which `meaning` says what it counts."""
    return f"simulated: {meaning}; {ROUNDED}"
