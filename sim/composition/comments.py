"""The values of the configs, each with the comment beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.parameters.problems import joined

FORM = re.compile(r"^(?P<unit>[^;]+); (?P<source>.+); (?P<date>\d{4}(-\d\d){0,2})(; (?P<kinds>\D.*))?$")
"""The comment of a number; the kinds at its end are read by `sim.parameters.kinds`."""


@dataclass(frozen=True)
class Leaf:
    """Hold a value of a config, where it stands, and the comment of its line."""

    file: Path
    line: int
    key: str
    value: Any
    comment: str

    @property
    def is_number(self) -> bool:
        """Return whether the value is a number."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)

    @property
    def parts(self) -> tuple[str, str, str] | None:
        """Return unit, source and date; nothing where the comment has another form."""
        found = FORM.match(self.comment)
        return (found["unit"], found["source"], found["date"]) if found else None

    @property
    def kinds(self) -> str | None:
        """Return the kinds of number that the comment declares; nothing where it declares none."""
        found = FORM.match(self.comment)
        return found["kinds"] if found else None

    @property
    def assumed(self) -> bool:
        """Return whether the comment calls it an assumption."""
        return bool(re.search(r"\bassum(ed|ption)", self.comment))


def numbers(file: Path) -> list[Leaf]:
    """Return every number of a YAML file, in the order of its keys."""
    return [leaf for leaf in leaves(file) if leaf.is_number]


def leaves(file: Path) -> list[Leaf]:
    """Return every value of a YAML file that has nothing below it, in the order of its keys."""
    return list(_leaves(file, file.read_text(encoding="utf-8")))


@lru_cache(maxsize=256)  # a comparison asks for the same files once a scenario
def _leaves(file: Path, text: str) -> tuple[Leaf, ...]:
    lines = text.splitlines()
    found = []
    for line, key, value in _walk(YAML(typ="rt").load(text), ""):
        _, _, comment = lines[line].partition("  # ")
        found.append(Leaf(file, line + 1, key, value, comment.strip()))
    return tuple(found)


def _walk(node: Any, path: str) -> Iterator[tuple[int, str, Any]]:
    """Go through a document of ruamel's and yield line, key path and value of all that has nothing below it."""
    if isinstance(node, CommentedMap):
        items = [(str(key), value, node.lc.value(key)[0]) for key, value in node.items()]
    elif isinstance(node, CommentedSeq):
        items = [(f"[{index}]", value, node.lc.item(index)[0]) for index, value in enumerate(node)]
    else:
        return
    for key, value, line in items:
        below = joined(path, key)
        if not isinstance(value, CommentedMap | CommentedSeq) or not value:
            yield line, below, value
        yield from _walk(value, below)
