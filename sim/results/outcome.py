"""What is kept of a run when many are held beside one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sim.results.figure import Figure
from sim.results.weeks import Series


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run: its figures by name, its series by weeks, and its money by calendar months.

    And of each instant of the table `published` how many people had come to each stage, at full population.
    """

    figures: dict[str, Figure]
    weeks: dict[str, Series]
    months: dict[str, Series] = field(default_factory=dict)
    stages: dict[datetime, dict[str, float]] = field(default_factory=dict)
