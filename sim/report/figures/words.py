"""Amounts, shares, waits and dates in the words of a figure."""

from __future__ import annotations

import math
from datetime import date

from sim.parameters.sayings import day as plain_day

HOUR, YEAR = 1 / 24, 365.25
"""In days."""

SPACE = "\u00a0"
"""A space that no line breaks at."""


def amount(number: float) -> str:
    """Return a number of people or payments in words, with its first three digits."""
    number = round(number)  # a count divided by the scale may lie a last bit beside a whole number
    if number < 10_000:
        return f"{number:,.0f}"
    number = round(number, 2 - math.floor(math.log10(number)))
    unit, word = next((u, w) for u, w in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")) if number >= u)
    return f"{number / unit:,.4g}{SPACE}{word}"


def percent(share: float | None) -> str:
    """Return a share in per cent; a dash where there is none, and never 0 or 100 of what is neither."""
    if share is None:
        return "–"
    if 0 < share < 0.001 or 0.995 <= share < 1:
        return f"{'<0.1' if share < 0.5 else '>99'}{SPACE}%"
    return f"{100 * share:.0f}{SPACE}%" if share == 0 or share >= 0.1 else f"{100 * share:.1f}{SPACE}%"


def span(days: float | None) -> str:
    """Return a wait in words, in the unit that fits."""
    if days is None:
        return "not reached"
    if days == 0:
        return "none"
    units = (
        (HOUR / 60, HOUR / 3600, "second"),
        (HOUR, HOUR / 60, "minute"),
        (2.0, HOUR, "hour"),
        (2 * YEAR, 1.0, "day"),
    )
    unit, word = next(((unit, word) for limit, unit, word in units if days < limit), (YEAR, "year"))
    number = f"{days / unit:,.1f}" if days / unit < 9.95 else f"{days / unit:,.0f}"
    return f"{number}{SPACE}{word}{'' if number == '1.0' else 's'}"


def day(when: date) -> str:
    """Return a date in words, on one line."""
    return plain_day(when).replace(" ", SPACE)
