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

    Rows are copied; a batch that is enough by itself is handed on as it is, and nobody may change its columns. Where
    rows come in order, they are handed on in order.
    """

    def __init__(self, hand_on: Callable[..., None]) -> None:
        self._hand_on = hand_on
        self._columns: list[NDArray[Any]] = []
        """Room for rows that are gathered, by column."""
        self._rows = 0

    def put(self, *columns: NDArray[Any]) -> None:
        """Add a batch of rows; a column that a caller leaves empty is empty in every batch."""
        size = columns[0].size
        if not size:
            return
        if self._rows + size > ENOUGH:
            self.finish()
        if size >= ENOUGH:
            self._hand_on(*columns)
            return
        before = self._rows
        if not self._columns:
            self._columns = [np.empty(ENOUGH if column.size else 0, dtype=column.dtype) for column in columns]
        self._rows = after = before + size
        for room, column in zip(self._columns, columns, strict=True):
            if column.size:
                room[before:after] = column
        if after == ENOUGH:
            self.finish()

    def finish(self) -> None:
        """Hand on what has been gathered."""
        rows, self._rows = self._rows, 0
        if rows:
            self._hand_on(*(room[:rows].copy() for room in self._columns))
