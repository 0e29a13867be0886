"""References within a config: `${portal.rate}` stands for the value at that path. There are no other interpolations.

They are resolved here rather than by OmegaConf, whose resolvers read what is outside the config, and within the limits
that hold for what is written out: references to references could stand for very much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.composition.limits import DEEPEST, LONGEST_TEXT, MOST_COMPOSED
from sim.parameters.problems import NOTHING, Problem, joined

REFERENCE = re.compile(r"\$\{([\w-]+(?:\.[\w-]+|\[\d{1,9}\])*)\}", re.ASCII)


def resolved(config: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return a config with what its references stand for in their place, and what is wrong with some."""
    references = _References(config)
    found = references.value(config, "", ())
    assert isinstance(found, dict)
    return found, references.problems


class _References:
    """Resolve the references of one config, and count what they stand for."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.problems: list[Problem] = []
        self._config = config
        self._nodes = 0

    def value(self, value: Any, path: str, through: tuple[str, ...]) -> Any:
        """Return a value with its references resolved; `through` are those that led to it."""
        self._nodes += 1
        if self._nodes > MOST_COMPOSED:
            if self._nodes == MOST_COMPOSED + 1:
                allowed = f"must stand for no more than {MOST_COMPOSED:,} keys and values in all"
                self._problem(path, NOTHING, f"references {allowed}", "Write the values out.")
            return None
        if isinstance(value, dict):
            return {key: self.value(inner, joined(path, str(key)), through) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, joined(path, f"[{index}]"), through) for index, inner in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            return self._text(value, path, through)
        return value

    def _text(self, text: str, path: str, through: tuple[str, ...]) -> Any:
        whole = REFERENCE.fullmatch(text)
        if whole:
            return self._referred(whole[1], text, path, through)
        found: list[str] = []
        last = 0
        for reference in REFERENCE.finditer(text):
            value = self._referred(reference[1], text, path, through)
            if isinstance(value, dict | list):
                self._problem(path, text, f"{reference[1]} is no text and no number", "Refer to one of its keys.")
            found += [text[last : reference.start()], str(value)]
            last = reference.end()
            if sum(map(len, found)) > LONGEST_TEXT:
                self._problem(path, text, f"must have at most {LONGEST_TEXT:,} characters", "Shorten it.")
                break
        return "".join([*found, text[last:]])

    def _referred(self, reference: str, text: str, path: str, through: tuple[str, ...]) -> Any:
        if reference in through or len(through) == DEEPEST:
            self._problem(path, text, f"{reference} refers to itself", "Write the value itself.")
            return None
        at: Any = self._config
        for key in _keys(reference):
            if isinstance(at, dict) and key in at:
                at = at[key]
            elif isinstance(at, list) and key.isdecimal() and int(key) < len(at):
                at = at[int(key)]
            else:
                self._problem(path, text, f"refers to {reference}, which is not there", "Write the value itself.")
                return None
        return self.value(at, path, (*through, reference))

    def _problem(self, path: str, value: Any, allowed: str, do: str) -> None:
        self.problems.append(Problem(path, value, allowed, do))


def _keys(reference: str) -> Iterator[str]:
    return (key for key in re.split(r"[.\[\]]+", reference) if key)
