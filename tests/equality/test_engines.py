"""Both engines give one answer, whatever the programme: people, waves, payment runs, places, rupiah, tables."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sim.calendar.instants import HOUR
from sim.engines.cohort import after_award, gathered, payment_queue, pool, registrations, training
from sim.engines.person import model as person
from sim.experiments import run
from sim.results.people import people_rows
from tests.building import NO_FIGURES, SMALL, programme
from tests.equality.awkward_programmes import KNOWN, ODD, awkward, usual
from tests.equality.occurrences import AWKWARD, occurrences
from tests.equality.same import assert_same, differing, run_both

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


SMALL_BLOCKS = (
    (registrations, "BATCH", 8),
    (registrations, "REMEMBERED", 16),
    (pool, "LOSERS", 8),
    (pool, "STANDING_AT_A_TIME", 8),
    (after_award, "AWARDED_AT_A_TIME", 8),
    (training, "FINISHED_AT_A_TIME", 8),
    (gathered, "ENOUGH", 8),
    (payment_queue, "LARGE", 8),
)
"""Everything that the cohort engine takes a part at a time, or gathers until it is much, in parts that a small
programme has many of."""


@pytest.mark.parametrize("number", range(len(KNOWN)))
def test_small_blocks_leave_every_stamp(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a row lost, doubled or out of turn where a block or a ring ends, which otherwise only millions meet."""
    for module, name, size in SMALL_BLOCKS:
        assert getattr(module, name) > 100 * size
        monkeypatch.setattr(module, name, size)
    hold(KNOWN[number] | {"run.threads": 1 + number % 2})


@pytest.mark.parametrize(("who", "threads"), [("participants", 1), ("all", 2)])
def test_rows_in_parts_are_the_rows(who: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a person left out, written twice or written otherwise where rows are made in several runs."""
    compiled = programme(SMALL, changes={"run.people": who, "run.threads": threads})
    whole = people_rows(person.rows(person.simulate(compiled)))
    if who == "participants":
        whole = {name: values[~np.isnat(whole["awarded"])] for name, values in whole.items()}
    size = len(whole["person"])
    monkeypatch.setattr(run, "ROWS_OF_A_PASS", 2 * (size // 3))
    monkeypatch.setattr(run, "ROWS_OF_A_PART", size // 3)
    parts = [people_rows(rows) for rows in run.evaluate(compiled.parameters).rows()]
    assert size > 30
    assert [len(part["person"]) for part in parts[:3]] == [size // 3] * 3
    assert sum(len(part["person"]) for part in parts) == size
    together = {
        name: (np.ma if isinstance(column, np.ma.MaskedArray) else np).concatenate([part[name] for part in parts])
        for name, column in whole.items()
    }
    assert differing(whole, together) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_any_programme(kind: str) -> None:
    """Catches a person whose journeys differ by a microsecond in a programme that nobody thought of."""
    assert len(drawn(kind, 8)) > 10  # the campaign of engines draws thousands


def test_the_hard_cases_occur() -> None:
    """Catches tests of equality that have become easy: ties, edges and shortages that no longer occur."""
    occurred = frozenset().union(*(known(number) for number in range(len(KNOWN))))
    windows_and_laws = {name for name in AWKWARD if name.startswith(("windows of", "a service of law"))}
    assert sorted(AWKWARD - windows_and_laws - occurred) == []


@pytest.mark.exhaustive
def test_a_thousand_programmes() -> None:
    """Catches what occurs in one programme of hundreds; all but the longest cases must occur among them often."""
    seen = sum((drawn(kind, 200) for kind in KINDS), Counter[str]())
    rare = {
        "payments fail for hundreds of runs",
        "a check is tried more often than a byte can count",
        "luck is dealt in several chunks",
    }
    assert sorted(name for name in AWKWARD - rare if seen[name] < 10) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_nobody_at_all_is_looked_at_from_the_first_instant(threads: int) -> None:
    """Catches a wave by rule that opens at instant zero and asks for applicants of whom there are none."""
    rule = {"first_day": 0, "every_days": 2, "open_days": 0.5, "quota_share": 0.0, "places": None}
    waves = {"waves.calendar": None, "waves.rule": rule}
    nobody = {
        "population.applicants": 0,
        "clock.end": None,
        "clock.longest_years": 1,
        "budget.unspent_returns_days": 40,
    }
    hold(NO_FIGURES | waves | nobody | {"run.threads": threads})
