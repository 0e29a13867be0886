"""The configs that drawn trials change: those of the scenarios, each with its keys."""

from __future__ import annotations

import random
from functools import cache

from sim.composition.compose import compose
from sim.composition.scenario import names
from tests.campaigns.hostile import Config, Place, places


@cache
def based(scenario: str) -> tuple[Config, list[Place]]:
    """Return the config of a scenario and its keys; the config is shared, and must not be changed."""
    config = compose([f"scenario={scenario}"])
    return config, places(config)


def drawn_base(chance: random.Random) -> tuple[Config, list[Place]]:
    """Return the config of a scenario drawn at random, and its keys."""
    return based(chance.choice(names()))
