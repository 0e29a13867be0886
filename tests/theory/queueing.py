"""Waits of customers who pass one station by its kernel, fed with draws of NumPy's, and what theory says of them."""

from __future__ import annotations

from math import exp, factorial
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import HOUR, NEVER
from sim.stations.plan import EMPTY
from sim.stations.rate import WORK_OF_A_WEEK, RatePlan
from sim.stations.schedule import compile_schedule
from sim.stations.servers import ServersPlan

MEAN = HOUR
"""The mean service, µs: half a microsecond of rounding is a part in seven thousand million of it."""


class Waits(NamedTuple):
    """Of customers in order: wait for service in mean services (NaN: gave up), and the instants of leaving, µs."""

    waits: Any
    left: Any


def arrivals(luck: np.random.Generator, load: float, servers: int, customers: int) -> Any:
    """Return instants of Poisson arrivals that bring servers a load, µs."""
    return np.cumsum(luck.exponential(MEAN / (load * servers), customers)).astype(np.int64)


def through_servers(servers: int, arrived: Any, service: Any, patience: Any = EMPTY) -> Waits:
    """Take customers through parallel servers."""
    kernel = ServersPlan((compile_schedule(servers),)).kernel()
    served = kernel.serve(arrived, np.arange(arrived.size), service=service, patience=patience)
    return _waits(arrived, served.started, served.left)


def through_rate(interval: int, arrived: Any) -> Waits:
    """Take customers through a station that lets one pass an interval of µs."""
    kernel = RatePlan((compile_schedule(WORK_OF_A_WEEK // interval),)).kernel()
    served = kernel.serve(arrived, np.arange(arrived.size))
    return _waits(arrived, served.started, served.left)


def _waits(arrived: Any, started: Any, left: Any) -> Waits:
    return Waits(np.where(started < NEVER, (started - arrived) / MEAN, np.nan), left)


def erlang_c(servers: int, load: float) -> float:
    """Return the chance that a customer of M/M/c waits, by Erlang's formula."""
    offered = servers * load
    waiting = offered**servers / factorial(servers) / (1 - load)
    return waiting / (sum(offered**k / factorial(k) for k in range(servers)) + waiting)


def wait_mmc(servers: int, load: float) -> float:
    """Return the mean wait of M/M/c, in mean services."""
    return erlang_c(servers, load) / (servers * (1 - load))


def pollaczek_khinchine(load: float, variation: float) -> float:
    """Return the mean wait of M/G/1, in mean services; `variation` is the squared coefficient of the service."""
    return load * (1 + variation) / (2 * (1 - load))


def reneging_mmcm(servers: int, load: float, patience: float) -> float:
    """Return the share of customers of M/M/c+M who give up, exponential patience in mean services.

    From the birth and death of the number present: each of those who wait leaves at the rate 1 / patience.
    """
    weights, waiting = [1.0], [0]
    for present in range(1, 2000):
        queue = max(present - servers, 0)
        weights.append(weights[-1] * load * servers / (min(present, servers) + queue / patience))
        waiting.append(queue)
    mean = float(np.dot(weights, waiting) / sum(weights))
    return mean / patience / (load * servers)


def reneging_mm1d(load: float, patience: float) -> float:
    """Return the share of customers of M/M/1+D who give up, a patience for all in mean services (Barrer 1957)."""
    e = exp(-(1 - load) * patience)
    return load * (1 - load) * e / (1 - load**2 * e)
