"""A rate by its exact event log in SimPy, and against the recursion of its queue."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import WEEK
from sim.stations.rate import WORK_OF_A_WEEK, RatePlan, RateResource
from sim.stations.schedule import MILLION, compile_schedule
from tests.stations import customers as of
from tests.stations.customers import Customer, Log, serve


def every(microseconds: int) -> int:
    """Return the rate of one person in so many microseconds."""
    assert WORK_OF_A_WEEK % microseconds == 0
    return WORK_OF_A_WEEK // microseconds


def station(base: int, steps: Any = (), outages: Any = ()) -> RateResource:
    found: RateResource = of.station(RatePlan((compile_schedule(base, steps, outages),)))
    return found


def test_one_after_another_in_order_of_arrival() -> None:
    """Catches two in service at a time, and customers who overtake."""
    log = serve(station(every(10)), [Customer(2, 0), Customer(1, 4), Customer(0, 4), Customer(3, 100)])
    assert log == [
        (0, "starts", 2),
        (10, "leaves", 2),
        (10, "starts", 0),  # two arrived at one instant: the lower number first
        (20, "leaves", 0),
        (20, "starts", 1),
        (30, "leaves", 1),
        (100, "starts", 3),
        (110, "leaves", 3),
    ]


@pytest.mark.parametrize("a_week", [3, 11, 13, 800_000, 1_234_567])
def test_intervals_are_not_rounded_one_by_one(a_week: int) -> None:
    """Catches rounding that gathers: after a thousand departures the last is still at its place to the µs."""
    left = [at for at, what, _ in serve(station(a_week * MILLION), [Customer(k, 5) for k in range(1000)])
            if what == "leaves"]  # fmt: skip
    assert left == [5 + nearest(Fraction(k * WEEK, a_week)) for k in range(1, 1001)]


def nearest(number: Fraction) -> int:
    """Return the nearest whole number, halves up."""
    return int(number + Fraction(1, 2))


def test_a_busy_period_goes_on_when_the_start_equals_the_last_departure() -> None:
    """Catches a new count for one who arrives at the very departure of the last: a remainder is lost."""
    departures = [nearest(Fraction(k * WEEK, 13)) for k in range(8)]
    assert departures[7] != 7 * departures[1]  # else this test could not fail
    log = serve(station(13 * MILLION), [Customer(k, departures[k]) for k in range(7)])
    assert [at for at, what, _ in log if what == "leaves"] == departures[1:]


def test_an_idle_microsecond_begins_a_new_count() -> None:
    """Catches a count that goes on over an idle time."""
    first, arrivals = nearest(Fraction(WEEK, 13)), [0]
    for _ in range(6):
        arrivals.append(arrivals[-1] + first + 1)
    log = serve(station(13 * MILLION), [Customer(k, at) for k, at in enumerate(arrivals)])
    assert [at for at, what, _ in log if what == "leaves"] == [at + first for at in arrivals]


def test_a_change_of_rate_begins_a_new_count_and_is_read_at_the_start() -> None:
    """Catches a service that changes its speed half-way, or a count that mixes two rates."""
    log = serve(station(every(10), steps=[(15, every(4)), (24, every(4)), (25, every(20))]),
                [Customer(k, 0) for k in range(5)])  # fmt: skip
    assert log == [
        (0, "starts", 0),
        (10, "leaves", 0),
        (10, "starts", 1),  # begun at the old rate, ended at it
        (20, "leaves", 1),
        (20, "starts", 2),
        (24, "leaves", 2),
        (24, "starts", 3),  # at 24 a step says the same once more: no change
        (28, "leaves", 3),
        (28, "starts", 4),
        (48, "leaves", 4),
    ]


def test_a_change_forgets_the_remainder() -> None:
    """Catches a remainder carried over a change to another rate and back within one busy period."""
    rate, between = 13 * MILLION, 11 * MILLION
    departures = [nearest(Fraction(k * WEEK, 13)) for k in range(5)]
    steps = [(departures[3] + 1, between), (departures[3] + 2, rate)]
    left = [at for at, what, _ in serve(station(rate, steps), [Customer(k, 0) for k in range(11)])
            if what == "leaves"]  # fmt: skip
    new_count = [departures[4] + nearest(Fraction(k * WEEK, 13)) for k in range(1, 8)]
    assert left == departures[1:] + new_count
    assert new_count != [nearest(Fraction(k * WEEK, 13)) for k in range(5, 12)]  # else it could not fail


def test_in_an_outage_work_begun_is_finished_and_nobody_starts() -> None:
    """Catches work interrupted by an outage, a start within it, and one that waits beyond its end."""
    log = serve(station(every(10), outages=[(15, 50), (60, 70)]), [Customer(k, 0) for k in range(4)])
    assert log == [
        (0, "starts", 0),
        (10, "leaves", 0),
        (10, "starts", 1),
        (20, "leaves", 1),  # begun before the outage
        (50, "starts", 2),
        (60, "leaves", 2),  # the outage begins at this very instant: nobody starts
        (70, "starts", 3),
        (80, "leaves", 3),
    ]


def test_arriving_at_the_first_and_the_last_instant_of_an_outage() -> None:
    """Catches an outage that is open at its first instant or closed at its last."""
    log = serve(station(every(1), outages=[(20, 30)]), [Customer(0, 20), Customer(1, 30)])
    assert log == [(30, "starts", 0), (31, "leaves", 0), (31, "starts", 1), (32, "leaves", 1)]


def test_who_gives_up_at_the_very_instant_of_service_is_served() -> None:
    """Catches patience that ends before a turn which comes at its last instant."""
    log = serve(station(every(10)), [
        Customer(0, 0), Customer(1, 0, patience=10), Customer(2, 0, patience=19), Customer(3, 0, patience=20),
    ])  # fmt: skip
    assert log == [
        (0, "starts", 0),
        (10, "leaves", 0),
        (10, "starts", 1),
        (19, "gives up", 2),
        (20, "leaves", 1),
        (20, "starts", 3),  # the place of the one who gave up is free at once
        (30, "leaves", 3),
    ]


def test_an_outage_that_ends_as_patience_ends() -> None:
    """Catches a capacity that changes after people's acts of the same instant."""
    log = serve(station(every(10), outages=[(5, 40)]), [Customer(0, 5, patience=35), Customer(1, 5, patience=34)])
    assert log == [(39, "gives up", 1), (40, "starts", 0), (50, "leaves", 0)]


