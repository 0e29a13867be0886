"""The rows of some people: a pass over the programme writes down only those in a range of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.journal import (
    PERSON_OUTCOMES,
    PERSON_STAMPS,
    Columns,
    participant_outcomes,
    participant_stamps,
)
from sim.programme.programme import Programme

Ints = NDArray[np.int64]


class Recorder:
    """Columns of the people numbered from `first` to before `last`; an empty range records nothing.

    Columns of participants have a row for each person of the range.
    """

    def __init__(self, programme: Programme, first: int = 0, last: int = 0) -> None:
        self.first, self.last = first, last
        rows = last - first
        self.on = rows > 0
        self.people = Columns(PERSON_STAMPS, PERSON_OUTCOMES, rows)
        self.participants = Columns(participant_stamps(programme), participant_outcomes(programme), rows)
        self.joins_at = np.full(rows, -1, dtype=np.int64)
        """When each presses join in the wave he plans to join."""

    def within(self, persons: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which persons are recorded."""
        return (persons >= self.first) & (persons < self.last)

    def put(self, name: str, persons: NDArray[Any], values: Any) -> None:
        """Write a column of the people."""
        self._put(self.people, name, persons, values)

    def put_participant(self, name: str, persons: NDArray[Any], values: Any) -> None:
        """Write a column of the participants, by their persons' numbers."""
        self._put(self.participants, name, persons, values)

    def _put(self, columns: Columns, name: str, persons: NDArray[Any], values: Any) -> None:
        if self.on:
            mine = self.within(persons)
            columns[name][persons[mine].astype(np.int64) - self.first] = (
                values if np.isscalar(values) else values[mine]
            )

    def take_back(self, end: int) -> None:
        """Take back the outcomes of what lies at or beyond the end of a run."""
        own = self.participants
        for name in own.outcomes:
            if name.startswith("price_"):
                own[name][own[f"bought_{name.removeprefix('price_')}"] >= end] = -1
        own["unspent"][own["closed"] >= end] = -1
