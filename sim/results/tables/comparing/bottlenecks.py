"""Where people wait, scenario by scenario: the groups in their rank, and where the first of them changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sim.results.compared_values import Paired, axis
from sim.results.meaning import groups_of
from sim.results.spread import quantiles
from sim.results.table import Cell, Table

COLUMNS = {
    "scenario": "the scenario, stable name",
    "rank": "rank of the group by its mean share, 1 for the bottleneck, 2 for the runner-up",
    "group": "places (the quota), providers (their classes), or stations of a kind; stable name",
    "group_label": "the same in words",
    "share": "mean share of all person-days waited",
    "low": "the end below which 5 % of the replications (worlds) lie, share; empty with fewer than two",
    "high": "5 % lie above",
    "first_in": "replications in which it is the bottleneck",
    "replications": "replications",
}
CHANGES = {
    "key": "the number that is varied",
    "from_value": "the last value at which the bottleneck is the one before",
    "to_value": "the next value",
    "before": "the bottleneck up to there, stable name",
    "before_label": "the same in words",
    "after": "the bottleneck from there on, stable name",
    "after_label": "the same in words",
    "at": "where their mean shares cross, on straight lines between the two values",
}


def bottlenecks(paired: Paired) -> Table:
    """Return the groups of every scenario where anybody waits, by their rank."""
    rows: list[dict[str, Cell]] = []
    for place, (scenario, replicated) in enumerate(zip(paired.names, paired.comparison.scenarios, strict=True)):
        first = paired.cells(place, "bottleneck")
        labels = groups_of(replicated.compared.parameters)
        shares = {group: _shares(paired, place, group) for group in labels}
        ranked = sorted(((group, each) for group, each in shares.items() if any(each)), key=lambda e: -np.mean(e[1]))
        for rank, (group, each) in enumerate(ranked, 1):
            low, _, high = quantiles(each).tolist() if len(each) > 1 else (None, None, None)
            cells = (scenario, rank, group, labels[group], float(np.mean(each)), low, high, first.count(group))
            rows.append(dict(zip(COLUMNS, (*cells, len(paired.replications)), strict=True)))
    return Table("bottlenecks", COLUMNS, rows)


def _shares(paired: Paired, place: int, group: str) -> list[float]:
    """Return the share of a group in each replication; nothing where there is no such group, or nobody waits."""
    return [value or 0.0 for value in paired.values(place, f"bottleneck.{group}.share")]


def changes(paired: Paired, ranked: Table) -> Table:
    """Return where the bottleneck changes along the number that is varied; nothing where none is."""
    along = axis(paired.comparison)
    shares = {(row["scenario"], row["group"]): float(row["share"]) for row in ranked.rows}
    first = {row["scenario"]: row for row in ranked.rows if row["rank"] == 1}
    rows: list[dict[str, Cell]] = []
    for one, other in pairwise(along.values if along else ()):
        here, there = paired.names[one], paired.names[other]
        if along is None or here not in first or there not in first or first[here]["group"] == first[there]["group"]:
            continue
        before, after = first[here], first[there]
        ends = [
            shares.get((name, before["group"]), 0.0) - shares.get((name, after["group"]), 0.0) for name in (here, there)
        ]
        begin, end = along.values[one], along.values[other]
        at = begin + (end - begin) * ends[0] / (ends[0] - ends[1])
        words = (before["group"], before["group_label"], after["group"], after["group_label"])
        rows.append(dict(zip(CHANGES, (along.key, float(begin), float(end), *words, float(at)), strict=True)))
    return Table("changes", CHANGES, rows)
