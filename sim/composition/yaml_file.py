"""Read a YAML file within limits, which hold before anything is made of what it says.

A short file can ask for much: aliases of aliases, brackets in brackets, an anchor that contains itself. So what the
parser meets is counted as it meets it, each alias as all that it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from sim.composition.limits import DEEPEST, LONGEST_KEY, LONGEST_TEXT, MOST_BYTES, MOST_DIGITS, MOST_NODES
from sim.parameters.ordinary_file import contents_of
from sim.parameters.problems import joined, printable


class UnreadableError(Exception):
    """Say why a file cannot be read, for the planner who can mend it."""


@dataclass(frozen=True)
class Limits:
    """How much a file may hold: its bytes, and its keys and values."""

    size: int = MOST_BYTES
    nodes: int = MOST_NODES


def load(path: Path, limits: Limits = Limits()) -> Any:
    """Return what a YAML file says, as plain values; raise UnreadableError where it says more than it may."""
    return _read(path, limits, lambda loader: loader.get_single_data())


def written(path: Path) -> dict[str, str]:
    """Return the values of a file as they are written, by their paths, such as "800.000" where 800.0 is meant.

    Raises UnreadableError as `load` does; values of aliases are left out.
    """

    def walk(node: Any, above: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, yaml.ScalarNode):
            yield above, str(node.value)
        elif isinstance(node, yaml.MappingNode):
            for key, inner in node.value:
                yield from walk(inner, joined(above, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for index, inner in enumerate(node.value):
                yield from walk(inner, joined(above, f"[{index}]"))

    return dict(walk(_read(path, Limits(), lambda loader: loader.get_single_node()), ""))


def _read(path: Path, limits: Limits, take: Callable[[Any], Any]) -> Any:
    """Return what is taken of a file by its loader, or say why it cannot be."""
    try:
        loader = _Loader(contents_of(path, limits.size).decode("utf-8-sig"), limits.nodes)
        try:
            return take(loader)
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not written in UTF-8 (byte {error.start + 1:,})") from None
    except yaml.reader.ReaderError as error:
        sign = printable(chr(error.character)) if isinstance(error.character, int) else "a character"
        raise UnreadableError(f"holds {sign}, which YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1:,}: " if mark else ""
        raise UnreadableError(where + ", ".join(filter(None, (error.context, error.problem)))) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError(" ".join(str(error).split()) or "is no YAML") from None
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None


@dataclass
class _Open:
    """Hold a list or a block while the parser is inside it."""

    anchor: str | None
    is_block: bool
    nodes_before: int
    children: int = 0


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no types
    """Load plain values, and stop at the first event beyond the limits."""

    def __init__(self, stream: str, most: int) -> None:
        super().__init__(stream)
        self._most = most
        self._open: list[_Open] = []
        self._nodes = 0
        self._nodes_at: dict[str, int] = {}
        """How many nodes each anchor stands for."""

    def get_event(self) -> Event:
        """Return the next event of the parser, if it is within the limits."""
        event = super().get_event()
        if isinstance(event, CollectionEndEvent):
            done = self._open.pop()
            if done.anchor is not None:
                self._nodes_at[done.anchor] = self._nodes - done.nodes_before
        elif isinstance(event, NodeEvent):
            self._child(event)
            if isinstance(event, AliasEvent):
                self._alias(event)
            else:
                self._content(event)
        return event

    def _child(self, event: NodeEvent) -> None:
        """Note that something stands in a list or a block; as the key of a block it must be a short text."""
        if not self._open:
            return
        above = self._open[-1]
        is_key = above.is_block and above.children % 2 == 0
        above.children += 1
        if is_key and not isinstance(event, ScalarEvent):
            raise _beyond(event, "a key must be written out")
        if is_key and len(event.value) > LONGEST_KEY:
            raise _beyond(event, f"a key has more than {LONGEST_KEY} characters")

    def _alias(self, event: AliasEvent) -> None:
        if any(each.anchor == event.anchor for each in self._open):
            raise _beyond(event, f"{event.anchor} contains itself")
        self._count(event, self._nodes_at.get(event.anchor, 1))

    def _content(self, event: NodeEvent) -> None:
        if event.tag is not None:
            raise _beyond(event, f"a tag ({event.tag}) is not allowed, it could name code")
        if isinstance(event, ScalarEvent):
            if len(event.value) > LONGEST_TEXT:
                raise _beyond(event, f"a text has more than {LONGEST_TEXT:,} characters")
            self._count(event, 1)
            return
        self._open.append(_Open(event.anchor, isinstance(event, MappingStartEvent), self._nodes))
        self._count(event, 1)
        if len(self._open) > DEEPEST:
            raise _beyond(event, f"is nested more than {DEEPEST} deep")

    def _count(self, event: Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._most:
            raise _beyond(event, f"holds more than {self._most:,} keys and values, those of an alias each time")

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a block; a key that is given twice is an error."""
        keys = set()
        for key, _ in node.value:
            if (key.tag, key.value) in keys:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value}", key.start_mark)
            keys.add((key.tag, key.value))
        block: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return block

    def construct_whole(self, node: yaml.ScalarNode) -> int:
        """Return a whole number that is not too long to be meant."""
        if len(node.value) > MOST_DIGITS:
            problem = f"a number has {len(node.value):,} digits"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return int(super().construct_yaml_int(node))


def _beyond(event: Event, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


# Times stay texts, which the parameters read; 1e6 is a number, as it is on the command line.
TIME, FLOAT = "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != TIME]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    FLOAT, re.compile(r"^[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$"), list("-+0123456789.")
)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_whole)
