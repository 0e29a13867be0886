"""Where each value of a composed config comes from: a file of the configs, the scenario, or the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.composition import folders, scenario
from sim.composition.comments import Leaf, leaves
from sim.composition.compose import Composition
from sim.parameters.problems import joined

COMMAND_LINE, SCENARIO = "command line", "scenario"


@dataclass(frozen=True)
class Origin:
    """A value of a composed config, and where it comes from."""

    key: str
    value: Any
    """A number, a text, a truth, null, or an empty list or block."""
    source: str
    """`configs/…`, the scenario's file, the replayed config, or "command line"."""
    leaf: Leaf | None
    """The line of the file, with its comment; None where it comes from no file."""
    home: str
    """The file of the configs that has the block of the key."""


def origins(found: Composition) -> list[Origin]:
    """Return every value of a composed config in order."""
    return [Origin(key, value, *_from(found, key), _home(found, key)) for key, value in _values(found.config) if key]


def _from(found: Composition, key: str) -> tuple[str, Leaf | None]:
    """Return where a value comes from, and its line there."""
    if any(_below(override.key_or_group, key) for override in found.asked.keys):
        return COMMAND_LINE, None
    if found.asked.replayed is not None:
        return found.asked.replayed, None
    if any(_below(changed, key) for changed, _ in _values(found.changes)) or _in_a_list(found.changes, key):
        path = scenario.find(found.asked.scenario)
        return _named(path, found.asked.scenario), _lines(path).get(key)
    home = _home(found, key)
    inside = key if home == BASE else key.partition(".")[2]
    return home, _lines(folders.configs().parent / home).get(inside)


BASE = "configs/base.yaml"


def _home(found: Composition, key: str) -> str:
    group = key.split(".")[0]
    if found.asked.replayed is not None:
        return found.asked.replayed
    return f"configs/{group}/{found.parts[group]}.yaml" if group in found.parts else BASE


def _named(path: Path, asked: str) -> str:
    return f"scenarios/{path.name}" if path.parent == folders.scenarios() else asked


def _below(above: str, key: str) -> bool:
    """Return whether a key stands below another, or is it."""
    return key == above or key.startswith((f"{above}.", f"{above}["))


def _in_a_list(changes: Any, key: str) -> bool:
    """Return whether a key lies in a list of the changes: a list is replaced whole."""
    return any("[" in changed and _below(changed.partition("[")[0], key) for changed, _ in _values(changes))


def _values(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of all that has nothing below it."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _values(inner, joined(above, str(key)))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _values(inner, joined(above, f"[{index}]"))
    else:
        yield above, value


def _lines(path: Path) -> dict[str, Leaf]:
    if path not in _read:
        _read[path] = {leaf.key: leaf for leaf in leaves(path)}
    return _read[path]


_read: dict[Path, dict[str, Leaf]] = {}
