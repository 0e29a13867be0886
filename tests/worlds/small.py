"""A small programme in a few worlds, for the tests of this folder."""

from __future__ import annotations

from functools import cache

from sim.composition.compose import Composition, composition
from sim.composition.ensemble import Worlds, worlds_of

WORDS = ("population.scale=2e-5", "clock.end=2020-06-15")
"""1,600 people, until the first of them are paid."""


@cache
def asked(*words: str) -> tuple[Composition, Worlds]:
    """Return what words ask for, and its worlds."""
    found = composition(words)
    worlds = worlds_of(found)
    assert worlds is not None
    return found, worlds
