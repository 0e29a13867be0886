"""What each scenario has more than the reference, pair by pair: how much it may be, and how well it is computed."""

from __future__ import annotations

from typing import Any

from sim.results.compared_values import Paired
from sim.results.paired import CONFIDENCE, FAMILY_WISE, MEAN, MIDDLE, count, difference, holm, least_chance, too_few
from sim.results.spread import quantiles
from sim.results.table import Cell, Table

COLUMNS = {
    "scenario": "the scenario, stable name",
    "reference": "the scenario that it is held against",
    "figure": "the figure, stable name",
    "label": "the same in words",
    "unit": "its unit, at full population",
    "shown": "whether it is one of the figures of the study",
    "low": "how much it may be: 5 % of the replications (worlds) have a smaller difference; empty with fewer than two",
    "median": "half of them have a smaller one",
    "high": "5 % have a larger one",
    "better_in": "replications in which the scenario is better than the reference; empty: neither direction is better",
    "worse_in": "replications in which it is worse",
    "told_in": "replications that tell the two apart, or find them alike",
    "difference": "how well it is computed: the mean difference over the pairs; of a quantile of waits the middle one",
    "low_95": f"low end of its {CONFIDENCE:.0%} interval; empty where there is none",
    "high_95": "high end of it",
    "method": "how the interval is found",
    "chance": "the chance of a difference so far from nothing, were there none (p-value, of this figure alone)",
    "chance_together": "the same for all figures shown of all scenarios together (Holm): below "
    f"{FAMILY_WISE:.0%} the difference is real, and the chance that any is called so that is not is {FAMILY_WISE:.0%}",
    "too_few": "whether there are too few pairs to tell: even if all differed the same way, the chance together would "
    f"not be below {FAMILY_WISE:.0%}",
    "narrower": "variance of the difference without pairing, over that with it; empty where either is nothing",
    "pairs": "replications in which both have a value",
    "said": "what is particular, in words; empty: nothing",
}


def differences(paired: Paired) -> Table:
    """Return a row for each figure that is a number, of each scenario but the reference; those shown first."""
    reference = paired.comparison.reference
    rows: list[dict[str, Any]] = [
        _row(paired, name, place)
        for name in paired.figures
        if paired.is_number(name)
        for place in range(len(paired.names))
        if place != reference
    ]
    own = [row for row in rows if row["shown"]]
    chances: list[Any] = [row["chance"] for row in own]
    least = [least_chance(int(row["pairs"]), paired.meaning(str(row["figure"]))) for row in own]
    for row, chance, few in zip(own, holm(chances), too_few(chances, least), strict=True):
        row |= {"chance_together": chance, "too_few": few}
    return Table("differences", COLUMNS, rows)


def _row(paired: Paired, name: str, place: int) -> dict[str, Cell]:
    reference, means = paired.comparison.reference, paired.meaning(name)
    here, there = (paired.values(which, name) for which in (place, reference))
    found, counted = difference(here, there, means), count(here, there, means)
    lacking = [paired.names[which] for which in (place, reference) if not paired.has(which, name)]
    if lacking:
        counted = None
    apart = [one - other for one, other in zip(here, there, strict=True) if one is not None and other is not None]
    low, median, high = quantiles(apart).tolist() if len(apart) > 1 else (None, None, None)
    row: dict[str, Any] = {
        "scenario": paired.names[place],
        "reference": paired.names[reference],
        "figure": name,
        "label": means.label,
        "unit": paired.figures[name],
        "shown": name in paired.comparison.figures,
        "low": low,
        "median": median,
        "high": high,
        "better_in": counted.better if counted else None,
        "worse_in": counted.worse if counted else None,
        "told_in": counted.of if counted else None,
        "difference": found.difference,
        "low_95": found.low,
        "high_95": found.high,
        "method": MIDDLE if means.quantile else MEAN,
        "chance": found.chance,
        "chance_together": None,
        "too_few": None,
        "narrower": found.narrower,
        "pairs": found.pairs,
        "said": f"{' and '.join(lacking)}: no such figure" if lacking else found.said or None,
    }
    return {column: row[column] for column in COLUMNS}
