"""The chances by which a baseline is judged, and what follows from them for the size of a margin.

A check looks at some 2,700 figures in all baselines that ship, at most twice, in two directions. A figure is called
moved where its difference is *surely* beyond the margin: in a check in which every figure stood exactly at its margin,
one in twenty would call any of them moved. It is called the same where the 90 % interval of the difference lies inside
the margin (two one-sided tests of 5 %, Schuirmann 1987). A baseline holds if all its figures are the same, so these
need no correction for their number (intersection-union, Berger 1982). It is asked twice at most, of the first
replications and of all: a figure exactly at its margin is so called the same in up to one check in ten.
"""

from __future__ import annotations

import math
from functools import cache

from scipy.special import chdtri, stdtrit

FAMILY_WISE = 0.05
"""Chance that a check calls any figure moved, although all differ by no more than their margins."""

LOOKS = 12_000
"""At most so many comparisons a check: figures of all baselines, twice, in two directions."""

MOVED = FAMILY_WISE / LOOKS
"""Chance that one comparison calls a figure moved that is at its margin."""

SAME = 0.05
"""Chance of each of the two one-sided tests by which a figure is called the same."""

SURE = 0.95
"""A change of twice the margin is to be seen in at least this share of checks."""


@cache
def student(chance: float, free: float) -> float:
    """Return what Student's t exceeds with a chance, with so many degrees of freedom."""
    return -float(stdtrit(free, chance))


@cache
def errors_of_a_margin(replications: int) -> float:
    """Return how many standard deviations of one run a margin has to be, so that twice the margin is seen.

    The difference of two means of so many replications has the error √(2/n) of a run's standard deviation. It must be
    so much smaller than the margin that a change of twice the margin lies surely beyond it, nearly always. The standard
    deviation is estimated from as many replications: its upper 95 % limit is taken.
    """
    free = replications - 1
    known = math.sqrt(free / float(chdtri(free, SURE)))
    return (student(MOVED, free) + student(1 - SURE, free)) * math.sqrt(2 / replications) * known
