"""The runs of a comparison: a row each, those left out and those that say why scenarios differ among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.results.comparison import Comparison
from sim.results.table import Cell, Table

COLUMNS = {
    "scenario": "the scenario, stable name",
    "variant": "what is changed of it to say why, stable name; empty: nothing, it is the scenario itself",
    "variant_label": "the same in words",
    "replication": "from 1; the number of the world where there are worlds",
    "luck": "the replication of the config: runs with the same one have the same luck",
    "done": "whether it was made",
    "why": "why it was left out; empty where it was made",
}


def tasks(comparison: Comparison) -> Table:
    """Return a row for each run of each scenario, and of what was changed of it to say why."""
    return Table("tasks", COLUMNS, list(_rows(comparison)))


def _rows(comparison: Comparison) -> Iterator[dict[str, Cell]]:
    left_out = {(each.scenario, each.replication): each.why for each in comparison.left_out}
    first = comparison.scenarios[0].compared.config["run"]["replication"]

    def rows(called: str, runs: Iterable[int], *own: str | None) -> Iterator[dict[str, Cell]]:
        made = set(runs)
        for replication in sorted({*made, *(k for name, k in left_out if name == called)}):
            why = left_out.get((called, replication))
            cells = (*own, replication, first + replication, replication in made, why)
            yield dict(zip(COLUMNS, cells, strict=True))

    for each in comparison.scenarios:
        yield from rows(each.compared.name, each.runs, each.compared.name, None, None)
    for tried in (*comparison.causes, *comparison.shadow_prices):
        if tried.called:
            variant = tried.called.removeprefix(f"{tried.of}: ")
            yield from rows(tried.called, tried.runs, tried.of, variant, tried.words)
