"""A tidy table: named columns with one documented meaning each, and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import moment
from sim.results.frame import to_arrow, to_pandas

Cell = Any
"""A text, number, date, time or truth; None where it is unknown."""


@dataclass(frozen=True)
class Table:
    """A table; `columns` maps each column's name to its meaning (with its unit), in order."""

    name: str
    columns: dict[str, str]
    rows: list[dict[str, Cell]]

    def __post_init__(self) -> None:
        for row in self.rows:
            if tuple(row) != tuple(self.columns):
                raise ValueError(f"table {self.name}: a row has {list(row)}, not {list(self.columns)}")

    def column(self, name: str) -> list[Any]:
        """Return the values of a column."""
        return [row[name] for row in self.rows]

    def floats(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers as an array; not a number where they are unknown."""
        return np.array(self.column(name), dtype=np.float64)

    def __getitem__(self, name: str) -> Any:
        """Return a column as an array of NumPy; raise KeyError where there is none of the name."""
        if name not in self.columns:
            raise KeyError(f"table {self.name} has no column {name}: it has {', '.join(self.columns)}")
        return _array(self.column(name))

    def pandas(self) -> Any:
        """Return the table as a DataFrame of pandas; raise ImportError where pandas is not installed."""
        return to_pandas(self.arrays())

    def arrow(self) -> Any:
        """Return the table as one of Arrow; raise ImportError where pyarrow is not installed."""
        return to_arrow(self.arrays())

    def arrays(self) -> dict[str, Any]:
        """Return the columns as arrays that a database reads."""
        return {name: _array(self.column(name)) for name in self.columns}


class TableOfColumns(Table):
    """A table made by columns, lists or arrays of known numbers: rows are made when they are first asked for."""

    _values: Mapping[str, list[Cell] | NDArray[Any]]

    def __init__(self, name: str, columns: dict[str, str], values: Mapping[str, list[Cell] | NDArray[Any]]) -> None:
        if tuple(columns) != tuple(values):
            raise ValueError(f"table {name}: values are of {list(values)}, not of {list(columns)}")
        if len({len(each) for each in values.values()}) > 1:
            raise ValueError(f"table {name}: its columns are not of one length")
        for attribute, value in (("name", name), ("columns", columns), ("_values", values)):
            object.__setattr__(self, attribute, value)

    @cached_property
    def rows(self) -> list[dict[str, Cell]]:
        """Return the rows."""
        columns = [self.column(name) for name in self.columns]
        return [dict(zip(self.columns, cells, strict=True)) for cells in zip(*columns, strict=True)]

    def column(self, name: str) -> list[Any]:
        """Return the values of a column."""
        values = self._values[name]
        return values if isinstance(values, list) else values.tolist()

    def floats(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers as an array; not a number where they are unknown."""
        return np.asarray(self._values[name], dtype=np.float64)


def _array(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known}
    if kinds and kinds <= {date, datetime}:
        return np.array([np.datetime64("NaT") if v is None else v for v in values], dtype="datetime64[us]")
    if kinds and kinds <= {int, float}:
        if len(known) == len(values):
            return np.array(values)
        return np.ma.array([0 if v is None else v for v in values], mask=[v is None for v in values])
    return np.array(values, dtype=object)


def day_of(at: int) -> date:
    """Return the date of an instant."""
    return moment(at).date()


def ratio(of: float, whole: float) -> float | None:
    """Return a share; None where there is nothing to divide."""
    return of / whole if whole else None
