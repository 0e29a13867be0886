"""The kernels of throughput stations and servers against SimPy, in batches of any size, and office hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, HOUR, NEVER
from sim.stations.office_hours import office_hours
from sim.stations.schedule import Schedule, compile_schedule
from sim.stations.servers import SERVERS_START, Servers, pass_servers, scaled_servers
from sim.stations.station import Station
from sim.stations.throughput import THROUGHPUT_START, WORK_OF_A_WEEK, Throughput, pass_throughput
from sim.stations.timeline import Timeline
from tests.stations.customers import Customer, Log, serve


def in_kernel(
    station: str, schedule: Schedule, customers: Sequence[Customer], window: int = NEVER, scale: float = 1.0
) -> Log:
    """Return the log of a kernel that takes a batch a window; all bear to wait, or none."""
    order = sorted(customers, key=lambda customer: (customer.arrives, customer.number))
    last = max((customer.arrives for customer in order), default=0)
    scaled = [scaled_servers(int(value), scale) for value in schedule.values]
    servers, stretches = np.array([m for m, _ in scaled]), np.array([stretch for _, stretch in scaled])
    most = int(servers.max()) if station == "servers" else 0
    busy = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    state = np.array(THROUGHPUT_START if station == "throughput" else SERVERS_START, dtype=np.int64)
    log: Log = []
    departures: list[tuple[int, int]] = []
    for end in [*range(window, last + 1, window), NEVER]:
        batch = [customer for customer in order if customer.arrives < end]
        order = order[len(batch) :]
        numbers, arrived, service = (np.array([c[k] for c in batch], dtype=np.int64) for k in range(3))
        patient = [customer.bears for customer in batch if customer.bears is not None]
        bears = np.array(patient, dtype=np.int64)
        assert bears.size in (0, arrived.size)
        started, left, gave_up = np.empty_like(arrived), np.empty_like(arrived), np.empty_like(bears)
        if station == "throughput":
            pass_throughput(schedule.starts, schedule.values, state, arrived, bears, started, left, gave_up)
        else:
            out = np.zeros((2, arrived.size + int(state[0])), dtype=np.int64)
            count = pass_servers(schedule.starts, servers, stretches, state, *busy, numbers, arrived, service, bears,
                                 started, left, gave_up, out[0], out[1], end)  # fmt: skip
            departures += [(int(at), int(number)) for at, number in out.T[:count]]
        for what, stamps in (("starts", started), ("leaves", left), ("gives up", gave_up)):
            log += [(int(at), what, int(n)) for at, n in zip(stamps, numbers, strict=False) if at < NEVER]
    if station == "servers":
        assert departures == sorted(departures)
        assert departures == sorted((at, number) for at, what, number in log if what == "leaves")
    return log


def in_simpy(station: str, schedule: Schedule, customers: Sequence[Customer], scale: float = 1.0) -> Log:
    """Return the log of SimPy."""
    resource: Station
    if station == "throughput":
        resource = Throughput(Timeline(), schedule)
    else:
        resource = Servers(Timeline(), schedule, scale)
    return serve(resource, customers)


STEPS = st.dictionaries(st.integers(1, 600), st.integers(0, 4), max_size=4)
OUTAGES = st.lists(st.integers(0, 700), max_size=6, unique=True).map(sorted)
ARRIVALS = st.integers(0, 500) | st.integers(0, 50).map(lambda k: 10 * k)
CUSTOMERS = st.lists(st.tuples(ARRIVALS, st.sampled_from([1, 10, 20, 33, 80])), max_size=50)
BEARS = st.none() | st.sampled_from([(0, 10), (30, 30), (100, 5)])
WINDOWS = st.sampled_from([NEVER, 250, 100, 10, 1])


def _customers(arrivals: list[tuple[int, int]], bears: tuple[int, int] | None) -> list[Customer]:
    if bears is None:
        return [Customer(k, *one) for k, one in enumerate(arrivals)]
    return [Customer(k, *one, bears=bears[k % 2]) for k, one in enumerate(arrivals)]


@settings(max_examples=150)
@given(base=st.integers(0, 4), steps=STEPS, corners=OUTAGES, arrivals=CUSTOMERS, bears=BEARS, window=WINDOWS,
       scale=st.sampled_from([1.0, 0.4, 0.1]))  # fmt: skip
def test_servers(
    base: int, steps: dict[int, int], corners: list[int], arrivals: Any, bears: Any, window: int, scale: float
) -> None:
    """Catches a kernel of servers that starts, ends or loses one otherwise than SimPy, ties and closings included."""
    schedule = compile_schedule(base, steps.items(), list(zip(corners[::2], corners[1::2], strict=False)))
    customers = _customers(arrivals, bears)
    found = in_kernel("servers", schedule, customers, window, scale)
    assert sorted(found) == sorted(in_simpy("servers", schedule, customers, scale))


@settings(max_examples=150)
@given(base=st.sampled_from([0, 10, 7, 33]), steps=STEPS, corners=OUTAGES, arrivals=CUSTOMERS, bears=BEARS,
       window=WINDOWS, odd=st.integers(0, 1))  # fmt: skip
def test_throughput(
    base: int, steps: dict[int, int], corners: list[int], arrivals: Any, bears: Any, window: int, odd: int
) -> None:
    """Catches a kernel of throughput that differs from SimPy by the remainder of one interval."""

    def rate(interval: int) -> int:
        return WORK_OF_A_WEEK // interval - odd * 10_000_000_000_000 if interval else 0

    schedule = compile_schedule(
        rate(base), [(at, rate(8 * value)) for at, value in steps.items()],
        list(zip(corners[::2], corners[1::2], strict=False)),
    )  # fmt: skip
    customers = _customers(arrivals, bears)
    found = in_kernel("throughput", schedule, customers, window)
    assert sorted(found) == sorted(in_simpy("throughput", schedule, customers))


WEEKDAYS = (2, 3, 4, 5, 6)
"""Monday 13 to Friday 17 April 2020, in days from Saturday, 11 April."""


def test_an_office_is_open_in_its_hours_on_working_days_only() -> None:
    """Catches an hour too many, a weekend, and an office that opens again after its last working day."""
    schedule = compile_schedule(3, outages=office_hours(8 * HOUR, 16 * HOUR, WEEKDAYS))
    for hour in range(9 * 24):
        is_open = hour // 24 in WEEKDAYS and 8 <= hour % 24 < 16
        assert schedule.at(hour * HOUR) == schedule.at((hour + 1) * HOUR - 1) == (3 if is_open else 0)
    assert schedule.open_time(20 * DAY) == 5 * 8 * HOUR
    assert schedule.at(NEVER - 1) == 0


def test_an_office_that_never_closes_has_no_closings_between_its_days() -> None:
    """Catches a closing of no length at midnight, which would begin a new count of a throughput station."""
    assert list(office_hours(0, DAY, [1, 2, 4])) == [(-NEVER + 1, DAY), (3 * DAY, 4 * DAY), (5 * DAY, NEVER)]


@pytest.mark.parametrize(("opens", "closes"), [(16 * HOUR, 8 * HOUR), (HOUR, HOUR), (-1, HOUR), (0, DAY + 1)])
def test_hours_that_cannot_be_are_refused(opens: int, closes: int) -> None:
    """Catches hours that end before they begin, or last beyond midnight."""
    with pytest.raises(ValueError, match="must open before it closes"):
        list(office_hours(opens, closes, [1]))


@pytest.mark.parametrize("station", ["throughput", "servers"])
def test_nobody_starts_while_the_office_is_closed_and_work_begun_is_finished(station: str) -> None:
    """Catches work cut off at closing time, one who starts at the very closing, and a Saturday."""
    schedule = compile_schedule(
        1 if station == "servers" else WORK_OF_A_WEEK // HOUR,
        outages=office_hours(8 * HOUR, 10 * HOUR, (5, 6, 9)),
    )
    arrivals = [5 * DAY, 5 * DAY + 9 * HOUR + 1, 5 * DAY + 9 * HOUR + 1, 6 * DAY + 9 * HOUR, 6 * DAY + 10 * HOUR]
    customers = [Customer(k, at, HOUR) for k, at in enumerate(arrivals)]
    log = in_simpy(station, schedule, customers)
    assert [(at, number) for at, what, number in log if what == "starts"] == [
        (5 * DAY + 8 * HOUR, 0),
        (5 * DAY + 9 * HOUR + 1, 1),
        (6 * DAY + 8 * HOUR, 2),
        (6 * DAY + 9 * HOUR, 3),
        (9 * DAY + 8 * HOUR, 4),
    ]
    assert (5 * DAY + 10 * HOUR + 1, "leaves", 1) in log
    assert sorted(in_kernel(station, schedule, customers, window=DAY)) == sorted(log)


@settings(max_examples=60)
@given(
    station=st.sampled_from(["throughput", "servers"]),
    opens=st.integers(0, 12), length=st.integers(1, 12), counters=st.integers(1, 3),
    days=st.sets(st.integers(0, 12), min_size=1).map(sorted),
    arrivals=st.lists(st.tuples(st.integers(0, 14 * 24).map(lambda hour: hour * HOUR) | st.integers(0, 14 * DAY),
                                st.sampled_from([HOUR // 4, HOUR, 5 * HOUR])), max_size=40),
    bears=st.none() | st.just((20 * HOUR, 60 * HOUR)), window=st.sampled_from([NEVER, DAY, 6 * HOUR, 5 * HOUR + 1]),
)  # fmt: skip
def test_office_hours_are_the_same_for_both_engines(
    station: str, opens: int, length: int, counters: int, days: list[int], arrivals: Any, bears: Any, window: int
) -> None:
    """Catches engines that part at openings and closings, with ties on the hour; and any start out of hours."""
    capacity = counters if station == "servers" else counters * WORK_OF_A_WEEK // HOUR
    closes = (opens + length) * HOUR
    schedule = compile_schedule(capacity, outages=office_hours(opens * HOUR, closes, days))
    customers = _customers(arrivals, bears)
    log = in_simpy(station, schedule, customers)
    assert sorted(in_kernel(station, schedule, customers, window)) == sorted(log)
    for at, what, _ in log:
        assert what != "starts" or (at // DAY in days and opens * HOUR <= at % DAY < closes)
