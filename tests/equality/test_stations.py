"""The kernel of every kind of station against SimPy, in batches of any size, and office hours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, HOUR, NEVER
from sim.journey.kinds import Kind
from sim.stations.classes import COURSE
from sim.stations.daily_runs import DailyRunsPlan
from sim.stations.office_hours import office_hours
from sim.stations.plan import Plan
from sim.stations.rate import WORK_OF_A_WEEK, RatePlan
from sim.stations.schedule import UNLIMITED, Schedule, compile_schedule
from sim.stations.seats import SeatsPlan
from sim.stations.servers import ServersPlan
from tests.stations.customers import Customer, in_kernel, in_simpy

STEPS = st.dictionaries(st.integers(1, 600), st.integers(0, 4), max_size=4)
OUTAGES = st.lists(st.integers(0, 700), max_size=6, unique=True).map(sorted)
ARRIVALS = st.integers(0, 500) | st.integers(0, 50).map(lambda k: 10 * k)
CUSTOMERS = st.lists(st.tuples(ARRIVALS, st.sampled_from([1, 10, 20, 33, 80])), max_size=50)
PATIENCE = st.none() | st.sampled_from([(0, 10), (30, 30), (100, 5)])
RUNS = st.lists(st.integers(0, 70).map(lambda k: 10 * k), max_size=40, unique=True).map(sorted)
WINDOWS = st.sampled_from([NEVER, 250, 100, 10, 1])


def _customers(arrivals: list[tuple[int, int]], patience: tuple[int, int] | None) -> list[Customer]:
    if patience is None:
        return [Customer(k, *one) for k, one in enumerate(arrivals)]
    return [Customer(k, *one, patience=patience[k % 2]) for k, one in enumerate(arrivals)]


@settings(max_examples=150)
@given(base=st.integers(0, 4), steps=STEPS, corners=OUTAGES, arrivals=CUSTOMERS, patience=PATIENCE, window=WINDOWS,
       scale=st.sampled_from([1.0, 0.4, 0.1]))  # fmt: skip
def test_servers(
    base: int, steps: dict[int, int], corners: list[int], arrivals: Any, patience: Any, window: int, scale: float
) -> None:
    """Catches a kernel of servers that starts, ends or loses one otherwise than SimPy, ties and closings included."""
    schedule = compile_schedule(base, steps.items(), list(zip(corners[::2], corners[1::2], strict=False)))
    customers = _customers(arrivals, patience)
    plan = ServersPlan((schedule,), scale)
    assert in_kernel(plan, customers, window) == in_simpy(plan, customers)


@settings(max_examples=150)
@given(base=st.sampled_from([0, 10, 7, 33]), steps=STEPS, corners=OUTAGES, arrivals=CUSTOMERS, patience=PATIENCE,
       window=WINDOWS, odd=st.integers(0, 1))  # fmt: skip
def test_rate(
    base: int, steps: dict[int, int], corners: list[int], arrivals: Any, patience: Any, window: int, odd: int
) -> None:
    """Catches a kernel of a rate that differs from SimPy by the remainder of one interval."""

    def rate(interval: int) -> int:
        return WORK_OF_A_WEEK // interval - odd * 10_000_000_000_000 if interval else 0

    schedule = compile_schedule(
        rate(base), [(at, rate(8 * value)) for at, value in steps.items()],
        list(zip(corners[::2], corners[1::2], strict=False)),
    )  # fmt: skip
    customers = _customers(arrivals, patience)
    plan = RatePlan((schedule,))
    assert in_kernel(plan, customers, window) == in_simpy(plan, customers)


@settings(max_examples=150)
@given(base=st.integers(0, 40) | st.just(None), steps=STEPS, corners=OUTAGES, arrivals=CUSTOMERS, patience=PATIENCE,
       window=WINDOWS, runs=RUNS)  # fmt: skip
def test_daily_runs(
    base: int | None, steps: dict[int, int], corners: list[int], arrivals: Any, patience: Any, window: int,
    runs: list[int],
) -> None:  # fmt: skip
    """Catches a kernel of daily runs that takes another, in another run: caps of tenths, ties with arrivals."""
    closed = list(zip(corners[::2], corners[1::2], strict=False))
    caps = compile_schedule(UNLIMITED if base is None else base * 100_000,
                            [(at, value * 700_000) for at, value in steps.items()], closed)  # fmt: skip
    plan = DailyRunsPlan((caps,), np.array(runs, dtype=np.int64))
    customers = _customers(arrivals, patience)
    assert in_kernel(plan, customers, window) == in_simpy(plan, customers)


@settings(max_examples=150)
@given(seats=st.integers(0, 4), first=st.integers(-100, 600), interval=st.sampled_from([1, 10, 45, 200]),
       arrivals=CUSTOMERS, patience=PATIENCE, window=WINDOWS)  # fmt: skip
def test_seats(seats: int, first: int, interval: int, arrivals: Any, patience: Any, window: int) -> None:
    """Catches a kernel of classes that gives another seat, or turns away another, than SimPy."""
    plan = SeatsPlan((compile_schedule(seats),), np.array([(first, interval, NEVER, seats)], dtype=COURSE))
    customers = _customers(arrivals, patience)
    assert in_kernel(plan, customers, window) == in_simpy(plan, customers)


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
    """Catches a closing of no length at midnight, which would begin a new count of a rate."""
    assert list(office_hours(0, DAY, [1, 2, 4])) == [(-NEVER + 1, DAY), (3 * DAY, 4 * DAY), (5 * DAY, NEVER)]


@pytest.mark.parametrize(("opens", "closes"), [(16 * HOUR, 8 * HOUR), (HOUR, HOUR), (-1, HOUR), (0, DAY + 1)])
def test_hours_that_cannot_be_are_refused(opens: int, closes: int) -> None:
    """Catches hours that end before they begin, or last beyond midnight."""
    with pytest.raises(ValueError, match="must open before it closes"):
        list(office_hours(opens, closes, [1]))


def _office(kind: Kind, schedule: Schedule) -> Plan:
    return ServersPlan((schedule,)) if kind is Kind.SERVERS else RatePlan((schedule,))


@pytest.mark.parametrize("kind", [Kind.RATE, Kind.SERVERS])
def test_nobody_starts_while_the_office_is_closed_and_work_begun_is_finished(kind: Kind) -> None:
    """Catches work cut off at closing time, one who starts at the very closing, and a Saturday."""
    schedule = compile_schedule(
        1 if kind is Kind.SERVERS else WORK_OF_A_WEEK // HOUR,
        outages=office_hours(8 * HOUR, 10 * HOUR, (5, 6, 9)),
    )
    arrivals = [5 * DAY, 5 * DAY + 9 * HOUR + 1, 5 * DAY + 9 * HOUR + 1, 6 * DAY + 9 * HOUR, 6 * DAY + 10 * HOUR]
    customers = [Customer(k, at, HOUR) for k, at in enumerate(arrivals)]
    plan = _office(kind, schedule)
    log = in_simpy(plan, customers)
    assert [(at, number) for at, what, number in log if what == "starts"] == [
        (5 * DAY + 8 * HOUR, 0),
        (5 * DAY + 9 * HOUR + 1, 1),
        (6 * DAY + 8 * HOUR, 2),
        (6 * DAY + 9 * HOUR, 3),
        (9 * DAY + 8 * HOUR, 4),
    ]
    assert (5 * DAY + 10 * HOUR + 1, "leaves", 1) in log
    assert in_kernel(plan, customers, window=DAY) == log


@settings(max_examples=60)
@given(
    kind=st.sampled_from([Kind.RATE, Kind.SERVERS]),
    opens=st.integers(0, 12), length=st.integers(1, 12), counters=st.integers(1, 3),
    days=st.sets(st.integers(0, 12), min_size=1).map(sorted),
    arrivals=st.lists(st.tuples(st.integers(0, 14 * 24).map(lambda hour: hour * HOUR) | st.integers(0, 14 * DAY),
                                st.sampled_from([HOUR // 4, HOUR, 5 * HOUR])), max_size=40),
    patience=st.none() | st.just((20 * HOUR, 60 * HOUR)), window=st.sampled_from([NEVER, DAY, 6 * HOUR, 5 * HOUR + 1]),
)  # fmt: skip
def test_office_hours_are_the_same_for_both_engines(
    kind: Kind, opens: int, length: int, counters: int, days: list[int], arrivals: Any, patience: Any, window: int
) -> None:
    """Catches engines that part at openings and closings, with ties on the hour; and any start out of hours."""
    capacity = counters if kind is Kind.SERVERS else counters * WORK_OF_A_WEEK // HOUR
    closes = (opens + length) * HOUR
    schedule = compile_schedule(capacity, outages=office_hours(opens * HOUR, closes, days))
    customers = _customers(arrivals, patience)
    plan = _office(kind, schedule)
    log = in_simpy(plan, customers)
    assert in_kernel(plan, customers, window) == log
    for at, what, _ in log:
        assert what != "starts" or (at // DAY in days and opens * HOUR <= at % DAY < closes)
