"""Who people are: every trait has its share, and none depends on another."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.programme.programme import Programme
from sim.rules.people import EDUCATIONS, Trait, describe, trait
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


@cache
def people() -> tuple[Programme, NDArray[np.uint32]]:
    of = programme(SMALL)
    packed = np.empty(PEOPLE, dtype=np.uint32)
    describe(of.key, of.population, of.provinces, 0, packed)
    return of, packed


@pytest.mark.parametrize("which", SHARES)
def test_a_trait_has_its_share(which: Trait) -> None:
    """Catches a share read from another key, or a bit that another trait overwrites."""
    of, packed = people()
    share = getattr(of.parameters.population, SHARES[which])
    error = np.sqrt(share * (1 - share) / PEOPLE)
    assert trait(packed, which).mean() == pytest.approx(share, abs=SIGMAS * error)


def test_education_has_its_three_shares() -> None:
    """Catches a share taken of those left, or two schools exchanged."""
    of, packed = people()
    found = np.bincount(trait(packed, Trait.EDUCATION), minlength=3)
    shares = [getattr(of.parameters.population.education, name) for name in EDUCATIONS]
    assert stats.chisquare(found, np.array(shares) * PEOPLE).pvalue > ALPHA


def test_provinces_have_their_weights_and_regencies_equal_ones() -> None:
    """Catches a province left out at either end of the list, and a regency beyond its province's number."""
    of, packed = people()
    provinces = list(of.parameters.population.provinces.values())
    weights = np.array([province.weight for province in provinces])
    found = np.bincount(trait(packed, Trait.PROVINCE), minlength=len(provinces))
    assert len(provinces) == 34
    assert stats.chisquare(found, weights / weights.sum() * PEOPLE).pvalue > ALPHA
    for number, province in enumerate(provinces):
        regencies = np.bincount(trait(packed[trait(packed, Trait.PROVINCE) == number], Trait.REGENCY))
        assert regencies.size <= province.regencies
        if province.regencies > 1:
            counts = np.pad(regencies, (0, province.regencies - regencies.size))
            assert stats.chisquare(counts).pvalue > ALPHA / len(provinces), province.name


def test_lagging_are_the_first_regencies_of_a_province() -> None:
    """Catches a person of a lagging regency without the bit that the regional share asks for."""
    of, packed = people()
    lagging = np.array([province.lagging for province in of.parameters.population.provinces.values()])
    expected = trait(packed, Trait.REGENCY) < lagging[trait(packed, Trait.PROVINCE)]
    assert np.array_equal(trait(packed, Trait.LAGGING), expected)
    assert 0 < expected.mean() < 0.05


def test_no_trait_depends_on_another() -> None:
    """Catches two traits drawn from one word: correlations of all pairs are nothing at ALPHA for each."""
    _, packed = people()
    columns = [*SHARES, Trait.EDUCATION, Trait.PROVINCE]
    for one, other in combinations(columns, 2):
        correlation = np.corrcoef(trait(packed, one), trait(packed, other))[0, 1]
        assert abs(correlation) < SIGMAS / np.sqrt(PEOPLE), (one.name, other.name)


def test_a_person_is_the_same_wherever_the_count_begins() -> None:
    """Catches traits that belong to a position in an array and not to a person."""
    of, packed = people()
    some = np.empty(10, dtype=np.uint32)
    describe(of.key, of.population, of.provinces, 990, some)
    assert np.array_equal(some, packed[990:1000])
