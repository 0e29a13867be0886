"""How well a mean is known, and replications that are added until it is known well enough."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.experiments.comparing.figures import named
from sim.experiments.comparing.precise import half_width, known_worst
from sim.results.figure import Figure
from sim.results.outcome import Outcome


def outcome(**figures: object) -> Outcome:
    """Return what is kept of a run."""
    return Outcome({name: Figure(value, "people") for name, value in figures.items()}, {})  # type: ignore[arg-type]


def test_half_an_interval() -> None:
    """Catch another law than Student's t, another spread, and a division by nothing."""
    values = [10.0, 11.0, 12.5, 9.0]
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert half_width(values) == pytest.approx((high - low) / 2 / np.mean(values))
    assert half_width([-x for x in values]) == pytest.approx(half_width(values))
    assert (half_width([1.0]), half_width([3.0, 3.0]), half_width([-1.0, 1.0])) == (None, 0.0, None)


def test_the_figure_that_is_known_worst() -> None:
    """Catch a figure that is not reached and is passed over, and a name that is taken for a number."""
    runs = {"a": [outcome(x=100, y=1.0, z="places"), outcome(x=101, y=2.0, z="places")]}
    share, whose = known_worst(runs, ["x", "y", "z", "unknown"])
    assert (share, whose) == (half_width([1.0, 2.0]), "y of a")
    runs["b"] = [outcome(x=100, y=None), outcome(x=100, y=1.0)]
    assert known_worst(runs, ["x", "y"]) == (None, "y of b")
    assert known_worst(runs, ["z"])[0] is None


def test_figures_by_the_end_of_their_names() -> None:
    """Catch a name that means two figures and is taken for one."""
    known = ["processing.weeks_to_clear", "funnel.awarded", "money.awarded", "awarded"]
    assert named(["weeks_to_clear", "awarded"], known) == (
        {"weeks_to_clear": "processing.weeks_to_clear", "awarded": "awarded"},
        [],
    )
    found, (problem,) = named(["awarded"], known[:3])
    assert not found
    assert "may be any of 2 figures" in problem.text
    assert "processing.weeks_to_clear" in named(["weeks_to_cleer"], known)[1][0].text
