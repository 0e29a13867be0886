"""What nothing could be faster than: blocks of luck, one pass over everyone, sorts of everyone."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.show import table


def show(asked: Namespace) -> None:
    """Print the seconds of each for so many people, the best of three, with one thread."""
    import numba

    n = asked.people

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def one_pass(values: Any) -> int:
        total = np.int64(0)
        for value in values:
            total += np.int64(value & np.uint32(1))
        return int(total)

    random = np.random.default_rng(1)
    small = random.integers(0, 2**32, n, dtype=np.uint32)
    one_pass(small[:1])
    rows = [
        *luck(n),
        ("one pass over 32 bits a person", n, best(lambda: one_pass(small))),
        ("sort of u32", n, best(np.sort, lambda: small.copy())),
        ("sort of f64", n, best(np.sort, lambda: random.random(n))),
        ("sort of key and number in one u64", n, best(np.sort, lambda: small.astype(np.uint64) << np.uint64(32))),
    ]
    table(
        "floors, one thread", ("what", "people", "s", "ns each", "millions a second"),
        [(name, f"{people:,}", s, s / people * 1e9, people / s / 1e6) for name, people, s in rows],
    )  # fmt: skip


def luck(people: int) -> list[tuple[str, int, float]]:
    """Return what a block of luck a person costs: drawn one by one, and dealt in chunks as kernels do."""
    import numba

    from sim.rules import luck as rules

    key, block = rules.key(20_200_411, 0), rules.named("benchmark")
    chunk, draw, deal, deal_range, uniform = rules.CHUNK, rules.luck, rules.deal, rules.deal_range, rules.first_half

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def one_by_one(key: Any, people: int) -> float:
        total = 0.0
        for person in range(people):
            total += uniform(draw(key, block, person, 0))
        return total

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def in_chunks(key: Any, people: int) -> float:
        words = np.empty((4, chunk), dtype=np.uint32)
        total = 0.0
        for first in range(0, people, chunk):
            count = min(chunk, people - first)
            deal_range(key, block, first, count, words)
            for i in range(count):
                total += uniform((words[0, i], words[1, i], words[2, i], words[3, i]))
        return total

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def in_chunks_of_some(key: Any, persons: Any) -> float:
        words = np.empty((4, chunk), dtype=np.uint32)
        total = 0.0
        for first in range(0, persons.size, chunk):
            some = persons[first : first + chunk]
            deal(key, block, some, 0, words)
            for i in range(some.size):
                total += uniform((words[0, i], words[1, i], words[2, i], words[3, i]))
        return total

    persons = np.arange(people, dtype=np.uint32)
    few = persons[:1_000]
    # The same luck, drawn in three ways: sums are in the same order. This compiles them as well.
    assert one_by_one(key, few.size) == in_chunks(key, few.size) == in_chunks_of_some(key, few)
    return [
        ("luck, a block a person, one by one", people, best(lambda: one_by_one(key, people))),
        (f"luck, a block a person, dealt {chunk} at a time", people, best(lambda: in_chunks(key, people))),
        ("luck, the same of persons in an array", people, best(lambda: in_chunks_of_some(key, persons))),
    ]


def best(run: Callable[..., Any], prepared: Callable[[], Any] | None = None) -> float:
    """Return the least seconds of three runs; what a run needs is prepared before its clock starts."""
    found = []
    for _ in range(3):
        needed = () if prepared is None else (prepared(),)
        began = time.perf_counter()
        run(*needed)
        found.append(time.perf_counter() - began)
    return min(found)
