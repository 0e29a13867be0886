"""Shadow prices: what a tenth more of each group of stations, and of the places, changes of each figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.results.compared_values import Paired
from sim.results.meaning import Better
from sim.results.paired import difference
from sim.results.spread import quantiles
from sim.results.table import Cell, Table
from sim.results.tried import Tried

COLUMNS = {
    "scenario": "the scenario, stable name",
    "figure": "the figure, stable name",
    "label": "the same in words",
    "unit": "its unit, at full population",
    "rank": "rank of what is raised by the size of its effect for the better, of figures where a direction is better; "
    "of the others by its size",
    "lever": "group of stations that is 10 % faster, or places, 10 % more; stable name",
    "lever_label": "the same in words",
    "effect": "mean effect against the scenario itself, paired; of a quantile of waits the middle one",
    "low": "5 % of the replications (worlds) have a smaller effect; empty with fewer than two",
    "high": "5 % have a larger one",
    "low_95": "low end of the 95 % interval of the effect; empty where there is none",
    "high_95": "high end of it",
    "bottleneck_rank": "rank of the group among the bottlenecks of the scenario; empty: nobody waits there",
    "pairs": "replications in which both have a value",
    "said": "what is particular, in words; empty: nothing",
}


def shadow_prices(paired: Paired, tried: Sequence[Tried], bottlenecks: Table) -> Table:
    """Return the effect of every lever on every figure shown of every scenario, the greatest first.

    `bottlenecks` is the table of the comparison.
    """
    ranks = {(row["scenario"], row["group"]): row["rank"] for row in bottlenecks.rows}
    rows: list[dict[str, Cell]] = []
    for place, scenario in enumerate(paired.names):
        own = [each for each in tried if each.of == scenario]
        for figure in paired.shown:
            if not paired.is_number(figure) or not paired.has(place, figure):
                continue
            found = [_row(paired, place, figure, each) for each in own]
            found.sort(key=lambda row: -_gain(paired, figure, row["effect"]))
            for rank, row in enumerate(found, 1):
                row |= {"rank": rank, "bottleneck_rank": ranks.get((scenario, row["lever"]))}
                rows.append({column: row[column] for column in COLUMNS})
    return Table("shadow_prices", COLUMNS, rows)


def _gain(paired: Paired, figure: str, effect: float | None) -> float:
    """Return how much better a figure becomes; its change, either way, where neither direction is."""
    if effect is None:
        return float("-inf")
    better = paired.meaning(figure).better
    return abs(effect) if better is Better.NEITHER else effect if better is Better.MORE else -effect


def _row(paired: Paired, place: int, figure: str, each: Tried) -> dict[str, Any]:
    means = paired.meaning(figure)
    there = paired.values(place, figure)
    here = [each.value(replication, figure) for replication in paired.replications]
    found = difference(here, there, means)
    apart = [one - other for one, other in zip(here, there, strict=True) if one is not None and other is not None]
    low, _, high = quantiles(apart).tolist() if len(apart) > 1 else (None, None, None)
    return {
        "scenario": paired.names[place],
        "figure": figure,
        "label": means.label,
        "unit": paired.figures[figure],
        "lever": each.name,
        "lever_label": each.words,
        "effect": found.difference,
        "low": low,
        "high": high,
        "low_95": found.low,
        "high_95": found.high,
        "pairs": found.pairs,
        "said": found.said or None,
    }
