"""Places of waves by rule: a share of those processed, and those of revoked awards, once each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.programme.returned_places import ReturnedPlaces


def test_the_share_of_those_processed_less_what_was_given() -> None:
    """Catches places that are given twice for the same people, and a product that is just under a whole number."""
    places = ReturnedPlaces(0.1)
    assert places.due(30) == 3
    places.give(3)
    assert places.due(30) == 0
    assert [places.due(processed) for processed in (39, 40, 41)] == [0, 1, 1]


def test_a_returned_place_is_given_again_once_and_is_no_part_of_the_share() -> None:
    """Catches a place that returns every week, and one that is taken off the share of those processed."""
    places = ReturnedPlaces(0.1)
    places.give(places.due(100))
    places.revoke(4)
    assert places.due(100) == 4
    places.revoke(1)
    assert places.due(110) == 5 + 1
    places.give(places.due(110))
    assert places.due(110) == 0
    assert places.due(120) == 1


@given(
    weeks=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 9)), max_size=30),
    share=st.sampled_from([0.0, 0.1, 0.1425, 1.0]),
)
def test_all_that_is_given_is_the_share_of_all_and_what_returned(weeks: list[tuple[int, int]], share: float) -> None:
    """Catches any order of weeks in which places are lost or made: given is floor(share × processed) + revoked."""
    places = ReturnedPlaces(share)
    processed = given_in_all = revoked = 0
    for more, returned in weeks:
        processed, revoked = processed + more, revoked + returned
        places.revoke(returned)
        due = places.due(processed)
        assert due >= returned
        places.give(due)
        given_in_all += due
    assert given_in_all == pytest.approx(int(share * processed + 1e-9) + revoked)
