"""What the model itself may be off: a draw of the fitted discrepancy for each world and figure.

A world's figures are those of the simulated programme. What is published differs from it by more than is not known of
the parameters, since no model is exact; the fit says by how much, as a standard deviation of logarithms, up to the
award and after it. A draw is the same whatever else is asked, on any number of processes: its generator is keyed by the
seed of the run, the world and the figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.calibration.likelihood import DAYS_ALIKE
from sim.results.tables.published import GIVEN, GIVEN_BY_CALENDAR, PAID, TRAINING

FOLLOWS_THE_AWARD = frozenset((*AFTER_AWARD, "reviewed", *PAID, *TRAINING)) - {*GIVEN, *GIVEN_BY_CALENDAR}
"""Figures of what follows the award; the others are of the way to it."""


@dataclass(frozen=True)
class ModelError:
    """The model's discrepancy: its standard deviation of logarithms, up to the award and after it."""

    up_to_award: float
    after_award: float
    seed: int
    """Of the run."""

    def factors(self, world: int, figure: str, dates: Iterable[datetime]) -> dict[datetime, float]:
        """Return by which factor what is published of a figure differs from what a world simulates, by date.

        The logarithms are normal; those of two dates are correlated by exp(-days / 30), as in the fit.
        """
        size = self.after_award if figure in FOLLOWS_THE_AWARD else self.up_to_award
        rng = np.random.default_rng([self.seed, world, *figure.encode()])
        found: dict[datetime, float] = {}
        before, at_present = None, 0.0
        for date in sorted(set(dates)):
            alike = 0.0 if before is None else float(np.exp(-(date - before).total_seconds() / 86400 / DAYS_ALIKE))
            at_present = alike * at_present + float(np.sqrt(1 - alike**2)) * float(rng.standard_normal())
            found[date] = float(np.exp(size * at_present))
            before = date
        return found
