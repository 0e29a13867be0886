"""A key figure: a value and its unit."""

from __future__ import annotations

from typing import NamedTuple

Value = str | int | float | None


class Figure(NamedTuple):
    """A key figure."""

    value: Value
    unit: str


def is_number(value: Value) -> bool:
    """Return whether a value is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)
