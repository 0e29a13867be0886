"""The tables of a run, one a module."""

from __future__ import annotations

from sim.observers.observations import Observations
from sim.programme.payment_runs import RunRecord
from sim.programme.waves import WaveRecord
from sim.results.table import Table
from sim.results.tables.bottlenecks import bottlenecks
from sim.results.tables.daily import daily
from sim.results.tables.funnel import funnel
from sim.results.tables.groups import groups
from sim.results.tables.market import courses, market, seats
from sim.results.tables.money import money
from sim.results.tables.payments import payments
from sim.results.tables.providers import providers, sales
from sim.results.tables.published import published
from sim.results.tables.service_levels import service_levels
from sim.results.tables.stations import stations
from sim.results.tables.waits import waits
from sim.results.tables.waves import waves


def tables(observations: Observations, wave_records: list[WaveRecord], runs: list[RunRecord]) -> dict[str, Table]:
    """Return every table of a run by name."""
    each: tuple[Table, ...] = (
        funnel(observations),
        daily(observations, runs),
        waits(observations),
        bottlenecks(observations),
        stations(observations, runs),
        waves(observations, wave_records),
        payments(observations, runs),
        money(observations),
        groups(observations),
        service_levels(observations),
        published(observations, wave_records),
    )
    if observations.market is not None:
        of_market = (market, sales, providers, courses, seats)
        each = (*each, *(table(observations, observations.market) for table in of_market))
    return {table.name: table for table in each}
