"""What is kept of a run when many are held beside one another."""

from __future__ import annotations

from dataclasses import dataclass

from sim.results.figure import Figure
from sim.results.weeks import Series


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run: its figures by name, and its series by weeks."""

    figures: dict[str, Figure]
    weeks: dict[str, Series]
