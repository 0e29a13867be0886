"""Every figure of every scenario over its replications: how much it may be, and where one scenario is the best."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.results.compared_values import Paired
from sim.results.figure import Value
from sim.results.paired import best
from sim.results.spread import quantiles
from sim.results.table import Cell, Table

COLUMNS = {
    "scenario": "the scenario, stable name",
    "figure": "the figure, stable name",
    "label": "the same in words",
    "unit": "its unit, at full population",
    "shown": "whether it is one of the figures of the study",
    "better": "whether more of it is better or less, or neither",
    "value": "its mean over the replications in which it has a value; of a quantile of waits the middle one",
    "taken": "how the value is taken over the replications: mean or middle; empty for texts",
    "low": "the end below which 5 % of the replications (worlds) lie; empty with fewer than two",
    "median": "half of them lie below",
    "high": "5 % lie above",
    "text": "of what is no number: what is so most often",
    "text_in": "in how many replications it is so",
    "reached": "replications in which it has a value",
    "replications": "replications",
    "best": "whether it is better than in every other scenario in 95 % of the replications at least, and the 95 % "
    "intervals of the differences agree; of shown figures only",
    "said": "what is particular, in words; empty: nothing",
}


def kpis(paired: Paired) -> Table:
    """Return a row for each figure of each scenario, those shown first."""
    rows = []
    for name, unit in paired.figures.items():
        shown, number = name in paired.comparison.figures, paired.is_number(name)
        found = _best(paired, name) if shown and number else None
        for place, scenario in enumerate(paired.names):
            means = paired.meaning(name)
            of_all = _numbers(paired, place, name) if number else _texts(paired.cells(place, name))
            row: dict[str, Cell] = {
                "scenario": scenario,
                "figure": name,
                "label": means.label,
                "unit": unit,
                "shown": shown,
                "better": means.better.value,
                **of_all,
                "replications": len(paired.replications),
                "best": place == found,
                "said": _said(paired, place, name),
            }
            rows.append({column: row[column] for column in COLUMNS})
    return Table("kpis", COLUMNS, rows)


def _best(paired: Paired, name: str) -> int | None:
    if not all(paired.has(place, name) for place in range(len(paired.names))):
        return None
    return best([paired.values(place, name) for place in range(len(paired.names))], paired.meaning(name))


def _numbers(paired: Paired, place: int, name: str) -> dict[str, Cell]:
    known = [value for value in paired.values(place, name) if value is not None]
    quantile = paired.meaning(name).quantile
    low, median, high = quantiles(known).tolist() if len(known) > 1 else (None, None, None)
    value = None if not known else float(np.median(known) if quantile else np.mean(known))
    taken = "middle" if quantile else "mean"
    ends = {"low": low, "median": median, "high": high}
    return {"value": value, "taken": taken, **ends, "text": None, "text_in": None, "reached": len(known)}


def _texts(cells: list[Value]) -> dict[str, Cell]:
    counted = Counter(str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in cells if cell is not None)
    text, most = min(counted.items(), key=lambda each: (-each[1], each[0])) if counted else (None, 0)
    empty = dict.fromkeys(("value", "taken", "low", "median", "high"))
    return {**empty, "text": text, "text_in": most, "reached": sum(cell is not None for cell in cells)}


def _said(paired: Paired, place: int, name: str) -> str | None:
    if not paired.has(place, name):
        return "the scenario has no such figure"
    cells = paired.cells(place, name)
    missing = sum(cell is None for cell in cells)
    what = "not reached" if paired.meaning(name).unreached else "no value"
    if missing:
        return what if missing == len(cells) else f"{what} in {missing} of {len(cells)}"
    return "one replication: no range" if len(cells) == 1 else None
