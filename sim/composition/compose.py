"""Compose the parameters of a run: the base, then the scenario, then what the planner changes.

Hydra is given no folder to look in: every file is read by us, within limits, and put into its store. So a name that
leads out of the configs leads nowhere.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import hydra
from hydra.conf import HydraConf
from hydra.core.config_store import ConfigNode, ConfigStore
from hydra.core.override_parser.types import Override
from hydra.core.singleton import Singleton
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.composition import base, replay, scenario
from sim.composition.asked import BASE, SCENARIOS, Asked, read
from sim.composition.harmless import harms
from sim.composition.limits import MOST_COMPOSED
from sim.composition.references import resolved
from sim.parameters import BadInput, Parameters, Problem, problems, validate
from sim.parameters.market import Market
from sim.parameters.problems import NOTHING, joined, suggestion

LAST = f"+{SCENARIOS}=chosen"  # appended to the defaults, so the scenario is composed after everything else
FAULTS = (HydraException, OmegaConfBaseException, ValueError, TypeError)  # what Hydra raises for bad input

ONE_AT_A_TIME = threading.RLock()
"""Held while Hydra composes: it has one state for all threads of a process."""

OF_A_HOST = ("GlobalHydra", "VersionBase")
"""What Hydra has once a process and a host sets: the composition under way, and the version to be compatible with."""

OF_THE_MARKET, WITH_SEATS = "market", "market=institutions"
"""The block that is empty where the market is the open one, and the word for that with platforms and seats."""

Config = dict[str, Any]


@dataclass(frozen=True)
class Composition:
    """Parameters that are in order, the config that they were composed to, and what it was composed from."""

    parameters: Parameters
    config: Config
    asked: Asked
    parts: dict[str, str]
    """The file that each group is; nothing where a whole config is run again."""
    changes: Config
    """What the scenario changes of them."""

    @cached_property
    def base(self) -> Composition:
        """Return the base."""
        return self if self.asked == Asked() else composition([])

    @cached_property
    def alone(self) -> Composition | None:
        """Return the scenario without the words beside it; None where that is no valid input.

        Where a run is made again it is the scenario of that run, if there is one of its name.
        """
        name = self.asked.scenario
        if self.asked.replayed is not None:
            name = self.parameters.scenario.name
            if name not in scenario.names():
                return None
        if name == BASE:
            return self.base
        nothing_beside = self.asked == Asked(name, parts=scenario.load(name).parts)
        return self if nothing_beside else _valid(Asked(name))

    def take_over(self, other: Composition) -> None:
        """Take over the base from another that was just composed, and its scenario alone where that is the same.

        So what is asked of one base many times is composed once.
        """
        known = {"base": other.base}
        if (self.asked.replayed, self.asked.scenario) == (other.asked.replayed, other.asked.scenario):
            known["alone"] = other.alone  # type: ignore[assignment]
        vars(self).update(known)  # where `cached_property` keeps them


def composition(overrides: Sequence[str]) -> Composition:
    """Compose what overrides ask for; tell all problems at once."""
    with ONE_AT_A_TIME:
        return _composition(read(overrides, base.options()))


def _valid(asked: Asked) -> Composition | None:
    try:
        with ONE_AT_A_TIME:
            return _composition(asked)
    except BadInput:
        return None


def _composition(asked: Asked) -> Composition:
    composed, parts, changes = _compose(asked)
    if asked.problems:
        raise BadInput([*asked.problems, *(problems(composed) if composed is not None else [])])
    assert composed is not None
    return Composition(validate(composed), composed, asked, parts, changes or {})


def load(overrides: Sequence[str]) -> tuple[Parameters, Config]:
    """Return the parameters that overrides ask for, and the composed config; tell all problems at once."""
    found = composition(overrides)
    return found.parameters, found.config


def compose(overrides: Sequence[str]) -> Config:
    """Return the composed config as plain values, its numbers not yet validated."""
    with ONE_AT_A_TIME:
        asked = read(overrides, base.options())
        composed, *_ = _compose(asked)
    if asked.problems or composed is None:
        raise BadInput(asked.problems)
    return composed


def _compose(asked: Asked) -> tuple[Config | None, dict[str, str], Config | None]:
    """Compose what can be composed, and note what cannot: the config, the parts, what the scenario changes."""
    parts, first, changes, whole = base.parts(), [], None, None
    try:
        if asked.replayed is not None:
            whole, parts = replay.load(asked.replayed), {}
        else:
            delta = scenario.load(asked.scenario)
            clashing = list(_clashes(delta.keys, _before_scenario(parts | delta.parts | asked.parts)))
            asked.problems += clashing
            if not clashing:
                first, changes = [LAST], delta.keys
            asked.parts = delta.parts | asked.parts
    except BadInput as bad:
        asked.problems += bad.problems
    if whole is None:
        parts |= asked.parts
        itself, blocks = base.base(), {group: base.part(group, option) for group, option in parts.items()}
    else:
        itself = blocks = whole
    touched = _touched(asked, changes)
    given = {group: option for group, option in parts.items() if group in touched}
    own = {name: {} if name in touched else said for name, said in blocks.items()}
    itself = {name: said for name, said in itself.items() if not own.get(name)}
    try:
        with _in_memory(given, itself, changes):
            composed = _with_nulls(_composed(asked, first, own), {group: blocks[group] for group in parts})
    except FAULTS as error:
        said = " ".join(str(override.input_line) for override in asked.keys) or "configs"
        reason = "; ".join(filter(None, (line.strip() for line in str(error).splitlines())))
        asked.problems.append(Problem(said, NOTHING, reason or "cannot be composed", "Check the keys."))
        return None, parts, changes
    wrong = list(harms(composed, most=MOST_COMPOSED))
    if not wrong:
        composed, wrong = resolved(composed)
    asked.problems += wrong
    return None if wrong else composed, parts, changes


def _before_scenario(parts: dict[str, str]) -> Config:
    """Return the config before the scenario changes it."""
    return {**{group: base.part(group, option) for group, option in parts.items()}, **base.base()}


def _clashes(change: Any, there: Any, path: str = "") -> Iterator[Problem]:
    """Find lists that stand where a block does, and blocks where a list does, which cannot be merged."""
    if isinstance(change, dict) and isinstance(there, dict):
        for key, inner in change.items():
            yield from _clashes(inner, there.get(key), joined(path, str(key)))
    elif isinstance(change, dict | list) and isinstance(there, dict | list) and type(change) is not type(there):
        allowed = "must be a list" if isinstance(there, list) else "must be a block of keys"
        yield Problem(path, change, allowed, "Write it as it stands in configs/.")


def _touched(asked: Asked, changes: Config | None) -> set[str]:
    """Return the blocks in which the scenario or the planner changes something."""
    return {*(changes or {}), *(override.key_or_group.split(".")[0] for override in asked.keys)}


@contextmanager
def _in_memory(parts: dict[str, str], itself: Config, changes: Config | None) -> Iterator[None]:
    """Let Hydra look into its store and nowhere else: there are the base, some parts, and what the scenario changes.

    `itself` is what the base says itself, or a whole config in its place. Parts that nothing changes are not among
    them: Hydra copies each several times, which takes longer than all else.
    """
    store = ConfigStore.instance()
    before = store.repo
    store.repo = before | {"hydra": {"config.yaml": _of_hydra()}}
    theirs = _set_aside()
    version_base: dict[str, Any] = {} if hydra.__version__.startswith("1.4") else {"version_base": "1.3"}
    try:
        defaults = [*({group: option} for group, option in parts.items()), base.ITSELF]
        store.store("base", OmegaConf.create(itself | {"defaults": defaults}))
        for group, option in parts.items():
            store.store(option, OmegaConf.create(base.part(group, option)), group=group)
        if changes is not None:
            store.store("chosen", OmegaConf.create(changes), group=SCENARIOS, package="_global_")
        with hydra.initialize(config_path=None, **version_base):
            yield
    finally:
        store.repo = before
        _set_aside()
        Singleton._instances.update(theirs)


@cache
def _of_hydra() -> ConfigNode:
    """Return Hydra's own config without its parts: composing needs no launchers, logs, sweeps."""
    plain = OmegaConf.structured(HydraConf(defaults=[]))
    return ConfigNode(name="config.yaml", node=plain, group="hydra", package=None, provider="hydra")


