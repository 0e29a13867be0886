"""What was asked for on the command line, read with Hydra's own grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from sim.command.harmless import harms
from sim.parameters.problems import NOTHING, Problem, suggestion


@dataclass
class Asked:
    """Hold the scenario, the groups and the keys that were asked for, and what is wrong with them."""

    scenario: str = "history"
    groups: list[Override] = field(default_factory=list)
    keys: list[Override] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(words: Sequence[str], configs: Path) -> Asked:
    """Read the overrides that follow a command, all of them, whatever is wrong with some."""
    asked, parser, scenarios = Asked(), OverridesParser.create(), []
    groups = {folder.name: sorted(file.stem for file in folder.glob("*.yaml")) for folder in configs.iterdir()}
    for word in words:
        try:
            override = parser.parse_override(word)
            problems = list(_refused(override, word))
        except (HydraException, ValueError):
            do = "Write key=value; a value with signs needs quotes inside quotes: key='\"a, b\"'."
            asked.problems.append(Problem(word, NOTHING, "cannot be read", do))
            continue
        if problems:
            asked.problems += problems
        elif override.key_or_group == "scenario":
            scenarios.append(str(override.value()))
        elif override.key_or_group in groups:
            asked.problems += _no_option(override, groups[override.key_or_group])
            asked.groups.append(override)
        else:
            asked.keys.append(override)
    if len(scenarios) > 1:
        asked.problems.append(Problem("scenario", scenarios, "is given more than once", "Ask one at a time."))
    asked.scenario = scenarios[0] if scenarios else "history"
    return asked


def _refused(override: Override, word: str) -> Iterator[Problem]:
    key = override.key_or_group
    if override.is_sweep_override():
        do = "Give each value a command of its own; comparing several at once comes later."
        yield Problem(word, NOTHING, "asks for several values, a run takes one", do)
        return
    if key == "hydra" or key.startswith(("hydra.", "hydra/")):
        yield Problem(key, override.value(), "belongs to Hydra, not to the programme", "Leave it out.")
    if key == "scenario" and (override.is_add() or override.is_delete()):
        yield Problem(word, NOTHING, "must be scenario=NAME or scenario=FILE", "Leave the sign before it out.")
    yield from harms({key: override.value()})


def _no_option(override: Override, options: Iterable[str]) -> Iterator[Problem]:
    value: Any = override.value()
    if override.is_add() or override.is_delete():
        do = f"Write {override.key_or_group}=NAME."
        yield Problem(override.input_line or "", NOTHING, "a part can be exchanged, not added or removed", do)
    elif not isinstance(value, str) or value not in options:
        allowed = f"must name a file in configs/{override.key_or_group}/"
        yield Problem(override.key_or_group, value, allowed, suggestion(str(value), options))
