"""Both engines give one answer, whatever the programme: people, waves, payment runs, places, rupiah, tables."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sim.calendar.instants import HOUR
from tests.building import NO_FIGURES, programme
from tests.equality.awkward_programmes import KNOWN, ODD, awkward, usual
from tests.equality.occurrences import AWKWARD, occurrences
from tests.equality.same import assert_same, run_both

KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "usual": usual(),
    "stations": awkward("stations"),
    "waves": awkward("waves"),
    "participation": awkward("participation"),
    "all parts": awkward("stations", "waves", "participation"),
}
"""Programmes by what is drawn of them."""


def hold(changes: dict[str, Any]) -> set[str]:
    """Hold the engines against each other on one programme; return what occurred in it."""
    journal, outcome = run_both(programme(changes=changes))
    assert_same(journal, outcome)
    return set(occurrences(journal))


@cache
def known(number: int) -> frozenset[str]:
    return frozenset(hold(KNOWN[number]))


def drawn(kind: str, examples: int) -> Counter[str]:
    """Hold the engines against each other on programmes drawn at random; return how often what occurred."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples)
    @given(changes=KINDS[kind])
    def agree(changes: dict[str, Any]) -> None:
        for name in hold(changes):
            event(name)
            seen[name] += 1

    agree()
    return seen


def test_the_odd_window_is_odd() -> None:
    """Catches a window that rounds to whole hours, with which an edge off the hour would not be tried."""
    assert int(ODD * HOUR) == 5 * HOUR + 1


@pytest.mark.parametrize("number", range(len(KNOWN)))
def test_programmes_known_to_be_hard(number: int) -> None:
    """Catches engines that part where much falls on one instant: crowds, overlaps, failures without end."""
    assert known(number)


@pytest.mark.parametrize("kind", KINDS)
def test_any_programme(kind: str) -> None:
    """Catches a person whose journeys differ by a microsecond in a programme that nobody thought of."""
    assert len(drawn(kind, 30)) > 10


def test_the_hard_cases_occur() -> None:
    """Catches tests of equality that have become easy: ties, edges and shortages that no longer occur."""
    occurred = frozenset().union(*(known(number) for number in range(len(KNOWN))))
    windows_and_laws = {name for name in AWKWARD if name.startswith(("windows of", "a service of law"))}
    assert sorted(AWKWARD - windows_and_laws - occurred) == []


@pytest.mark.exhaustive
def test_a_thousand_programmes() -> None:
    """Catches what occurs in one programme of hundreds; all but the longest cases must occur among them often."""
    seen = sum((drawn(kind, 200) for kind in KINDS), Counter[str]())
    rare = {"payments fail for hundreds of runs", "a check is tried more often than a byte can count"}
    assert sorted(name for name in AWKWARD - rare if seen[name] < 10) == []


def test_nobody_at_all_is_looked_at_from_the_first_instant() -> None:
    """Catches a wave by rule that opens at instant zero and asks for applicants of whom there are none."""
    rule = {"first_day": 0, "every_days": 2, "open_days": 0.5, "quota_share": 0.0, "places": None}
    waves = {"waves.calendar": None, "waves.rule": rule}
    nobody = {
        "population.applicants": 0,
        "clock.end": None,
        "clock.longest_years": 1,
        "budget.unspent_returns_days": 40,
    }
    hold(NO_FIGURES | waves | nobody)
