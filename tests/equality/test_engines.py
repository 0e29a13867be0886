"""Both engines give one answer, whatever the programme: people, waves, payment runs, places, rupiah, tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import event, given, settings

from sim.calendar.instants import HOUR
from tests.building import programme
from tests.equality.awkward_programmes import ODD, any_programme
from tests.equality.occurrences import AWKWARD, occurrences
from tests.equality.same import assert_same, run_both


def try_programmes(examples: int) -> Counter[str]:
    """Hold the engines against each other on programmes drawn at random; return how often what occurred."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples)
    @given(changes=any_programme())
    def agree(changes: dict[str, Any]) -> None:
        journal, outcome = run_both(programme(changes=changes))
        assert_same(journal, outcome)
        for name in set(occurrences(journal)):
            event(name)
            seen[name] += 1

    agree()
    return seen


def test_the_odd_window_is_odd() -> None:
    """Catches a window that rounds to whole hours, with which an edge off the hour would not be tried."""
    assert int(ODD * HOUR) == 5 * HOUR + 1


def test_any_programme() -> None:
    """Catches a person whose journeys differ by a microsecond, and a draw of programmes that are all easy."""
    seen = try_programmes(45)
    assert sorted(AWKWARD - seen.keys()) == []


@pytest.mark.exhaustive
def test_a_thousand_programmes() -> None:
    """Catches what occurs in one programme of hundreds; each hard case occurs ten times at the least."""
    seen = try_programmes(1000)
    assert sorted(name for name in AWKWARD if seen[name] < 10) == []
