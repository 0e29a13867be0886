"""Both engines give one market, whatever it is: who comes where, stands at checkout, books, and is certified when."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, seed, settings

from sim.engines.cohort import after_award, gathered, training
from sim.engines.cohort import market as market_of_cohort
from sim.engines.cohort import model as cohort
from sim.engines.journal import Journal
from sim.results.people import people_rows
from sim.results.tables import tables
from tests.building import programme
from tests.equality.awkward_programmes import ODD
from tests.equality.occurrences_in_markets import IN_MARKETS, in_market
from tests.equality.random_markets import HOSTILE, hostile, live, market, markets, platform
from tests.equality.same import assert_same, differing, run_both, written


@cache
def known(name: str) -> tuple[Journal, cohort.Result]:
    """Return what each engine says of a hostile market."""
    return run_both(programme(changes=HOSTILE[name]))


def of_cohort(changes: dict[str, Any]) -> cohort.Result:
    compiled = programme(changes=changes)
    return cohort.simulate(compiled, record=np.arange(compiled.people))


def assert_same_result(one: cohort.Result, other: cohort.Result) -> None:
    """Assert that two runs of the cohort engine say the same, to the last byte."""
    assert differing(people_rows(one.rows), people_rows(other.rows)) == {}
    assert list(map(tuple, one.days)) == list(map(tuple, other.days))
    some, others = (tables(each.observations, each.waves, each.runs) for each in (one, other))
    assert {name: written(table) for name, table in some.items()} == {
        name: written(table) for name, table in others.items()
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markets(name: str) -> None:
    """Catches engines that part where hardly anything is to be had: no seat, no rupiah, no platform, no time."""
    assert_same(*known(name))


AT_ONCE = 11
"""Markets drawn from one seed: behind ten of them Hypothesis repeats itself."""


def drawn(seeds: int) -> Counter[str]:
    """Hold the engines against each other on markets drawn at random; return how often what occurred."""
    seen: Counter[str] = Counter()

    for number in range(seeds):

        @seed(number)
        @settings(max_examples=AT_ONCE)
        @given(changes=markets())
        def agree(changes: dict[str, Any]) -> None:
            journal, result = run_both(programme(changes=changes))
            assert_same(journal, result)
            for name in set(in_market(journal)):
                event(name)
                seen[name] += 1

        agree()
    return seen


def test_any_market() -> None:
    """Catches a buyer whose way differs by a microsecond, a choice or a rupiah in a market that nobody thought of."""
    assert len(drawn(1)) > 10


def test_the_hard_cases_occur() -> None:
    """Catches tests of equality that have become easy: exits, edges and shortages that no longer occur."""
    occurred = {each for name in HOSTILE for each in in_market(known(name)[0])}
    assert sorted(IN_MARKETS - occurred) == []


@pytest.mark.exhaustive
def test_hundreds_of_markets() -> None:
    """Catches what occurs in one market of hundreds; all cases must occur among them often."""
    seen = drawn(50)
    rare = {
        "a course is bought at the tenth try, or later",
        "a further purchase ends at a checkout as the account closes",
        "somebody completes two courses at one instant",
    }
    assert sorted(name for name in IN_MARKETS - rare if seen[name] < 5) == []


CROWDED = hostile(
    market(
        {
            "one": platform(checkout={"rate": 3}, until="2020-04-20T01:00", certificates={"cap": 2}),
            "two": platform(checkout={"rate": 2}, certificates={"cap": 1.5}),
        },
        [live(platforms="one two"), live(platforms="two", seats=1, classes_per_week=84)],
        tries=10,
        instructors_share=0.5,
    )
)
"""A market in which people queue for everything; they come back after a day, the longest window."""


@pytest.mark.parametrize(("hours", "threads"), [(1.0, 2), (ODD, 1), (24.0, 2)])
def test_windows_and_threads_do_not_matter(hours: float, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a booking that depends on where windows and blocks of people end, or on who was faster of two threads."""
    plain = crowded()
    if threads == 2:
        blocks = (
            (after_award, "AWARDED_AT_A_TIME"),
            (training, "FINISHED_AT_A_TIME"),
            (market_of_cohort, "AT_A_TIME"),
            (gathered, "ENOUGH"),
        )
        for module, name in blocks:
            assert getattr(module, name) > 800
            monkeypatch.setattr(module, name, 8)
    assert_same_result(plain, of_cohort(CROWDED | {"run.window_hours": hours, "run.threads": threads}))


@cache
def crowded() -> cohort.Result:
    """Return the run of the crowded market that the person engine agrees with."""
    journal, result = run_both(programme(changes=CROWDED))
    assert_same(journal, result)
    assert {"a next choice is taken", "a certificate waits", "a week of a provider is full"} <= set(in_market(journal))
    return result
