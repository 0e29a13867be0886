"""What the config's blocks mean: each kind's plan, its scale, and where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, HOUR, MINUTE, NEVER, WEEK, moment
from sim.journey.kinds import Kind
from sim.stations.kinds import KINDS, Plan, plan_station
from sim.stations.schedule import MILLION, UNLIMITED
from tests.stations.blocks import CALENDAR, LAW, daily_runs, declared, hours, outages, rate, seats, servers, steps
from tests.stations.customers import Customer, in_kernel, in_simpy


def plan_of(kind: Kind, block: Any, scale: float = 1.0, instances: int = 1) -> Plan:
    """Return the plan of a station that is not plenty."""
    plan = plan_station(declared(kind), block, scale, CALENDAR, instances)
    assert plan is not None
    assert plan.kind is kind
    return plan


def test_every_kind_that_can_be_declared_has_its_stations() -> None:
    """Catches a kind that a route may name and no engine can serve."""
    assert set(KINDS) == set(Kind)


@pytest.mark.parametrize(("per", "a_week"), [("minute", 10_080), ("hour", 168), ("day", 7), ("week", 1)])
def test_a_rate_is_people_a_week(per: str, a_week: int) -> None:
    """Catches a period of another length, and a scale that rounds the rate to whole people."""
    assert plan_of(Kind.RATE, rate(3, per)).schedules[0].values.tolist() == [3 * a_week * MILLION]
    assert plan_of(Kind.RATE, rate(3, per), 0.001).schedules[0].values.tolist() == [3 * a_week * MILLION // 1000]


def test_an_open_rate_never_rounds_to_closed() -> None:
    """Catches a station that a small scale closes for ever, and one that is closed and lets people pass."""
    assert plan_of(Kind.RATE, rate(1e-6, "week"), 0.001).schedules[0].values.tolist() == [1]
    assert plan_of(Kind.RATE, rate(0, "week"), 0.001).schedules[0].values.tolist() == [0]


def test_a_rate_above_one_a_microsecond_is_refused() -> None:
    """Catches an interval of nothing, at which kernels would divide time no further."""
    with pytest.raises(ValueError, match="at most one person a microsecond"):
        plan_of(Kind.RATE, rate(6.1e7, "minute"))


@pytest.mark.parametrize(("kind", "block"), [(Kind.RATE, rate), (Kind.DAILY_RUNS, daily_runs)])
def test_plenty_is_no_station(kind: Kind, block: Any) -> None:
    """Catches plenty that is served one by one, and a station that closes at times but is taken for plenty."""
    assert plan_station(declared(kind), block(None), 0.001, CALENDAR) is None
    assert plan_station(declared(kind), [block(None), block(None)], 0.001, CALENDAR) is None
    capacity = "rate" if kind is Kind.RATE else "cap"
    for changed in (
        block(None, outages=outages((DAY, 2 * DAY))),
        block(None, steps=steps(capacity, (DAY, 5))),
        block(None, hours=hours(8, 16)),
        block(None, since=moment(DAY)),
        [block(None), block(5)],
    ):
        plan = plan_station(declared(kind), changed, 0.001, CALENDAR)
        assert plan is not None
        assert plan.schedules[0].values.max() == UNLIMITED


def test_a_retry_without_steps_and_outages_is_a_rate() -> None:
    """Catches a block that must name what it does not have."""
    block = rate(7)
    del block.steps, block.outages
    assert plan_of(Kind.RATE, block).schedules[0].values.tolist() == [49 * MILLION]


def test_plenty_that_an_outage_interrupts_passes_one_a_microsecond() -> None:
    """Catches a rate without limit that is slower than the clock, and one that passes in the outage."""
    plan = plan_of(Kind.RATE, rate(None, outages=outages((100, 200))))
    customers = [Customer(k, at) for k, at in enumerate((0, 0, 150, 150, 150))]
    log = in_simpy(plan, customers)
    assert [(at, n) for at, what, n in log if what == "leaves"] == [(1, 0), (2, 1), (201, 2), (202, 3), (203, 4)]
    assert in_kernel(plan, customers) == log


def test_steps_outages_entry_and_hours_make_one_schedule() -> None:
    """Catches a change that is forgotten where another is given, each kind of station alike."""
    changes: dict[str, Any] = {
        "since": moment(2 * DAY + 9 * HOUR),
        "outages": outages((3 * DAY + 10 * HOUR, 3 * DAY + 11 * HOUR)),
        "hours": hours(8, 16.5),
    }
    for kind, block, capacity, unit in (
        (Kind.RATE, rate, "rate", 7 * MILLION), (Kind.SERVERS, servers, "servers", 1),
        (Kind.DAILY_RUNS, daily_runs, "cap", MILLION),
    ):  # fmt: skip
        given = block(4, **changes | {"steps": steps(capacity, (3 * DAY + 12 * HOUR, 6))})
        schedule = plan_of(kind, given).schedules[0]
        expected = {
            (1, 12): 0, (2, 8): 0, (2, 9): 4, (2, 16): 4, (2, 17): 0, (3, 7): 0, (3, 9): 4, (3, 10): 0,
            (3, 11): 4, (3, 12): 6, (3, 17): 0, (4, 8): 6, (7, 12): 0, (8, 12): 0, (9, 8): 6, (14, 12): 0,
        }  # fmt: skip
        found = {(day, hour): schedule.at(day * DAY + hour * HOUR) for day, hour in expected}
        assert found == {when: value * unit for when, value in expected.items()}
        assert schedule.at(2 * DAY + 16 * HOUR + 30 * MINUTE - 1) == 4 * unit
        assert schedule.at(2 * DAY + 16 * HOUR + 30 * MINUTE) == 0


def test_runs_are_on_working_days_at_their_hour() -> None:
    """Catches a run at the weekend, and one at another hour."""
    plan = plan_of(Kind.DAILY_RUNS, daily_runs(1, run_hour=14.5))
    log = in_simpy(plan, [Customer(k, 0) for k in range(7)])
    assert [at / DAY for at, what, _ in log if what == "starts"] == [d + 14.5 / 24 for d in (2, 3, 4, 5, 6, 9, 10)]


def test_a_bank_of_daily_runs_has_one_hour() -> None:
    """Catches runs of an instance at the hour of another."""
    with pytest.raises(ValueError, match="one hour"):
        plan_of(Kind.DAILY_RUNS, [daily_runs(1, 14), daily_runs(1, 15)])


def test_a_scaled_station_offers_the_scaled_work() -> None:
    """Catches a kind that the scale does not reach: a hundredth of the people meet a hundredth of the capacity."""
    until, scale = 10 * DAY, 0.01
    for kind, block in (
        (Kind.RATE, rate(30_000)), (Kind.DAILY_RUNS, daily_runs(30_000)), (Kind.SEATS, seats(2000, DAY, 0.25)),
    ):  # fmt: skip
        whole, scaled = (plan_of(kind, block, each).offered(until) for each in (1.0, scale))
        assert whole is not None
        assert scaled == pytest.approx(scale * whole, rel=1e-3)
    assert plan_of(Kind.SERVERS, servers(1500), 0.001).offered(until) == 2 * until  # for one and a half: stretched


def test_utilisation_is_work_done_of_work_offered() -> None:
    """Catches people counted where server time is offered, and a share of nothing."""
    assert plan_of(Kind.RATE, rate(10)).utilisation(20, 999, 4 * DAY) == 0.5
    assert plan_of(Kind.RATE, rate(10), instances=5).utilisation(20, 999, 4 * DAY) == 0.1
    assert plan_of(Kind.SERVERS, servers(3)).utilisation(999, 6 * DAY, 4 * DAY) == 0.5
    office = servers(3, hours=hours(8, 16))
    assert plan_of(Kind.SERVERS, office, instances=2).utilisation(999, DAY, 4 * DAY) == pytest.approx(DAY / (96 * HOUR))
    assert plan_of(Kind.RATE, rate(0)).utilisation(0, 0, DAY) is None


def test_who_brings_a_service() -> None:
    """Catches a law that an engine would draw in vain, or one that it never draws."""
    assert plan_of(Kind.SERVERS, servers(1)).service is LAW
    assert plan_of(Kind.SEATS, seats(1, 0, 1)).service is LAW
    assert plan_of(Kind.RATE, rate(1)).service is None
    assert plan_of(Kind.DAILY_RUNS, daily_runs(1)).service is None


BLOCKS = {
    Kind.RATE: rate(30, outages=outages((3 * DAY, 4 * DAY))),
    Kind.SERVERS: servers(12, hours=hours(8, 16.5)),
    Kind.SEATS: seats(7, DAY, 0.5),
    Kind.DAILY_RUNS: daily_runs(25, steps=steps("cap", (4 * DAY, 33.3))),
}


@pytest.mark.parametrize("patience", [None, 2 * DAY])
@pytest.mark.parametrize("kind", list(Kind))
def test_both_forms_of_a_block_are_one_station(kind: Kind, patience: int | None) -> None:
    """Catches a kind whose config reaches one engine alone, scaled and in a bank as well."""
    luck = np.random.default_rng(8)
    arrivals, services = luck.integers(0, WEEK, 150).tolist(), luck.integers(0, DAY, 150).tolist()
    for scale, instances in ((1.0, 1), (0.31, 1), (0.31, 3)):
        plan = plan_of(kind, BLOCKS[kind], scale, instances)
        customers = [
            Customer(n, at, service, patience, n % instances)
            for n, (at, service) in enumerate(zip(arrivals, services, strict=True))
        ]
        log = in_simpy(plan, customers)
        assert len(log) > 100
        assert in_kernel(plan, customers, window=DAY) == log


@pytest.mark.parametrize("kind", list(Kind))
def test_columns_that_do_not_fit_are_refused(kind: Kind) -> None:
    """Catches what compiled code would not: an instance beyond the bank, a service or an instance for some alone."""
    arrived, people = np.array([1, 2, 3]), np.array([7, 8, 9], dtype=np.uint32)
    bank = plan_of(kind, BLOCKS[kind], instances=2).kernel()
    for wrong in ([0, 1, 2], [0, -1, 1], [0, 1], []):
        with pytest.raises(ValueError, match="instance"):
            bank.serve(arrived, people, instance=np.array(wrong, dtype=np.int64), service=arrived)
    if plan_of(kind, BLOCKS[kind]).service is not None:
        with pytest.raises(ValueError, match="service: 0 given for 3 arrivals"):
            plan_of(kind, BLOCKS[kind]).kernel().serve(arrived, people)


def test_attempts_go_with_their_people_or_not_at_all() -> None:
    """Catches attempts that are lost on the way, mixed with none, or too many for their bits."""
    arrived, people = np.array([1, 2, 3]), np.array([2**27 - 1, 8, 0], dtype=np.uint32)
    attempts = np.array([0, 2**16 - 1, 3])
    plan = plan_of(Kind.SERVERS, servers(1))
    served = plan.kernel().serve(arrived, people, attempts, service=arrived)
    assert served.departures is not None
    assert [column.tolist() for column in served.departures] == [[2, 4, 7], people.tolist(), attempts.tolist()]
    assert served.departures[1].dtype == people.dtype
    kernel = plan.kernel()
    kernel.serve(arrived, people, service=arrived, until=4)
    assert kernel.pending == 1
    with pytest.raises(ValueError, match="attempts"):
        kernel.serve(arrived + 3, people, attempts, service=arrived)
    with pytest.raises(ValueError, match="attempts"):
        plan.kernel().serve(arrived, people, attempts + 1, service=arrived)


def test_an_empty_batch_tells_who_leaves_next() -> None:
    """Catches departures that are told only when somebody comes."""
    kernel = plan_of(Kind.SERVERS, servers(2)).kernel()
    nobody, none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint32)
    kernel.serve(np.array([0, 0]), np.array([4, 3], dtype=np.uint32), service=np.array([50, 10]), until=1)
    told = [kernel.serve(nobody, none, until=until).departures for until in (10, 11, NEVER)]
    assert [[column.tolist() for column in each] for each in told if each] == [[[], []], [[10], [3]], [[50], [4]]]
    assert kernel.pending == 0
