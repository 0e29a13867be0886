"""Baselines of figures that are made up, and of a small programme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.results.baselines.baseline import Baseline, Expected
from sim.results.baselines.margins import Unit, margin
from sim.results.figure import Value
from sim.results.meaning import Better

UNIT = Unit(scale=1.0, rupiah=3_550_000)


def expected(values: Sequence[Value], unit: str = "people", better: Better = Better.MORE) -> Expected:
    """Return what is expected of a figure with these values."""
    return Expected(unit, better, margin(values, unit, UNIT), tuple(values))


def baseline(**figures: Expected) -> Baseline:
    """Return a baseline of some figures."""
    count = len(next(iter(figures.values())).values)
    parameters = {
        "engine": "cohort",
        "run.seed": 1,
        "population.scale": 0.5,
        "processing.rate": 800_000,
        "a": [1, None],
    }
    return Baseline(
        name="made_up",
        words=("scenario=rate_800k",),
        parameters=parameters,
        parameters_sha256="0" * 64,
        replications=tuple(range(count)),
        first=max(1, count // 2),
        luck={"luck": "ab"},
        figures=figures,
        made_by={"commit": "unknown"},
    )


def runs(rng: np.random.Generator, count: int, mean: float = 1e6, spread: float = 1e4) -> list[Value]:
    """Return values of some replications."""
    return [float(value) for value in rng.normal(mean, spread, count)]
