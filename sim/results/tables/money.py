"""Money by month and kind: awarded = paid + returned + outstanding."""

from __future__ import annotations

import numpy as np

from sim.observers.observations import Observations
from sim.results.table import Cell, Table
from sim.results.tables.payments import months

KINDS = ("training", "incentive", "survey")
FLOWS = ("awarded", "paid", "returned")

COLUMNS = {
    "month": "month (its first day)",
    "kind": "training (balance), incentive or survey",
    "awarded": "rupiah committed by awards in the month, simulated people",
    "paid": "rupiah paid in the month: to courses bought, or to participants",
    "returned": "rupiah returned to the state in the month: revoked, unspent or forfeited",
    "outstanding": "rupiah awarded, neither paid nor returned, at the end of the month",
    "awarded_full_population": "awarded divided by the scale, rupiah",
    "paid_full_population": "paid divided by the scale, rupiah",
    "returned_full_population": "returned divided by the scale, rupiah",
    "outstanding_full_population": "outstanding divided by the scale, rupiah",
}


def money(seen: Observations) -> Table:
    """Return the money of every month and kind."""
    scale = seen.programme.parameters.population.scale
    first, month_of_day = months(seen)
    rows: list[dict[str, Cell]] = []
    for kind in KINDS:
        flows = {flow: np.zeros(len(first), dtype=np.int64) for flow in FLOWS}
        for flow in FLOWS:
            np.add.at(flows[flow], month_of_day, seen.rupiah[flow, kind])
        outstanding = np.cumsum(flows["awarded"] - flows["paid"] - flows["returned"])
        for month, begin in enumerate(first):
            amounts = {flow: int(flows[flow][month]) for flow in FLOWS}
            amounts["outstanding"] = int(outstanding[month])
            full = {f"{name}_full_population": round(rupiah / scale) for name, rupiah in amounts.items()}
            rows.append({"month": begin, "kind": kind, **amounts, **full})
    return Table("money", COLUMNS, rows)
