"""Customers of a station, as plain SimPy processes that write down what happens to them; and through its kernel."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import NEVER
from sim.journey.journey import JOURNEY
from sim.stations.plan import EMPTY, Plan, Resource
from sim.stations.timeline import Timeline

Log = list[tuple[int, str, int]]
"""What happened: (instant, what, number of the customer)."""


class Customer(NamedTuple):
    """Who arrives when (µs), with how much work (µs, where the station does not set it), waiting how long at most."""

    number: int
    arrives: int
    service: int = 0
    patience: int | None = None
    instance: int = 0


def station(plan: Plan) -> Any:
    """Return a station of one instance in SimPy, on a timeline of its own."""
    return plan.resources(Timeline())[0]


def serve(station: Resource, customers: Iterable[Customer], until: int = NEVER) -> Log:
    """Let customers pass a station and return the log."""
    timeline: Timeline = station.timeline  # type: ignore[attr-defined]
    return serve_bank([station], timeline, customers, until)


def serve_bank(bank: Sequence[Resource], timeline: Timeline, customers: Iterable[Customer], until: int = NEVER) -> Log:
    """Let customers pass their instances of a station and return the log."""
    log: Log = []
    for customer in customers:
        timeline.process(_visit(bank[customer.instance], timeline, customer, log))
    timeline.run(until=until)
    return log


def _visit(station: Resource, timeline: Timeline, customer: Customer, log: Log) -> Generator[Any, None, None]:
    number, patience = customer.number, customer.patience
    yield timeline.turn(customer.arrives, JOURNEY.arrive("portal"), number)
    with station.request(patience) as place:
        if patience is None:
            yield place
        else:
            yield place | timeline.turn(station.patience_ends(place, patience), JOURNEY.renege("portal"), number)
        if not place.triggered:
            log.append((timeline.now, "gives up", number))
            return
        log.append((timeline.now, "starts", number))
        yield timeline.turn(station.departure(customer.service), JOURNEY.leave("portal"), number)
    log.append((timeline.now, "leaves", number))


def in_simpy(plan: Plan, customers: Iterable[Customer]) -> Log:
    """Return the log of SimPy, in order of time and customer."""
    timeline = Timeline()
    return sorted(serve_bank(plan.resources(timeline), timeline, customers))


def in_kernel(plan: Plan, customers: Sequence[Customer], window: int = NEVER) -> Log:
    """Return the log of the kernel that takes a batch a window, in order of time and customer.

    Departures that a kernel puts out itself must be those of `left`, in order, each by the end of its window.
    """
    order = sorted(customers, key=lambda customer: (customer.arrives, customer.number))
    last = max((customer.arrives for customer in order), default=0)
    kernel = plan.kernel()
    log: Log = []
    departures: list[tuple[int, ...]] = []
    for end in [*range(window, last + 1, window), NEVER]:
        batch = [customer for customer in order if customer.arrives < end]
        order = order[len(batch) :]
        arrived, service, instance = (np.array([c[k] for c in batch], dtype=np.int64) for k in (1, 2, 4))
        people = np.array([customer.number for customer in batch], dtype=np.uint32)
        patience = np.array([c.patience for c in batch if c.patience is not None], dtype=np.int64)
        assert patience.size in (0, arrived.size)
        served = kernel.serve(
            arrived, people, people.astype(np.int64) % 7, instance if plan.instances > 1 else EMPTY,
            service if plan.kind in ("servers", "seats") else EMPTY, patience, end,
        )  # fmt: skip
        assert served.gave_up.size == patience.size
        assert (served.departures is not None) == plan.puts_out_departures
        if served.departures is not None:
            departures += zip(*(column.tolist() for column in served.departures), strict=True)
            told = sum(at < end for at, _, _ in departures)
            log_left = sum(at < end for at, what, _ in log if what == "leaves")
            assert told == log_left + int((served.left < end).sum())
        if plan.ordered:
            leaving = served.left[served.left < NEVER]
            assert (np.diff(leaving) > 0).all()
        for what, stamps in (("starts", served.started), ("leaves", served.left), ("gives up", served.gave_up)):
            log += [(at, what, n) for at, n in zip(stamps.tolist(), people.tolist(), strict=False) if at < NEVER]
    if plan.puts_out_departures:
        assert departures == sorted(departures)
        assert departures == sorted((at, number, number % 7) for at, what, number in log if what == "leaves")
        assert kernel.pending == 0
    return sorted(log)
