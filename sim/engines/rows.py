"""The rows of people as an engine wrote them down: the same for both engines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engines.journal import Columns
from sim.programme.programme import Programme


@dataclass(frozen=True)
class Rows:
    """Columns of some people: their numbers (ascending), traits, and as participants the row of each (-1: none).

    `end` is the instant at which the run ended. `returns` says who came back to the market for what and when [return;
    person's number, purchase from 0, instant].
    """

    programme: Programme
    numbers: NDArray[np.int64]
    traits: NDArray[np.uint32]
    people: Columns
    participants: Columns
    participant_row: NDArray[np.int64]
    end: int
    returns: NDArray[np.int64]

    def some(self, chosen: NDArray[np.int64]) -> Rows:
        """Return a copy of the rows at some positions, which keeps nothing of the others in memory."""
        row = self.participant_row[chosen]
        is_one = row >= 0
        return replace(
            self,
            numbers=self.numbers[chosen],
            traits=self.traits[chosen],
            people=self.people.some(chosen),
            participants=self.participants.some(row[is_one]),
            participant_row=np.where(is_one, np.cumsum(is_one) - 1, -1),
            returns=self.returns[np.isin(self.returns[:, 0], self.numbers[chosen])],
        )
