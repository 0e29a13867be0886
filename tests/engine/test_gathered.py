"""What is gathered is handed on whole and in order, and no more of it is kept than is said."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.engines.cohort.gathered import ENOUGH, Gathered

EMPTY = np.zeros(0, dtype=np.int64)


@given(st.lists(st.integers(0, ENOUGH + 1), max_size=8))
def test_rows_are_handed_on_once_in_order_and_soon_enough(sizes: list[int]) -> None:
    """Catches rows that are lost, told twice or out of order, and batches that are kept without a limit."""
    told: list[NDArray[np.int64]] = []

    def tell(at: NDArray[np.int64], person: NDArray[np.uint32], gave_up: NDArray[np.int64]) -> None:
        assert at.size == person.size > 0 and gave_up.size == 0
        assert (person == at).all() and person.dtype == np.uint32
        told.append(at)

    gathered, rows = Gathered(tell), np.arange(sum(sizes))
    for begin, size in zip(np.cumsum([0, *sizes]), sizes, strict=False):
        at = rows[begin : begin + size]
        gathered.put(at, at.astype(np.uint32), EMPTY)
        assert begin + size - sum(each.size for each in told) < ENOUGH
    gathered.finish()
    gathered.finish()
    assert (np.concatenate([EMPTY, *told]) == rows).all()
