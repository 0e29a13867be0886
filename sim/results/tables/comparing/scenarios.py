"""The scenarios of a comparison: what each is called and asks, and where it lies along what is varied."""

from __future__ import annotations

from sim.parameters.sayings import together
from sim.results.compared_values import Paired, axis
from sim.results.table import Cell, Table

COLUMNS = {
    "scenario": "the scenario, stable name",
    "label": "the same in words",
    "question": "what it asks",
    "differs": "what differs from the base, in words; empty: nothing",
    "reference": "whether the others are held against it",
    "key": "the number by which this scenario and others differ, and nothing else; empty: none, or something else too",
    "at": "its value here",
    "replications": "replications that every scenario has: their runs are paired",
    "left_out": "replications of this scenario that another does not have, and which are not counted",
    "in_worlds": "whether a replication is a world with a luck; otherwise the base with another luck",
    "scale": "simulated share of the full population",
}


def scenarios(paired: Paired) -> Table:
    """Return a row a scenario."""
    comparison, along = paired.comparison, axis(paired.comparison)
    rows: list[dict[str, Cell]] = []
    for place, scenario in enumerate(comparison.scenarios):
        compared = scenario.compared
        at = along.values.get(place) if along else None
        cells = (
            compared.name,
            compared.label,
            compared.question,
            together(compared.named.differs) if compared.named.differs else None,
            place == comparison.reference,
            along.key if along and at is not None else None,
            None if at is None else float(at),
            len(paired.replications),
            len(scenario.runs) - len(paired.replications),
            comparison.in_worlds,
            comparison.scale,
        )
        rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return Table("scenarios", COLUMNS, rows)
