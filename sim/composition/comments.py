"""The numbers of the configs, each with the comment beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.composition import base, folders
from sim.parameters.problems import joined

FORM = re.compile(r"^(?P<unit>[^;]+); (?P<source>.+); (?P<date>\d{4}(-\d\d){0,2})$")


@dataclass(frozen=True)
class Number:
    """Hold a number of a config, where it stands, and the comment of its line."""

    file: Path
    line: int
    key: str
    value: float
    comment: str

    @property
    def parts(self) -> tuple[str, str, str] | None:
        """Return unit, source and date; nothing where the comment has another form."""
        found = FORM.match(self.comment)
        return (found["unit"], found["source"], found["date"]) if found else None

    @property
    def assumed(self) -> bool:
        """Return whether the comment calls it an assumption."""
        return bool(re.search(r"\bassum(ed|ption)", self.comment))


def numbers(file: Path) -> list[Number]:
    """Return every number of a YAML file, in the order of its keys."""
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for line, key, value in _walk(YAML(typ="rt").load(text), ""):
        _, _, comment = lines[line].partition("  # ")
        found.append(Number(file, line + 1, key, value, comment.strip()))
    return found


def table() -> list[str]:
    """Return the lines of the table of assumptions."""
    lines = []
    for file in sorted(folders.configs().rglob("*.yaml")):
        base.read(file)  # within limits; what follows reads it for its comments
        assumed = [number for number in numbers(file) if number.assumed]
        if assumed:
            home = file.relative_to(folders.configs())
            name = str(home) if home.parent == Path() else f"{home.parent}={home.stem}"
            lines += ["", f"{name} ({len(assumed)})", *_rows(assumed, home.parent.name)]
    return [_row("key", "value", "unit", "date", "what it rests on"), *lines]


def _rows(assumed: list[Number], group: str) -> Iterator[str]:
    for number in assumed:
        unit, source, date = number.parts or ("", number.comment, "")
        yield _row(f"{group}.{number.key}", f"{number.value:,}", unit, date, source.removeprefix("assumption: "))


def _row(key: str, value: str, unit: str, date: str, source: str) -> str:
    return f"  {key:<46} {value:>18}  {unit:<34}  {date:<10}  {source}"


def _walk(node: Any, path: str) -> Iterator[tuple[int, str, float]]:
    """Go through a document of ruamel's and yield line, key path and value of every number."""
    if isinstance(node, CommentedMap):
        items = [(str(key), value, node.lc.value(key)[0]) for key, value in node.items()]
    elif isinstance(node, CommentedSeq):
        items = [(f"[{index}]", value, node.lc.item(index)[0]) for index, value in enumerate(node)]
    else:
        return
    for key, value, line in items:
        below = joined(path, key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield line, below, value
        yield from _walk(value, below)
