"""Compose the parameters of a run: the base, then the scenario, then what the planner changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import hydra
import hydra.core.global_hydra
import yaml
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.command import folders, scenario
from sim.command.asked import Asked, read
from sim.parameters import BadInput, Parameters, Problem, problems, validate
from sim.parameters.problems import NOTHING, suggestion

LAST = "+scenarios=chosen"  # appended to the defaults, so the scenario is composed after everything else
FAULTS = (HydraException, OmegaConfBaseException, ValueError, TypeError)  # what Hydra raises for bad input


def load(overrides: Sequence[str]) -> tuple[Parameters, dict[str, Any]]:
    """Return the parameters that overrides ask for, and the composed config; tell all problems at once."""
    composed, found = _compose(overrides)
    if found:
        raise BadInput([*found, *(problems(composed) if composed is not None else [])])
    assert composed is not None
    return validate(composed), composed


def compose(overrides: Sequence[str]) -> dict[str, Any]:
    """Return the composed config as plain values, its numbers not yet validated."""
    composed, found = _compose(overrides)
    if found or composed is None:
        raise BadInput(found)
    return composed


def base_files() -> dict[str, str]:
    """Return, for each part of the base, the file that it comes from, relative to the configs."""
    base = yaml.safe_load((folders.configs() / "base.yaml").read_text(encoding="utf-8"))
    parts = [entry for entry in base["defaults"] if isinstance(entry, dict)]
    return {part: f"{part}/{option}.yaml" for entry in parts for part, option in entry.items()}


def _compose(overrides: Sequence[str]) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Compose what can be composed, and say what cannot."""
    asked = read(overrides, folders.configs())
    first = []
    try:
        delta = scenario.load(asked.scenario)
        ConfigStore.instance().store("chosen", delta, group="scenarios", package="_global_")
        first = [LAST]
    except BadInput as bad:
        asked.problems += bad.problems
    wrong_option = {problem.path for problem in asked.problems}
    first += [str(group.input_line) for group in asked.groups if group.key_or_group not in wrong_option]
    try:
        with _configs():
            config = _composed(asked, first)
        composed = OmegaConf.to_container(config, resolve=True)
    except FAULTS as error:
        reason = str(error).strip().splitlines()[0]
        asked.problems.append(Problem(" ".join(overrides) or "configs", NOTHING, reason, "Check the keys."))
        return None, asked.problems
    return dict(composed) if isinstance(composed, dict) else None, asked.problems


def _composed(asked: Asked, first: list[str]) -> DictConfig:
    """Compose all that was asked for; without the keys that are not there, if there are such."""
    words = [str(override.input_line) for override in asked.keys]
    try:
        return hydra.compose("base", first + words)
    except FAULTS:  # one key that is not there, as a rule; find them all
        config = hydra.compose("base", first)
        known, unknown = _known(asked, config)
        if LAST in first:  # without a scenario, keys of the parts it would swap are missing by right
            asked.problems += unknown
        return hydra.compose("base", first + known) if known else config


@contextmanager
def _configs() -> Iterator[None]:
    """Let Hydra look into our configs, whatever it looked into before."""
    version_base = {} if hydra.__version__.startswith("1.4") else {"version_base": "1.3"}
    hydra.core.global_hydra.GlobalHydra.instance().clear()
    with hydra.initialize_config_dir(str(folders.configs()), **version_base):
        yield


def _known(asked: Asked, config: DictConfig) -> tuple[list[str], list[Problem]]:
    """Part the overrides whose keys exist from those whose keys do not."""
    known, unknown = [], []
    for override in asked.keys:
        problem = None if override.is_add() or override.is_force_add() else _unknown(override, config)
        if problem:
            unknown.append(problem)
        else:
            known.append(str(override.input_line))
    return known, unknown


def _unknown(override: Override, config: DictConfig) -> Problem | None:
    at: Any = config
    keys = override.key_or_group.split(".")
    for depth, key in enumerate(keys):
        if isinstance(at, DictConfig) and key in at:
            at = at[key]
        elif isinstance(at, ListConfig) and key.isdigit() and int(key) < len(at):
            at = at[int(key)]
        else:
            above = ".".join(keys[:depth])
            allowed = f"{key} is not a key of {above}" if above else f"{key} is not a key"
            value = NOTHING if override.is_delete() else override.value()
            return Problem(override.key_or_group, value, allowed, _advice(key, at, depth, config))
    return None


def _advice(key: str, at: Any, depth: int, config: DictConfig) -> str:
    if isinstance(at, DictConfig):
        whole = [] if depth else [path for path in _paths(config) if path.split(".")[-1] == key]
        return f"Did you mean {' or '.join(whole[:3])}?" if whole else suggestion(key, map(str, at))
    return "A list is given whole, in brackets." if isinstance(at, ListConfig) else ""


def _paths(config: Any, above: str = "") -> Iterator[str]:
    for key in config:
        path = f"{above}.{key}" if above else str(key)
        yield path
        if isinstance(config[key], DictConfig):
            yield from _paths(config[key], path)
