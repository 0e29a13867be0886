"""People on their way between stations in the cohort engine, against a list that is sorted anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.cohort.backlog import BLOCK, FEW, Backlog, in_order, put_in_order, words_of
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
    """Catches records lost or doubled where a day fills several blocks, and a block used twice, or never again.

    And those of one number at one instant out of the order in which they were put.
    """
    random, backlog, rest, now = np.random.default_rng(seed), Backlog(VISIT, HORIZON), [], 0
    for people, days, ahead in batches:
        some = np.empty(people, dtype=VISIT)
        some["at"] = now + random.integers(0, 2 * (days + 1), people) * (DAY // 4)
        some["number"], some["attempt"] = random.integers(0, 20, people), np.arange(len(rest), len(rest) + people)
        backlog.put(some)
        rest += some.tolist()
        now += ahead * DAY // 2
        taken = backlog.take(now).tolist()
        assert taken == sorted((one for one in rest if one[0] < now), key=lambda one: one[:2])
        rest = [one for one in rest if one[0] >= now]
    if batches:
        before = backlog._used
        for turn in range(20):
            backlog.put(_at_once(now + turn, 2 * BLOCK))
            backlog.take(now + turn + 1)
        assert backlog._used <= before + 3


@pytest.mark.parametrize(("people", "in_place"), [(20, True), (3_000, False)])
def test_a_crowd_of_one_instant_is_not_ordered_one_by_one(people: int, in_place: bool) -> None:
    """Catches time that grows as the square of those who come at one instant, such as all of a large class."""
    records = _at_once(5 * DAY, people)
    records["number"] = np.random.default_rng(1).permutation(people)
    words = words_of(records)
    keys = np.arange(people, dtype=np.uint64)
    assert put_in_order(words, keys, np.empty_like(words)) == in_place
    backlog = Backlog(VISIT, HORIZON)
    backlog.put(records)
    assert backlog.take(6 * DAY)["number"].tolist() == list(range(people))


def _at_once(at: int, people: int) -> Any:
    records = np.zeros(people, dtype=VISIT)
    records["at"], records["number"] = at, np.arange(people)
    return records


@pytest.mark.parametrize("size", [0, 1, 2, FEW - 1, FEW, FEW + 1, 1000])
def test_records_come_in_order_however_many(size: int) -> None:
    """Catches few records that are ordered otherwise than many: by time, then number, then as they were put."""
    chance = np.random.default_rng(size)
    words = np.zeros((size, 2), dtype=np.uint64)
    words[:, 0] = chance.integers(0, 5, size)  # many at one instant
    words[:, 1] = chance.integers(0, 4, size) | (np.arange(size) << 32)  # of one number too, told apart by what follows
    order = np.lexsort((words[:, 1] & np.uint64(0xFFFF_FFFF), words[:, 0]))
    assert in_order(words).tolist() == words[order].tolist()
