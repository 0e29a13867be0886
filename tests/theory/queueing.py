"""Waits of customers who pass one station by its kernel, fed with draws of NumPy's, and what theory says of them."""

from __future__ import annotations

from math import exp, factorial
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import HOUR, NEVER
from sim.rules.choosing import MARKET_RULES, OFFER, MarketRules
from sim.rules.laws import LAWS
from sim.rules.luck import key
from sim.rules.records import record
from sim.stations.courses import CoursesKernel
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


def through_checkouts(intervals: list[int], arrived: Any, platform: Any) -> Waits:
    """Take customers through the checkouts of some platforms, each of which lets one pass an interval of µs."""
    kernel = RatePlan(tuple(compile_schedule(WORK_OF_A_WEEK // interval) for interval in intervals)).kernel()
    served = kernel.serve(arrived, np.arange(arrived.size), instance=platform)
    return _waits(arrived, served.started, served.left)


def through_classes(seats: int, interval: int, arrived: Any) -> Any:
    """Return how long buyers of the one course there is wait for their class, in intervals between classes (µs)."""
    offers = np.zeros(1, dtype=OFFER)
    offers[0] = (0, interval, interval, NEVER, seats, 1, 1, 1.0, 0)
    listings = offers, np.zeros(1, dtype=np.int64), np.array([[0, 1]]), np.ones(1), np.zeros((0, 0), dtype=np.int64), 0
    ever = LAWS["constant"], 0.0, float(NEVER // 2), 0.0
    rules = record(MARKET_RULES, choices=1, tries=1, patience=ever, comes_back=ever, pace=ever)
    course, choice, begins = (np.empty(arrived.size, dtype=np.int64) for _ in range(3))
    nothing, none = np.zeros(arrived.size, dtype=np.int64), np.full((arrived.size, 1), -1)
    people = np.arange(arrived.size)
    CoursesKernel(key(1, 0), MarketRules(rules), listings).book(
        arrived, people, people, nothing, nothing, nothing + 1, none, course, choice, begins
    )
    assert not course.any()
    return (begins - arrived) / interval


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


def wait_for_a_class(seats: int, load: float) -> float:
    """Return the mean wait for a class of so many seats, one every interval, in intervals; buyers come by Poisson.

    Bulk service at constant intervals: who comes takes the first class with a free seat, so each class takes those
    who came first, up to its seats. The mean number before a class is that of Bailey (1954), On queueing processes with
    bulk service, J. R. Stat. Soc. B 16, in the form of Janssen and van Leeuwaarden (2005), Analytic computation
    schemes for the discrete-time bulk service queue, Queueing Systems 50: with A(z) = exp(m (z - 1)) of the m who come
    in an interval and the roots z_k within the unit circle of z^s = A(z), s the seats,

        m / (2 (s - m)) + m / 2 - (s - 1) / 2 + sum over k of 1 / (1 - z_k).

    Of these m / 2 too many wait on average over the interval, and by Little's law the wait is what is left over m.
    """
    mean = seats * load
    roots = []
    for k in range(1, seats):
        z = 0j
        for _ in range(10_000):  # the branches of z = exp(m (z - 1) / s), by their fixed points
            z = np.exp(2j * np.pi * k / seats + mean * (z - 1) / seats)
        roots.append(z)
    before = mean / (2 * (seats - mean)) + mean / 2 - (seats - 1) / 2 + sum((1 / (1 - z)).real for z in roots)
    return float(before - mean / 2) / mean
