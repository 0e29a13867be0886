"""The runs of a comparison: a row each, those left out among them."""

from __future__ import annotations

from collections.abc import Iterator

from sim.results.comparison import Comparison
from sim.results.table import Cell, Table

COLUMNS = {
    "scenario": "the scenario, stable name",
    "replication": "from 1; the number of the world where there are worlds",
    "luck": "the replication of the config: runs with the same one have the same luck",
    "done": "whether it was made",
    "why": "why it was left out; empty where it was made",
}


def tasks(comparison: Comparison) -> Table:
    """Return a row for each run of each scenario."""
    return Table("tasks", COLUMNS, list(_rows(comparison)))


def _rows(comparison: Comparison) -> Iterator[dict[str, Cell]]:
    left_out = {(each.scenario, each.replication): each.why for each in comparison.left_out}
    for each in comparison.scenarios:
        name, first = each.compared.name, each.compared.config["run"]["replication"]
        for replication in sorted({*each.runs, *(k for scenario, k in left_out if scenario == name)}):
            yield {
                "scenario": name,
                "replication": replication,
                "luck": first + replication,
                "done": replication in each.runs,
                "why": left_out.get((name, replication)),
            }
