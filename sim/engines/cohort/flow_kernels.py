"""Kernels over flows: merging, and what luck says of many people at a station and its check."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.rules.checks import CheckRecord, passes_check, retry_delay, tries_again
from sim.rules.compiling import kernel, rule
from sim.rules.entry_test import TEST_BLOCK, TestRecord, takes_test, test_done_after
from sim.rules.laws import LawRecord
from sim.rules.luck import CHUNK, Key, deal, deal_each, words_at
from sim.rules.patience_at_stations import patience_from
from sim.rules.people import regency_number
from sim.rules.service import service_from

Ints = NDArray[np.int64]
People = NDArray[np.uint32]


class Checked(NamedTuple):
    """What a check says of people, in order of time within each: who passes, tries again, is refused, and when (µs)."""

    passed_at: Ints
    passed: People
    again_at: Ints
    again: People
    attempts: Ints
    """The attempt of those who try again."""
    refused_at: Ints
    refused: People


def new_checked(people: int) -> Checked:
    """Return buffers for what a check says of some people."""
    instants = [np.empty(people, dtype=np.int64) for _ in range(4)]
    persons = [np.empty(people, dtype=np.uint32) for _ in range(3)]
    return Checked(instants[0], persons[0], instants[1], persons[1], instants[2], instants[3], persons[2])


@kernel
def merge_order(t: Ints, p: People, u: Ints, q: People, order: Ints) -> None:
    """Fill the order of (time, person) of two flows that each are in that order."""
    i, j = 0, 0
    for k in range(order.size):
        if j == u.size or (i < t.size and (t[i] < u[j] or (t[i] == u[j] and p[i] < q[j]))):
            order[k] = i
            i += 1
        else:
            order[k] = t.size + j
            j += 1


@rule
def _deal_visits(
    key: Key, block: int, people: People, attempts: Ints, begin: int, end: int, words: NDArray[np.uint32]
) -> None:
    """Fill `words` with the luck of some visits, each at its attempt; `attempts` may be empty: the first."""
    if attempts.size:
        deal_each(key, block, people[begin:end], attempts[begin:end], words)
    else:
        deal(key, block, people[begin:end], 0, words)


@kernel
def draw_patience(key: Key, block: int, law: LawRecord, people: People, attempts: Ints, out: Ints) -> None:
    """Fill how long each person waits at a station (µs); `attempts` may be empty: the first."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, people.size, CHUNK):
        end = min(begin + CHUNK, people.size)
        _deal_visits(key, block, people, attempts, begin, end, words)
        for i in range(end - begin):
            out[begin + i] = patience_from(words_at(words, i), law)


@kernel
def draw_service(key: Key, block: int, law: LawRecord, people: People, attempts: Ints, out: Ints) -> None:
    """Fill the service that each person needs at a station (µs); `attempts` may be empty: the first."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    for begin in range(0, people.size, CHUNK):
        end = min(begin + CHUNK, people.size)
        _deal_visits(key, block, people, attempts, begin, end, words)
        for i in range(end - begin):
            out[begin + i] = service_from(words_at(words, i), law)


@kernel
def check_people(
    key: Key,
    block: int,
    check: CheckRecord,
    times: Ints,
    persons: People,
    attempts: Ints,
    checked: Checked,
) -> tuple[int, int, int]:
    """Separate those who pass from those who try again, at a later instant, and those refused; return how many."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    failed = np.empty(CHUNK, dtype=np.int64)
    p = a = r = 0
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        _deal_visits(key, block, persons, attempts, begin, end, words)
        f = 0
        for i in range(end - begin):
            attempt = attempts[begin + i] if attempts.size else 0
            # Written to both sides and counted on one: a misprediction would cost more.
            passes = int(passes_check(words_at(words, i), check, np.int64(persons[begin + i]), attempt))
            checked.passed_at[p] = times[begin + i]
            checked.passed[p] = persons[begin + i]
            p += passes
            failed[f] = i
            f += 1 - passes
        for i in failed[:f]:
            attempt = attempts[begin + i] if attempts.size else 0
            mine = words_at(words, i)
            if tries_again(mine, check, attempt):
                checked.again_at[a] = times[begin + i] + retry_delay(mine, check)
                checked.again[a] = persons[begin + i]
                checked.attempts[a] = attempt + 1
                a += 1
            else:
                checked.refused_at[r] = times[begin + i]
                checked.refused[r] = persons[begin + i]
                r += 1
    return p, a, r


@kernel
def test_people(
    key: Key,
    test: TestRecord,
    times: Ints,
    persons: People,
    checked: Checked,
) -> tuple[int, int]:
    """Separate those who take the test, at the instant it is done, from those who do not; return how many."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    t = r = 0
    for begin in range(0, persons.size, CHUNK):
        end = min(begin + CHUNK, persons.size)
        deal(key, TEST_BLOCK, persons[begin:end], 0, words)
        for i in range(end - begin):
            mine = words_at(words, i)
            if takes_test(mine, test):
                checked.passed_at[t] = times[begin + i] + test_done_after(mine, test)
                checked.passed[t] = persons[begin + i]
                t += 1
            else:
                checked.refused_at[r] = times[begin + i]
                checked.refused[r] = persons[begin + i]
                r += 1
    return t, r


@kernel
def instances_by_regency(people: People, traits: NDArray[np.uint32], regencies_before: Ints, out: Ints) -> None:
    """Fill the instance of each person at a bank that has one in each regency."""
    for i in range(people.size):
        out[i] = regency_number(traits[np.int64(people[i])], regencies_before)


@kernel
def move_people(at: Ints, horizon: int, left: int, came: int, moves: Ints) -> None:
    """Count people, by the day, out of a place and into another, one at each instant before the horizon [day, place].

    -1 is the place behind all others.
    """
    for i in range(at.size):
        if at[i] < horizon:
            day = at[i] // DAY
            moves[day, left] -= 1
            moves[day, came] += 1
