"""Faults of the input, in the planner's words."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

MOST_SHOWN = 50
"""Problems that are shown, of however many; and names that a suggestion considers."""

LONGEST_PATH, LONGEST_VALUE, LONGEST_LINE = 120, 80, 2_000
"""Characters that are shown of a path, of a value, and of all that is said of one problem."""

MOST_DIGITS = 30
"""Digits of a whole number that are shown."""

BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""What prints as nothing, although it counts as printable."""


class _Nothing:
    """Stand for a value that was not given."""


NOTHING = _Nothing()


class Written(str):
    """A value as it was written, shown without quotes."""

    __slots__ = ()


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
        path = cut(self.path, LONGEST_PATH)
        head = path if isinstance(self.value, _Nothing) else f"{path} = {shown(self.value)}"
        return cut(f"{head}: {self.allowed}. {self.do}".rstrip(), LONGEST_LINE)

    def below(self, path: str) -> Problem:
        """Return the problem with its path read from `path`."""
        return replace(self, path=joined(path, self.path))


class Fault(ValueError):
    """Carry the problems of one block, their paths relative to it, through the validation."""

    def __init__(self, problems: Iterable[Problem], sound: object = None) -> None:
        self.problems = tuple(problems)
        self.sound = sound
        """What of the value has no fault of its own, for the rules between the blocks; None: nothing."""
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
        """Return the problems, one a line, under a line that counts them; of very many the first."""
        count = len(self.problems)
        head = "One thing to mend:" if count == 1 else f"{count} things to mend:"
        more = [f"  and {count - MOST_SHOWN:,} more"] if count > MOST_SHOWN else []
        return "\n".join([head, *(f"  {problem.text}" for problem in self.problems[:MOST_SHOWN]), *more])


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
    """Return a value as a planner would write it, cut where it is long, with nothing in it that hides."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return f"a number of some {round(value.bit_length() * math.log10(2)):,} digits"
    if isinstance(value, datetime):
        text = value.isoformat(timespec="seconds" if value.second else "minutes")
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, Written):
        text = str(value)
    elif isinstance(value, str):
        text = f'"{value[:LONGEST_VALUE]}"'
    elif isinstance(value, dict):
        items = islice(value.items(), LONGEST_VALUE)
        text = "{" + ", ".join(f"{str(key)[:LONGEST_VALUE]}: {shown(item)}" for key, item in items) + "}"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(item) for item in value[:LONGEST_VALUE]) + "]"
    else:
        text = str(value)
    return cut(text, LONGEST_VALUE)


def cut(text: str, most: int) -> str:
    """Return the beginning of a text, with nothing in it that hides."""
    text = printable(text[: most + 1])
    return text if len(text) <= most else text[: most - 3] + "..."


def printable(text: str) -> str:
    """Return a text as one line that shows all that is in it.

    Characters that control a terminal, turn the direction of writing, break the line or have no width are escaped.
    """
    if text.isprintable() and not BLANK.search(text):
        return text
    hidden = (not sign.isprintable() or bool(BLANK.match(sign)) for sign in text)
    return "".join(
        sign.encode("unicode_escape").decode("ascii") if hides else sign
        for sign, hides in zip(text, hidden, strict=True)
    )


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return what a mistyped word may have meant, and all the known words."""
    names = list(islice(known, MOST_SHOWN))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}Known here: {', '.join(names)}." if names else meant.strip()
