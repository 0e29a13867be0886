"""Joining waves: by tables of open, overlapping and coming waves, and by the laws of what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from sim.calendar.instants import DAY, HOUR
from sim.rules.joining import NEXT_WAVE, WAVE, WAVE_LUCK, WaveTable, hazards, joins_at, next_wave, waves_open
from sim.rules.laws import CONSTANT, EXPONENTIAL, LAW, LawRecord, draw
from sim.rules.luck import key
from sim.rules.records import record
from tests.building import ALPHA, uniforms

KEY = key(9, 0)
AT_ONCE, ONE_DAY = (
    LawRecord(record(LAW, law=CONSTANT, minimum=0.0, mean=mean, spread=0.0)) for mean in (0.0, 1.0 * DAY)
)
A_DAY_OR_SO = LawRecord(record(LAW, law=EXPONENTIAL, minimum=0.0, mean=1.0 * DAY, spread=0.0))


def waves(*rows: tuple[float, float], newcomers: Any = 1.0, losers: Any = 1.0) -> WaveTable:
    """Return waves that open and close at days, announced a day after closing."""
    table = np.zeros(len(rows), dtype=WAVE)
    table["named"] = 1_000_000 + np.arange(len(rows))
    table["open"], table["close"] = (np.array([row[k] for row in rows]) * DAY for k in (0, 1))
    table["announced"] = table["close"] + DAY
    table["latest_close"] = np.maximum.accumulate(table["close"])
    table["newcomers"], table["losers"] = newcomers, losers
    return WaveTable(table)


def joins(table: WaveTable, since: float, *, person: int = 0, lost: int = 0, delay: Any = AT_ONCE) -> tuple[int, float]:
    """Return the wave that is joined and the day."""
    hazard = hazards(table["losers" if lost else "newcomers"])
    wave, at = next_wave(KEY, table, hazard, delay, person, int(since * DAY), lost)
    return wave, at / DAY


ONE_AFTER_ANOTHER = waves((10, 14), (20, 24), (30, 34))
LONG_AND_SHORT = waves((10, 40), (12, 14), (13, 20))  # the first is open for longer than all that follow


@pytest.mark.parametrize(
    ("table", "since", "delay", "wave", "day"),
    [
        (ONE_AFTER_ANOTHER, 12, AT_ONCE, 0, 12),  # open: joined at once
        (ONE_AFTER_ANOTHER, 10, AT_ONCE, 0, 10),  # entered at the very opening
        (ONE_AFTER_ANOTHER, 12, ONE_DAY, 0, 13),  # open: after the delay
        (ONE_AFTER_ANOTHER, 13, ONE_DAY, 1, None),  # late: the delay ends at the very closing
        (ONE_AFTER_ANOTHER, 13.5, ONE_DAY, 1, None),  # late
        (ONE_AFTER_ANOTHER, 14, AT_ONCE, 1, None),  # missed: closed at this instant
        (ONE_AFTER_ANOTHER, 15, AT_ONCE, 1, None),  # missed
        (ONE_AFTER_ANOTHER, 0, AT_ONCE, 0, None),  # the first to come
        (ONE_AFTER_ANOTHER, 34, AT_ONCE, -1, 0),  # none is left
        (LONG_AND_SHORT, 11, AT_ONCE, 0, 11),  # one open, two to come
        (LONG_AND_SHORT, 13, AT_ONCE, 0, 13),  # three open: the first of them
        (LONG_AND_SHORT, 25, AT_ONCE, 0, 25),  # the oldest is open still, the younger two are closed
        (LONG_AND_SHORT, 39.5, ONE_DAY, -1, 0),  # late for the only one that is open
    ],
)
def test_the_next_wave(table: WaveTable, since: float, delay: Any, wave: int, day: float | None) -> None:
    """Catches an open wave overlooked because a younger one is closed, and one joined late or closed."""
    joined, at = joins(table, since, delay=delay)
    assert joined == wave
    if day is not None:
        assert at == day
    else:
        opens, closes = (table[field][wave] / DAY for field in ("open", "close"))
        assert opens <= at < closes


def test_losers_may_join_a_wave_that_is_open_at_the_announcement() -> None:
    """Catches losers sent past an overlapping wave: wave 2 is open when wave 1 is announced (day 15)."""
    table = waves((10, 14), (12, 18))
    assert joins(table, 15, lost=1) == (1, 15)
    assert joins(waves((10, 14), (15, 18)), 15, lost=1) == (1, 15)  # and one that opens at that very instant


@pytest.mark.parametrize(("newcomers", "losers"), [(1.0, 0.0), (0.0, 1.0)])
def test_newcomers_and_losers_have_propensities_of_their_own(newcomers: float, losers: float) -> None:
    """Catches losers drawn as newcomers, in an open wave (day 12) or in one to come (day 0)."""
    table = waves((10, 14), (20, 24), newcomers=newcomers, losers=losers)
    for person in range(200):
        for since in (0, 12):
            assert joins(table, since, person=person, lost=0)[0] == (0 if newcomers else -1)
            assert joins(table, since, person=person, lost=1)[0] == (0 if losers else -1)


def test_each_wave_has_its_own_propensity() -> None:
    """Catches a propensity read one wave too early or too late: only wave 3 is joined, by everyone."""
    table = waves((10, 14), (20, 24), (30, 34), (40, 44), newcomers=[0, 0, 1, 1])
    for person in range(200):
        assert joins(table, 0, person=person)[0] == 2
        assert joins(table, 12, person=person)[0] == 2


@pytest.mark.parametrize("since", [0, 12], ids=["to come", "one open"])
def test_one_draw_finds_the_first_wave_as_one_draw_for_each_would(since: float) -> None:
    """Catches a wrong cumulative hazard: waves are joined geometrically (40,000 people, chi-square)."""
    n, p = 40_000, np.array([0.2, 0.5, 0.1, 0.7])
    table = waves((10, 14), (20, 24), (30, 34), (40, 44), newcomers=p)
    found = np.array([joins(table, since, person=person)[0] for person in range(n)])
    expected = np.append(p, 1) * np.cumprod([1, *(1 - p)])
    counts = np.bincount(np.where(found < 0, 4, found), minlength=5)
    assert stats.chisquare(counts, n * expected).pvalue > ALPHA


def test_the_moment_of_joining_has_the_law_of_the_delay_within_the_wave() -> None:
    """Catches a crowd at the opening or at the closing of a wave to come: Kolmogorov and Smirnov at ALPHA."""
    table = waves((10, 14))
    moments = [joins(table, 0, person=person, delay=A_DAY_OR_SO)[1] - 10 for person in range(20_000)]
    assert stats.kstest(moments, stats.truncexpon(4, 0, 1).cdf).pvalue > ALPHA


def test_whether_and_when_an_open_wave_is_joined_by_their_lanes() -> None:
    """Catches a delay that decides who joins: the two have lanes of their own."""
    table = waves((10, 14), newcomers=0.5)
    for person in range(300):
        u = uniforms(KEY, WAVE_LUCK, person, int(table[0]["named"]))
        at = 12 * DAY + draw(A_DAY_OR_SO[0], u["delay of joining"])
        comes = u["joins a wave that is open"] < 0.5 and at < 14 * DAY
        assert joins(table, 12, person=person, delay=A_DAY_OR_SO) == ((0, at / DAY) if comes else (-1, 0))


def test_hazards_of_certainty_and_of_never() -> None:
    """Catches an infinite hazard, after which no wave could be told from another."""
    cumulative = hazards(np.array([0.0, 1.0, 0.5, 1.0]))
    assert cumulative[:2].tolist() == [0, 0]
    assert np.all(np.diff(cumulative)[[1, 3]] > 36.8)  # above any draw of a unit exponential from 52 bits
    assert np.diff(cumulative)[2] == pytest.approx(np.log(2))


def test_joining_takes_hours_and_not_the_whole_wave() -> None:
    """Catches the unit of the delay: half of those who wait for a wave have joined after 17 hours."""
    table = waves((10, 40))
    moments = [joins(table, 0, person=person, delay=A_DAY_OR_SO)[1] - 10 for person in range(4000)]
    assert np.median(moments) * DAY == pytest.approx(np.log(2) * DAY, abs=2 * HOUR)


def test_who_joins_one_wave_is_no_sign_of_who_joins_the_next() -> None:
    """Catches a draw that a person keeps for all waves, or for all that they lose: chi-square of pairs at ALPHA."""
    table = waves((10, 14), (20, 24), newcomers=0.5, losers=0.5)
    # Wave 1 is open and decided by its own draw; who lets it pass takes wave 2 by the draw of the next wave.
    found = np.array([[joins(table, since, person=person)[0] for person in range(8000)] for since in (12, 22)])
    both = np.array([[np.count_nonzero((found[0] == 0) == a) for a in (True, False)]])
    assert stats.chisquare(both[0]).pvalue > ALPHA
    pairs = np.histogram2d(found[0] == 0, found[1] == 1, bins=2)[0]
    assert stats.fisher_exact(pairs).pvalue > ALPHA
    lost = np.array([[joins(table, 0, person=person, lost=lost)[0] == 0 for person in range(8000)] for lost in (1, 2)])
    assert stats.fisher_exact(np.histogram2d(*lost, bins=2)[0]).pvalue > ALPHA


@pytest.mark.parametrize("number", [1, 31, 32, 33, 34, 200])
@pytest.mark.parametrize("since", [0.0, 15.5])
def test_the_next_of_many_waves(number: int, since: float) -> None:
    """Catches a search by halves that loses a wave at either end; most waves are joined by nobody."""
    shares = np.random.default_rng(number).choice([0.0, 0.01, 0.3], size=number)
    table = waves(*((10 + 2 * k, 11 + 2 * k) for k in range(number)), newcomers=shares)
    cumulative, coming = hazards(table["newcomers"]), int(np.searchsorted(table["open"], since * DAY, side="right"))
    for person in range(300):
        u = uniforms(KEY, NEXT_WAVE, person, 0)["next wave by cumulative hazard"]
        found = int(np.searchsorted(cumulative, cumulative[coming] - np.log1p(-u), side="right")) - 1
        assert joins(table, since, person=person)[0] == (found if found < number else -1)


OPENINGS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=12).map(sorted)


@given(rows=OPENINGS, day=st.integers(0, 110), near=st.integers(0, 12))
@example(rows=[(1, 9), (2, 8), (3, 7)], day=10, near=0)  # all close at this very instant
@example(rows=[(1, 9), (2, 5), (3, 8)], day=10, near=3)  # but the last
def test_the_waves_that_are_open(rows: list[tuple[int, int]], day: int, near: int) -> None:
    """Catches a search that depends on where it begins, misses a long wave, or looks at closed ones for ever."""
    table = waves(*((opens, opens + length) for opens, length in rows))
    oldest, coming = waves_open(table, day * DAY, min(near, len(rows)))
    assert coming == sum(opens <= day for opens, _ in rows)
    still = [number for number, (opens, length) in enumerate(rows) if opens <= day < opens + length]
    assert oldest == (still[0] if still else coming)


@given(rows=OPENINGS.filter(len), person=st.integers(0, 2**27 - 1))
def test_a_wave_to_come_is_joined_while_it_is_open(rows: list[tuple[int, int]], person: int) -> None:
    """Catches a moment of joining before the opening or at the closing, for any wave and anyone."""
    table = waves(*((opens, opens + length) for opens, length in rows))
    for number in range(len(rows)):
        at = joins_at(KEY, table, A_DAY_OR_SO, person, number)
        assert table["open"][number] <= at < table["close"][number]
