"""The demand curve: what is published, shaped by hours and openings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar.instants import DAY, HOUR, instant, moment
from sim.parameters import Parameters
from sim.programme.demand import demand_curve
from tests.building import SMALL, parameters

DAWN = instant(moment(0))


def days(*registered: tuple[float, int], hours: list[float] | None = None, factor: float = 1.0) -> Parameters:
    """Return parameters with a demand of (day, registered) points."""
    points = [{"at": f"{moment(int(day * DAY)):%Y-%m-%dT%H:%M}", "registered": r} for day, r in registered]
    changes = {
        "demand.points": points,
        "demand.hours": hours or [1.0] * 24,
        "demand.surge": {"hours": 24, "factor": factor},
    }
    return parameters(SMALL, changes=changes)


def at(of: Parameters, day: float, *openings: float) -> float:
    """Return the cumulative demand at a day."""
    times, demand = demand_curve(of, [int(opening * DAY) for opening in openings])
    return float(np.interp(day * DAY, times, demand))


def test_flat_between_two_points() -> None:
    """Catches a curve that steps at its points."""
    of = days((1, 0), (3, 200), (4, 1000))
    assert [at(of, day) for day in (1, 1.5, 2, 3, 3.5, 4)] == pytest.approx([0, 50, 100, 200, 600, 1000])


def test_hours_have_their_weights() -> None:
    """Catches weights shifted by an hour: 06:00 to 07:00 brings three times what 18:00 to 19:00 brings."""
    of = days((1, 0), (2, 400), hours=[3.0 * (h == 6) + 1.0 * (h == 18) for h in range(24)])
    hours = [1 + h / 24 for h in (6, 6.5, 7, 18, 18.5, 19)]
    assert [at(of, hour) for hour in hours] == pytest.approx([0, 150, 300, 300, 350, 400])


def test_a_point_within_an_hour() -> None:
    """Catches a point that is moved to the full hour: 08:30 on a flat day."""
    of = days((1, 0), (1 + 8.5 / 24, 85), (2, 85 + 310))
    assert [at(of, 1 + h / 24) for h in (8, 8.5, 9)] == pytest.approx([80, 85, 95])


def test_a_surge_is_scaled_so_that_the_points_are_met() -> None:
    """Catches a surge that adds people: opened on day 2 for a day at three times, days 1 and 3 give way."""
    of = days((1, 0), (4, 500), factor=3.0)
    assert [at(of, day, 2) for day in (1, 2, 3, 4)] == pytest.approx([0, 100, 400, 500])
    assert at(of, 2.5, 2) == pytest.approx(250)


def test_overlapping_surges_do_not_multiply() -> None:
    """Catches a second opening within a day that raises the demand twice, or ends the first surge early."""
    of = days((1, 0), (4, 500), factor=3.0)  # the surge is from 2 to 3.5: 3 × 1.5 days and 1.5 days
    assert [at(of, day, 2, 2.5) for day in (2, 3.5, 4)] == pytest.approx(np.array([1, 5.5, 6]) * 500 / 6)


def test_a_stretch_without_weight_is_flat() -> None:
    """Catches a division by nought between two points whose hours all weigh nothing."""
    of = days((1, 0), (1.25, 100), (2, 200), hours=[0.0] * 6 + [1.0] * 18)
    assert at(of, 1.125) == pytest.approx(50)


@given(
    points=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 500)), min_size=1, max_size=5),
    hours=st.lists(st.sampled_from([0.0, 0.1, 1.0, 7.0]), min_size=24, max_size=24).filter(any),
    openings=st.lists(st.integers(0, 500), unique=True, max_size=4).map(sorted),
    factor=st.sampled_from([0.0, 1.0, 2.5]),
)
def test_every_point_is_met_and_the_curve_never_falls(
    points: list[tuple[int, int]], hours: list[float], openings: list[int], factor: float
) -> None:
    """Catches any mixture of hours and surges that moves a published figure or turns the curve back."""
    at_hours = np.cumsum([0, *(gap for gap, _ in points)])
    registered = np.cumsum([0, *(more for _, more in points)])
    if registered[-1] == 0:
        registered[-1] = 1
    given_points = [(hour / 24, int(r)) for hour, r in zip(at_hours, registered, strict=True)]
    of = days(*given_points, hours=hours, factor=factor)
    times, demand = demand_curve(of, [opening * HOUR for opening in openings])
    assert np.all(np.diff(times) > 0)
    assert np.all(np.diff(demand) >= 0)
    for hour, number in zip(at_hours, registered, strict=True):
        assert demand[np.searchsorted(times, hour * HOUR)] == pytest.approx(number)
