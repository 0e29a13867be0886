"""Registrations along the published curve."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.calendar.instants import DAY, HOUR, instant
from sim.programme.programme import Programme
from sim.rules.luck import CHUNK
from sim.rules.registering import REGISTRATION, guide_of, register_everyone, register_people, registers, registers_at
from tests.building import ALPHA, SMALL, programme, uniforms


def instants(of: Programme) -> NDArray[np.int64]:
    return register_everyone(of.key, of.curve, of.people, of.population, of.provinces)[0]


@cache
def history() -> tuple[Programme, NDArray[np.int64]]:
    """Return 800,000 people, one in a hundred."""
    of = programme("population.scale=0.01")
    return of, instants(of)


def test_every_published_point_is_met() -> None:
    """Catches a curve whose shape of the day or surge moves a published figure.

    The promise is 1 % at 80,000 people; a person's number is their place on the curve, so it is one person.
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


@pytest.mark.parametrize(
    ("first", "people"), [(0, 1), (0, CHUNK), (0, CHUNK + 1), (3, 0), (77, 3 * CHUNK), (1500, 100), (1599, 1)]
)
def test_a_part_of_the_people_registers_as_in_the_whole(first: int, people: int) -> None:
    """Catches registrations or traits that belong to a position in an array and not to a person."""
    of = programme(SMALL)
    whole = register_everyone(of.key, of.curve, of.people, of.population, of.provinces)
    when, packed = np.empty(people, dtype=np.int64), np.empty(people, dtype=np.uint32)
    register_people(of.key, of.curve, of.people, of.population, of.provinces, first, when, packed)
    assert np.array_equal(when, whole[0][first : first + people])
    assert np.array_equal(packed, whole[1][first : first + people])


def test_the_moment_is_the_persons_place_on_the_curve() -> None:
    """Catches a guide to the curve that leads to another corner, and a moment from another lane than its own."""
    of = programme(SMALL)
    times, demand, _ = of.curve
    for person in range(of.people):
        u = uniforms(of.key, REGISTRATION, person)["moment"]
        at = registers(of.key, of.curve, of.people, person)
        assert at == registers_at(u, of.curve, of.people, person)
        # Where the curve rises its inverse is sharp; 1 µs is far less than a person of 1,600 over 22 months.
        expected = (person + u) / of.people * demand[-1]
        assert np.interp(at, times, demand) == pytest.approx(expected, abs=demand[-1] / of.people / 1000)


STEPS = st.lists(st.tuples(st.integers(1, 1000), st.sampled_from([0, 0, 1, 1, 7, 400])), min_size=1, max_size=30)


@given(
    steps=STEPS.filter(lambda steps: any(more for _, more in steps)),
    people=st.sampled_from([1, 2, 3, 100, 2**27]),
    share=st.floats(0, 1),
    u=st.sampled_from([2.0**-53, 0.25, 0.5, 1 - 2.0**-53]),
)
@example(steps=[(10, 1)], people=2**27, share=1.0, u=1 - 2.0**-53)  # a place that rounds to the end of the curve
@example(steps=[(10, 1), (10, 0)], people=2**27, share=1.0, u=1 - 2.0**-53)  # which is flat there
@example(steps=[(10, 1), (10, 1), (10, 0), (10, 0)], people=2**27, share=1.0, u=1 - 2.0**-53)
@example(steps=[(10, 0), (10, 0), (10, 1)], people=3, share=0.0, u=2.0**-53)
@example(steps=[(10, 1)] * 30, people=2, share=0.0, u=0.5)  # at a corner
def test_any_curve_is_followed(steps: list[tuple[int, int]], people: int, share: float, u: float) -> None:
    """Catches a corner missed by the guide, and someone who registers where the curve is flat: any curve, anyone.

    The place on the curve is found again by counting corners; the curve is straight between them.
    """
    times = np.cumsum([5, *(length for length, _ in steps)])
    demand = np.cumsum([0, *(more for _, more in steps)]).astype(np.float64)
    person = min(int(share * people), people - 1)
    at = registers_at(u, (times, demand, guide_of(demand)), people, person)
    position = (person + u) / people * demand[-1]
    rises = np.flatnonzero(np.diff(demand) > 0)
    corner = int(rises[min(np.searchsorted(demand[rises + 1], position, side="right"), rises.size - 1)])
    along = (position - demand[corner]) / (demand[corner + 1] - demand[corner])
    length = times[corner + 1] - times[corner]
    assert at == times[corner] + min(int(along * length), length - 1)


@pytest.mark.parametrize("u", [2.0**-53, 0.5, 1 - 2.0**-53])
def test_the_first_and_the_last_person_register_within_the_curve(u: float) -> None:
    """Catches a place on the curve that rounds to its end, where there is no corner any more."""
    of = programme(SMALL)
    times = of.curve[0]
    for people in (1, of.people, 2**27):
        for person in (0, people - 1):
            assert times[0] <= registers_at(u, of.curve, people, person) < times[-1]
