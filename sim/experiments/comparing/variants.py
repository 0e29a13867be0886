"""A variant: a scenario with something changed, run in the same worlds, to say why scenarios differ."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.experiments.worlds import World, has, path_of, value_at
from sim.parameters import Parameters, validate
from sim.parameters.differences import inside
from sim.results.comparison import Compared

Config = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """A config with something changed."""

    of: str
    """The scenario that it speaks of."""
    name: str
    """What is changed, stable name."""
    words: str
    config: Config
    parameters: Parameters
    taken: tuple[str, ...] = ()
    """Keys, or blocks, that have the values of the other scenario."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """Keys that are multiplied."""

    @property
    def key(self) -> str:
        """Return its name among the variants of all scenarios."""
        return f"{self.of}: {self.name}"

    def compared(self, scenario: Compared) -> Compared:
        """Return the variant as one more scenario of a comparison, made from the scenario that it changes."""
        return replace(scenario, name=self.key, label=self.words, config=self.config, parameters=self.parameters)

    def world(self, own: World, other: World) -> World:
        """Return the world of the variant: `own` is that of the scenario it changes, `other` of where values are taken.

        What is taken keeps the values that the world has there; what is multiplied is so in every world.
        """
        values = {key: value for key, value in own.values.items() if not self._takes(key)}
        values |= {key: value for key, value in other.values.items() if self._takes(key)}
        values = {key: _times(key, value, self.factors.get(key, 1.0)) for key, value in values.items()}
        return World(own.number, {key: value for key, value in values.items() if has(self.config, path_of(key))})

    def _takes(self, key: str) -> bool:
        return any(key == path or inside(key, path) for path in self.taken)


def with_values_of(config: Config, other: Config, paths: tuple[str, ...]) -> Config:
    """Return a config that has the values of another at some paths; a key that the other lacks is left out."""
    new = copy.deepcopy(config)
    for path in paths:
        *above, last = path.split(".")
        block = value_at(new, tuple(above))
        if has(other, tuple(path.split("."))):
            block[last] = copy.deepcopy(value_at(other, tuple(path.split("."))))
        else:
            block.pop(last, None)
    return new


def multiplied(config: Config, factors: Mapping[str, float]) -> Config:
    """Return a config with some numbers multiplied."""
    new = copy.deepcopy(config)
    for key, factor in factors.items():
        path = path_of(key)
        value_at(new, path[:-1])[path[-1]] = _times(key, value_at(new, path), factor)
    return new


def variant(of: str, name: str, words: str, config: Config, factors: Mapping[str, float]) -> Variant:
    """Return a variant with some numbers multiplied; raise BadInput where that is not in order."""
    new = multiplied(config, factors)
    return Variant(of, name, words, new, validate(new), factors=factors)


def _times(key: str, value: Any, factor: float) -> Any:
    if factor == 1:
        return value
    last = path_of(key)[-1]
    if last in ("servers", "places"):
        return round(value * factor)
    return min(value * factor, 1.0) if last == "quota_share" else value * factor
