"""What need not be told at once, gathered until it is worth a call: of few people a call costs more than it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENOUGH = 1 << 12
"""Rows that are handed on together: a call costs nothing beside them, and they stay in the processor's cache."""


class Gathered:
    """Batches of rows, handed on one behind another once there are enough; on one thread.

    Nobody may change a column that was put here. Where rows come in order, they are handed on in order.
    """

    def __init__(self, hand_on: Callable[..., None]) -> None:
        self._hand_on = hand_on
        self._batches: list[tuple[NDArray[Any], ...]] = []
        self._rows = 0

    def put(self, *columns: NDArray[Any]) -> None:
        """Add a batch of rows; a column that a caller leaves empty is empty in every batch."""
        if not columns[0].size:
            return
        self._rows += columns[0].size
        if self._rows >= ENOUGH:
            self._batches.append(columns)
            self.finish()
        else:
            self._batches.append(tuple(map(_alone, columns)))

    def finish(self) -> None:
        """Hand on what has been gathered."""
        batches, self._batches, self._rows = self._batches, [], 0
        if len(batches) == 1:
            self._hand_on(*batches[0])
        elif batches:
            self._hand_on(*(np.concatenate(column) for column in zip(*batches, strict=True)))


def _alone(column: NDArray[Any]) -> NDArray[Any]:
    """Return a column to be kept: a small part of another array is copied, since it would keep the memory of all."""
    whole = column.base
    return column if whole is None or whole.nbytes <= 2 * column.nbytes else column.copy()
