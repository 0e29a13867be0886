"""Who a person is: province, regency and groups, drawn from the person's luck and packed in one word."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.luck import Group, lower, luck, upper

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

PROVINCE = np.dtype([("cumulative", "f8"), ("number", "i8"), ("regencies", "i8"), ("lagging", "i8")])
"""A province: cumulative share of applicants up to and with it, its number in the config, regencies, how many
of them are lagging."""

GUIDE = 1 << 12
"""Equal parts of the draw of a province for which the guide knows where to begin."""

Provinces = tuple[NDArray[np.void], NDArray[np.uint8]]
"""The provinces, and a guide to them."""


def guide_to(provinces: NDArray[np.void]) -> Provinces:
    """Return the provinces and, for each equal part of a draw, how many of them lie wholly before it."""
    begins = np.arange(GUIDE) / GUIDE
    before = np.searchsorted(provinces["cumulative"], begins, side="right")
    return provinces, np.minimum(before, provinces.size - 1).astype(np.uint8)


class Trait(IntEnum):
    """The lowest bit of a trait in the packed word.

    All are one bit but province and regency (6), education (2) and the luck of eligibility (10).

    The luck is the upper part of the draw that decides on eligibility: it settles the question for all but one
    in a thousand.
    """

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
    ELIGIBILITY_LUCK = 22


EDUCATIONS = ("primary_or_less", "junior_high", "senior_high_or_more")
"""Names of the values of the trait EDUCATION."""


@rule
def traits_from(where: Any, standing: Any, population: NDArray[np.void], provinces: Provinces) -> Any:
    """Return the packed traits of a person (32 bits), from his words of luck."""
    p = population[0]
    u = upper(where[1])
    table, guide = provinces
    found = np.int64(guide[int(u * GUIDE)])
    while found < table.size - 1 and u >= table[found].cumulative:
        found += 1
    here = table[found]
    regency = min(int(lower(where[1]) * here.regencies), here.regencies - 1)
    u = upper(where[3])
    education = int(u >= p.primary_or_less) + int(u >= p.primary_or_less + p.junior_high)

    packed = here.number | regency << 6 | education << 14
    packed |= int(upper(where[2]) < p.women) << 12
    packed |= int(lower(where[2]) < p.rural) << 13
    packed |= int(lower(where[3]) < p.disability) << 16
    packed |= int(upper(standing[0]) < p.returned_migrant) << 17
    packed |= int(lower(standing[0]) < p.listed_worker) << 18
    packed |= int(upper(standing[1]) < p.e_money) << 19
    packed |= int(lower(standing[1]) < p.unbanked) << 20
    packed |= int(regency < here.lagging) << 21
    packed |= int(standing[3] >> uint64(54)) << 22
    return np.uint32(packed)


@rule
def traits(key: NDArray[np.void], population: NDArray[np.void], provinces: Provinces, person: int) -> Any:
    """Return the packed traits of a person (32 bits)."""
    where = luck(key, Group.REGISTERING.value, person, 0)
    standing = luck(key, Group.STANDING.value, person, 0)
    return traits_from(where, standing, population, provinces)


@rule
def describe(
    key: NDArray[np.void],
    population: NDArray[np.void],
    provinces: Provinces,
    first: int,
    packed: NDArray[np.uint32],
) -> None:
    """Fill `packed` with the traits of people from number `first` on."""
    for i in range(packed.size):
        packed[i] = traits(key, population, provinces, first + i)


def trait(packed: NDArray[np.uint32], which: Trait) -> NDArray[np.uint32]:
    """Return the values of one trait from packed words."""
    width = {Trait.PROVINCE: 6, Trait.REGENCY: 6, Trait.EDUCATION: 2, Trait.ELIGIBILITY_LUCK: 10}.get(which, 1)
    return (packed >> np.uint32(which)) & np.uint32((1 << width) - 1)
