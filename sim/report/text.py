"""Numbers and tables as a planner reads them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sim.parameters.units import shortened

WIDTH = 79
"""Signs of a line that no terminal of 80 columns wraps."""


def plain(number: float) -> str:
    """Return a number to four digits, with thousands parted, and never by a power of ten."""
    rounded = float(f"{number:.4g}")
    return f"{number:,.0f}" if abs(rounded) >= 1000 else f"{rounded:.9f}".rstrip("0").rstrip(".")


def wrapped(text: str, first: str = "", later: str = "  ", width: int = WIDTH) -> list[str]:
    """Return a text in lines no wider than `width`, with an indentation of the first and of the later ones.

    Words that are longer are broken.
    """
    # A number stays with its unit.
    kept = text.replace(" %", "\u00a0%")
    lines = textwrap.wrap(kept, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines] or [first.rstrip()]


def count(value: Any) -> str:
    """Return a whole number with separators; a dash where there is none."""
    return "-" if value is None else f"{value:,.0f}"


def percent(value: Any, digits: int = 1) -> str:
    """Return a share in per cent, what is less than all as less than 100; a dash where there is none."""
    if value is None:
        return "-"
    if value < 1 <= round(value, digits + 2):
        return f"over {100 - 10**-digits:.{digits}f} %"
    return f"{100 * value:.{digits}f} %"


def beside(found: float, asked: float) -> tuple[str, str]:
    """Return two shares in per cent: what was asked as it was written, and so many digits that the two differ."""
    exactly = (100 * Decimal(str(asked))).normalize().as_tuple().exponent
    digits = max(1, -int(exactly))
    while found != asked and percent(found, digits) == percent(asked, digits) and digits < MOST_DIGITS:
        digits += 1
    return percent(found, digits), percent(asked, digits)


MOST_DIGITS = 12
"""Digits behind the point of a share in per cent."""


def days(value: Any) -> str:
    """Return a wait in the unit that fits it; "not reached" where it is so."""
    if value is None:
        return "not reached"
    if value == 0:
        return "none"
    for limit, factor, unit in ((1 / 1440, 86_400, "s"), (1 / 24, 1_440, "min"), (2, 24, "h")):
        if value < limit:
            return f"{value * factor:.1f} {unit}"
    return f"{value:,.1f} d"


def rupiah(value: Any) -> str:
    """Return rupiah in trillions, billions or millions."""
    return "-" if value is None else shortened(value, ",.2f")


def in_short(value: Any) -> str:
    """Return rupiah in trillions (tn), billions (bn) or millions (m)."""
    words = {"trillion": "tn", "billion": "bn", "million": "m"}
    amount, _, unit = rupiah(value).partition(" ")
    return f"{amount} {words[unit]}" if unit else amount


def block(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of a table: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (heading, *rows)) for column in range(len(heading))]

    def line(row: Sequence[str]) -> str:
        first = f"  {row[0]:<{widths[0]}}"
        cells = [first, *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))]
        return "  ".join(cells).rstrip()

    return [line(heading), *(line(row) for row in rows)]
