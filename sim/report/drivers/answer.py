"""The answer of what drives figures: of each the finding, its first drivers, and what to find out next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.parameters.named import Named
from sim.report.drivers.words import find_out
from sim.report.intervals import amounts, in_days, in_weeks, shares
from sim.report.text import block, wrapped
from sim.results.table import Table

MOST = 5
"""Drivers of a figure that the screen tells; the table has all."""

LITTLE = 0.001
"""A figure that 90 % of the points keep within such a share of it is told to be the same."""

Row = dict[str, Any]


def answer(tables: dict[str, Table], named: Named, *, made: str, members: int, scale: float, seconds: float) -> str:
    """Return the answer as text."""
    figures = tables["driver_figures"].rows
    parts = [_head(figures, named, made, members, scale, seconds)]
    for figure in figures:
        rows = [row for row in tables["drivers"].rows if row["figure"] == figure["figure"]]
        parts.append(_of(figure, rows))
    return "\n\n".join("\n".join(part) for part in parts)


def _head(figures: Sequence[Row], named: Named, made: str, members: int, scale: float, seconds: float) -> list[str]:
    points, again = figures[0]["points"], figures[0]["again"]
    head = [f"{named.title}: what drives it. {named.question or ''}".strip()]
    if named.against_base:
        head.append(f"{named.against_base}.")
    head.append(
        f"{points} points, {again} of them with two lucks: in each, every uncertain number has its value in one of the "
        f"{members} members of the ensemble; what is known only together is one driver. Took {seconds:,.0f} s."
    )
    if scale != 1:
        head.append(f"Scaled: one simulated person stands for {1 / scale:,.6g}. Counts are at full population.")
    if made == "laws":
        head.append("The members are drawn from the ranges of the assumptions; no published figure has narrowed them.")
    head.append(
        "Alone: the share of the variance that would go if only this were known; in all: with what it makes together "
        "with others, and its 90 % interval. From, to: the figure's mean where the driver is least, and greatest."
    )
    return [line for each in head for line in wrapped(each)]


def _of(figure: Row, rows: Sequence[Row]) -> list[str]:
    words = words_of(str(figure["unit"]))
    if figure["low"] is None:
        return wrapped(f"{figure['label']}: not reached in any of {figure['points']} points.")
    low, high = told(words, figure["low"], figure["high"])
    head = f"{figure['label']}: 90 % from {low} to {high}"
    if figure["reached"] < figure["points"]:
        head += f" (of the {figure['reached']} of {figure['points']} points in which it was reached)"
    if not rows or is_same(figure):
        return wrapped(f"{head}. Nothing that is not known moves it by more than {LITTLE:.1%}.".replace("%.", " %."))
    drivers = [row for row in rows if row["kind"] == "driver"]
    first = seen(drivers, figure)[:MOST]
    lines = wrapped(f"{head}. {finding(figure, rows)}.")
    if first:
        table = [_row(row, words) for row in first]
        lines += block(("", "alone", "in all", "90 %", "from", "to"), table)
    lines += wrapped(f"{_rest(rows, figure)}", "  ", "  ")
    lines += [line for each in next_steps(first[:2]) for line in wrapped(each, "  ", "    ")]
    return lines


def seen(drivers: Sequence[Row], figure: Row) -> list[Row]:
    """Return the drivers that are told: those with a share that could not as well be nothing."""
    return [row for row in drivers if row["total"] >= max(figure["least"], 0.005)]


def is_same(figure: Row) -> bool:
    """Return whether a figure is the same at nearly all points."""
    middle = abs(figure["median"] or 0.0)
    return bool(figure["high"] - figure["low"] <= LITTLE * middle)


def finding(figure: Row, rows: Sequence[Row]) -> str:
    """Return in a sentence what drives a figure most, or that too few points do not tell it."""
    drivers = seen([row for row in rows if row["kind"] == "driver"], figure)
    luck, unexplained = (
        next(row["first_order"] for row in rows if row["kind"] == kind) for kind in ("luck", "unexplained")
    )
    if not drivers:
        if luck > HALF:
            return "What moves it is luck"
        if unexplained > HALF:
            left = f"{percent(unexplained)} is not explained by {figure['reached']} points"
            return f"What moves it is not told: {left}; more of them may tell, with points="
        return "What moves it is no one driver, but many small ones, or luck"
    first = drivers[0]
    share = percent(first["total"])
    left = f"; {percent(unexplained)} is not explained" if unexplained > HALF else ""
    return f"{share} of what is not known of it is {first['label']}{left}"


HALF = 0.5


def percent(of: float) -> str:
    """Return a share of variance in whole per cent."""
    return "<1 %" if of < 0.01 else f"{100 * of:.0f} %"


def _row(row: Row, words: Callable[..., list[str]]) -> list[str]:
    at = told(words, row["figure_at_low"], row["figure_at_high"])
    label = str(row["label"])
    short = label if len(label) <= WIDEST else label[: WIDEST - 3].rstrip() + "..."
    interval = f"{100 * row['total_low']:.0f} to {100 * row['total_high']:.0f}"
    return [short, percent(row["first_order"]), percent(row["total"]), interval, *at]


WIDEST = 32
"""Letters of a driver in the table of the screen."""


def told(words: Callable[..., list[str]], *values: float) -> list[str]:
    """Return values in words that tell no more digits than they have."""
    _, *rest = words(values[0], *values)
    return rest


def words_of(unit: str) -> Callable[..., list[str]]:
    """Return what tells amounts of a unit."""
    if unit.startswith("share"):
        return shares
    if unit.startswith("weeks"):
        return in_weeks
    return in_days if unit == "days" else amounts


def _rest(rows: Sequence[Row], figure: Row) -> str:
    of = {row["kind"]: row["first_order"] for row in rows if row["kind"] != "driver"}
    return (
        f"Several only together {percent(of['together'])}, luck {percent(of['luck'])}, not explained "
        f"{percent(of['unexplained'])}. A driver of less than {percent(max(figure['least'], 0.01))} may be missed."
    )


def next_steps(drivers: Sequence[Row]) -> Iterator[str]:
    """Yield what to find out next, of the first drivers."""
    asked = [each for row in drivers for each in find_out(str(row["driver"]).split(" and "))]
    if asked:
        yield f"Find out next: {'; '.join(dict.fromkeys(asked))}."
