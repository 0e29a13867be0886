"""Selection: against a sorted list in plain Python, and by the properties that make it fair."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.rules.eligibility import is_eligible
from sim.rules.lottery import LOTTERY_BLOCKS
from sim.rules.luck import key, luck
from sim.rules.people import Trait
from sim.rules.priority_and_regional_shares import SHARES, SharesRecord
from sim.rules.records import record
from sim.rules.registering import REGISTRATION
from sim.rules.selecting import Verdict, select
from tests.building import ALPHA, uniforms

KEY = key(3, 0)
LISTED, LAGGING = 1 << Trait.LISTED_WORKER, 1 << Trait.LAGGING
DISABLED, MIGRANT, WOMAN = 1 << Trait.DISABILITY, 1 << Trait.RETURNED_MIGRANT, 1 << Trait.WOMAN
BY_LAW = (0.80, 0.005, 0.01)


def shares(priority: float, regional: float, affirmative: float) -> SharesRecord:
    return SharesRecord(record(SHARES, priority=priority, regional=regional, affirmative=affirmative))


def selected(
    people: list[int],
    traits: list[int],
    places: int,
    *,
    by: tuple[float, float, float] = BY_LAW,
    eligible: float = 1.0,
    face: float = 0.0,
    wave: int = 0,
) -> NDArray[np.uint8]:
    numbers = np.array(people, dtype=np.int64)
    packed = np.array([trait | eligibility_luck(p) for p, trait in zip(people, traits, strict=True)], dtype=np.uint32)
    return select(KEY, shares(*by), wave, eligible, face, places, numbers, packed)


def eligibility_luck(person: int) -> int:
    """Return the trait of a person that settles most questions of eligibility."""
    return int(uniforms(KEY, REGISTRATION, person)["eligibility"] * 64) << Trait.ELIGIBILITY_LUCK


def ticket(person: int, stage: int = 3, wave: int = 0) -> int:
    """Return the lottery key of a person for a share of the places."""
    words = luck(KEY, LOTTERY_BLOCKS[stage], person, wave)
    return int(words[1]) << 32 | int(words[0])


def in_plain_python(
    people: list[int], traits: list[int], places: int, by: tuple[float, float, float], eligible: float
) -> list[int]:
    """Select by sorting all tickets: priority, regional, affirmative, lottery; what is unfilled spills."""
    verdict = {p: int(is_eligible(KEY, eligible, p)) for p in people}
    groups = (LISTED, LAGGING, DISABLED | MIGRANT, 0xFFFFFFFF)
    traits_of = dict(zip(people, traits, strict=True))
    taken = 0
    for stage, reserved in enumerate([*itertools.accumulate(share * places for share in by), places]):
        asked = [p for p in people if verdict[p] == 1 and (stage == 3 or traits_of[p] & groups[stage])]
        winners = sorted(asked, key=lambda p: (ticket(p, stage), p))[: min(int(reserved + 1e-6), places) - taken]
        taken += len(winners)
        verdict.update(dict.fromkeys(winners, Verdict.PRIORITY + stage))
    return [int(verdict[p]) for p in people]


CROWDS = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from([0, LISTED, LAGGING, DISABLED, MIGRANT, LISTED | LAGGING, WOMAN])),
    max_size=60,
    unique_by=lambda one: one[0],
)
SPLITS = st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100)).map(
    lambda parts: tuple(part / max(sum(parts), 100) for part in parts)
)


@given(crowd=CROWDS, places=st.integers(0, 80), by=SPLITS, eligible=st.sampled_from([0.0, 0.3, 0.8, 1.0]))
def test_select_is_the_sorted_list(
    crowd: list[tuple[int, int]], places: int, by: tuple[float, float, float], eligible: float
) -> None:
    """Catches any person drawn out of turn, under another share, or by another ticket than their own."""
    people, traits = [p for p, _ in crowd], [t for _, t in crowd]
    found = selected(people, traits, places, by=by, eligible=eligible)
    assert found.tolist() == in_plain_python(people, traits, places, by, eligible)


@given(crowd=CROWDS, places=st.integers(0, 80), by=SPLITS, eligible=st.sampled_from([0.0, 0.3, 0.8, 1.0]))
def test_places_are_filled_and_no_ineligible_is_drawn(
    crowd: list[tuple[int, int]], places: int, by: tuple[float, float, float], eligible: float
) -> None:
    """Catches a place left empty while an eligible person waits, one too many, and an ineligible winner."""
    people, traits = [p for p, _ in crowd], [t for _, t in crowd]
    found = selected(people, traits, places, by=by, eligible=eligible)
    may = np.array([uniforms(KEY, REGISTRATION, p)["eligibility"] < eligible for p in people], dtype=bool)
    assert np.count_nonzero(found >= Verdict.PRIORITY) == min(places, np.count_nonzero(may))
    assert np.array_equal(found != Verdict.NOT_ELIGIBLE, may)


@given(crowd=CROWDS, places=st.integers(0, 80))
def test_priority_gets_its_share_at_least(crowd: list[tuple[int, int]], places: int) -> None:
    """Catches a share by law that the lottery eats into: at least 80 % where enough are listed."""
    people, traits = [p for p, _ in crowd], [t for _, t in crowd]
    found = selected(people, traits, places)
    listed = np.array([bool(t & LISTED) for t in traits], dtype=bool)
    drawn = np.count_nonzero(found[listed] >= Verdict.PRIORITY)
    assert drawn >= min(int(0.8 * places + 1e-6), np.count_nonzero(listed))


@pytest.mark.parametrize(
    ("listed", "lagging", "affirmative", "others", "drawn"),
    [
        (200, 200, 200, 200, (80, 10, 5, 5)),  # all shares are filled
        (50, 200, 200, 200, (50, 40, 5, 5)),  # what priority leaves spills to regional
        (50, 0, 200, 200, (50, 0, 45, 5)),  # and from there to affirmative
        (50, 0, 0, 200, (50, 0, 0, 50)),  # and from there to the lottery
        (50, 4, 3, 2, (50, 4, 3, 2)),  # everyone is drawn
    ],
)
def test_what_a_share_cannot_fill_spills_to_the_next(
    listed: int, lagging: int, affirmative: int, others: int, drawn: tuple[int, ...]
) -> None:
    """Catches places that lapse, or that all spill to the lottery; it draws from those left of all."""
    traits = [LISTED] * listed + [LAGGING] * lagging + [MIGRANT] * affirmative + [0] * others
    found = selected(list(range(len(traits))), traits, 100, by=(0.80, 0.10, 0.05))
    assert tuple(np.bincount(found, minlength=7)[Verdict.PRIORITY :]) == drawn


def test_one_of_no_trait_takes_part_in_the_lottery() -> None:
    """Catches a person whose packed traits are nought, and who is therefore in no group: not even in that of all."""
    draws = {person: uniforms(KEY, REGISTRATION, person)["eligibility"] for person in range(3000)}
    people = [person for person, draw in draws.items() if draw < 1 / 64]
    assert len(people) > 20
    assert not any(map(eligibility_luck, people))
    assert np.all(selected(people, [0] * len(people), len(people)) == Verdict.LOTTERY)
    assert np.count_nonzero(selected(people, [0] * len(people), 7) == Verdict.LOTTERY) == 7


def test_a_pure_lottery_favours_nobody() -> None:
    """Catches tickets that go with the number or with a trait: hypergeometric at ALPHA.

    8,000 of 40,000 are drawn; a group of 10,000 must get 2,000 within 170, its odds held to a tenth.
    """
    n, drawn = 40_000, 8_000
    people = np.arange(n)
    found = selected(people.tolist(), [WOMAN * (p % 4 == 0) for p in people], drawn, by=(0, 0, 0))
    won = found == Verdict.LOTTERY
    for group in (people % 4 == 0, people < 10_000, people >= 30_000):
        theory = stats.hypergeom(n, 10_000, drawn)
        hits = np.count_nonzero(won & group)
        assert 2 * min(theory.cdf(hits), theory.sf(hits - 1)) > ALPHA


def test_waves_have_lotteries_of_their_own() -> None:
    """Catches a ticket that a person keeps for life: winners of two waves are independent (Fisher)."""
    people = list(range(8000))
    won = [selected(people, [0] * 8000, 2000, wave=wave) == Verdict.LOTTERY for wave in (0, 1)]
    both = np.array([[np.count_nonzero((won[0] == a) & (won[1] == b)) for b in (0, 1)] for a in (0, 1)])
    assert stats.fisher_exact(both).pvalue > ALPHA


def test_eligible_once_is_eligible_wherever_the_share_is_no_lower() -> None:
    """Catches eligibility drawn anew for each wave: it is one draw, held against the share in force."""
    people = list(range(3000))
    few, many = (selected(people, [0] * 3000, 0, eligible=share, wave=k) for k, share in enumerate((0.6, 0.8)))
    assert np.all(many[few == Verdict.NOT_DRAWN] == Verdict.NOT_DRAWN)
    n, share = 3000, np.mean(few == Verdict.NOT_DRAWN)
    assert stats.binomtest(round(n * share), n, 0.6).pvalue > ALPHA


def test_the_face_check_takes_its_share_after_the_draw() -> None:
    """Catches a check before the draw, whose places others would fill."""
    people, n = list(range(20_000)), 5000
    drawn = selected(people, [LISTED] * 20_000, n)
    checked = selected(people, [LISTED] * 20_000, n, face=0.16)
    failed = checked == Verdict.FACE_CHECK_FAILED
    assert np.all(drawn[failed] >= Verdict.PRIORITY)
    assert np.array_equal(checked[~failed], drawn[~failed])
    assert stats.binomtest(int(failed.sum()), n, 0.16).pvalue > ALPHA
