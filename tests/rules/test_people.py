"""Who people are: every trait has its share and its bits, none depends on another, none runs into another's bits."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import uint32
from numpy.typing import NDArray
from scipy import stats

from sim.journey.limits import PROVINCES, REGENCIES
from sim.programme.programme import Programme
from sim.rules import people as rules
from sim.rules.luck import narrow_uniform
from sim.rules.people import (
    EDUCATIONS,
    WIDTHS,
    PopulationRecord,
    Provinces,
    Trait,
    guide_to,
    has_trait,
    pack_traits,
    regency_number,
    trait,
)
from sim.rules.records import record
from sim.rules.registering import register_people
from tests.building import ALPHA, SIGMAS, SMALL, programme

PEOPLE = 200_000
"""At ALPHA a share of a half is held to 0.0055, one of 0.02 to 0.0015."""

SHARES = {
    Trait.WOMAN: "women",
    Trait.RURAL: "rural",
    Trait.DISABILITY: "disability",
    Trait.RETURNED_MIGRANT: "returned_migrant",
    Trait.LISTED_WORKER: "listed_worker",
    Trait.E_MONEY: "e_money",
    Trait.UNBANKED: "unbanked",
}

# Each field driven to its limit

BLOCKS = (rules.RESIDENCE, rules.STANDING, rules.MEANS)
WORD_OF = {
    Trait.PROVINCE: "province",
    Trait.REGENCY: "regency",
    Trait.WOMAN: "sex",
    Trait.RURAL: "urban or rural",
    Trait.EDUCATION: "education",
    Trait.DISABILITY: "disability",
    Trait.RETURNED_MIGRANT: "returned migrant worker",
    Trait.LISTED_WORKER: "listed worker",
    Trait.E_MONEY: "e-money or bank",
    Trait.UNBANKED: "has no account yet",
}
"""The decision that draws a trait. LAGGING follows from the regency; the luck of eligibility is handed in."""

LOW, HIGH = 0, 2**32 - 1
MOST = {which: (1 << WIDTHS.get(which, 1)) - 1 for which in Trait} | {Trait.EDUCATION: len(EDUCATIONS) - 1}
"""The largest value of each trait."""

WORD_OF_MOST = {which: HIGH if which in (Trait.PROVINCE, Trait.REGENCY, Trait.EDUCATION) else LOW for which in WORD_OF}
"""The word of luck that draws the largest value, of halves: one has a trait where the draw lies below its share."""


def population(share: float = 0.5) -> PopulationRecord:
    """Return a population of which each trait has a share, and each school a third."""
    shares = dict.fromkeys(rules.POPULATION.names or (), share) | {"primary_or_less": 1 / 3, "junior_high": 1 / 3}
    return PopulationRecord(record(rules.POPULATION, **shares))


def provinces(weights: list[float], regencies: int = REGENCIES, lagging: int = 0) -> Provinces:
    """Return provinces of some weights, numbered in order, all with as many regencies."""
    table = np.zeros(len(weights), dtype=rules.PROVINCE)
    table["cumulative"] = np.cumsum(weights) / sum(weights)
    table["regencies"], table["lagging"] = regencies, lagging
    return guide_to(table)


ALL_PROVINCES = [1.0] * PROVINCES


def packed(words: dict[str, int], eligibility: int = LOW, lagging: int = 0) -> uint32:
    """Return the traits from the word of each decision."""
    of_block: list[Any] = []
    for block in BLOCKS:
        four = [0, 0, 0, 0]
        for decision, (which,) in block.lanes.items():
            four[which] = words[decision]
        of_block.append(tuple(map(uint32, four)))
    return pack_traits(*of_block, uint32(eligibility), population(), provinces(ALL_PROVINCES, lagging=lagging))


def drawn(most: set[Trait]) -> uint32:
    """Return the traits of one in whom some are as large as they can be and all others nought."""
    words = {
        decision: WORD_OF_MOST[which] if which in most else LOW + HIGH - WORD_OF_MOST[which]
        for which, decision in WORD_OF.items()
    }
    lagging = REGENCIES if Trait.LAGGING in most else 0
    return packed(words, HIGH if Trait.ELIGIBILITY_LUCK in most else LOW, lagging)


@pytest.mark.parametrize("which", Trait, ids=lambda which: which.name.lower())
def test_a_trait_at_its_limit_stays_within_its_bits(which: Trait) -> None:
    """Catches a province, regency or any other value that runs into the bits of the next trait, alone or among all."""
    alone, everything = int(drawn({which})), int(drawn(set(Trait)))
    assert alone == MOST[which] << which
    assert int(drawn(set(Trait) - {which})) == everything - alone
    for other in Trait:
        assert trait(np.array([alone], dtype=np.uint32), other).tolist() == [MOST[which] if other is which else 0]
        if other not in WIDTHS:
            assert has_trait(uint32(alone), int(other)) == (other is which)


def test_traits_have_bits_of_their_own_and_some_are_free() -> None:
    """Catches two traits that overlap, one beyond the word, and free bits that were given away without a note."""
    used = [set(range(which, which + WIDTHS.get(which, 1))) for which in Trait]
    assert all(not one & other for one, other in combinations(used, 2))
    assert set(range(32)) - set().union(*used) == {22, 23, 24, 25}
    assert int(drawn(set(Trait))).bit_count() == 32 - 4 - 1  # of two bits, education has three values
    assert (MOST[Trait.PROVINCE] + 1, MOST[Trait.REGENCY] + 1) == (PROVINCES, REGENCIES)


@given(
    words=st.lists(st.integers(0, HIGH), min_size=len(WORD_OF) + 1, max_size=len(WORD_OF) + 1),
    lagging=st.integers(0, 64),
)
def test_free_bits_stay_free_whoever_a_person_is(words: list[int], lagging: int) -> None:
    """Catches a value of any luck that leaks into a free bit, or that the table of words does not draw."""
    of = dict(zip(WORD_OF.values(), words, strict=False))
    found = packed(of, words[-1], lagging)
    assert int(found) >> 22 & 15 == 0
    u = {decision: narrow_uniform(uint32(word)) for decision, word in of.items()}
    regency = int(u["regency"] * REGENCIES)
    expected = {
        Trait.PROVINCE: int(u["province"] * PROVINCES),
        Trait.REGENCY: regency,
        Trait.EDUCATION: int(u["education"] >= 1 / 3) + int(u["education"] >= 2 / 3),
        Trait.LAGGING: int(regency < lagging),
        Trait.ELIGIBILITY_LUCK: words[-1] >> 26,
        **{which: int(u[WORD_OF[which]] < 0.5) for which in SHARES},
    }
    told = {which: int(trait(np.array([found]), which)[0]) for which in Trait}
    assert told == expected


WEIGHTS = st.lists(st.sampled_from([0.0, 1e-9, 0.3, 1.0, 70.0]), min_size=1, max_size=PROVINCES).filter(any)


@given(weights=WEIGHTS, draw=st.integers(0, HIGH) | st.sampled_from([0, HIGH]))
def test_a_province_is_drawn_by_its_weight(weights: list[float], draw: int) -> None:
    """Catches a guide that begins behind the province, and a province of no weight that is drawn."""
    ordered = sorted(weights, reverse=True)  # as a programme orders them: the most likely first
    of, none = provinces(ordered, regencies=1), (uint32(HIGH),) * 4
    found = pack_traits((uint32(draw), *none[1:]), none, none, uint32(0), population(), of)
    number = int(trait(np.array([found]), Trait.PROVINCE)[0])
    assert number == np.searchsorted(of[0]["cumulative"], narrow_uniform(uint32(draw)), side="right")
    assert ordered[number] > 0


@given(province=st.integers(0, PROVINCES - 1), regency=st.integers(0, REGENCIES - 1), others=st.integers(0, 2**20 - 1))
def test_a_regency_has_its_number_among_all(province: int, regency: int, others: int) -> None:
    """Catches other traits that lead to another regency's office, and a province whose regencies begin elsewhere."""
    before = np.cumsum([0, *range(1, PROVINCES)]) * 3
    traits = uint32(others << Trait.WOMAN | regency << Trait.REGENCY | province)
    assert regency_number(traits, before) == before[province] + regency


