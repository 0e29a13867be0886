"""Banks: many instances of one station against SimPy, against each instance alone, and offices in every regency."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, HOUR, MINUTE, NEVER, moment
from sim.journey.kinds import Kind
from sim.stations.bank import by_instance, lay
from sim.stations.classes import COURSE
from sim.stations.daily_runs import DailyRunsPlan
from sim.stations.kinds import Plan, plan_station
from sim.stations.rate import WORK_OF_A_WEEK, RatePlan
from sim.stations.schedule import MILLION, Schedule, compile_schedule
from sim.stations.seats import SeatsPlan
from sim.stations.servers import ServersPlan
from tests.stations.blocks import CALENDAR, daily_runs, declared, hours, rate, servers
from tests.stations.customers import Customer, in_kernel, in_simpy

RUNS = np.arange(25, 1000, 50, dtype=np.int64)


def plan_of(kind: Kind, values: list[int], corners: list[int], scale: float) -> Plan:
    """Return a bank with a capacity each, closed between corners; the last shares the schedule of the first."""
    closed = list(zip(corners[::2], corners[1::2], strict=False))
    unit = {Kind.RATE: WORK_OF_A_WEEK // 37, Kind.DAILY_RUNS: 700_000}.get(kind, 1)
    schedules = [compile_schedule(value * unit, [(300, value * unit // 2 + 1)], closed) for value in values]
    bank = (*schedules, schedules[0])
    if kind is Kind.RATE:
        return RatePlan(bank)
    if kind is Kind.SERVERS:
        return ServersPlan(bank, scale)
    if kind is Kind.DAILY_RUNS:
        return DailyRunsPlan(bank, RUNS)
    courses = [(corner, 60, NEVER, value) for corner, value in zip([5, 100, 40, 5], [*values, 2], strict=False)]
    return SeatsPlan(tuple(compile_schedule(c[3]) for c in courses), np.array(courses, dtype=COURSE))


BANKS = {
    "values": st.lists(st.integers(0, 3), min_size=3, max_size=3),
    "corners": st.lists(st.integers(0, 700), max_size=4, unique=True).map(sorted),
    "arrivals": st.lists(
        st.tuples(
            st.integers(0, 500) | st.integers(0, 20).map(lambda k: 25 * k),
            st.sampled_from([0, 1, 10, 33, 80]),
            st.integers(0, 3),
        ),
        max_size=50,
    ),
    "patience": st.none() | st.sampled_from([(0, 10), (30, 30), (100, 5)]),
    "window": st.sampled_from([NEVER, 250, 100, 10]),
}


@pytest.mark.parametrize("kind", list(Kind))
@settings(max_examples=60)
@given(**BANKS)
def test_a_bank_is_its_instances(
    kind: Kind, values: list[int], corners: list[int], arrivals: Any, patience: Any, window: int
) -> None:
    """Catches one served by another instance, a state or a heap that two share, and results put back elsewhere.

    SimPy has a resource an instance; the kernel takes them all in one call, and each alone.
    """
    plan = plan_of(kind, values, corners, 0.6)
    assert plan.instances == 4
    customers = [
        Customer(n, at, service, patience and patience[n % 2], instance)
        for n, (at, service, instance) in enumerate(arrivals)
    ]
    log = in_simpy(plan, customers)
    assert in_kernel(plan, customers, window) == log
    alone = [in_simpy(plan, [each for each in customers if each.instance == k]) for k in range(4)]
    assert sorted(sum(alone, [])) == log  # noqa: RUF017


@given(instance=st.lists(st.integers(0, 6), max_size=40))
def test_a_batch_is_split_by_instance_in_the_order_of_arrival(instance: list[int]) -> None:
    """Catches an arrival that is lost, or overtakes another of its instance."""
    order, ends = by_instance(np.array(instance, dtype=np.int64), 7)
    assert order.tolist() == sorted(range(len(instance)), key=lambda i: (instance[i], i))
    assert ends.tolist() == [sum(each <= k for each in instance) for k in range(7)]


def test_instances_of_one_schedule_share_its_rows() -> None:
    """Catches 514 copies of the hours of ten years, and an instance that reads the rows of another."""
    a, b = compile_schedule(1, [(10, 2)]), compile_schedule(3)
    laid = lay((a, b, a, b), lambda schedule: (schedule.starts, schedule.values))
    assert laid.bounds.tolist() == [[0, 2], [2, 3], [0, 2], [2, 3]]
    assert laid.columns[1].tolist() == [1, 2, 3]


def test_each_instance_of_a_bank_may_have_a_block_of_its_own() -> None:
    """Catches a partner that pays before it enters, or by the cap of another."""
    closed = daily_runs(3, since=moment(4 * DAY))
    plan = plan_station(declared(Kind.DAILY_RUNS), [daily_runs(1), closed], 1.0, CALENDAR)
    assert plan is not None
    customers = [Customer(n, 0, instance=n % 2) for n in range(6)]
    log = in_simpy(plan, customers)
    days = [(at // DAY, n) for at, what, n in log if what == "starts"]
    assert days == [(2, 0), (3, 2), (4, 1), (4, 3), (4, 4), (4, 5)]
    assert in_kernel(plan, customers) == log


def offices(kind: Kind, count: int) -> Plan:
    """Return offices from eight to four o'clock, each with two counters or as many people an hour."""
    block = servers(2, hours=hours(8, 16)) if kind is Kind.SERVERS else rate(4, "hour", hours=hours(8, 16))
    plan = plan_station(declared(kind), block, 1.0, CALENDAR, count)
    assert plan is not None
    return plan


@pytest.mark.parametrize("kind", [Kind.SERVERS, Kind.RATE])
def test_offices_in_514_regencies(kind: Kind) -> None:
    """Catches offices that are not one another's likes: a start out of hours, a ninth hour, an office never opened."""
    luck = np.random.default_rng(514)
    people = 4000
    customers = [
        Customer(n, at, service, instance=instance)
        for n, (at, service, instance) in enumerate(
            zip(
                (luck.integers(0, 12 * 24, people) * HOUR).tolist(),
                luck.integers(MINUTE, 3 * HOUR, people).tolist(),
                luck.integers(0, 514, people).tolist(),
                strict=True,
            )
        )
    ]
    plan = offices(kind, 514)
    assert len({id(schedule) for schedule in plan.schedules}) == 1
    log = in_simpy(plan, customers)
    assert in_kernel(plan, customers, window=DAY // 2) == log
    starts = [at for at, what, _ in log if what == "starts"]
    assert len(starts) > 0.8 * people
    assert all(at // DAY in CALENDAR.work and 8 * HOUR <= at % DAY < 16 * HOUR for at in starts)
    assert {customers[n].instance for _, what, n in log if what == "starts"} == set(range(514))


def test_work_offered_by_a_bank_is_that_of_all() -> None:
    """Catches a bank that offers the work of one, or of each distinct schedule once."""
    assert offices(Kind.SERVERS, 514).offered(4 * DAY) == 514 * 2 * 2 * 8 * HOUR
    assert offices(Kind.RATE, 514).offered(4 * DAY) == 514 * 4 * 2 * 8
    two: tuple[Schedule, ...] = (compile_schedule(MILLION), compile_schedule(2 * MILLION))
    assert DailyRunsPlan((*two, two[0]), RUNS).offered(100) == 4 * 2
