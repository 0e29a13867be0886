"""Parallel servers by their exact event log in SimPy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.stations.scaling import scaled_number
from sim.stations.schedule import compile_schedule
from sim.stations.servers import ServersPlan, ServersResource
from tests.stations import customers as of
from tests.stations.customers import Customer, Log, serve


def station(base: int, steps: Any = (), outages: Any = (), scale: float = 1.0) -> ServersResource:
    found: ServersResource = of.station(ServersPlan((compile_schedule(base, steps, outages),), scale))
    return found


def test_the_earliest_free_server_takes_the_first_in_line() -> None:
    """Catches a second server that stays idle, and customers who overtake in the line."""
    log = serve(station(2), [Customer(0, 0, 30), Customer(1, 1, 10), Customer(2, 2, 10), Customer(3, 3, 5)])
    assert log == [
        (0, "starts", 0),
        (1, "starts", 1),
        (11, "leaves", 1),
        (11, "starts", 2),
        (21, "leaves", 2),
        (21, "starts", 3),
        (26, "leaves", 3),
        (30, "leaves", 0),
    ]


def test_a_step_up_grants_several_at_once() -> None:
    """Catches a resource that grants one request and lets the other new servers stand idle."""
    log = serve(station(1, steps=[(10, 4)]), [Customer(k, 0, 100) for k in range(5)], until=50)
    assert log == [(0, "starts", 0), (10, "starts", 1), (10, "starts", 2), (10, "starts", 3)]


def test_a_reduction_interrupts_nobody_and_nobody_starts_until_enough_have_left() -> None:
    """Catches an interrupted service, and a start while more are in service than there are servers."""
    customers = [
        Customer(0, 0, 20),
        Customer(1, 0, 30),
        Customer(2, 0, 40),
        Customer(3, 1, 5),
        Customer(4, 1, 5),
    ]
    log = serve(station(3, steps=[(10, 1)]), customers)
    assert log == [
        (0, "starts", 0),
        (0, "starts", 1),
        (0, "starts", 2),
        (20, "leaves", 0),  # two are still served, one server is left
        (30, "leaves", 1),
        (40, "leaves", 2),
        (40, "starts", 3),
        (45, "leaves", 3),
        (45, "starts", 4),
        (50, "leaves", 4),
    ]


def test_in_an_outage_work_begun_is_finished_and_all_servers_start_at_its_end() -> None:
    """Catches work interrupted by an outage, a start within it, and one server only after it."""
    customers = [Customer(k, 0, 20) for k in range(5)]
    log = serve(station(2, outages=[(10, 60)]), customers)
    assert log == [
        (0, "starts", 0),
        (0, "starts", 1),
        (20, "leaves", 0),
        (20, "leaves", 1),
        (60, "starts", 2),
        (60, "starts", 3),
        (80, "leaves", 2),
        (80, "starts", 4),
        (80, "leaves", 3),
        (100, "leaves", 4),
    ]


def test_who_gives_up_at_the_very_instant_of_service_is_served() -> None:
    """Catches patience that ends before a turn which comes at its last instant, with two servers."""
    log = serve(station(2), [
        Customer(0, 0, 10), Customer(1, 0, 12), Customer(2, 0, 5, patience=10), Customer(3, 0, 5, patience=11),
    ])  # fmt: skip
    assert log == [
        (0, "starts", 0),
        (0, "starts", 1),
        (10, "leaves", 0),
        (10, "starts", 2),
        (11, "gives up", 3),
        (12, "leaves", 1),
        (15, "leaves", 2),
    ]


@pytest.mark.parametrize(
    ("servers", "scale", "simulated", "stretch"),
    [
        (240, 1.0, 240, 1.0),
        (240, 0.001, 1, 1 / 0.24),  # a quarter of a server: one, four times as slow
        (1500, 0.001, 2, 4 / 3),  # rounded up, and slower
        (1400, 0.001, 1, 1 / 1.4),  # rounded down, and faster
        (0, 0.001, 0, 1.0),  # closed stays closed
    ],
)
def test_scaled_servers_offer_the_same_work(servers: int, scale: float, simulated: int, stretch: float) -> None:
    """Catches a scaled station that offers more or less work a person than the whole one."""
    m, factor = scaled_number(servers, scale)
    assert m == simulated
    assert factor == pytest.approx(stretch)
    if servers:
        assert m / factor == pytest.approx(servers * scale)


def test_scaled_servers_stretch_a_service_by_what_holds_at_its_start() -> None:
    """Catches a stretch that is fixed at the beginning: 1,500 servers at a thousandth, 3,000 from 20 on."""
    log = serve(station(1500, steps=[(20, 3000)], scale=0.001), [Customer(k, 0, 30) for k in range(4)])
    assert log == [
        (0, "starts", 0),  # two servers in place of one and a half: 30 takes 40
        (0, "starts", 1),
        (20, "starts", 2),  # three in place of three
        (40, "leaves", 0),
        (40, "starts", 3),
        (40, "leaves", 1),
        (50, "leaves", 2),
        (70, "leaves", 3),
    ]


@given(
    servers=st.integers(1, 4),
    customers=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80)), max_size=40),
)
def test_the_queue_is_the_recursion(servers: int, customers: list[tuple[int, int]]) -> None:
    """Catches any queue but that of Kiefer and Wolfowitz: the first in line takes the server first free."""
    found = serve(station(servers), [Customer(k, *customer) for k, customer in enumerate(customers)])
    free = [0] * servers
    expected: Log = []
    for number in sorted(range(len(customers)), key=lambda k: (customers[k][0], k)):
        arrived, service = customers[number]
        free.sort()
        start = max(arrived, free[0])
        free[0] = start + service
        expected += [(start, "starts", number), (free[0], "leaves", number)]
    assert sorted(found) == sorted(expected)


@given(
    base=st.integers(0, 4),
    steps=st.dictionaries(st.integers(1, 400), st.integers(0, 4), max_size=5),
    customers=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80), st.none() | st.integers(0, 90)), max_size=30),
    until=st.integers(1, 1000),
)
def test_nobody_is_lost_and_no_server_is_overbooked(
    base: int, steps: dict[int, int], customers: list[tuple[int, int, int | None]], until: int
) -> None:
    """Catches a customer lost or served out of order, and a start when all servers are busy."""
    schedule = compile_schedule(base, steps.items())
    some = station(base, steps.items())
    log = serve(some, [Customer(k, *customer) for k, customer in enumerate(customers)], until)
    busy, started, gone = 0, [], 0
    for at, what, number in log:
        arrived, service, patience = customers[number]
        if what == "starts":
            busy += 1
            started.append(number)
            assert busy <= schedule.at(at)
            assert patience is None or at <= arrived + patience
        elif what == "leaves":
            busy, gone = busy - 1, gone + 1
            assert (at - service, "starts", number) in log
        else:
            gone += 1
            assert at == arrived + (patience or 0)
    assert started == sorted(started, key=lambda k: (customers[k][0], k))
    assert gone + some.people() == sum(arrived < until for arrived, _, _ in customers)
    assert len(some.users) == busy
