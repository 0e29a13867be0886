"""Money by month and benefit: awarded = paid + returned + outstanding, and at the end what becomes of the last."""

from __future__ import annotations

import numpy as np

from sim.calendar.months import months
from sim.journey.money import FLOWS, OUTCOMES, Benefit
from sim.observers.observations import Observations
from sim.observers.outstanding import outstanding as outstanding_of
from sim.results.full_population import at_full_population
from sim.results.table import Cell, Table

COLUMNS = {
    "month": "month (its first day)",
    "kind": "training (balance), incentive or survey",
    "awarded": "rupiah committed by awards in the month",
    "paid": "rupiah paid in the month: to courses bought, or to participants",
    "returned": "rupiah returned to the state in the month: revoked, unspent, forfeited, or of surveys not answered",
    "outstanding": "rupiah awarded, neither paid nor returned, at the end of the month",
    "still_to_be_paid": "of them, rupiah of incentives and surveys earned; empty before the last month",
    "will_return": "of them, rupiah certain to return by the rule of the account's closing: balances of those who have "
    "reviewed a first training and buy no further course, and surveys not answered; empty before the last month",
    "undecided": "of them, rupiah of those whose first training is not reviewed while the account is open, of balances "
    "of those who go to buy a further course, and of surveys not yet answered; empty before the last month",
}


def money(observations: Observations) -> Table:
    """Return the money of every month and benefit."""
    scale = observations.programme.parameters.population.scale
    first, month_of_day = months(observations.days)
    left = outstanding_of(observations)
    rows: list[dict[str, Cell]] = []
    for benefit in Benefit:
        flows = {flow: np.zeros(len(first), dtype=np.int64) for flow in FLOWS}
        for flow in FLOWS:
            np.add.at(flows[flow], month_of_day, observations.rupiah(flow, benefit))
        outstanding = np.cumsum(flows["awarded"] - flows["paid"] - flows["returned"])
        for month, begin in enumerate(first):
            amounts = {flow: int(flows[flow][month]) for flow in FLOWS}
            amounts["outstanding"] = int(outstanding[month])
            end = left[benefit] if month == len(first) - 1 else dict.fromkeys(OUTCOMES)
            rows.append({"month": begin, "kind": benefit.key, **amounts, **end})
    table = Table("money", COLUMNS, rows)
    return at_full_population(
        table, scale, (*FLOWS, "outstanding", *OUTCOMES), "awarded", "rupiah committed in the month"
    )
