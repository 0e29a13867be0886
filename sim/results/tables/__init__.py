"""The tables of a run, one a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

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


class Tables(Mapping[str, Table]):
    """The tables of a run by name, each made when it is first asked for: whoever runs many asks for some only."""

    def __init__(self, makers: Mapping[str, Callable[[], Table]]) -> None:
        self._makers, self._made = makers, dict[str, Table]()

    def __getitem__(self, name: str) -> Table:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def tables(observations: Observations, wave_records: list[WaveRecord], runs: list[RunRecord]) -> Tables:
    """Return every table of a run by name."""
    makers: dict[str, Callable[[], Table]] = {
        "funnel": partial(funnel, observations),
        "daily": partial(daily, observations, runs),
        "waits": partial(waits, observations),
        "bottlenecks": partial(bottlenecks, observations),
        "stations": partial(stations, observations, runs),
        "waves": partial(waves, observations, wave_records),
        "payments": partial(payments, observations, runs),
        "money": partial(money, observations),
        "groups": partial(groups, observations),
        "service_levels": partial(service_levels, observations),
        "published": partial(published, observations, wave_records),
    }
    if observations.market is not None:
        of_market = {"market": market, "sales": sales, "providers": providers, "courses": courses, "seats": seats}
        makers |= {name: partial(table, observations, observations.market) for name, table in of_market.items()}
    return Tables(makers)
