"""Bottlenecks of a comparison in words: the first and the runner-up of each scenario, and where the first changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.report.comparing.side_by_side import Sides
from sim.report.comparing.wide import wide
from sim.report.text import percent

HEADING = ("Bottlenecks", "most days are waited at", "share", "then at", "share")
SHARES = (2, 4)
"""Columns of numbers."""


def bottleneck_lines(sides: Sides) -> list[str]:
    """Return the first bottleneck of each scenario and its runner-up, and from where in a sweep it is another."""
    rows = [_row(sides, name) for name in sides.names]
    widths = [max(map(len, column)) for column in zip(HEADING, *rows, strict=True)]
    lines = [_line(row, widths) for row in (HEADING, *rows)]
    for row in sides.tables["changes"].rows:
        lines += wide(f"{_change(row)}.", "  ", "  ")
    return lines


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a line: words to the left, shares to the right."""
    cells = [
        f"{cell:>{width}}" if k in SHARES else f"{cell:<{width}}"
        for k, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"  {'  '.join(cells)}".rstrip()


def _row(sides: Sides, scenario: str) -> tuple[str, ...]:
    ranked = [row for row in sides.tables["bottlenecks"].rows if row["scenario"] == scenario]
    first, then = ([*ranked, None, None])[:2]
    if first is None:
        return scenario, "nobody waited", "", "", ""
    often = first["first_in"]
    some = f", in {often} of {first['replications']}" if often < first["replications"] else ""
    told = (f"{first['group_label']}{some}", percent(first["share"]))
    return scenario, *told, *((then["group_label"], percent(then["share"])) if then else ("nothing", ""))


def _change(row: dict[str, Any]) -> str:
    """Return from where on the bottleneck is another: "from some 1,300,000"."""
    begin, end = number(row["from_value"]), number(row["to_value"])
    at = number(float(f"{row['at']:.2g}"))
    return (
        f"From {row['key']} of some {at} (between {begin} and {end}) the bottleneck is {row['after_label']}, "
        f"no longer {row['before_label']}"
    )


def number(value: float) -> str:
    """Return a value of a swept key."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"
