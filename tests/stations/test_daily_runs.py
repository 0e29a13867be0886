"""A partner's daily runs by their exact event log: the queue, and the programme's process that asks it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import DAY, HOUR
from sim.programme.payment_runs import PaymentRuns, Report
from sim.programme.programme import Programme
from sim.stations.daily_runs import DailyRuns
from sim.stations.timeline import Timeline
from tests.building import PLENTY_OF_CAPS, SMALL, programme

Log = list[tuple[int, int, int, int]]
"""(instant, number, payment, attempt) of what a run takes."""


def take(
    queue: DailyRuns, at: int, cap: int, fails: Callable[[Any], bool] = lambda taken: False, mending: int = 0
) -> Log:
    """Run at an instant; failed payments go back with their mending."""
    queue.timeline.run(until=at)
    log = []
    for taken in queue.take(cap):
        log.append((at, taken.number, taken.payment, taken.attempt))
        if fails(taken):
            queue.put_back(taken, at + mending)
    return log


def test_ready_strictly_before_the_run() -> None:
    """Catches a payment that falls due at the run's very minute and is paid by it: surveys all do."""
    queue = DailyRuns(Timeline())
    for number, ready in enumerate((13, 14, 15)):
        queue.submit(number, 0, ready)
    assert take(queue, 14, 9) == [(14, 0, 0, 0)]
    assert take(queue, 15, 9) == [(15, 1, 0, 0)]
    assert take(queue, 99, 9) == [(99, 2, 0, 0)]


def test_first_ready_first_then_number_then_payment() -> None:
    """Catches an order by number or by submission."""
    queue = DailyRuns(Timeline())
    for number, payment, ready in ((2, 0, 7), (1, 4, 7), (1, 1, 7), (3, 0, 5), (0, 0, 8)):
        queue.submit(number, payment, ready)
    assert take(queue, 10, 9) == [(10, 3, 0, 0), (10, 1, 1, 0), (10, 1, 4, 0), (10, 2, 0, 0), (10, 0, 0, 0)]


def test_a_cap_leaves_the_last_ready_for_the_next_run() -> None:
    """Catches a run that pays one too many, and a rest that is lost."""
    queue = DailyRuns(Timeline())
    for number in range(5):
        queue.submit(number, 0, 9 - number)
    assert take(queue, 10, 2) == [(10, 4, 0, 0), (10, 3, 0, 0)]
    assert take(queue, 11, 0) == []
    assert len(queue) == 3
    assert take(queue, 12, 2) == [(12, 2, 0, 0), (12, 1, 0, 0)]
    assert take(queue, 13, 2) == [(13, 0, 0, 0)]
    assert len(queue) == 0


def test_a_failed_payment_queues_again_by_its_new_stamp() -> None:
    """Catches a failed payment put back in front, or tried twice by one run: its stamp is the run's."""
    queue = DailyRuns(Timeline())
    queue.submit(0, 0, 1)
    queue.submit(1, 0, 9)
    first_time = lambda taken: taken.number == 0 and taken.attempt == 0  # noqa: E731
    assert take(queue, 10, 9, first_time) == [(10, 0, 0, 0), (10, 1, 0, 0)]
    queue.submit(2, 0, 10)
    queue.submit(3, 0, 11)
    assert take(queue, 20, 9) == [
        (20, 0, 0, 1),
        (20, 2, 0, 0),
        (20, 3, 0, 0),
    ]  # at stamp 10, then 10, then 11


def test_mending_keeps_a_failed_payment_out_of_the_runs_before_its_end() -> None:
    """Catches a mending time that is not waited for."""
    queue = DailyRuns(Timeline())
    queue.submit(0, 0, 1)
    always = lambda taken: taken.attempt < 2  # noqa: E731
    runs = [take(queue, at, 9, always, mending=15) for at in range(10, 80, 10)]
    assert runs == [[(10, 0, 0, 0)], [], [(30, 0, 0, 1)], [], [(50, 0, 0, 2)], [], []]


