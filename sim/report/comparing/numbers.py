"""Figures of a comparison in words, by their unit."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.intervals import in_days, in_unit, in_weeks, shares
from sim.report.text import count

UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))


def in_words(values: Sequence[float | None], unit: str) -> list[str]:
    """Return values of one figure in words, counts and rupiah in one unit; a dash where there is none."""
    if unit.startswith("days"):
        return in_days(*values)
    if unit.startswith("weeks"):
        return in_weeks(*values)
    if unit.startswith("share"):
        return shares(*values)
    if unit.startswith("Herfindahl"):
        return ["-" if value is None else f"{value:.3f}" for value in values]
    return amounts(values)


def amounts(values: Sequence[float | None]) -> list[str]:
    """Return amounts in the unit in which the middle one of them is a tenth at least; small ones without a unit."""
    sizes = sorted(abs(value) for value in values if value)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    for limit, word in UNITS:
        if middle >= limit / 10:
            return ["-" if value is None else f"{in_unit(value, limit)} {word}" if value else "0" for value in values]
    return [count(value) for value in values]


def apart(values: Sequence[float | None], unit: str) -> list[str]:
    """Return differences of a figure in words, without their sign."""
    sizes = [None if value is None else abs(value) for value in values]
    if unit.startswith("weeks"):
        return [f"{text} weeks" for text in in_weeks(*sizes)]
    if unit.startswith("share"):
        return ["-" if size is None else f"{100 * size:.1f} points" for size in sizes]
    return in_words(sizes, unit)


def between(low: str, high: str, to: str = " to ") -> str:
    """Return the ends of a range, with the unit that both have told once."""
    number, _, unit = low.rpartition(" ")
    return f"{number if number and high.endswith(f' {unit}') else low}{to}{high}"
