"""The shares of a quota by law: which places each gives, and who takes part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.people import Trait
from sim.rules.priority_and_regional_shares import SHARES, STAGES, SharesRecord, group_of_share, places_until
from sim.rules.records import record


def shares(priority: float, regional: float, affirmative: float) -> SharesRecord:
    return SharesRecord(record(SHARES, priority=priority, regional=regional, affirmative=affirmative))


@pytest.mark.parametrize(
    ("by", "places", "until"),
    [
        ((0.80, 0.10, 0.05), 100, [80, 90, 95, 100]),
        ((0.80, 0.005, 0.01), 1000, [800, 805, 815, 1000]),
        ((0.1, 0.2, 0.3), 30, [3, 9, 18, 30]),  # 0.1 × 30 + 0.2 × 30 is just under nine in floating point
        ((0.8, 0.0, 0.0), 1, [0, 0, 0, 1]),  # a place that no share reaches goes to the lottery
        ((0.3, 0.3, 0.4), 10, [3, 6, 10, 10]),
        ((0.0, 0.0, 0.0), 7, [0, 0, 0, 7]),
        ((1.0, 0.0, 0.0), 7, [7, 7, 7, 7]),
        ((0.80, 0.10, 0.05), 0, [0, 0, 0, 0]),
    ],
)
def test_places_by_share(by: tuple[float, float, float], places: int, until: list[int]) -> None:
    """Catches shares rounded one by one, one place lost to rounding, and an order other than the law's."""
    assert [places_until(shares(*by), stage, places) for stage in range(STAGES)] == until


@given(parts=st.tuples(*[st.integers(0, 100)] * 3), places=st.integers(0, 2**27))
def test_places_never_fall_and_end_with_all(parts: tuple[int, int, int], places: int) -> None:
    """Catches shares that take more than there is, or leave some: whatever the shares and places."""
    by = shares(*(part / max(sum(parts), 100) for part in parts))
    until = [places_until(by, stage, places) for stage in range(STAGES)]
    assert until == sorted(until)
    assert until[-1] == places


def test_who_takes_part_in_a_share() -> None:
    """Catches a trait that opens another share, or a returned migrant left out of the affirmative one."""
    groups = [int(group_of_share(stage)) for stage in range(STAGES)]
    assert groups == [
        1 << Trait.LISTED_WORKER,
        1 << Trait.LAGGING,
        1 << Trait.DISABILITY | 1 << Trait.RETURNED_MIGRANT,
        2**32 - 1,
    ]
