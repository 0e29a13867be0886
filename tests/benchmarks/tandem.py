"""Three stations in a row, five, 180 and five servers, load 0.9, three waits a customer: ours, SimPy, cimba.

All are fed the same whole microseconds. Ours are the product's own kernels, in one piece and with SimPy as
the clock of 365 windows; their waits must be SimPy's to the last bit, and cimba's as a float holds them.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from tests.benchmarks.show import table

SERVERS = (5, 180, 5)
LOAD = 0.9
WINDOWS = 365


def numbers(customers: int) -> tuple[Any, Any]:
    """Return the arrivals [customer] and the services [station, customer], µs."""
    luck = np.random.default_rng(11_400_000)
    arrived = np.cumsum(luck.exponential(1e6 / LOAD, customers).astype(np.int64) + 1)
    return arrived, np.array([luck.exponential(1e6 * c, customers).astype(np.int64) + 1 for c in SERVERS])


class Stations:
    """The three stations by their kernels; `take` hands a batch of arrivals from one to the next."""

    def __init__(self, services: Any) -> None:
        from sim.calendar.instants import NEVER
        from sim.stations.servers import SERVERS_START

        self.services = services
        self.waits = np.zeros(services.shape, dtype=np.int64)
        self.states = [np.array(SERVERS_START, dtype=np.int64) for _ in SERVERS]
        self.busy = [(np.zeros(c, dtype=np.int64), np.zeros(c, dtype=np.int64)) for c in SERVERS]
        self.always, self.counts = np.array([-NEVER]), [np.array([c]) for c in SERVERS]
        self.nothing, self.stretch = np.zeros(0, dtype=np.int64), np.ones(1)

    def take(self, arrived: Any, people: Any, until: int) -> None:
        """Take a batch through the stations; whoever leaves one goes on to the next."""
        from sim.stations.servers import pass_servers

        for k, state in enumerate(self.states):
            started, left = np.empty_like(arrived), np.empty_like(arrived)
            room = arrived.size + int(state[0])
            out_time, out_people = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
            count = pass_servers(
                self.always, self.counts[k], self.stretch, state, *self.busy[k], people, arrived,
                self.services[k][people], self.nothing, started, left, self.nothing, out_time, out_people, until,
            )  # fmt: skip
            self.waits[k][people] = started - arrived
            arrived, people = out_time[:count], out_people[:count]


def in_kernels(arrived: Any, services: Any) -> Any:
    """Return the waits [station, customer] of the kernels in one piece."""
    from sim.calendar.instants import NEVER

    stations = Stations(services)
    stations.take(arrived, np.arange(arrived.size), NEVER)
    return stations.waits


def in_windows(arrived: Any, services: Any) -> Any:
    """Return the waits of the kernels under SimPy's clock."""
    from sim.calendar.instants import NEVER
    from sim.journey.order import ProgrammeAct
    from sim.stations.timeline import Timeline

    stations, timeline = Stations(services), Timeline()

    def clock() -> Generator[Any, None, None]:
        first = 0
        for end in np.linspace(0, arrived[-1], WINDOWS + 1)[1:-1].astype(np.int64).tolist():
            yield timeline.act(end, ProgrammeAct.DAY_END)
            last = int(np.searchsorted(arrived, end))
            stations.take(arrived[first:last], np.arange(first, last), end)
            first = last
        stations.take(arrived[first:], np.arange(first, arrived.size), NEVER)

    timeline.process(clock())
    timeline.run()
    return stations.waits


def in_simpy(arrived: Any, services: Any) -> Any:
    """Return the waits of SimPy, a process a customer."""
    import simpy

    environment = simpy.Environment()
    stations = [simpy.Resource(environment, c) for c in SERVERS]
    waits = np.zeros(services.shape, dtype=np.int64)
    mine = services.T.tolist()

    def customer(number: int) -> Generator[Any, None, None]:
        for k, station in enumerate(stations):
            came = environment.now
            with station.request() as place:
                yield place
                waits[k, number] = environment.now - came
                yield environment.timeout(mine[number][k])

    def arrivals() -> Generator[Any, None, None]:
        for number, at in enumerate(arrived.tolist()):
            yield environment.timeout(at - environment.now)
            environment.process(customer(number))

    environment.process(arrivals())
    environment.run()
    return waits


def in_cimba(arrived: Any, services: Any) -> tuple[float, Any]:
    """Return the seconds and the waits [station, start] of cimba, a process a server."""
    import cimba as cb
    from cimba import inputs

    from tests.benchmarks.cimba_tandem import Tandem

    model = Tandem()
    model.gaps = inputs.trace(np.diff(arrived, prepend=0).astype(float))
    for k in range(1, len(SERVERS) + 1):
        setattr(model, f"service_{k}", cb.Array(services[k - 1].astype(float).tolist()))
        setattr(model, f"came_{k}", cb.Array(arrived.size))
        wait = cb.Dataset()  # type: ignore[no-untyped-call, unused-ignore]
        wait.capture()
        setattr(model, f"wait_{k}", wait)
    for _ in ("compiles", "counts"):
        experiment = cb.Experiment(model, window=cb.Window.until_idle())
        began = time.perf_counter()
        found = experiment.run(workers=1)[model]
        seconds = time.perf_counter() - began
    return seconds, [getattr(found, f"wait_{k}").trial(0, 0)[1] for k in range(1, len(SERVERS) + 1)]


def timed(run: Callable[[Any, Any], Any], arrived: Any, services: Any) -> tuple[float, Any]:
    """Return the seconds and the waits of a run."""
    began = time.perf_counter()
    waits = run(arrived, services)
    return time.perf_counter() - began, waits


def show(asked: Namespace) -> None:
    """Print customers a second of each, and hold the waits against one another."""
    few = numbers(1_000)
    for run in (in_kernels, in_windows):
        run(*few)  # compiles, if nobody has
    arrived, services = numbers(asked.customers)
    seconds, waits = timed(in_simpy, arrived, services)
    rows = [("SimPy, a process a customer, Resource", asked.customers / seconds, 1.0)]
    fast, of_cimba = in_cimba(arrived, services)
    rows.append(("cimba, a process a server", asked.customers / fast, seconds / fast))
    for k, of_station in enumerate(of_cimba):
        assert np.allclose(np.sort(of_station), np.sort(waits[k]), rtol=0, atol=0.5), f"cimba's station {k + 1}"
    for name, run in (("our kernels, SimPy the clock of 365 windows", in_windows), ("our kernels", in_kernels)):
        fast, ours = timed(run, arrived, services)
        assert np.array_equal(ours, waits), name
        rows.append((name, asked.customers / fast, seconds / fast))
    means = ", ".join(f"{mean / 1e6:.3f}" for mean in waits.mean(axis=1))
    table(
        f"tandem of 5, 180 and 5 servers, load 0.9, {asked.customers:,} customers; "
        f"equal waits, of mean {means} mean services of one of five",
        ("engine", "customers a second", "times SimPy"), rows,
    )  # fmt: skip
