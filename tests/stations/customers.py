"""Customers of a station, as plain SimPy processes that write down what happens to them."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, NamedTuple

from sim.calendar.order import arrive, leave, renege
from sim.stations.station import Station
from sim.stations.timeline import Timeline

Log = list[tuple[int, str, int]]
"""What happened: (instant, what, number of the customer)."""


class Customer(NamedTuple):
    """Who arrives when (µs), with how much work (µs, where the station does not set it), bearing to wait."""

    number: int
    arrives: int
    service: int = 0
    bears: int | None = None


def serve(station: Station, customers: Iterable[Customer], until: int = 1 << 62) -> Log:
    """Let customers pass a station and return the log."""
    log: Log = []
    for customer in customers:
        station.timeline.process(_visit(station, customer, log))
    station.timeline.run(until=until)
    return log


def _visit(station: Station, customer: Customer, log: Log) -> Generator[Any, None, None]:
    timeline: Timeline = station.timeline
    number = customer.number
    yield timeline.turn(customer.arrives, arrive("portal"), number)
    with station.request() as place:
        if customer.bears is None:
            yield place
        else:
            yield place | timeline.turn(timeline.now + customer.bears, renege("portal"), number)
            if not place.triggered:
                log.append((timeline.now, "gives up", number))
                return
        log.append((timeline.now, "starts", number))
        yield timeline.turn(station.departure(customer.service), leave("portal"), number)
    log.append((timeline.now, "leaves", number))
