"""The kernels against Ciw, a queueing simulator by others: the same arrivals and services, the same waits.

Ciw reckons in floating point; fed with whole microseconds below 2**53 its sums are exact as well, so
nothing is left to rounding but the intervals of a rate, which we round as a whole and Ciw
is given one by one. Arrivals differ from each other and from departures, because ties have no order in Ciw.
"""

from __future__ import annotations

from typing import Any

import ciw  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from sim.calendar.instants import HOUR, MINUTE, NEVER, WEEK
from sim.stations.plan import EMPTY, Served
from sim.stations.rate import RatePlan
from sim.stations.schedule import MILLION, Schedule, compile_schedule
from sim.stations.servers import ServersPlan
from tests.theory.queueing import through_classes

CUSTOMERS = 2_000


def in_ciw(arrived: Any, nodes: list[Any], services: list[Any], patience: Any = None) -> dict[int, dict[str, Any]]:
    """Return the records of Ciw by node, each column in order of customer."""
    gaps = np.diff(arrived, prepend=0).astype(float)
    renege = None if patience is None else [ciw.dists.Sequential(patience.astype(float).tolist())]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")]), *[None] * (len(nodes) - 1)],
        service_distributions=[ciw.dists.Sequential(each.astype(float).tolist()) for each in services],
        number_of_servers=nodes,
        routing=[[float(j == i + 1) for j in range(len(nodes))] for i in range(len(nodes))],
        reneging_time_distributions=renege,
    )  # fmt: skip
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(1e15)
    found = {}
    for node in range(1, len(nodes) + 1):
        records = [r for r in simulation.get_all_records() if r.node == node]
        records.sort(key=lambda record: record.id_number)
        assert len(records) == arrived.size
        found[node] = {
            "wait": np.array([record.waiting_time for record in records]),
            "left": np.array([record.exit_date for record in records]),
            "gave_up": np.array([record.record_type == "renege" for record in records]),
        }
    return found


def through_servers(schedule: Schedule, arrived: Any, service: Any, patience: Any = EMPTY) -> Served:
    """Return what becomes of customers in order of arrival, µs."""
    kernel = ServersPlan((schedule,)).kernel()
    return kernel.serve(arrived, np.arange(arrived.size), service=service, patience=patience)


def poisson(seed: int, mean: float, customers: int = CUSTOMERS) -> Any:
    """Return instants of arrivals, µs, all different."""
    return np.cumsum(np.random.default_rng(seed).exponential(mean, customers).astype(np.int64) + 1)


def test_a_tandem_of_a_rate_and_servers() -> None:
    """Catches waits that a peer does not find: a registry of 13,000 a week, then four servers, load 0.9."""
    luck = np.random.default_rng(1)
    interval = WEEK / 13_000
    arrived = poisson(2, interval / 0.9)
    rate = RatePlan((compile_schedule(13_000 * MILLION),)).kernel()
    started, left, *_ = rate.serve(arrived, np.arange(CUSTOMERS))
    service = luck.exponential(interval * 4 * 0.9, CUSTOMERS).astype(np.int64) + 1
    began, gone, *_ = through_servers(compile_schedule(4), left, service)

    found = in_ciw(arrived, [1, 4], [np.full(CUSTOMERS, interval), service])
    # We round each departure to the microsecond, Ciw none; an error is handed on, but does not grow.
    assert np.abs(found[1]["wait"] - (started - arrived)).max() <= 1
    assert np.abs(found[2]["wait"] - (began - left)).max() <= 2
    assert np.abs(found[2]["left"] - gone).max() <= 2
    assert (began > left).mean() > 0.2
    assert (started > arrived).mean() > 0.2


def test_servers_in_a_row_to_the_microsecond() -> None:
    """Catches one microsecond in ten thousand waits: servers behind servers, services of all lengths."""
    luck = np.random.default_rng(3)
    arrived = poisson(4, MINUTE)
    services = [luck.lognormal(np.log(c * MINUTE * 0.7), 0.6, CUSTOMERS).astype(np.int64) + 1 for c in (2, 5, 30)]
    found = in_ciw(arrived, [2, 5, 30], services)
    at, order = arrived, np.arange(CUSTOMERS)
    for node, (servers, service) in enumerate(zip((2, 5, 30), services, strict=True), start=1):
        # Ciw deals services out in the order in which customers come to a node: so do we.
        order = np.lexsort((np.arange(CUSTOMERS), at))
        began, gone, *_ = through_servers(compile_schedule(servers), at[order], service)
        wait, left = np.empty_like(began), np.empty_like(gone)
        wait[order], left[order] = began - at[order], gone
        assert np.array_equal(found[node]["wait"], wait)
        assert np.array_equal(found[node]["left"], left)
        assert (wait > 0).any()
        at = left


