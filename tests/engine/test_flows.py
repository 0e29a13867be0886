"""People on their way between stations in the cohort engine, against a list that is sorted anew."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.cohort.backlog import BLOCK, Backlog
from sim.engines.cohort.flows import NO_FLOW, VISIT, Departures, Flow, Unordered, merge

INSTANTS = st.sampled_from([0, 1, DAY - 1, DAY, 3 * DAY + 5, WEEK - 1, WEEK, 5 * WEEK + 7]) | st.integers(0, 9 * WEEK)
HORIZON = 10 * WEEK
FAR = st.sampled_from([HORIZON - 1, HORIZON, HORIZON + DAY, HORIZON + 2 * DAY, 100 * HORIZON + 1, NEVER - 1])
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
def test_an_unordered_flow_is_a_sorted_list(batches: list[list[int]], untils: list[int]) -> None:
    """Catches someone lost, doubled or taken too early, above all around the end of the run and beyond it."""
    backlog, rest, person = Unordered(HORIZON, retries=True), list[tuple[int, int, int]](), 0
    for batch, until in zip(batches, untils, strict=False):
        some = []
        for instant in batch:
            # Numbers that neither rise nor fall, so that those of one instant stand in no order.
            some.append((instant, (7 * person) % 73, person % 3))
            person += 1
        backlog.put(flow(some))
        rest += [row for row in some if row[0] < NEVER]
        assert len(backlog) == len(rest)
        assert rows(backlog.take(until)) == sorted(row for row in rest if row[0] < until)
        rest = [row for row in rest if row[0] >= until]
        assert len(backlog) == len(rest)
    assert rows(backlog.take(NEVER)) == sorted(rest)


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


@given(
    batches=st.lists(st.tuples(st.integers(0, 3 * BLOCK), st.integers(0, 5), st.integers(1, 3)), max_size=12),
    seed=st.integers(0, 99),
)
def test_a_backlog_uses_its_blocks_again(batches: list[tuple[int, int, int]], seed: int) -> None:
    """Catches records lost or doubled where a day fills several blocks, and a block used twice, or never again."""
    random, backlog, rest, now = np.random.default_rng(seed), Backlog(VISIT, HORIZON), [], 0
    for people, days, ahead in batches:
        some = np.empty(people, dtype=VISIT)
        some["at"] = now + random.integers(0, (days + 1) * DAY // 2, people)
        some["number"], some["attempt"] = random.integers(0, 50, people), np.arange(people)
        backlog.put(some)
        rest += some.tolist()
        now += ahead * DAY // 2
        taken = backlog.take(now).tolist()
        assert [one[:2] for one in taken] == sorted(one[:2] for one in rest if one[0] < now)
        assert sorted(taken) == sorted(one for one in rest if one[0] < now)
        rest = [one for one in rest if one[0] >= now]
    if batches:
        before = backlog._used
        for turn in range(20):
            backlog.put(_at_once(now + turn, 2 * BLOCK))
            backlog.take(now + turn + 1)
        assert backlog._used <= before + 3


def _at_once(at: int, people: int) -> Any:
    records = np.zeros(people, dtype=VISIT)
    records["at"], records["number"] = at, np.arange(people)
    return records