def _set_aside() -> dict[type, Any]:
    """Take away and return what a host that uses Hydra itself has set: it gets it back."""
    there = Singleton._instances
    return {kind: there.pop(kind) for kind in list(there) if kind.__name__ in OF_A_HOST}


def _composed(asked: Asked, first: list[str], own: Config) -> Config:
    """Compose all that was asked for; without the keys that are not there, if there are such.

    `own` is what each part says, in the order of the parts; nothing for those that Hydra has been given.
    """

    def composed(words: list[str]) -> Config:
        found = _plain(hydra.compose("base", first + words))
        there = {group: found.get(group, said) for group, said in own.items() if group in found or said}
        return copy.deepcopy(there) | found

    words = [str(override.input_line) for override in asked.keys]
    try:
        return composed(words)
    except FAULTS:  # one key that is not there, as a rule; find them all
        config = composed([])
        known, unknown = _known(asked, config)
        if LAST in first:  # without a scenario, keys of the parts it would swap are missing by right
            asked.problems += unknown
        return composed(known) if known else config


def _with_nulls(composed: Config, said: Config) -> Config:
    """Return a config in which a part whose file says nothing is null, in the order of the parts."""
    there = composed | {group: None for group, block in said.items() if not block and not composed.get(group)}
    return {group: there[group] for group in said if group in there} | there


