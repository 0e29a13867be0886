"""The runs of a fit: history at a point, up to the date of the fit."""

from __future__ import annotations

import copy
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sim.experiments.calibration.figures import moments_of, published_figures, seen
from sim.experiments.calibration.inputs import Config
from sim.experiments.run import evaluate
from sim.parameters import Parameters, validate


def until_the_fit(config: Config, parameters: Parameters) -> Config:
    """Return a config that ends the day after the last figure, and is observed when figures may have been taken."""
    ends = parameters.published.fit_until
    new = copy.deepcopy(config)
    new["clock"]["end"] = f"{ends + timedelta(days=1):%Y-%m-%d}T00:00"
    new["published"]["predictions"] = moments_of(published_figures(parameters)[0], ends)
    new["run"] |= {"threads": 1, "people": "none", "figures": "none", "folder": None}
    return new


def look(config: Config) -> dict[str, Any]:
    """Run a config and return what it says of the figures of the fit."""
    parameters = validate(config)
    return asdict(seen(evaluate(parameters), published_figures(parameters)[0]))
