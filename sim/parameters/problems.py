"""Faults of the input, in the planner's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime


class _Nothing:
    """Stand for a value that was not given."""


NOTHING = _Nothing()


@dataclass(frozen=True)
class Problem:
    """Say what is wrong with one key: its path, its value, what is allowed and what to do."""

    path: str
    value: object
    allowed: str
    do: str

    @property
    def text(self) -> str:
        """Return the problem as one line."""
        head = self.path if isinstance(self.value, _Nothing) else f"{self.path} = {shown(self.value)}"
        return f"{head}: {self.allowed}. {self.do}".rstrip()

    def below(self, path: str) -> Problem:
        """Return the problem with its path read from `path`."""
        return replace(self, path=joined(path, self.path))


class Fault(ValueError):
    """Carry the problems of one part, their paths relative to it, through the validation."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.text for problem in self.problems))


class BadInput(Exception):
    """Carry every problem of an input at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple({problem.text: problem for problem in problems}.values())
        super().__init__(self.text)

    def __reduce__(self) -> tuple[type[BadInput], tuple[tuple[Problem, ...]]]:
        return BadInput, (self.problems,)

    @property
    def text(self) -> str:
        """Return all problems, one a line, under a line that counts them."""
        count = len(self.problems)
        head = "One thing to mend:" if count == 1 else f"{count} things to mend:"
        return "\n".join([head, *(f"  {problem.text}" for problem in self.problems)])


def raise_any(problems: Iterable[Problem]) -> None:
    """Raise a fault when there is any problem."""
    found = tuple(problems)
    if found:
        raise Fault(found)


def joined(path: str, rest: str) -> str:
    """Return `rest` read from `path`, as one path of keys."""
    if not path or not rest:
        return path or rest
    return path + rest if rest.startswith("[") else f"{path}.{rest}"


def shown(value: object) -> str:
    """Return a value as a planner would write it, cut where it is long."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        text = value.isoformat(timespec="seconds" if value.second else "minutes")
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(item) for item in value) + "]"
    else:
        text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return what a mistyped word may have meant, and all the known words."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}Known here: {', '.join(names)}." if names else meant.strip()
