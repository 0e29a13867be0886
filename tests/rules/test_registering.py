"""Registrations along the published curve."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.calendar.instants import DAY, HOUR, instant
from sim.programme.programme import Programme
from sim.rules.registering import registrations
from tests.building import ALPHA, SMALL, programme


def instants(of: Programme) -> NDArray[np.int64]:
    when = np.empty(of.people, dtype=np.int64)
    registrations(of.key, *of.curve, of.people, 0, when)
    return when


@cache
def history() -> tuple[Programme, NDArray[np.int64]]:
    """Return 800,000 people, one in a hundred."""
    of = programme("population.scale=0.01")
    return of, instants(of)


def test_every_published_point_is_met() -> None:
    """Catches a curve whose shape of the day or surge moves a published figure.

    The promise is 1 % at 80,000 people; a person's number is his place on the curve, so it is one person.
    """
    of = programme("population.scale=0.001")
    assert of.people == 80_000
    when = instants(of)
    for point in of.parameters.demand.points:
        registered = np.count_nonzero(when < instant(point.at))
        assert abs(registered - point.registered / 1000) <= 1, point.at


def test_the_number_is_the_order_of_registration() -> None:
    """Catches independent draws: later numbers never register earlier."""
    _, when = history()
    assert np.all(np.diff(when) >= 0)


def test_all_registrations_lie_within_the_curve() -> None:
    """Catches a rounding that leaves a corner of the curve at its ends or in the flat of December 2021."""
    of, when = history()
    points = of.parameters.demand.points
    assert instant(points[0].at) <= when[0]
    assert when[-1] < instant(points[-1].at)
    flat = [instant(point.at) for point in points if point.registered == 79_000_000]
    assert np.count_nonzero((when >= flat[0]) & (when < flat[1])) == 0


def test_hours_of_the_day_have_their_weights() -> None:
    """Catches hours shifted by one, or weights that are not used: the night is lower than the day.

    88 days without an opening, 80,000 people; what an hour gets is exact to one person a day.
    """
    of, when = history()
    since, until = 230 * DAY, 318 * DAY  # 27 November 2020 to 23 February 2021
    inside = when[(when >= since) & (when < until)]
    found = np.bincount(inside % DAY // HOUR, minlength=24) / inside.size
    weights = np.array(of.parameters.demand.hours)
    np.testing.assert_allclose(found, weights / weights.sum(), atol=88 * 2 / inside.size)
    assert found[:6].max() < found[8:22].min()
    assert stats.kstest(inside % HOUR / HOUR, "uniform").pvalue > ALPHA  # and within an hour they are even


@pytest.mark.parametrize("factor", [1.0, 2.0, 5.0])
def test_openings_bring_a_surge(factor: float) -> None:
    """Catches a surge that starts late, lasts too long, or does not follow its factor: wave 12, 24 hours."""
    of = programme("population.scale=0.01", changes={"demand.surge.factor": factor})
    when, opens = instants(of), int(of.waves.waves[11]["open"])

    def people(since: int, until: int) -> int:
        return np.count_nonzero((when >= since) & (when < until))

    before, surge, after = (people(opens + k * DAY, opens + (k + 1) * DAY) for k in (-1, 0, 1))
    assert surge == pytest.approx(factor * before, abs=2 * factor + 2)
    assert after == pytest.approx(before, abs=4)


def test_more_applicants_stretch_the_curve() -> None:
    """Catches applicants who change the curve's shape, or only its end."""
    few = instants(programme(SMALL))
    many = instants(programme(SMALL, changes={"population.applicants": 120_000_000}))
    assert many.size == 1.5 * few.size
    for share in (0.1, 0.5, 0.9):
        at = np.quantile(few, share, method="lower")
        assert np.count_nonzero(many <= at) == pytest.approx(1.5 * np.count_nonzero(few <= at), abs=3)
