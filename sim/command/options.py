"""Words of a command line that begin with two dashes: switches, and options with a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, suggestion


class Options(NamedTuple):
    """The words of a command line, parted."""

    words: list[str]
    flags: set[str]
    values: dict[str, str]


def options(words: Sequence[str], flags: Sequence[str] = (), values: Sequence[str] = ()) -> Options:
    """Part words into switches, options with a value (`--junit FILE` or `--junit=FILE`) and all others.

    Raises BadInput, which tells all that is wrong at once.
    """
    found, problems, rest = Options([], set(), {}), list[Problem](), list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            found.words.append(word)
            continue
        name, sign, value = word.partition("=")
        if name in flags and not sign:
            found.flags.add(name)
        elif name in values and (sign or rest) and (value or (rest and not sign)):
            if name in found.values:
                problems.append(Problem(name, NOTHING, "is said twice", "Leave one out."))
            found.values[name] = value if sign else rest.pop(0)
        elif name in values:
            problems.append(Problem(name, NOTHING, "needs a value", f"Write {name} FILE."))
        else:
            problems.append(Problem(word, NOTHING, "is no option here", suggestion(name, (*flags, *values))))
    if problems:
        raise BadInput(problems)
    return found
