"""A key figure: a value and its unit."""

from __future__ import annotations

from typing import NamedTuple

Value = str | int | float | None


class Figure(NamedTuple):
    """A key figure."""

    value: Value
    unit: str
