"""What is kept of a run when many are held beside one another."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.results.figure import Figure
from sim.results.weeks import Series


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run: its figures by name, its series by weeks, and its money by calendar months."""

    figures: dict[str, Figure]
    weeks: dict[str, Series]
    months: dict[str, Series] = field(default_factory=dict)
