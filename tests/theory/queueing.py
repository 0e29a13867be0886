"""Waits of customers who pass one station by its kernel, fed with draws of NumPy's, and what theory says of them."""

from __future__ import annotations

from math import exp, factorial
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import HOUR, NEVER
from sim.stations.servers import SERVERS_START, pass_servers
from sim.stations.throughput import THROUGHPUT_START, WORK_OF_A_WEEK, pass_throughput

MEAN = HOUR
"""The mean service, µs: half a microsecond of rounding is a part in ten milliards."""

ALWAYS = np.array([-NEVER], dtype=np.int64)
"""The schedule of a capacity that never changes."""


class Waits(NamedTuple):
    """Of customers in order: wait for service in mean services (NaN: gave up), and the instants of leaving, µs."""

    waits: Any
    left: Any


def arrivals(luck: np.random.Generator, load: float, servers: int, customers: int) -> Any:
    """Return instants of Poisson arrivals that bring servers a load, µs."""
    return np.cumsum(luck.exponential(MEAN / (load * servers), customers)).astype(np.int64)


def through_servers(servers: int, arrived: Any, service: Any, bears: Any = None) -> Waits:
    """Take customers through parallel servers."""
    n = arrived.size
    bears = np.zeros(0, dtype=np.int64) if bears is None else bears
    started, left, gave_up = np.empty_like(arrived), np.empty_like(arrived), np.empty_like(bears)
    busy = np.zeros(servers, dtype=np.int64), np.zeros(servers, dtype=np.int64)
    out = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    pass_servers(ALWAYS, np.array([servers]), np.ones(1), np.array(SERVERS_START), *busy, np.arange(n), arrived,
                 service, bears, started, left, gave_up, *out, NEVER)  # fmt: skip
    return _waits(arrived, started, left)


def through_throughput(interval: int, arrived: Any) -> Waits:
    """Take customers through a throughput station that lets one pass an interval of µs."""
    started, left, nothing = np.empty_like(arrived), np.empty_like(arrived), np.zeros(0, dtype=np.int64)
    rate = np.array([WORK_OF_A_WEEK // interval])
    pass_throughput(ALWAYS, rate, np.array(THROUGHPUT_START), arrived, nothing, started, left, nothing)
    return _waits(arrived, started, left)


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
