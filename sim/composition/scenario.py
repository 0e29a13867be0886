"""Scenarios: the questions there are, and a planner's own file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.composition import folders, yaml_file
from sim.composition.base import ITSELF, no_option, options
from sim.composition.harmless import harms
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, suggestion

EXCHANGES = re.compile(r"override +/(\w+)", re.ASCII)
"""How a scenario names a part of the base that it exchanges."""


@dataclass(frozen=True)
class Delta:
    """Hold what a scenario says: the keys that it changes, and the parts that it exchanges."""

    keys: dict[str, Any]
    parts: dict[str, str]


def find(asked: str) -> Path:
    """Return the file of a scenario that was asked for by name or by path."""
    own = asked.endswith((".yaml", ".yml")) or "/" in asked or "\\" in asked
    if not own and asked not in names():
        advice = suggestion(asked, names())
        do = f"{advice} A file of your own: scenario=./mine.yaml."
        raise BadInput([Problem("scenario", asked, "there is no such scenario", do)])
    if not own:
        return folders.scenarios() / f"{asked}.yaml"
    try:
        path = Path(asked).expanduser()
        there = path.is_file()
    except (OSError, ValueError, RuntimeError):  # a name too long, half a character, a home of nobody
        there = False
    if not there:
        raise BadInput([Problem("scenario", asked, "is no file", "Give its path from where you are.")])
    return path


def names() -> list[str]:
    """Return the names of the scenarios, the base first."""
    return sorted((path.stem for path in folders.scenarios().glob("*.yaml")), key=lambda n: (n != "history", n))


def load(asked: str) -> Delta:
    """Read a scenario and refuse what it may not say."""
    plain = _read(find(asked), asked)
    found = [*_unnamed(plain), *harms(plain)]
    if "hydra" in plain:
        found.append(Problem("hydra", NOTHING, "belongs to Hydra, not to the programme", "Leave it out."))
    exchanged, wrong = _exchanged(plain.get("defaults"))
    found += wrong
    if found:
        raise BadInput(found)
    return Delta({key: value for key, value in plain.items() if key != "defaults"}, exchanged)


def table() -> list[tuple[str, str]]:
    """Return name and question of every scenario."""
    rows, found = [], []
    for name in names():
        try:
            said = load(name).keys["scenario"]
            rows.append((str(said["name"]), str(said["question"])))
        except BadInput as bad:
            found += [replace(problem, path=f"scenarios/{name}.yaml: {problem.path}") for problem in bad.problems]
    if found:
        raise BadInput(found)
    return rows


def _read(path: Path, asked: str) -> dict[Any, Any]:
    try:
        plain = yaml_file.load(path)
    except yaml_file.UnreadableError as error:
        raise BadInput([Problem("scenario", asked, f"cannot be read: {error}", "Mend the file.")]) from None
    if not isinstance(plain, dict):
        do = "See `prakerja run --help` for an example."
        raise BadInput([Problem("scenario", asked, "must be a file of keys", do)])
    return plain


def _unnamed(plain: dict[Any, Any]) -> Iterator[Problem]:
    said = plain.get("scenario")
    examples = {"name": "registry_down", "question": "What if the registry were down for a week?"}
    for key, example in examples.items():
        if not isinstance(said, dict) or not said.get(key):
            do = f"Write it, such as {key}: {example}"
            yield Problem(f"scenario.{key}", NOTHING, "is missing in the scenario's file", do)


def _exchanged(defaults: Any) -> tuple[dict[str, str], list[Problem]]:
    """Return the parts that a scenario exchanges, and what else it names: that could be any file of the machine."""
    do = "Write `- override /GROUP: NAME`, such as `- override /waves: weekly`."
    found: dict[str, str] = {}
    problems: list[Problem] = []
    if not isinstance(defaults, list | None):
        return found, [Problem("defaults", defaults, "must be a list of the parts to exchange", do)]
    there = options()
    for index, entry in enumerate(defaults or []):
        if entry == ITSELF:
            continue
        path = f"defaults[{index}]"
        one = isinstance(entry, dict) and len(entry) == 1
        key, option = next(iter(entry.items())) if one else (None, None)
        exchanges = EXCHANGES.fullmatch(key) if isinstance(key, str) else None
        if not exchanges:
            problems.append(Problem(path, entry, "must exchange a part of the configs for another", do))
            continue
        group = exchanges[1]
        wrong = no_option(f"{path}.{key}", group, option, there)
        if group in found:
            wrong.append(Problem(f"{path}.{key}", option, "is exchanged already", "Leave one of the two out."))
        problems += wrong
        found[group] = str(option)
    return found, problems
