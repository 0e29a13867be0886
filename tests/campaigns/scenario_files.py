"""Scenario files for the fuzzing: as a planner might write them, and with faults in values, defaults and form."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from sim.composition import base
from tests.campaigns.bases import drawn_base
from tests.campaigns.hostile import Config, Path, drawn_value
from tests.campaigns.torn_files import torn_bytes, torn_text


def scenario_file(chance: random.Random) -> bytes:
    """Return the contents of a scenario file with some drawn values; about two in three files are hostile."""
    hostile = chance.random() < 0.65
    config, known = drawn_base(chance)
    delta: Config = {"scenario": {"name": "tried", "question": "What is tried here?"}}
    for place in chance.sample(known, chance.choice((1, 2, 3, 6))):
        _put_in(delta, place.path, drawn_value(place, chance, hostile), config)
    if chance.random() < 0.2:
        delta = {"defaults": _defaults(chance, hostile), **delta}
    text = in_yaml(delta)
    if hostile and chance.random() < 0.5:
        for _ in range(chance.choice((1, 1, 2, 4))):
            text = torn_text(text, chance)
    contents = text.encode("utf-8", "surrogatepass")
    if hostile and chance.random() < 0.15:
        contents = torn_bytes(contents, chance)
    return contents


def _put_in(delta: Config, path: Path, value: Any, config: Config) -> None:
    """Put a value at a path, with whole lists where the path leads into one."""
    at: Any = delta
    there: Any = config
    for index, key in enumerate(path):
        there = there[key] if not isinstance(there, list) or isinstance(key, int) else None
        last = index == len(path) - 1
        if not isinstance(at, dict):
            return
        if last or isinstance(there, list):
            at[key] = value if last else _with(there, path[index + 1 :], value)
            return
        at = at.setdefault(key, {})


def _with(there: list[Any], path: Path, value: Any) -> list[Any]:
    """Return a copy of a list in which a value stands at a path."""
    changed = copy.deepcopy(there)
    at: Any = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


def _defaults(chance: random.Random, hostile: bool) -> Any:
    """Return a list of defaults; a hostile one names what is no option, or is no list at all."""
    group, options = chance.choice(sorted(base.options().items()))
    entries: list[Any] = [{f"override /{group}": chance.choice(options)}, "_self_"]
    if hostile:
        entries.append(chance.choice((
            "../../etc/passwd", "/etc/passwd", "//etc/passwd", "chosen", "rate_800k", {"../x": "y"},
            {"/waves": "weekly"},
            {"override /waves": "../x"}, {"override /waves": "${oc.env:UNSEEN}"}, {"override hydra/launcher": "basic"},
            {"optional /x": "y"}, None, 5, [], {}, {"a": 1, "b": 2}, "${portal.rate}", "_self_",
        )))  # fmt: skip
        chance.shuffle(entries)
        if chance.random() < 0.1:
            return chance.choice(("_self_", 5, {}, None, entries[0]))
    return entries


def in_yaml(value: Any) -> str:
    """Return a config as YAML in flow style below its first keys, numbers of any size and odd texts in it."""
    return "".join(f"{json.dumps(key)}: {_flow(inner)}\n" for key, inner in value.items())


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float) and value != value:
        return ".nan"
    if isinstance(value, float) and abs(value) == float("inf"):
        return ".inf" if value > 0 else "-.inf"
    return json.dumps(value)
