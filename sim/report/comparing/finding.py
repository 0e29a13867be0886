"""The finding of a comparison in two sentences, and what all differences together are worth."""

from __future__ import annotations

import math
from typing import Any

from sim.report.comparing.numbers import apart, between, in_words
from sim.report.comparing.side_by_side import Sides
from sim.report.comparing.wide import wide
from sim.results.paired import FAMILY_WISE
from sim.results.tables.comparing.shadow_prices import NEGLIGIBLE

Row = dict[str, Any]

WORTH_TELLING = 1.5
"""How many times narrower pairing must make an interval for the screen to say so."""


def finding(sides: Sides) -> str:
    """Return which scenario is the best on the first figure that tells them apart, by how much, and how sure."""
    known = [name for name in sides.shown if _known(sides, name)]
    if not known:
        return "No scenario has a value of any figure that is shown."
    figure = next((name for name in known if not _alike(sides, name)), known[0])
    rows = _known(sides, figure)
    label, unit = rows[0]["label"], rows[0]["unit"]
    if rows[0]["better"] == "neither":
        return f"{label}: {_values(rows, unit)}. {_differs(sides, figure, rows[-1]['scenario'])}"
    if len({row["value"] for row in rows}) == 1 and len(rows) == len(sides.names):
        return f"{label}: the same in all scenarios, {in_words([rows[0]['value']], unit)[0]}. Nothing tells them apart."
    sign = -1 if rows[0]["better"] == "more" else 1
    ranked = sorted(rows, key=lambda row: (_not_reached(row), sign * row["value"]))
    leads, next_one = ranked[0], ranked[1] if len(ranked) > 1 else None
    if next_one and leads["best"] and _short(leads, unit) == _short(next_one, unit):
        alike = [row["scenario"] for row in ranked if _short(row, unit) == _short(leads, unit)]
        first = f"{label}: {' and '.join(alike)} are the best, alike but for digits not told, {_value(leads, unit)}."
    elif leads["best"]:
        first = f"{label}: {leads['scenario']} is the best, {_value(leads, unit)}"
        others = [row for row in ranked[1:] if row["scenario"] != sides.reference][:1]
        own = [] if leads["scenario"] == sides.reference else [sides.kpi(sides.reference, figure)]
        against = ", ".join(f"{row['scenario']} {_short(row, unit)}" for row in [*own, *others])
        first += f" ({against})" if against else ""
        first += f"{_but_not_together(sides, figure, leads['scenario'])}."
    else:
        first = f"{label}: no scenario is the best beyond doubt; {leads['scenario']} is ahead, {_value(leads, unit)}"
        first += f", before {next_one['scenario']}, {_value(next_one, unit)}." if next_one else "."
    if leads["scenario"] != sides.reference:
        return f"{first} {_differs(sides, figure, leads['scenario'])}"
    return f"{first} {_differs(sides, figure, next_one['scenario'])}" if next_one else first


def _but_not_together(sides: Sides, figure: str, scenario: str) -> str:
    """Say so where its difference from the reference is told by itself, and not once all figures are taken together."""
    if scenario == sides.reference:
        return ""
    chance = sides.difference(scenario, figure)["chance_together"]
    together = chance is None or chance < FAMILY_WISE
    return "" if together else ", by itself, though not once all figures are told together"


def _known(sides: Sides, figure: str) -> list[Row]:
    """Return the rows of a figure in the scenarios that have a value."""
    return [row for name in sides.names if (row := sides.kpi(name, figure))["value"] is not None]


def _alike(sides: Sides, figure: str) -> bool:
    """Return whether all scenarios reach a figure as often, and it differs by no more than a planner calls nothing."""
    rows = _known(sides, figure)
    values = [row["value"] for row in rows]
    reached = len(rows) == len(sides.names) and len({row["reached"] for row in rows}) == 1
    return reached and max(values) - min(values) <= NEGLIGIBLE * max(map(abs, values))


def _not_reached(row: Row) -> int:
    """Return in how many replications a figure is not reached, which is worse than any value."""
    return int(row["replications"] - row["reached"]) if str(row["said"]).startswith("not reached") else 0


def _values(rows: list[Row], unit: str) -> str:
    words = in_words([row["value"] for row in rows], unit)
    return ", ".join(f"{row['scenario']} {text}" for row, text in zip(rows, words, strict=True))


def _short(row: Row, unit: str) -> str:
    return str(row["said"]) if row["value"] is None else in_words([row["value"]], unit)[0]


