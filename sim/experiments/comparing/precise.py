"""How well the mean of a figure is known: half its 95 % interval, as a share of the mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.results.outcome import Outcome

CONFIDENCE = 0.95


def half_width(values: Sequence[float]) -> float | None:
    """Return half the width of the 95 % interval of a mean by Student's t, as a share of it; None: it has none.

    Runs are independent of one another, so the values are; their mean is nearly normal.
    """
    from scipy.special import stdtrit

    if len(values) < 2:
        return None
    at = np.asarray(values, dtype=np.float64)
    mean, spread = float(at.mean()), float(at.std(ddof=1))
    if spread == 0:
        return 0.0
    if mean == 0:
        return None
    quantile = float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2))
    return abs(quantile * spread / math.sqrt(len(values)) / mean)


def known_worst(runs: Mapping[str, Sequence[Outcome]], figures: Sequence[str]) -> tuple[float | None, str]:
    """Return how well the figure is known that is known worst, and whose it is; None where one cannot be told.

    A figure that is no number, as a name or a date, has no mean and is not asked; one that a scenario does not have at
    all neither. One that some replications do not reach cannot be told.
    """
    worst, whose = 0.0, "no figure that has a mean"
    for scenario, outcomes in runs.items():
        for figure in figures:
            values = [each.figures[figure].value for each in outcomes if figure in each.figures]
            numbers = [float(each) for each in values if isinstance(each, int | float)]
            if not numbers:
                continue
            found = half_width(numbers) if len(numbers) == len(outcomes) else None
            if found is None:
                return None, f"{figure} of {scenario}"
            if found >= worst:
                worst, whose = found, f"{figure} of {scenario}"
    return (worst, whose) if whose != "no figure that has a mean" else (None, whose)
