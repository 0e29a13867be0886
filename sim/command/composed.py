"""What is composed: for the eye and as CSV."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sim.command.screen import WIDTH, as_csv, cut
from sim.composition.comments import Leaf
from sim.composition.compose import Composition
from sim.composition.origins import COMMAND_LINE, Origin, origins
from sim.parameters.problems import shown

KEYS, VALUES = 36, 10
"""Columns of keys and values, where a block has such long ones; what is longer takes room of what follows."""

LONGEST_VALUE = 30
"""Columns of a value: a longer one is cut."""


def config_lines(found: Composition) -> list[str]:
    """Return a line for each value of a composed config: key, value, and where it comes from or what it is."""
    lines: list[str] = []
    for (_, home), each in groupby(origins(found), key=lambda origin: (origin.key.split(".")[0], origin.home)):
        block = list(each)
        keys = min(max(len(origin.key) for origin in block), KEYS)
        values = min(max(len(_value(origin.value)) for origin in block), VALUES)
        lines += ["", f"# {home}"]
        for origin in block:
            value = cut(_value(origin.value), LONGEST_VALUE)
            room = max(keys + 2 + values - len(origin.key), len(value) + 2)
            said = f"{origin.key}{value:>{room}}  {_note(origin)}"
            lines.append(cut(said.rstrip(), WIDTH))
    return lines[1:]


def config_csv(found: Composition) -> str:
    """Return every value of a composed config as CSV."""
    rows = []
    for origin in origins(found):
        unit, source, date = _parts(origin.leaf)
        rows.append((origin.key, _value(origin.value), origin.source, unit, source, date))
    return as_csv(("key", "value", "from", "unit", "rests_on", "date"), rows)


def _note(origin: Origin) -> str:
    """Return where a value comes from, unless it is the file above it, and its comment."""
    comment = origin.leaf.comment if origin.leaf else ""
    if origin.source == origin.home:
        return comment
    own = f"scenario {origin.source.removeprefix('scenarios/').removesuffix('.yaml')}"
    source = origin.source if origin.source == COMMAND_LINE else own
    return f"{source}; {comment}" if comment else source


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else shown(value)


def _parts(leaf: Leaf | None) -> tuple[str, str, str]:
    if leaf is None:
        return "", "", ""
    return leaf.parts or ("", leaf.comment, "")
