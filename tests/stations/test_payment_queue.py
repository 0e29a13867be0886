"""A payment partner's queue by its exact event log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sim.stations.payment_queue import PaymentQueue
from sim.stations.timeline import Timeline

Log = list[tuple[int, int, int, int]]
"""(instant, number, payment, attempt) of what a run takes."""


def take(
    queue: PaymentQueue, at: int, cap: int, fails: Callable[[Any], bool] = lambda taken: False, repair: int = 0
) -> Log:
    """Run at an instant; failed payments go back with their repair delay."""
    queue.timeline.run(until=at)
    log = []
    for taken in queue.take(cap):
        log.append((at, taken.number, taken.payment, taken.attempt))
        if fails(taken):
            queue.put_back(taken, at + repair)
    return log


def test_ready_strictly_before_the_run() -> None:
    """Catches a payment that falls due at the run's very minute and is paid by it: surveys all do."""
    queue = PaymentQueue(Timeline())
    for number, ready in enumerate((13, 14, 15)):
        queue.submit(number, 0, ready)
    assert take(queue, 14, 9) == [(14, 0, 0, 0)]
    assert take(queue, 15, 9) == [(15, 1, 0, 0)]
    assert take(queue, 99, 9) == [(99, 2, 0, 0)]


def test_first_ready_first_then_number_then_payment() -> None:
    """Catches an order by number or by submission."""
    queue = PaymentQueue(Timeline())
    for number, payment, ready in ((2, 0, 7), (1, 4, 7), (1, 1, 7), (3, 0, 5), (0, 0, 8)):
        queue.submit(number, payment, ready)
    assert take(queue, 10, 9) == [(10, 3, 0, 0), (10, 1, 1, 0), (10, 1, 4, 0), (10, 2, 0, 0), (10, 0, 0, 0)]


def test_a_cap_leaves_the_last_ready_for_the_next_run() -> None:
    """Catches a run that pays one too many, and a rest that is lost."""
    queue = PaymentQueue(Timeline())
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
    queue = PaymentQueue(Timeline())
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


def test_repair_keeps_a_failed_payment_out_of_the_runs_before_its_end() -> None:
    """Catches a repair delay that is not waited for."""
    queue = PaymentQueue(Timeline())
    queue.submit(0, 0, 1)
    always = lambda taken: taken.attempt < 2  # noqa: E731
    runs = [take(queue, at, 9, always, repair=15) for at in range(10, 80, 10)]
    assert runs == [[(10, 0, 0, 0)], [], [(30, 0, 0, 1)], [], [(50, 0, 0, 2)], [], []]


@given(
    ready=st.lists(st.integers(0, 60), max_size=40),
    caps=st.lists(st.integers(0, 12), min_size=8, max_size=8),
    unlucky=st.sets(st.tuples(st.integers(0, 39), st.integers(0, 3))),
)
def test_the_queue_is_a_sorted_list(ready: list[int], caps: list[int], unlucky: set[tuple[int, int]]) -> None:
    """Catches a payment lost, paid twice or out of turn: each run against a list that is sorted anew."""
    queue = PaymentQueue(Timeline())
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
