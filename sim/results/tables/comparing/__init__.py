"""The tables of a comparison, one a module."""

from __future__ import annotations

from sim.results.compared_values import Paired
from sim.results.comparison import Comparison
from sim.results.table import Table
from sim.results.tables.comparing.bottlenecks import bottlenecks, changes
from sim.results.tables.comparing.differences import differences
from sim.results.tables.comparing.kpis import kpis
from sim.results.tables.comparing.over_time import months, weeks
from sim.results.tables.comparing.scenarios import scenarios


def tables_of(comparison: Comparison) -> dict[str, Table]:
    """Return the tables of a comparison by name."""
    paired = Paired(comparison)
    ranked = bottlenecks(paired)
    each = (
        scenarios(paired),
        kpis(paired),
        differences(paired),
        ranked,
        changes(paired, ranked),
        weeks(paired),
        months(paired),
    )
    return {table.name: table for table in each}
