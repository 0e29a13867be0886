"""Why each scenario differs from the reference: its differences one by one, their interaction, and the whole.

Means are rounded to a grid that is 2**-40 of the largest of them, so that floats add up exactly, in any order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.results.compared_values import Paired
from sim.results.meaning import Better, Meaning
from sim.results.paired import difference
from sim.results.spread import quantiles
from sim.results.table import Cell, Table
from sim.results.tables.comparing.shadow_prices import NEGLIGIBLE
from sim.results.tried import Tried, number_of

ALONE, INTERACTION, TOTAL = "alone", "interaction", "total"

MEANING_OF_A_MEAN = Meaning("", Better.NEITHER, quantile=False, unreached=False)
"""Means add up, middles do not: so the effect on a quantile of waits is told as a mean here too."""

COLUMNS = {
    "scenario": "the scenario, stable name",
    "reference": "the scenario that it is held against",
    "figure": "the figure, stable name",
    "label": "the same in words",
    "unit": "its unit, at full population",
    "part": f"{ALONE}: one difference added to the reference; {INTERACTION}: the rest; {TOTAL}: the scenario itself",
    "cause": "what differs, stable name; empty for the interaction and the whole",
    "cause_label": "the same in words",
    "effect": "mean effect over the pairs; those of the differences and the interaction add up to the whole exactly",
    "low": "5 % of the replications (worlds) have a smaller effect; empty with fewer than two",
    "high": "5 % have a larger one",
    "low_95": "low end of the 95 % interval of the mean; empty where there is none",
    "high_95": "high end of it",
    "effect_last": "mean effect of the difference when it comes after the other; empty unless there are two",
    "pairs": "replications in which the reference, the scenario and each difference alone have a value",
    "negligible": f"whether the whole is no more than {NEGLIGIBLE:.1%} of the figure, so that another is told first",
    "said": "what is particular, in words; empty: nothing",
}


def causes(paired: Paired, tried: Sequence[Tried]) -> Table:
    """Return the parts of every difference shown; `tried` are each scenario's differences alone, in their order."""
    rows: list[dict[str, Cell]] = []
    for place, scenario in enumerate(paired.names):
        alone = [each for each in tried if each.of == scenario]
        if place != paired.comparison.reference and alone:
            for figure in paired.shown:
                rows += _rows(paired, place, figure, alone)
    return Table("causes", COLUMNS, rows)


def _rows(paired: Paired, place: int, figure: str, alone: Sequence[Tried]) -> list[dict[str, Cell]]:
    reference = paired.comparison.scenarios[paired.comparison.reference].runs
    here = paired.comparison.scenarios[place].runs
    whole, parts, bases = list[float](), list[list[float]](), list[float]()
    for replication in paired.replications:
        base, end = (number_of(runs.get(replication), figure) for runs in (reference, here))
        each = [one.value(replication, figure) for one in alone]
        if base is not None and end is not None and None not in each:
            whole.append(end - base)
            bases.append(base)
            parts.append([value - base for value in each if value is not None])
    said = "" if whole else _why_not(paired, place, figure, alone)
    names: list[tuple[str, str | None, str]] = [(ALONE, one.name, one.words) for one in alone]
    effects = [[row[k] for row in parts] for k in range(len(alone))]
    if len(alone) > 1:
        names.append((INTERACTION, None, "Their interaction"))
        effects.append([total - math.fsum(row) for total, row in zip(whole, parts, strict=True)])
    names.append((TOTAL, None, "In all"))
    effects.append(whole)
    means = adding_up([_mean(each) for each in effects]) if whole else [None] * len(effects)
    negligible = bool(whole) and abs(_mean(whole)) <= NEGLIGIBLE * abs(_mean(bases))
    last = [means[-1] - means[1], means[-1] - means[0]] if len(alone) == 2 and whole else [None] * len(effects)  # type: ignore[operator]
    rows = []
    for k, ((part, name, words), values, mean) in enumerate(zip(names, effects, means, strict=True)):
        low, _, high = quantiles(values).tolist() if len(values) > 1 else (None, None, None)
        found = difference(values, [0.0] * len(values), MEANING_OF_A_MEAN)
        none = "no effect in any replication" if part == ALONE and values and not any(values) else ""
        cells = (
            *(paired.names[place], paired.names[paired.comparison.reference], figure, paired.meaning(figure).label),
            *(paired.figures[figure], part, name, words, mean, low, high, found.low, found.high),
            *(last[k] if part == ALONE else None, len(whole), negligible, said or none or None),
        )
        rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return rows


def _why_not(paired: Paired, place: int, figure: str, alone: Sequence[Tried]) -> str:
    """Say who has no value of a figure, and in how many replications, where there is none in which all have one."""
    many = len(paired.replications)
    has = {paired.names[which]: paired.values(which, figure) for which in (paired.comparison.reference, place)}
    for one in alone:
        has[f"{paired.names[paired.comparison.reference]} with “{one.words}” alone"] = [
            one.value(replication, figure) for replication in paired.replications
        ]
    missing = {name: sum(value is None for value in values) for name, values in has.items()}
    what = "is not reached by the end of the run in" if paired.meaning(figure).unreached else "has no value in"
    told = [f"{name} ({none} of {many})" for name, none in missing.items() if none]
    return f"it {what} {'; '.join(told)}"


def told(rows: Sequence[dict[str, Any]], figures: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of the figure of which a scenario's causes are told, of the rows of that scenario.

    It is the first of several differences whose effects are known and not negligible in all; else the first known.
    """
    each = [[row for row in rows if row["figure"] == figure] for figure in figures]
    known = [some for some in each if len(some) > 2 and some[0]["effect"] is not None]
    return next((some for some in known if not some[0]["negligible"]), known[0] if known else [])


def adding_up(means: Sequence[float]) -> list[float]:
    """Return parts and, last, their whole, rounded to a grid so that the parts add up to the whole exactly.

    Where there are several parts the last of them is the rest: what rounding leaves is its.
    """
    *parts, whole = means
    largest = max(abs(each) for each in means)
    if len(parts) == 1 or not largest:
        return [whole] * len(means) if len(parts) == 1 else list(means)
    grid = math.ldexp(1.0, math.frexp(largest)[1] - 40)
    known = [round(each / grid) for each in parts[:-1]]
    end = round(whole / grid)
    return [each * grid for each in (*known, end - sum(known), end)]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
