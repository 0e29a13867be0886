"""Who a person is: province, regency and groups, drawn from the person's luck and packed in one word of 32 bits."""

from __future__ import annotations

from enum import IntEnum
from typing import NewType

import numpy as np
from numpy import uint32
from numpy.typing import NDArray

from sim.journey.limits import PROVINCES, REGENCIES
from sim.rules.compiling import rule
from sim.rules.luck import Block, Words

POPULATION = np.dtype(
    [
        (name, "f8")
        for name in (
            "women",
            "rural",
            "primary_or_less",
            "junior_high",
            "disability",
            "returned_migrant",
            "listed_worker",
            "e_money",
            "unbanked",
        )
    ]
)
"""Shares of applicants; senior high school or more is the rest of the education."""

PROVINCE = np.dtype([("cumulative", "f8"), ("regencies", "i8"), ("lagging", "i8")])
"""A province, in the order of the config: cumulative share of applicants up to and with it, regencies, how many of
them are lagging."""

PopulationRecord = NewType("PopulationRecord", NDArray[np.void])
Provinces = tuple[NDArray[np.void], NDArray[np.uint8]]
"""The provinces, and a guide to them."""

RESIDENCE = Block("residence")
PROVINCE_DRAW = RESIDENCE.quarter(0, "province")
REGENCY_DRAW = RESIDENCE.quarter(1, "regency")
SEX = RESIDENCE.quarter(2, "sex")
RURAL = RESIDENCE.quarter(3, "urban or rural")

STANDING = Block("standing")
SCHOOL = STANDING.quarter(0, "education")
DISABILITY = STANDING.quarter(1, "disability")
MIGRANT = STANDING.quarter(2, "returned migrant worker")
LISTED = STANDING.quarter(3, "listed worker")

MEANS = Block("means of payment")
E_MONEY = MEANS.quarter(0, "e-money or bank")
UNBANKED = MEANS.quarter(1, "has no account yet")

# The numbers of the blocks as constants that compiled code can read.
RESIDENCE_BLOCK, STANDING_BLOCK, MEANS_BLOCK = RESIDENCE.number, STANDING.number, MEANS.number

GUIDE = 1 << 12
"""Equal shares of the draw of a province for which the guide knows where to begin."""


def guide_to(provinces: NDArray[np.void]) -> Provinces:
    """Return the provinces and, for each equal share of a draw, how many of them lie wholly before it."""
    begins = np.arange(GUIDE) / GUIDE
    before = np.searchsorted(provinces["cumulative"], begins, side="right")
    return provinces, np.minimum(before, provinces.size - 1).astype(np.uint8)


class Trait(IntEnum):
    """The lowest bit of a trait in the packed word. Bits 22 to 25 are free for further kinds of recipients."""

    PROVINCE = 0
    REGENCY = 6
    WOMAN = 12
    RURAL = 13
    EDUCATION = 14
    DISABILITY = 16
    RETURNED_MIGRANT = 17
    LISTED_WORKER = 18
    E_MONEY = 19
    UNBANKED = 20
    LAGGING = 21
    ELIGIBILITY_LUCK = 26
    """The upper bits of the draw that decides on eligibility: they settle it for all but one in 64."""


WIDTHS = {Trait.PROVINCE: 6, Trait.REGENCY: 6, Trait.EDUCATION: 2, Trait.ELIGIBILITY_LUCK: 6}
"""Bits of the traits that have more than one."""

EDUCATIONS = ("primary_or_less", "junior_high", "senior_high_or_more")
"""Names of the values of the trait EDUCATION."""

if 1 << WIDTHS[Trait.PROVINCE] < PROVINCES or 1 << WIDTHS[Trait.REGENCY] < REGENCIES:
    raise ValueError("the limits of provinces and regencies do not fit the packed word")


@rule
def pack_traits(
    residence: Words,
    standing: Words,
    means: Words,
    eligibility: uint32,
    population: PopulationRecord,
    provinces: Provinces,
) -> uint32:
    """Return the packed traits of a person from their words of luck; `eligibility` is its upper word."""
    p = population[0]
    u = PROVINCE_DRAW(residence)
    table, guide = provinces
    found = np.int64(guide[int(u * GUIDE)])
    while found < table.size - 1 and u >= table[found].cumulative:
        found += 1
    here = table[found]
    regency = min(int(REGENCY_DRAW(residence) * here.regencies), here.regencies - 1)
    u = SCHOOL(standing)
    education = int(u >= p.primary_or_less) + int(u >= p.primary_or_less + p.junior_high)

    packed = found | regency << 6 | education << 14
    packed |= int(SEX(residence) < p.women) << 12
    packed |= int(RURAL(residence) < p.rural) << 13
    packed |= int(DISABILITY(standing) < p.disability) << 16
    packed |= int(MIGRANT(standing) < p.returned_migrant) << 17
    packed |= int(LISTED(standing) < p.listed_worker) << 18
    packed |= int(E_MONEY(means) < p.e_money) << 19
    packed |= int(UNBANKED(means) < p.unbanked) << 20
    packed |= int(regency < here.lagging) << 21
    packed |= int(eligibility >> uint32(26)) << 26
    return np.uint32(packed)


@rule
def has_trait(packed: uint32, bit: int) -> bool:
    """Return whether a trait of one bit is set in a packed word."""
    return bool(packed >> uint32(bit) & uint32(1))


_PROVINCES, _REGENCIES = (1 << WIDTHS[Trait.PROVINCE]) - 1, (1 << WIDTHS[Trait.REGENCY]) - 1
_REGENCY = int(Trait.REGENCY)


@rule
def regency_number(packed: uint32, before: NDArray[np.int64]) -> int:
    """Return the number of a person's regency among all; `before` is how many there are before each province."""
    traits = int(packed)
    return int(before[traits & _PROVINCES]) + (traits >> _REGENCY & _REGENCIES)


def trait(packed: NDArray[np.uint32], which: Trait) -> NDArray[np.uint32]:
    """Return the values of one trait from packed words."""
    return (packed >> np.uint32(which)) & np.uint32((1 << WIDTHS.get(which, 1)) - 1)
