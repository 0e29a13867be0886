"""The rows of people as an engine wrote them down: the same for both engines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engines.journal import Columns
from sim.programme.programme import Programme


@dataclass(frozen=True)
class Rows:
    """Columns of some people: their numbers (ascending), traits, and as participants the row of each (-1: none).

    `end` is the instant at which the run ended.
    """

    programme: Programme
    numbers: NDArray[np.int64]
    traits: NDArray[np.uint32]
    people: Columns
    participants: Columns
    participant_row: NDArray[np.int64]
    end: int