# The shares of a population


@cache
def people() -> tuple[Programme, NDArray[np.uint32]]:
    of = programme(SMALL)
    traits = np.empty(PEOPLE, dtype=np.uint32)
    when = np.empty(PEOPLE, dtype=np.int64)
    register_people(of.key, of.curve, PEOPLE, of.population, of.provinces, 0, when, traits)
    return of, traits


@pytest.mark.parametrize("which", SHARES, ids=SHARES.values())
def test_a_trait_has_its_share(which: Trait) -> None:
    """Catches a share read from another key, or a bit that another trait overwrites."""
    of, traits = people()
    share = getattr(of.parameters.population, SHARES[which])
    error = np.sqrt(share * (1 - share) / PEOPLE)
    assert trait(traits, which).mean() == pytest.approx(share, abs=SIGMAS * error)


def test_education_has_its_three_shares() -> None:
    """Catches a share taken of those left, or two schools exchanged."""
    of, traits = people()
    found = np.bincount(trait(traits, Trait.EDUCATION), minlength=3)
    shares = [getattr(of.parameters.population.education, name) for name in EDUCATIONS]
    assert stats.chisquare(found, np.array(shares) * PEOPLE).pvalue > ALPHA


def test_provinces_have_their_weights_and_regencies_equal_ones() -> None:
    """Catches a province left out at either end of the list, and a regency beyond its province's number."""
    of, traits = people()
    each = list(of.parameters.population.provinces.values())
    weights = np.array([province.weight for province in each])
    found = np.bincount(trait(traits, Trait.PROVINCE), minlength=len(each))
    assert len(each) == 34
    assert stats.chisquare(found, weights / weights.sum() * PEOPLE).pvalue > ALPHA
    for number, province in enumerate(each):
        regencies = np.bincount(trait(traits[trait(traits, Trait.PROVINCE) == number], Trait.REGENCY))
        assert regencies.size <= province.regencies
        if province.regencies > 1:
            counts = np.pad(regencies, (0, province.regencies - regencies.size))
            assert stats.chisquare(counts).pvalue > ALPHA / len(each), province.name


def test_lagging_are_the_first_regencies_of_a_province() -> None:
    """Catches a person of a lagging regency without the bit that the regional share asks for."""
    of, traits = people()
    lagging = np.array([province.lagging for province in of.parameters.population.provinces.values()])
    expected = trait(traits, Trait.REGENCY) < lagging[trait(traits, Trait.PROVINCE)]
    assert np.array_equal(trait(traits, Trait.LAGGING), expected)
    assert 0 < expected.mean() < 0.05


def test_no_trait_depends_on_another() -> None:
    """Catches two traits drawn from one word: correlations of all pairs are nothing at ALPHA for each."""
    _, traits = people()
    columns = [*SHARES, Trait.EDUCATION, Trait.PROVINCE, Trait.ELIGIBILITY_LUCK]
    for one, other in combinations(columns, 2):
        correlation = np.corrcoef(trait(traits, one), trait(traits, other))[0, 1]
        assert abs(correlation) < SIGMAS / np.sqrt(PEOPLE), (one.name, other.name)


def test_free_bits_of_a_whole_population_are_nought() -> None:
    """Catches what the bits for further kinds of recipients must not hold before those are declared."""
    _, traits = people()
    assert not np.any(traits >> np.uint32(22) & np.uint32(15))
