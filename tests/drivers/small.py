"""A question of the least size, for the tests of this folder."""

from __future__ import annotations

WORDS = ("population.scale=2e-5", "clock.end=2020-05-20")
"""1,600 people, until wave 3 is announced."""

FEW = 12
"""Points: too few to tell anything, enough for all of it to be done."""