def test_patience_of_nothing_is_served_only_if_the_station_is_free() -> None:
    """Catches a customer without patience who is turned away from an idle station, or who waits."""
    log = serve(station(every(10)), [Customer(k, at, patience=0) for k, at in enumerate((0, 5, 10))])
    assert log == [
        (0, "starts", 0),
        (5, "gives up", 1),
        (10, "leaves", 0),
        (10, "starts", 2),
        (20, "leaves", 2),
    ]


def test_closed_for_ever() -> None:
    """Catches a closed station that lets the first one in: everyone stands there, or gives up."""
    closed = station(0)
    assert serve(closed, [Customer(0, 0), Customer(1, 3, patience=4), Customer(2, 9)]) == [(7, "gives up", 1)]
    assert closed.people() == 2


def test_closed_at_first_and_open_later() -> None:
    """Catches a station whose capacity is set at the first change only when it falls."""
    log = serve(station(0, steps=[(100, every(10))]), [Customer(0, 0), Customer(1, 0)])
    assert log == [(100, "starts", 0), (110, "leaves", 0), (110, "starts", 1), (120, "leaves", 1)]


ARRIVALS = st.lists(st.integers(0, 3000), min_size=1, max_size=40)


@given(interval=st.fractions(1, 400, max_denominator=1000), arrivals=ARRIVALS)
def test_the_queue_is_the_recursion(interval: Fraction, arrivals: list[int]) -> None:
    """Catches any queue that is not first come, first served: start = max(arrival, last departure)."""
    rate = int(WORK_OF_A_WEEK / interval)
    found = serve(station(rate), [Customer(k, at) for k, at in enumerate(arrivals)])
    expected: Log = []
    last, begun, served = -1, 0, 0
    for number in sorted(range(len(arrivals)), key=lambda k: (arrivals[k], k)):
        start = max(arrivals[number], last)
        if start != last:
            begun, served = start, 0
        served += 1
        last = begun + nearest(Fraction(served * WORK_OF_A_WEEK, rate))
        expected += [(start, "starts", number), (last, "leaves", number)]
    assert found == expected


@given(
    interval=st.integers(1, 300),
    customers=st.lists(st.tuples(st.integers(0, 3000), st.none() | st.integers(0, 600)), max_size=40),
    corners=st.lists(st.integers(0, 4000), max_size=6, unique=True).map(sorted),
    until=st.integers(1, 6000),
)
def test_nobody_is_lost(interval: int, customers: list[tuple[int, int | None]], corners: list[int], until: int) -> None:
    """Catches one who is served twice, vanishes, or leaves out of order: arrived = left + gave up + there."""
    outages = list(zip(corners[::2], corners[1::2], strict=False))
    some = station(WORK_OF_A_WEEK // interval, outages=outages)
    log = serve(some, [Customer(k, at, patience=patience) for k, (at, patience) in enumerate(customers)], until)
    arrived = [k for k, (at, _) in enumerate(customers) if at < until]
    by = {what: [number for _, said, number in log if said == what] for what in ("starts", "leaves", "gives up")}
    assert by["starts"][: len(by["leaves"])] == by["leaves"]
    served_or_not = by["starts"] + by["gives up"]
    assert len(set(served_or_not)) == len(served_or_not)
    assert len(by["leaves"]) + len(by["gives up"]) + some.people() == len(arrived)
    order = sorted(by["starts"], key=lambda k: (customers[k][0], k))
    assert by["starts"] == order
    for at, what, number in log:
        came, patience = customers[number]
        if what == "starts":
            assert not any(start <= at < end for start, end in outages)
            assert patience is None or at <= came + patience
        elif what == "gives up":
            assert patience is not None
            assert at == came + patience
