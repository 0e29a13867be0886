"""Money by month and benefit: awarded = paid + returned + outstanding."""

from __future__ import annotations

import numpy as np

from sim.journey.money import FLOWS, Benefit
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table
from sim.results.tables.payments import months

COLUMNS = {
    "month": "month (its first day)",
    "kind": "training (balance), incentive or survey",
    "awarded": "rupiah committed by awards in the month",
    "paid": "rupiah paid in the month: to courses bought, or to participants",
    "returned": "rupiah returned to the state in the month: revoked, unspent, forfeited, or of surveys not answered",
    "outstanding": "rupiah awarded, neither paid nor returned, at the end of the month",
}


def money(observations: Observations) -> Table:
    """Return the money of every month and benefit."""
    scale = observations.programme.parameters.population.scale
    first, month_of_day = months(observations)
    rows: list[dict[str, Cell]] = []
    for benefit in Benefit:
        flows = {flow: np.zeros(len(first), dtype=np.int64) for flow in FLOWS}
        for flow in FLOWS:
            np.add.at(flows[flow], month_of_day, observations.rupiah(flow, benefit))
        outstanding = np.cumsum(flows["awarded"] - flows["paid"] - flows["returned"])
        for month, begin in enumerate(first):
            amounts = {flow: int(flows[flow][month]) for flow in FLOWS}
            amounts["outstanding"] = int(outstanding[month])
            rows.append({"month": begin, "kind": benefit.key, **amounts})
    table = Table("money", COLUMNS, rows)
    return at_full_population(table, scale, (*FLOWS, "outstanding"), "awarded", "rupiah committed in the month")