def test_reneging() -> None:
    """Catches another who gives up, or another instant at which they do, in an overload."""
    luck = np.random.default_rng(5)
    arrived = poisson(6, MINUTE)
    service = luck.exponential(3 * MINUTE * 1.3, CUSTOMERS).astype(np.int64) + 1
    patience = luck.exponential(6 * MINUTE, CUSTOMERS).astype(np.int64) + 1
    began, gone, gave_up, _ = through_servers(compile_schedule(3), arrived, service, patience)
    # Ciw deals a service out when it begins: those who give up use none.
    served = gave_up == NEVER
    found = in_ciw(arrived, [3], [service[served]], patience)[1]
    assert 0.1 < found["gave_up"].mean() < 0.9
    assert np.array_equal(found["gave_up"], gave_up < NEVER)
    assert np.array_equal(found["left"], np.where(gave_up < NEVER, gave_up, gone))
    assert np.array_equal(found["wait"], np.where(gave_up < NEVER, gave_up, began) - arrived)


def test_office_hours() -> None:
    """Catches a start while closed, work cut off at closing, or a queue that is not all let in at the opening."""
    luck = np.random.default_rng(7)
    arrived = poisson(8, 4 * MINUTE)
    service = luck.uniform(MINUTE, 11 * MINUTE, CUSTOMERS).astype(np.int64)
    hours = [9 * HOUR, 17 * HOUR]
    days = int(arrived[-1] // (24 * HOUR)) + 5
    closings = [(day * 24 * HOUR + hours[1], (day + 1) * 24 * HOUR + hours[0]) for day in range(-1, days)]
    schedule = compile_schedule(5, outages=closings)
    began, gone, *_ = through_servers(schedule, arrived, service)
    office = ciw.Schedule(
        numbers_of_servers=[0, 5] * days + [0],
        shift_end_dates=[*(float(day * 24 * HOUR + at) for day in range(days) for at in hours), 1e16],
        preemption=False,
    )
    found = in_ciw(arrived, [office], [service])[1]
    assert np.array_equal(found["wait"], began - arrived)
    assert np.array_equal(found["left"], gone)
    assert (began % (24 * HOUR) == hours[0]).sum() > 10


def test_checkouts_that_people_leave_at_their_limit() -> None:
    """Catches an order that passes the checkout of another platform, or one who waits beyond their limit there."""
    luck = np.random.default_rng(9)
    arrived = poisson(10, MINUTE)
    platform = luck.integers(0, 2, CUSTOMERS)
    intervals = np.array([WEEK // 4_200, WEEK // 6_300])  # of 144 and 96 seconds: whole microseconds
    patience = luck.exponential(20 * MINUTE, CUSTOMERS).astype(np.int64) + 1
    plan = RatePlan(tuple(compile_schedule(WEEK // int(interval) * MILLION) for interval in intervals))
    began, left, gave_up, _ = plan.kernel().serve(arrived, np.arange(CUSTOMERS), instance=platform, patience=patience)
    for each in (0, 1):
        here = platform == each
        services = np.full(np.count_nonzero(here), intervals[each])
        found = in_ciw(arrived[here], [1], [services], patience[here])[1]
        assert np.array_equal(found["gave_up"], gave_up[here] < NEVER)
        assert np.array_equal(found["left"], np.where(gave_up < NEVER, gave_up, left)[here])
        assert np.array_equal(found["wait"], (np.where(gave_up < NEVER, gave_up, began) - arrived)[here])
        assert 0.05 < found["gave_up"].mean() < 0.5


def test_classes_of_seats() -> None:
    """Catches a seat more or less in a class, or one who takes a later class than they could.

    In Ciw a class is a shift of as many servers as it has seats; it lasts a microsecond, a service two, so that each
    server takes one of those who wait.
    """
    seats, interval, classes = 5, 7 * MINUTE, 900
    arrived = poisson(11, interval / seats / 0.9)
    shifts = [at for k in range(1, classes) for at in (k * interval, k * interval + 1)]
    course = ciw.Schedule(
        numbers_of_servers=[0, seats] * (classes - 1) + [0],
        shift_end_dates=[*map(float, shifts), 1e16],
        preemption=False,
    )
    assert not np.any(arrived % interval == 0)  # who comes as a class begins is too late for us, for Ciw it depends
    found = in_ciw(arrived, [course], [np.full(CUSTOMERS, 2)])[1]
    waited = np.rint(through_classes(seats, interval, arrived) * interval).astype(np.int64)
    assert np.array_equal(found["wait"], waited)
    assert (waited > interval).mean() > 0.2
