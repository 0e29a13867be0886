"""People on their way between stations in the cohort engine, against a list that is sorted anew."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.cohort.flows import FARTHEST, NO_FLOW, Backlog, Departures, Flow, by_period, merge

INSTANTS = st.sampled_from([0, 1, DAY - 1, DAY, 3 * DAY + 5, WEEK - 1, WEEK, 5 * WEEK + 7]) | st.integers(0, 9 * WEEK)
FAR = st.sampled_from([FARTHEST * WEEK, (FARTHEST + 1) * WEEK, 3 * FARTHEST * WEEK + 1, NEVER - 1])
NEVERS = st.sampled_from([NEVER, NEVER + 3])


def flow(rows: list[tuple[int, int, int]]) -> Flow:
    """Return rows of (instant, person, attempt) as a flow."""
    times, people, attempts = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return times, people.astype(np.uint32), attempts


def rows(flow: Flow) -> list[tuple[int, ...]]:
    """Return a flow as rows."""
    return list(zip(*(column.tolist() for column in flow), strict=True))


@given(
    batches=st.lists(st.lists(INSTANTS | FAR | NEVERS, max_size=12), max_size=6),
    untils=st.lists(INSTANTS, min_size=6, max_size=6).map(sorted),
)
def test_a_backlog_is_a_sorted_list(batches: list[list[int]], untils: list[int]) -> None:
    """Catches someone lost, doubled or taken too early, and an instant centuries away that wraps to a near one."""
    backlog, rest, person = Backlog(), list[tuple[int, int, int]](), 0
    for batch, until in zip(batches, untils, strict=False):
        some = []
        for instant in batch:
            some.append((instant, person, person % 3))
            person += 1
        backlog.put(flow(some))
        rest += [row for row in some if row[0] < NEVER]
        assert len(backlog) == len(rest)
        assert rows(backlog.take(until)) == sorted(row for row in rest if row[0] < until)
        rest = [row for row in rest if row[0] >= until]
        assert len(backlog) == len(rest)
    assert rows(backlog.take(10 * WEEK)) == sorted(row for row in rest if row[0] < 10 * WEEK)


@given(instants=st.lists(INSTANTS | FAR, min_size=1, max_size=20))
def test_periods_are_told_apart_as_far_as_a_run_may_last(instants: list[int]) -> None:
    """Catches a person put into a period that is not theirs, within some centuries of the first."""
    some = flow([(at, person, 0) for person, at in enumerate(instants)])
    found = by_period(some, 0, WEEK)
    together = [row for _, of_period in found for row in rows(of_period)]
    assert sorted(together) == sorted(rows(some))
    first = min(instants) // WEEK
    for period, of_period in found:
        for at, *_ in rows(of_period):
            assert period == min(at // WEEK, first + FARTHEST)


@given(
    instants=st.lists(INSTANTS | FAR | NEVERS, max_size=20).map(sorted),
    cuts=st.lists(st.integers(0, 20), max_size=3).map(sorted),
    untils=st.lists(INSTANTS, max_size=5).map(sorted),
)
def test_departures_are_taken_in_order(instants: list[int], cuts: list[int], untils: list[int]) -> None:
    """Catches one who leaves twice, is kept though they never leave, or is told of before their instant."""
    everyone = [(at, person, 0) for person, at in enumerate(instants)]
    departures = Departures(NO_FLOW)
    for begin, end in zip([0, *cuts], [*cuts, len(everyone)], strict=True):
        departures.put(flow(everyone[begin:end])[:2])
    left = [(at, person) for at, person, _ in everyone if at < NEVER]
    for until in untils:
        assert rows(departures.take(until)) == [row for row in left if row[0] < until]
        left = [row for row in left if row[0] >= until]
    assert bool(departures) == bool(left)


@given(one=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9))), other=st.sets(st.integers(0, 9)))
def test_two_flows_merge_by_time_and_person(one: set[tuple[int, int]], other: set[int]) -> None:
    """Catches a turn at one instant that goes by flow and not by person."""
    left = sorted((at, person, 0) for at, person in one)
    right = sorted((at, 10 + (7 * at) % 3, 1) for at in other)
    odd = sorted((at, (7 * at) % 10, 2) for at in other if (at, (7 * at) % 10) not in one)
    for second in (right, odd):
        assert rows(merge(flow(left), flow(second))) == sorted([*left, *second])
