"""Named columns as other tools take them: NumPy, pandas, Arrow."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Columns = dict[str, Any]
"""Name → array; numbers with gaps are masked, times without a value are NaT, texts without one are None."""


@dataclass(frozen=True)
class Frame:
    """Rows by their columns, each with its meaning."""

    columns: Columns
    meanings: dict[str, str]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, column: str) -> Any:
        """Return a column as an array of NumPy; raise KeyError where there is none of the name."""
        return self.columns[column]

    def pandas(self) -> Any:
        """Return the rows as a DataFrame of pandas; raise ImportError where pandas is not installed."""
        return to_pandas(self.columns)

    def arrow(self) -> Any:
        """Return the rows as a Table of Arrow; raise ImportError where pyarrow is not installed."""
        return to_arrow(self.columns)


def to_pandas(columns: Columns) -> Any:
    """Return columns as a DataFrame; whole numbers with gaps stay whole (Int64)."""
    pandas = _installed("pandas")
    extension = {"i": pandas.arrays.IntegerArray, "f": pandas.arrays.FloatingArray, "b": pandas.arrays.BooleanArray}

    def column(values: Any) -> Any:
        if not isinstance(values, np.ma.MaskedArray):
            return values
        return extension[values.dtype.kind](np.asarray(values.data), np.ma.getmaskarray(values).copy())

    return pandas.DataFrame({name: column(values) for name, values in columns.items()})


def to_arrow(columns: Columns) -> Any:
    """Return columns as a Table of Arrow."""
    pyarrow = _installed("pyarrow")

    def column(values: Any) -> Any:
        if isinstance(values, np.ma.MaskedArray):
            return pyarrow.array(np.asarray(values.data), mask=np.ma.getmaskarray(values))
        if values.dtype == np.dtype(object):  # a column of texts that are all unknown would have no type
            known = next((value for value in values if value is not None), "")
            return pyarrow.array(values, pyarrow.bool_() if isinstance(known, bool) else pyarrow.string())
        return pyarrow.array(values)

    return pyarrow.table({name: column(values) for name, values in columns.items()})


def joined(parts: Iterator[Columns]) -> Columns:
    """Return columns that come in parts as one."""
    all_parts = list(parts)

    def column(name: str) -> Any:
        values = [part[name] for part in all_parts]
        masked = any(isinstance(value, np.ma.MaskedArray) for value in values)
        return np.ma.concatenate(values) if masked else np.concatenate(values)  # type: ignore[no-untyped-call]

    return {name: column(name) for name in all_parts[0]} if all_parts else {}


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ImportError(f"{name} is not installed: python -m pip install {name}") from None
