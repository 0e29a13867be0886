"""Luck belongs to a person and a decision.

`luck(decision, person, occurrence)` is a pure function of the seed, the replication and these names. It
is counter-based: nothing is drawn in turn, so a scenario changes only what its change reaches. A block
of four words serves four decisions of one group, a lane each. Numbers of groups and lanes are never
used again for another decision: adding one leaves every other draw as it was.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.philox import philox

KEY = np.dtype([("seed", "u8"), ("replication", "u8"), ("changed", "i8")])
"""What all luck of a run depends on; `changed` is a person whose luck is another's (-1: nobody)."""


class Group(IntEnum):
    """A block of four decisions about one person, told apart by the occurrence (wave, attempt, payment)."""

    REGISTERING = 1  # moment; halves: province and regency; sex and rural; education and disability
    STANDING = 3  # halves: returned migrant and listed worker; e-money and unbanked; -; eligibility
    PROCESSING = 4  # patience; by station and attempt
    EMAIL = 5  # passes, tries again, delay; by attempt
    REGISTRY = 6
    THIRD_LAYER = 7
    SCREENING = 8  # service, passes; the test: taken, delay (9 was its own: never to be used again)
    APPETITE = 10  # patience in waves
    JOINING = 11  # next wave by cumulative hazard; by waves lost
    WAVE = 12  # joins the open wave, delay, -, face check; by wave
    ACCOUNT = 13  # partner, delay, fails, mending (where an account is linked)
    PURCHASE = 14  # wants, delay, price; by course
    COURSE = 15  # duration, completes; by course
    REVIEW = 16  # certificate, reviews, delay
    PAYMENT = 17  # lag, fails, mending; by payment and attempt
    LOTTERY = 18  # all 64 bits: priority, regional, affirmative, lottery; by wave


def key(seed: int, replication: int, changed: int = -1) -> NDArray[np.void]:
    """Return the record that all luck of a run depends on, as an array of one."""
    return np.array([(seed, replication, changed)], dtype=KEY)


@rule
def luck(key: NDArray[np.void], group: int, person: int, occurrence: int) -> tuple[uint64, uint64, uint64, uint64]:
    """Return the four words of luck of a person for a group of decisions at an occurrence."""
    k = key[0]
    other = uint64(1) if person == k.changed else uint64(0)
    return philox(k.seed, k.replication, uint64(person), uint64(occurrence), uint64(group), other)


@rule
def uniform(word: uint64) -> float:
    """Return a number strictly between 0 and 1 from a word of luck.

    52 bits and a half: with 53, the largest would round to 1.
    """
    return (float(word >> uint64(12)) + 0.5) * 2.0**-52


@rule
def upper(word: uint64) -> float:
    """Return a number strictly between 0 and 1 from the upper half of a word, in steps of 2**-32."""
    return (float(word >> uint64(32)) + 0.5) * 2.0**-32


@rule
def lower(word: uint64) -> float:
    """Return a number strictly between 0 and 1 from the lower half of a word, in steps of 2**-32."""
    return (float(word & uint64(0xFFFFFFFF)) + 0.5) * 2.0**-32