@given(
    ready=st.lists(st.integers(0, 60), max_size=40),
    caps=st.lists(st.integers(0, 12), min_size=8, max_size=8),
    unlucky=st.sets(st.tuples(st.integers(0, 39), st.integers(0, 3))),
)
def test_the_queue_is_a_sorted_list(ready: list[int], caps: list[int], unlucky: set[tuple[int, int]]) -> None:
    """Catches a payment lost, paid twice or out of turn: each run against a list that is sorted anew."""
    queue = DailyRuns(Timeline())
    rest = [(at, number, 0, 0) for number, at in enumerate(ready)]
    for at, number, _, _ in rest:
        queue.submit(number, 0, at)
    for k, cap in enumerate(caps, start=1):
        now = 10 * k
        turn = sorted(one for one in rest if one[0] < now)[:cap]
        log = take(queue, now, cap, lambda taken: (taken.number, taken.attempt) in unlucky)
        assert log == [(now, number, payment, attempt) for _, number, payment, attempt in turn]
        rest = [one for one in rest if one not in turn]
        rest += [(now, n, p, a + 1) for _, n, p, a in turn if (n, a) in unlucky]
        assert len(queue) == len(rest)


class Asked:
    """Payees who write down when they are asked, and for how many."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.log: list[tuple[float, int, int]] = []

    def run_partner(self, partner: int, cap: int, report: Report) -> None:
        self.log.append((self.timeline.now / DAY, partner, cap))
        report(min(cap, 1), 2, 3)


def runs(of: Programme, days: int) -> tuple[list[tuple[float, int, int]], PaymentRuns]:
    timeline = Timeline()
    payees = Asked(timeline)
    process = PaymentRuns(timeline, of, payees)
    timeline.run(until=days * DAY)
    return payees.log, process


def test_runs_are_on_working_days_at_their_hour_in_the_partners_order() -> None:
    """Catches a run at the weekend or on a holiday (1 May 2020, a Friday), and one at another hour."""
    log, _ = runs(programme(SMALL, changes={"payment.run_hour": 14.5}), 24)
    days = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 23]  # from Monday, 13 April 2020
    asked = [(at, partner) for at, partner, _ in log]
    assert asked == [(day + 14.5 / 24, partner) for day in days for partner in range(5)]


@pytest.mark.parametrize("a_day", [0, 0.3, 1, 2.75])
def test_parts_of_a_cap_gather_and_unused_ones_lapse(a_day: float) -> None:
    """Catches a scaled cap that is cut to whole payments every day, or one saved up for later.

    The kth run gets the floor of the cumulative cap less the floor of the one before.
    """
    cap = a_day / 0.00002
    log, process = runs(programme(SMALL, changes={"payment.partners.ovo.cap": cap}), 100)
    found = [cap for _, partner, cap in log if partner == 1]
    cumulative = [int(k * a_day + 1e-9) for k in range(len(found) + 1)]
    assert found == [b - a for a, b in pairwise(cumulative)]
    assert [record.cap for record in process.records if record.partner == 1] == found


def test_a_cap_follows_its_schedule() -> None:
    """Catches a partner that pays before it enters, in an outage, or by yesterday's cap."""
    per_day = 1 / 0.00002
    of = programme(SMALL, changes={
        "payment.partners.dana.cap": 3 * per_day,
        "payment.partners.dana.from": "2020-04-15T00:00",
        "payment.partners.dana.steps": [{"from": "2020-04-17T14:00", "cap": 5 * per_day}],
        "payment.partners.dana.outages": [{"from": "2020-04-20T00:00", "until": "2020-04-21T14:00"}],
    })  # fmt: skip
    log, _ = runs(of, 12)
    found = {int(at): cap for at, partner, cap in log if partner == 4}
    assert found == {2: 0, 3: 0, 4: 3, 5: 3, 6: 5, 9: 0, 10: 5, 11: 5}


def test_plenty_is_no_cap() -> None:
    """Catches a cap of nought, or one that could be reached, where the config says plenty."""
    log, process = runs(programme(SMALL, changes=PLENTY_OF_CAPS), 5)
    assert all(cap > 2**27 * 7 for _, partner, cap in log if partner < 4)
    assert [record.cap for record in process.records[:4]] == [None] * 4
    assert all(cap == 0 for _, partner, cap in log if partner == 4)  # DANA has not entered


def test_the_record_of_a_run_is_what_the_partner_said() -> None:
    """Catches a count of paid, failed or waiting under another's name."""
    _, process = runs(programme(SMALL), 3)
    said = [(partner, 2 * DAY + 14 * HOUR, partner < 4, 2, 3) for partner in range(5)]  # DANA pays nobody yet
    assert [(r.partner, r.at, r.paid, r.failed, r.waiting) for r in process.records] == said
