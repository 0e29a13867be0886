"""Two scales of one programme give figures of the same people, in the same units."""

from __future__ import annotations

import math

import pytest

from sim.experiments.run import evaluate
from tests.building import ENGINES, SIGMAS, Engine, parameters

SCALES: dict[Engine, tuple[float, float]] = {"cohort": (0.001, 0.002), "person": (0.00002, 0.00004)}


@pytest.mark.parametrize("engine", ENGINES)
def test_key_figures_of_two_scales_can_be_compared(engine: Engine) -> None:
    """Catch counts of simulated people among the key figures: those of twice the people would be twice as many."""
    scales = SCALES[engine]
    small, large = (evaluate(parameters(f"population.scale={scale}", f"engine={engine}")).figures for scale in scales)
    assert small.keys() == large.keys()
    assert {name: figure.unit for name, figure in small.items()} == {name: f.unit for name, f in large.items()}
    counts = [name for name, figure in small.items() if figure.unit == "people" and name.startswith("funnel.")]
    assert len(counts) > 10
    for name in counts:
        some = [float(figures[name].value or 0) for figures in (small, large)]
        # A count of n simulated people has a variance of n at most.
        deviation = math.sqrt(sum(value / scale for value, scale in zip(some, scales, strict=True)))
        assert abs(some[0] - some[1]) <= SIGMAS * deviation, name
        assert some[0] > 1_000_000
    assert small["people"].value == large["people"].value == 80_000_000
    assert small["people.simulated"].value == round(80_000_000 * scales[0])
    assert not [name for name, figure in small.items() if "simulated" in figure.unit and name != "people.simulated"]
