"""The kinds of stations: a row of this table is all that a kind needs to be taken at any place of the route."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.journey.kinds import Kind
from sim.journey.route import Station
from sim.stations.blocks import Block, Blocks, Calendar
from sim.stations.daily_runs import plan_daily_runs
from sim.stations.plan import Kernel, Plan, Resource, Served
from sim.stations.rate import plan_rate
from sim.stations.seats import plan_seats
from sim.stations.servers import plan_servers

__all__ = ["KINDS", "Kernel", "Plan", "Resource", "Served", "plan_station"]

KINDS: dict[Kind, Callable[[Blocks, float, Calendar], Plan | None]] = {
    Kind.RATE: plan_rate,
    Kind.SERVERS: plan_servers,
    Kind.SEATS: plan_seats,
    Kind.DAILY_RUNS: plan_daily_runs,
}
"""How the blocks of a station's instances, the scale and the calendar become its plan."""


def plan_station(
    station: Station, block: Block | Sequence[Block], scale: float, calendar: Calendar, instances: int = 1
) -> Plan | None:
    """Return the plan of a station of the route; None where it never binds.

    `block` is the config of all `instances`, or a sequence of one for each; the scale applies to each instance.
    """
    blocks = block if isinstance(block, Sequence) else (block,) * instances
    return KINDS[station.kind](blocks, scale, calendar)
