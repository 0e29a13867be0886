"""What nothing could be faster than: draws of luck, one pass over everyone, sorts of everyone."""

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

    from sim.rules import luck

    key = luck.key(20_200_411, 0)
    draws, uniform = luck.luck, luck.uniform

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def words(key: Any, people: int) -> float:
        total = 0.0
        for person in range(people):
            a, b, c, d = draws(key, 16, person, 0)
            total += uniform(a) + uniform(b) + uniform(c) + uniform(d)
        return total

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def one_pass(values: Any) -> int:
        total = np.int64(0)
        for value in values:
            total += np.int64(value & np.uint32(1))
        return int(total)

    n = asked.people
    words(key, 1)
    random = np.random.default_rng(1)
    small = random.integers(0, 2**32, n, dtype=np.uint32)
    one_pass(small[:1])
    rows = [
        ("Philox, a block of four uniforms a person", n, best(lambda: words(key, n))),
        ("one pass over 32 bits a person", n, best(lambda: one_pass(small))),
        ("sort of u32", n, best(np.sort, lambda: small.copy())),
        ("sort of f64", n, best(np.sort, lambda: random.random(n))),
        ("sort of key and number in one u64", n, best(np.sort, lambda: small.astype(np.uint64) << np.uint64(32))),
    ]
    table(
        "floors, one thread", ("what", "people", "s", "millions a second"),
        [(name, f"{people:,}", seconds, people / seconds / 1e6) for name, people, seconds in rows],
    )  # fmt: skip


def best(run: Callable[..., Any], prepared: Callable[[], Any] | None = None) -> float:
    """Return the least seconds of three runs; what a run needs is prepared before its clock starts."""
    found = []
    for _ in range(3):
        needed = () if prepared is None else (prepared(),)
        began = time.perf_counter()
        run(*needed)
        found.append(time.perf_counter() - began)
    return min(found)