def _plain(config: DictConfig) -> Config:
    """Return a config as plain values, with its references as they stand: OmegaConf is not to resolve them."""
    plain = OmegaConf.to_container(config, resolve=False)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def _known(asked: Asked, config: Config) -> tuple[list[str], list[Problem]]:
    """Part the overrides of keys that exist from those that cannot be."""
    known, unknown = [], []
    for override in asked.keys:
        problem = None if override.is_add() or override.is_force_add() else _unknown(override, config)
        if problem:
            unknown.append(problem)
        else:
            known.append(str(override.input_line))
    return known, unknown


def _unknown(override: Override, config: Config) -> Problem | None:
    at: Any = config
    keys = override.key_or_group.split(".")
    for depth, key in enumerate(keys):
        if isinstance(at, dict) and key in at:
            at = at[key]
        elif isinstance(at, list) and key.isdecimal() and int(key) < len(at):
            at = at[int(key)]
        else:
            above = ".".join(keys[:depth])
            allowed = f"{key} is not a key of {above}" if above else f"{key} is not a key"
            value = NOTHING if override.is_delete() else override.value()
            if above == OF_THE_MARKET and not at and key in Market.model_fields:
                allowed = f"the open market has no {key.replace('_', ' ')}"
                return Problem(override.key_or_group, value, allowed, f"Write {WITH_SEATS} as well, or leave it out.")
            return Problem(override.key_or_group, value, allowed, _advice(key, at, depth, config))
    return next(_clashes(override.value(), at, override.key_or_group), None)


def _advice(key: str, at: Any, depth: int, config: Config) -> str:
    if isinstance(at, dict):
        whole = [] if depth else [path for path in _paths(config) if path.split(".")[-1] == key]
        return f"Did you mean {' or '.join(whole[:3])}?" if whole else suggestion(key, map(str, at))
    return "A list is given whole, in brackets." if isinstance(at, list) else ""


def _paths(config: Config, above: str = "") -> Iterator[str]:
    for key, inner in config.items():
        path = f"{above}.{key}" if above else str(key)
        yield path
        if isinstance(inner, dict):
            yield from _paths(inner, path)
