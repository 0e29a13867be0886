"""When a person registers: position (number + u) / people of the demand curve, and who they then are."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import kernel, rule
from sim.rules.luck import CHUNK, Block, Key, deal_range, luck, words_at
from sim.rules.people import (
    MEANS_BLOCK,
    RESIDENCE_BLOCK,
    STANDING_BLOCK,
    PopulationRecord,
    Provinces,
    pack_traits,
)
from sim.rules.whole import Whole

REGISTRATION = Block("registration")
MOMENT = REGISTRATION.half(0, "moment")
ELIGIBILITY = REGISTRATION.half(1, "eligibility")
REGISTRATION_BLOCK = REGISTRATION.number

GUIDE = 1 << 14
"""Equal shares of the demand for which the guide knows a corner nearby."""

Curve = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]
"""Corners of the demand curve (µs), the cumulative demand there, both ascending, and a guide to them."""


def guide_of(demand: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return, for each equal share of the cumulative demand, the corner at or before its beginning."""
    begins = np.arange(GUIDE + 1) / GUIDE * demand[-1]
    return (np.searchsorted(demand, begins, side="right") - 1).astype(np.int32)


@rule
def registers_at(u: float, curve: Curve, people: int, person: Whole) -> int:
    """Return the instant at which a person's registration arrives at the portal, from their uniform.

    Between corners the curve is straight. A person's number is the order of registration.
    """
    times, demand, guide = curve
    share = (person + u) / people
    position = share * demand[-1]
    last = demand.size - 2
    corner = int(min(guide[int(share * GUIDE)], last))
    while corner < last and demand[corner + 1] <= position:
        corner += 1
    # The guide may be one too far by rounding; a flat piece of the curve holds nobody.
    while corner > 0 and (demand[corner] > position or demand[corner + 1] <= demand[corner]):
        corner -= 1
    along = (position - demand[corner]) / (demand[corner + 1] - demand[corner])
    length = times[corner + 1] - times[corner]
    return times[corner] + min(int(along * length), length - 1)


@rule
def registers(key: Key, curve: Curve, people: int, person: Whole) -> int:
    """Return the instant at which a person's registration arrives at the portal; see `registers_at`."""
    return registers_at(MOMENT(luck(key, REGISTRATION_BLOCK, person, 0)), curve, people, person)


def first_since(key: Key, curve: Curve, people: int, at: int) -> int:
    """Return the number of the first person who registers at an instant or later; that of people if nobody does."""
    return bisect_left(range(people), at, key=lambda person: int(registers(key, curve, people, person)))


@kernel
def register_people(
    key: Key,
    curve: Curve,
    people: int,
    population: PopulationRecord,
    provinces: Provinces,
    first: int,
    instants: NDArray[np.int64],
    packed: NDArray[np.uint32],
) -> None:
    """Fill the registrations (µs) and traits of people from number `first` on."""
    registration = np.empty((4, CHUNK), dtype=np.uint32)
    residence, standing, means = np.empty_like(registration), np.empty_like(registration), np.empty_like(registration)
    for begin in range(0, instants.size, CHUNK):
        count = min(CHUNK, instants.size - begin)
        deal_range(key, REGISTRATION_BLOCK, first + begin, count, registration)
        deal_range(key, RESIDENCE_BLOCK, first + begin, count, residence)
        deal_range(key, STANDING_BLOCK, first + begin, count, standing)
        deal_range(key, MEANS_BLOCK, first + begin, count, means)
        for i in range(count):
            words = words_at(registration, i)
            instants[begin + i] = registers_at(MOMENT(words), curve, people, first + begin + i)
            packed[begin + i] = pack_traits(
                words_at(residence, i), words_at(standing, i), words_at(means, i), words[3], population, provinces
            )


def register_everyone(
    key: Key, curve: Curve, people: int, population: PopulationRecord, provinces: Provinces
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return when each person registers (µs), and their packed traits, by number."""
    instants, packed = np.empty(people, dtype=np.int64), np.empty(people, dtype=np.uint32)
    register_people(key, curve, people, population, provinces, 0, instants, packed)
    return instants, packed