def _value(row: Row, unit: str) -> str:
    value, low, high = in_words([row["value"], row["low"], row["high"]], unit)
    if row["reached"] < row["replications"]:
        value += f" where it has a value, in {row['reached']} of {row['replications']}"
    if row["low"] is None or low == high:
        return value
    return f"{value} (90 % from {between(low, high)})"


def _differs(sides: Sides, figure: str, scenario: str) -> str:
    """Return how much a scenario differs from the reference, and how sure that is, in a sentence."""
    row = sides.difference(scenario, figure)
    if row["difference"] is None:
        return f"{scenario} cannot be held against {sides.reference}: {row['said']}."
    size, low, high = apart([row["difference"], row["low_95"], row["high_95"]], row["unit"])
    if not row["difference"]:
        parts = [f"{scenario} does not differ from {sides.reference}"]
    else:
        parts = [f"{scenario} has {size} {'more' if row['difference'] > 0 else 'less'} than {sides.reference}"]
    if row["low_95"] is None or row["low_95"] == row["high_95"]:
        said = str(row["said"]).replace("replication", "world") if sides.comparison.in_worlds else row["said"]
        parts[0] += f" ({said})"
    else:
        parts[0] += f" ({_interval(row, low, high)})"
    if row["told_in"] and row["told_in"] > 1:
        better, worse, of = row["better_in"], row["worse_in"], row["told_in"]
        how = "better" if better >= worse else "worse"
        parts.append(f"{how} in {max(better, worse):,} of {sides.called(of)}")
    if row["narrower"] is not None and math.sqrt(row["narrower"]) >= WORTH_TELLING:
        parts.append(f"pairing makes the interval {math.sqrt(row['narrower']):,.1f} times narrower")
    return f"{'; '.join(parts)}."


def _interval(row: Row, low: str, high: str) -> str:
    """Return the 95 % interval of a difference, its ends in the direction of the difference."""
    what = "middle" if str(row["method"]).startswith("middle") else "mean"
    ends = [row["low_95"], row["high_95"]]
    if ends[0] * ends[1] < 0:
        return f"95 % interval of the {what} from {low} less to {high} more"
    first, last = (low, high) if row["difference"] > 0 else (high, low)
    if first == last:
        return f"the 95 % interval of the {what} is the same to the digits told"
    return f"95 % interval of the {what} {between(first, last)}"


def together_lines(sides: Sides) -> list[str]:
    """Say how many of the differences shown are real, and how sure that is of all of them together."""
    rows = [row for row in sides.tables["differences"].rows if row["shown"]]
    family = [row for row in rows if row["chance_together"] is not None]
    if not family:
        return []
    real = [row for row in family if row["chance_together"] < FAMILY_WISE]
    rest = [row for row in family if row not in real]
    are = "is" if len(real) == 1 else "are"
    text = (
        f"{len(real)} of {len(family)} differences from {sides.reference} {are} real, with a chance of at "
        f"most {FAMILY_WISE:.0%} that any is called so that is not (Holm)".replace("5%", "5 %")
    )
    for said, some in (
        ("Not told apart", [row for row in rest if not row["too_few"]]),
        (
            f"Too few {sides.called(2).split()[1]} to tell once all are taken together",
            [row for row in rest if row["too_few"]],
        ),
    ):
        if some:
            text += f". {said}: {_by_figure(some)}"
    others = [row for row in rows if row not in family]
    fixed = sum(row["low_95"] is not None for row in others)
    each = sides.called(2).split()[1].removesuffix("s")
    none = len(others) - fixed
    parts = [f"{fixed} more {'is' if fixed == 1 else 'are'} the same in every {each}"] * bool(fixed)
    parts += [f"{none} {'has' if none == 1 else 'have'} no interval (the table says why)"] * bool(none)
    return wide(f"{text}.{' ' * bool(parts)}{'; '.join(parts)}{'.' * bool(parts)}")


MOST_TOLD = 4
"""Figures of which some differences are not told apart, which the screen names; the table has all."""


def _by_figure(rows: list[Row]) -> str:
    """Return the figures of some differences, each with the scenarios."""
    told = [
        f"{_lower(label)} ({', '.join(row['scenario'] for row in rows if row['label'] == label)})"
        for label in dict.fromkeys(row["label"] for row in rows)
    ]
    more = len(told) - MOST_TOLD
    left = f"; and {more} {'figure' if more == 1 else 'figures'} more" if more > 0 else ""
    return f"{'; '.join(told[:MOST_TOLD])}{left}"


def _lower(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
