"""The rows of some people: a pass over the programme writes down only those chosen in a range of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.journal import Columns
from sim.engines.rows import Rows
from sim.programme.programme import Programme

Ints = NDArray[np.int64]


class Recorder:
    """Columns of chosen people, a row each; nobody chosen records nothing.

    Columns of participants have a row for each of the chosen as well.
    """

    def __init__(self, programme: Programme, chosen: Ints) -> None:
        self.chosen = chosen
        """Numbers of the people to record, ascending."""
        rows = chosen.size
        self.on = rows > 0
        self.first, self.last = (int(chosen[0]), int(chosen[-1]) + 1) if self.on else (0, 0)
        self._row = np.full(self.last - self.first, -1, dtype=np.int32)
        self._row[chosen - self.first] = np.arange(rows)
        self._programme = programme
        self.people = Columns(programme.journey.person_stamps, programme.journey.person_outcomes, rows)
        self.participants = Columns(programme.participant_stamps(), programme.participant_outcomes(), rows)
        self._returns = [np.zeros((0, 3), dtype=np.int64)]
        self._joins_at = np.full(rows, -1, dtype=np.int64)
        self._records_all = rows == programme.people

    def _mine(self, persons: NDArray[Any]) -> tuple[NDArray[np.intp] | slice, NDArray[Any]]:
        """Return the positions of those recorded among some people, and their rows."""
        if self._records_all:  # then a row is the person's number
            return slice(None), persons
        positions = np.flatnonzero((persons >= self.first) & (persons < self.last))
        rows = self._row[persons[positions].astype(np.int64) - self.first]
        known = rows >= 0
        return positions[known], rows[known]

    def recorded(self, persons: NDArray[Any]) -> NDArray[Any]:
        """Return those of some people who are recorded."""
        return persons[self._mine(persons)[0]]

    def put(self, name: str, persons: NDArray[Any], values: Any) -> None:
        """Write a column of the people."""
        if self.on:
            positions, rows = self._mine(persons)
            self.people[name][rows] = values[positions] if isinstance(values, np.ndarray) else values

    def put_participant(self, name: str, persons: NDArray[Any], values: Any) -> None:
        """Write a column of the participants, by their persons' numbers."""
        if self.on:
            positions, rows = self._mine(persons)
            self.participants[name][rows] = values[positions] if isinstance(values, np.ndarray) else values

    def put_returns(self, persons: NDArray[Any], purchase: NDArray[Any], at: Ints) -> None:
        """Write down who comes back to the market for a purchase, at instants."""
        if self.on:
            positions = self._mine(persons)[0]
            self._returns.append(
                np.stack([each[positions] for each in (persons, purchase, at)], axis=1, dtype=np.int64)
            )

    def forget_participant(self, name: str, persons: NDArray[Any], after: int) -> None:
        """Take back stamps of a column of the participants that lie after an instant."""
        if self.on:
            rows = self._mine(persons)[1]
            column = self.participants[name]
            column[rows] = np.where(column[rows] > after, NEVER, column[rows])

    def plan(self, persons: NDArray[Any], at: Ints) -> None:
        """Keep when people will press join."""
        if self.on:
            positions, rows = self._mine(persons)
            self._joins_at[rows] = at[positions]

    def planned(self, persons: NDArray[Any]) -> Ints:
        """Return when people, all of them recorded, press join."""
        return self._joins_at[self._row[persons.astype(np.int64) - self.first]]

    def rows(self, traits: NDArray[np.uint32], end: int) -> Rows:
        """Return what was recorded of a run that ended: what lies at or beyond its end has not happened."""
        own = self.participants
        self.people["gave_up_at"][self.people["gave_up"] >= end] = -1
        for columns in (self.people, own):
            columns.mask(end)
        for name in own.outcomes:
            if name.startswith("price_"):
                own[name][own[f"bought_{name.removeprefix('price_')}"] >= end] = -1
        own["unspent"][own["closed"] >= end] = -1
        returns = np.concatenate(self._returns)
        is_one = self.people["participant"] >= 0
        return Rows(
            programme=self._programme,
            numbers=self.chosen,
            traits=traits[self.chosen],
            people=self.people,
            participants=own,
            participant_row=np.where(is_one, np.arange(self.chosen.size), -1),
            end=end,
            returns=returns[returns[:, 2] < end],
        )
