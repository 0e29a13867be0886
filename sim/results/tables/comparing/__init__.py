"""The tables of a comparison, one a module."""

from __future__ import annotations

from collections.abc import Iterator

from sim.results.compared_values import Paired
from sim.results.comparison import Comparison
from sim.results.table import Table
from sim.results.tables.comparing.bottlenecks import bottlenecks, changes
from sim.results.tables.comparing.causes import causes
from sim.results.tables.comparing.differences import differences
from sim.results.tables.comparing.kpis import kpis
from sim.results.tables.comparing.over_time import months, weeks
from sim.results.tables.comparing.people_changes import Held, people_changes
from sim.results.tables.comparing.scenarios import scenarios
from sim.results.tables.comparing.shadow_prices import shadow_prices
from sim.results.tables.comparing.tasks import tasks


def tables_of(comparison: Comparison) -> dict[str, Table]:
    """Return the tables of a comparison by name."""
    paired = Paired(comparison)
    ranked = bottlenecks(paired)
    each = [
        scenarios(paired),
        kpis(paired),
        differences(paired),
        ranked,
        changes(paired, ranked),
        weeks(paired),
        months(paired),
        tasks(comparison),
    ]
    if comparison.people:
        each.append(people_changes(list(_held(comparison))))
    if comparison.causes:
        each.append(causes(paired, comparison.causes))
    if comparison.shadow_prices:
        each.append(shadow_prices(paired, comparison.shadow_prices, ranked))
    return {table.name: table for table in each}


def _held(comparison: Comparison) -> Iterator[Held]:
    reference = comparison.scenarios[comparison.reference].compared.name
    for each in comparison.scenarios:
        name = each.compared.name
        if name in comparison.people:
            yield Held(name, reference, each.compared.parameters, comparison.people[name])
