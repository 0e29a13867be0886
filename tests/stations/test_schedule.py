"""One schedule a station: steps and outages against a plain function of time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.stations.schedule import Schedule, compile_schedule, share_of_cumulative

STEPS = st.dictionaries(st.integers(-5, 60), st.integers(0, 5), max_size=6)
OUTAGES = st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 20)).map(lambda o: (o[0], o[0] + o[1])), max_size=4)


def plain(base: int, steps: dict[int, int], outages: list[tuple[int, int]], at: int) -> int:
    """Return the capacity at an instant as one would say it."""
    if any(since <= at < until for since, until in outages):
        return 0
    before = [since for since in steps if since <= at]
    return steps[max(before)] if before else base


@given(base=st.integers(0, 5), steps=STEPS, outages=OUTAGES)
def test_a_schedule_is_the_plain_function(base: int, steps: dict[int, int], outages: list[tuple[int, int]]) -> None:
    """Catches an outage that a step ends, one of two overlapping that is forgotten, a corner a µs off."""
    compiled = compile_schedule(base, steps.items(), outages)
    expected = [plain(base, steps, outages, at) for at in range(-10, 100)]
    assert [compiled.at(at) for at in range(-10, 100)] == expected


@given(base=st.integers(0, 5), steps=STEPS, outages=OUTAGES, until=st.integers(1, 90))
def test_the_integral_is_the_sum(base: int, steps: dict[int, int], outages: list[tuple[int, int]], until: int) -> None:
    """Catches work offered before the beginning or beyond the end, on which utilisation rests."""
    compiled = compile_schedule(base, steps.items(), outages)
    expected = [plain(base, steps, outages, at) for at in range(until)]
    assert compiled.integral(until) == sum(expected)
    assert compiled.open_time(until) == sum(value > 0 for value in expected)


@given(base=st.integers(0, 5), steps=STEPS, outages=OUTAGES)
def test_a_schedule_written_in_two_ways_is_the_same(
    base: int, steps: dict[int, int], outages: list[tuple[int, int]]
) -> None:
    """Catches changes that change nothing: each would begin a new count of departures."""
    compiled = compile_schedule(base, steps.items(), outages)
    written = compile_schedule(int(compiled.values[0]), compiled.changes())
    assert written.starts.tolist() == compiled.starts.tolist()
    assert written.values.tolist() == compiled.values.tolist()
    assert all(a != b for a, b in zip(compiled.values, compiled.values[1:], strict=False))


def test_changes_are_those_after_the_first() -> None:
    """Catches a schedule whose base is announced as a change."""
    compiled: Schedule = compile_schedule(3, [(10, 5)], [(20, 30)])
    assert list(compiled.changes()) == [(10, 5), (20, 0), (30, 5)]


@given(
    amounts=st.lists(st.integers(0, 1_000_000), max_size=40),
    scale=st.sampled_from([Fraction(1), Fraction(1, 1000), Fraction(3, 100_000)]),
)
def test_scaled_amounts_are_floors_of_the_cumulative(amounts: list[int], scale: Fraction) -> None:
    """Catches places rounded wave by wave, of which scaled waves would lose up to one each."""
    parts = share_of_cumulative(map(float, amounts), float(scale))
    cumulative = [int(sum(amounts[: k + 1]) * scale) for k in range(len(amounts))]
    gathered = [sum(parts[: k + 1]) for k in range(len(amounts))]
    # Amounts are held in millionths: a sum within a millionth of a whole number may be that number.
    assert gathered == pytest.approx(cumulative, abs=1)
    close = [
        abs(sum(amounts[: k + 1]) * scale - round(sum(amounts[: k + 1]) * scale)) < 1e-4 for k in range(len(amounts))
    ]
    assert all(a == b or near for a, b, near in zip(gathered, cumulative, close, strict=True))
    assert all(part >= 0 for part in parts)


def test_tenths_gather_to_whole_places() -> None:
    """Catches 0.1 × 10 that is not 1, as floating point has it."""
    assert share_of_cumulative([100.0] * 20, 0.001) == ([0] * 9 + [1]) * 2
