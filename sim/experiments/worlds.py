"""A world: values of uncertain numbers, put over the composed config of any scenario.

A world is a member of the ensemble seen from a scenario: it sets what is uncertain there, and never a lever. What the
scenario, or a word of the command line, sets is a lever of that question and keeps its value. Values are absolute, so
a world is the same in every scenario and at any scale; only parts of a sum (`parts`) are scaled to what the scenario
leaves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.experiments.draws import block_of
from sim.parameters import BadInput, Parameters, Problem, validate
from sim.parameters.kinds import Factor, Follows, Number
from sim.results.spread import LEAST, quantiles

Config = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class World:
    """Values to put over a config, by key; worlds are numbered from 1, as the members of the ensemble are."""

    number: int
    values: dict[str, int | float]


def path_of(key: str) -> Path:
    """Return the path of a key such as `joining.newcomers[1].share`."""
    names = key.replace("[", ".").replace("]", "").split(".")
    return tuple(int(name) if name.isdecimal() else name for name in names)


def has(config: Any, path: Path) -> bool:
    """Return whether a config has a value at a path."""
    for key in path:
        in_list = isinstance(config, list) and isinstance(key, int) and key < len(config)
        if not in_list and not (isinstance(config, dict) and key in config):
            return False
        config = config[key]
    return True


def value_at(config: Any, path: Path) -> Any:
    """Return the value at a path that the config has."""
    for key in path:
        config = config[key]
    return config


def world_of(number: int, member: Mapping[str, float], here: Mapping[str, Number], config: Config) -> World:
    """Return a member of the ensemble as a world of a config.

    `here` are the numbers that are uncertain in the config, with those of the base that they follow.
    """
    values = {key: value for key, value in member.items() if key in here}
    _rescale_parts(values, here)
    for key, each in here.items():
        law = each.declared.law
        if isinstance(law, Follows) and key not in values and law.leader in values:
            values[key] = each.value * (values[law.leader] / here[law.leader].value)
    return World(
        number,
        {key: _typed(here[key], value) for key, value in values.items() if has(config, path_of(key))},
    )


def _typed(number: Number, value: float) -> int | float:
    law = number.declared.law
    return round(value) if law is not None and law.whole else float(value)


def _rescale_parts(values: dict[str, float], here: Mapping[str, Number]) -> None:
    """Scale parts to the sum that they have in the config, where some of them may be held."""
    blocks: dict[str, list[str]] = {}
    for key in values:
        law = here[key].declared.law
        if isinstance(law, Factor) and law.word == "parts":
            blocks.setdefault(block_of(key), []).append(key)
    for keys in blocks.values():
        scale = sum(here[key].value for key in keys) / sum(values[key] for key in keys)
        for key in keys:
            values[key] *= scale


def _copied(value: Any) -> Any:
    """Return a copy of a composed config, or of a part: blocks, lists and plain values, for which it is fast."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def put_over(config: Config, world: World) -> Config:
    """Return a config with the values of a world."""
    new: dict[str, Any] = _copied(config)
    for key, value in world.values.items():
        path = path_of(key)
        value_at(new, path[:-1])[path[-1]] = value
    return new


LUCKS = 1000
"""Replications between the first and the second luck of a world: no ensemble has as many members."""


def with_luck(config: Config, world: World, luck: int = 0) -> Config:
    """Return the config of a world, with its first luck, or the second, and so on.

    Each world has a luck of its own, which is the same in every scenario: the replication that was asked for is that
    of the base, and the world's number is added to it.
    """
    new = put_over(config, world)
    new["run"]["replication"] += world.number + luck * LUCKS
    return new


def validated(configs: Iterable[tuple[World, Config]]) -> list[Parameters]:
    """Return the parameters of every world; raise BadInput where one is not in order, which names world and key."""
    found: list[Problem] = []
    valid: list[Parameters] = []
    for world, config in configs:
        try:
            valid.append(validate(config))
        except BadInput as bad:
            found += [replace(each, path=f"world {world.number}: {each.path}") for each in bad.problems]
    if found:
        raise BadInput(found)
    return valid


@dataclass(frozen=True)
class Unmoved:
    """What no world moves, although it is uncertain somewhere: told beside the answer."""

    held: dict[str, Any]
    """Numbers that the scenario or the command line sets, with the value that they keep in every world."""
    absent: tuple[str, ...]
    """Numbers of the ensemble that the config does not have."""
    unknown: tuple[str, ...]
    """Numbers that are uncertain in the config and not in the ensemble."""
    about: dict[str, int] = field(default_factory=dict)
    """Steps by date of a number that is held, `processing.email.passes_steps`, and how many of theirs still vary."""

    def absent_blocks(self) -> dict[str, int]:
        """Return the blocks of what the config does not have, each with how many numbers."""
        blocks = [key.partition(".")[0] for key in self.absent]
        return {block: blocks.count(block) for block in dict.fromkeys(blocks)}


def unmoved(worlds: Sequence[World], base: Iterable[str], here: Iterable[str], config: Config) -> Unmoved:
    """Return what of the base's uncertain numbers, and of those of a config, its worlds do not move."""
    base = list(dict.fromkeys(base))
    moved = set(worlds[0].values) if worlds else set()
    there = [key for key in base if key not in moved and has(config, path_of(key))]
    steps = {f"{key}_steps": sum(each.startswith(f"{key}_steps[") for each in moved) for key in there}
    return Unmoved(
        held={key: value_at(config, path_of(key)) for key in there},
        absent=tuple(key for key in base if not has(config, path_of(key))),
        unknown=tuple(key for key in here if key not in moved and key not in base),
        about={key: count for key, count in steps.items() if count},
    )


def outside(worlds: Sequence[World], config: Config) -> dict[str, tuple[float, float, float]]:
    """Return the numbers that have a value in a config below or above 90 % of its worlds: it, and their ends.

    Of too few worlds for such ends there are none.
    """
    if len(worlds) < LEAST:
        return {}
    found = {}
    for key in worlds[0].values:
        base = float(value_at(config, path_of(key)))
        low, _, high = quantiles([world.values[key] for world in worlds]).tolist()
        if not low <= base <= high:
            found[key] = (base, low, high)
    return found


def in_order(worlds: Sequence[World]) -> Iterator[tuple[World, int]]:
    """Yield each world with its first luck, then those that are run twice, with their second."""
    for world in worlds:
        yield world, 0
    for world in worlds[: run_twice(len(worlds))]:
        yield world, 1


LEAST_TWICE, EVERY = 10, 4
"""Worlds that are run with a second luck: one in so many, at the least so many where there are."""


def run_twice(worlds: int) -> int:
    """Return how many of so many worlds are run with a second luck, so that luck is told from not knowing."""
    return min(worlds, max(LEAST_TWICE, worlds // EVERY))
