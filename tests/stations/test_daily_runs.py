"""Daily runs by their exact event log in SimPy, what their caps come to, and a run as one would do it by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import NEVER
from sim.stations.daily_runs import CapsOfRuns, DailyRunsPlan, whole_caps
from sim.stations.schedule import MILLION, UNLIMITED, compile_schedule
from tests.stations.customers import Customer, Log, in_simpy, serve, station


def daily_runs(cap: int, runs: Any = range(10, 100, 10), steps: Any = (), outages: Any = ()) -> DailyRunsPlan:
    """Return runs at some instants, each up to a cap of whole people."""
    steps = [(at, value * MILLION) for at, value in steps]
    return DailyRunsPlan((compile_schedule(cap * MILLION, steps, outages),), np.array(runs, dtype=np.int64))


def starts(log: Log) -> Log:
    """Return whose service begins when; a run takes no time, so all of them have left at that instant."""
    began = [each for each in log if each[1] == "starts"]
    assert sorted((at, n) for at, what, n in log if what == "leaves") == sorted((at, n) for at, _, n in began)
    return began


def test_a_run_takes_those_who_came_strictly_before_it() -> None:
    """Catches one who comes at the run's very instant and is taken by it."""
    log = serve(station(daily_runs(9)), [Customer(0, 9), Customer(1, 10), Customer(2, 11)])
    assert log == [
        (10, "starts", 0),
        (10, "leaves", 0),
        (20, "starts", 1),
        (20, "starts", 2),
        (20, "leaves", 1),
        (20, "leaves", 2),
    ]


def test_first_come_first_served_up_to_the_cap() -> None:
    """Catches an order by number, a run that takes one too many, and a rest that is lost."""
    log = serve(station(daily_runs(2)), [Customer(3, 1), Customer(0, 2), Customer(2, 2), Customer(1, 15)])
    assert [(at, number) for at, _, number in starts(log)] == [(10, 3), (10, 0), (20, 2), (20, 1)]


def test_what_a_run_does_not_use_lapses() -> None:
    """Catches capacity that is saved up for a later run."""
    log = serve(station(daily_runs(2)), [Customer(k, 35) for k in range(5)])
    assert [at for at, _, _ in starts(log)] == [40, 40, 50, 50, 60]


def test_patience_that_ends_at_the_run_is_served_and_else_gives_its_place_to_the_next() -> None:
    """Catches one who gives up at the instant of their run, and a place kept for one who has gone."""
    customers = [Customer(0, 3, patience=6), Customer(1, 4, patience=6), Customer(2, 5, patience=16)]
    assert serve(station(daily_runs(1)), customers) == [
        (9, "gives up", 0),
        (10, "starts", 1),
        (10, "leaves", 1),
        (20, "starts", 2),
        (20, "leaves", 2),
    ]


def test_a_cap_follows_its_schedule() -> None:
    """Catches a run by yesterday's cap, one in an outage, and people lost at one of no cap."""
    plan = daily_runs(0, steps=[(20, 3), (40, 1)], outages=[(30, 40)])
    log = serve(station(plan), [Customer(k, 0) for k in range(6)])
    assert [at for at, _, _ in starts(log)] == [20, 20, 20, 40, 50, 60]


def test_after_the_last_run_people_wait() -> None:
    """Catches one who is served by a run that is not held."""
    some = station(daily_runs(1, runs=[10, 20]))
    assert [at for at, _, _ in starts(serve(some, [Customer(k, 0) for k in range(4)]))] == [10, 20]
    assert some.people() == 2


@pytest.mark.parametrize("a_run", ["0", "0.3", "1", "2.75", "0.000001"])
def test_parts_of_a_cap_gather(a_run: str) -> None:
    """Catches a scaled cap that is cut to whole people in every run: the kth gets floor less the floor before."""
    runs = np.arange(1, 60)
    found = whole_caps(compile_schedule(int(Fraction(a_run) * MILLION)), runs).tolist()
    assert found == [int((k + 1) * Fraction(a_run)) - int(k * Fraction(a_run)) for k in range(59)]


def test_an_unlimited_run_leaves_what_has_gathered() -> None:
    """Catches a cap of nought where there is none, and parts that are lost or gather where there is no limit."""
    caps = CapsOfRuns(compile_schedule(700_000, [(20, UNLIMITED), (40, 700_000)]))
    assert [caps.take(at) for at in (0, 10, 20, 30, 40, 50)] == [0, 1, None, None, 1, 0]
    assert CapsOfRuns(None).take(5) is None


def test_the_caps_of_all_runs_at_once_are_those_of_one_after_the_other() -> None:
    """Catches parts that gather where there is no limit, and a sum of vast caps that wraps in 64 bits."""
    runs = np.arange(0, 1000, 10)
    for values in ([700_000, UNLIMITED, 2_600_001, 0, 1], [UNLIMITED - 1, 5, UNLIMITED - 7], [UNLIMITED], [0]):
        schedule = compile_schedule(values[0], [(170 * k, value) for k, value in enumerate(values)])
        caps = CapsOfRuns(schedule)
        expected = [caps.take(at) for at in runs.tolist()]
        assert whole_caps(schedule, runs).tolist() == [UNLIMITED if cap is None else cap for cap in expected]


def test_what_the_runs_offer() -> None:
    """Catches a run counted at the instant itself, one of an outage, and a share of a limit that is none."""
    plan = daily_runs(2, outages=[(15, 25)])
    assert [plan.offered(until) for until in (10, 11, 31, 1000)] == [0, 2, 4, 16]
    assert plan.utilisation(3, 0, 31) == 0.75
    assert plan.utilisation(0, 0, 10) is None
    unlimited = DailyRunsPlan((compile_schedule(UNLIMITED, outages=[(0, 15)]),), np.arange(10, 1000, 10))
    assert unlimited.offered(15) == 0
    assert unlimited.offered(1000) is None


@given(
    caps=st.lists(st.integers(0, 4), min_size=9, max_size=9),
    customers=st.lists(st.tuples(st.integers(0, 90), st.none() | st.integers(0, 60)), max_size=40),
)
def test_each_run_is_that_of_a_sorted_list(caps: list[int], customers: list[tuple[int, int | None]]) -> None:
    """Catches one lost, taken twice or out of turn: each run against a list that is sorted anew."""
    plan = daily_runs(0, steps=[(10 * k, cap) for k, cap in enumerate(caps, start=1)])
    waiting = sorted((at, number) for number, (at, _) in enumerate(customers))
    expected: Log = []
    for (before, now), cap in zip(pairwise(range(0, 100, 10)), caps, strict=True):
        assert before < now
        here = [(at, n) for at, n in waiting if at < now]
        gone = [(at, n) for at, n in here if now > at + (NEVER if customers[n][1] is None else customers[n][1])]  # type: ignore[operator]
        taken = [each for each in here if each not in gone][:cap]
        waiting = [each for each in waiting if each not in gone + taken]
        expected += [(at + (customers[n][1] or 0), "gives up", n) for at, n in gone]
        expected += [(now, what, n) for _, n in taken for what in ("starts", "leaves")]
    expected += [(at + p, "gives up", n) for at, n in waiting if (p := customers[n][1]) is not None]
    found = in_simpy(plan, [Customer(n, at, patience=patience) for n, (at, patience) in enumerate(customers)])
    assert found == sorted(expected)
