"""What a config may not say: it must not name code, nor read the machine it runs on, nor be larger than is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.composition.limits import DEEPEST, LONGEST_KEY, LONGEST_TEXT, MOST_DIGITS, MOST_NODES
from sim.composition.references import REFERENCE
from sim.parameters.problems import NOTHING, Problem, joined

CODE = ("_target_", "_args_", "_partial_", "_recursive_", "_convert_")

MISSING = "???"
"""What Hydra would pass over, so that the base's value stayed."""

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Characters that no text has: they control a terminal, or are half a character."""


def harms(value: Any, path: str = "", most: int = MOST_NODES) -> Iterator[Problem]:
    """Find all that a file, a word of the command line or a composed config must not say; `most` bounds its size."""
    if size(value, most) > most:
        allowed = f"must hold no more than {most:,} keys and values"
        yield Problem(path or "parameters", NOTHING, allowed, "Leave some out.")
    else:
        yield from _harms(value, path, 0)


def size(value: Any, most: int) -> int:
    """Return how many keys and values there are; of more than `most` it is enough to know that there are."""
    nodes, inside = 0, [value]
    while inside and nodes <= most:
        nodes += 1
        each = inside.pop()
        if isinstance(each, dict):
            nodes += len(each)
            inside += each.values()
        elif isinstance(each, list | tuple):
            inside += each
    return nodes


def _harms(value: Any, path: str, depth: int) -> Iterator[Problem]:
    if isinstance(value, dict | list | tuple) and depth == DEEPEST:
        yield Problem(path, NOTHING, f"must not be nested more than {DEEPEST} deep", "Take some brackets out.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            below = joined(path, str(key))
            unfit = _unfit_key(key)
            if unfit:
                yield Problem(below, inner, *unfit)
            else:
                yield from _harms(inner, below, depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _harms(inner, joined(path, f"[{index}]"), depth + 1)
    else:
        unfit = _unfit_value(value)
        if unfit:
            yield Problem(path, value, *unfit)


def _unfit_key(key: Any) -> tuple[str, str] | None:
    """Return what is allowed and what to do, if a key is none."""
    if not isinstance(key, str) or "${" in key or HIDDEN.search(key) or len(key) > LONGEST_KEY:
        # {rate: 800,000} has a key 000.
        comma = " In braces a comma ends a number: write 800000 or 800_000." if type(key) is int else ""
        return f"must be a plain key of at most {LONGEST_KEY} characters", f"Write the key out.{comma}"
    if key.split(".")[-1] in CODE:
        return "names code, which a config must not", "Leave it out."
    return None


def _unfit_value(value: Any) -> tuple[str, str] | None:
    """Return what is allowed and what to do, if a value cannot be one."""
    if value == MISSING:
        return "is Hydra's sign for a value that is not given", "Write the value."
    if isinstance(value, str):
        if "${" in REFERENCE.sub("", value):
            allowed = "must not call a resolver (it could read what is outside the configs)"
            return allowed, "Write the value itself, or the whole path of another key, such as ${portal.rate}."
        if HIDDEN.search(value):
            return "must not hold control characters", "Write what can be read."
        if len(value) > LONGEST_TEXT:
            return f"must have at most {LONGEST_TEXT:,} characters", "Shorten it."
    elif isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return f"must have at most {MOST_DIGITS} digits", "Write a number that is meant."
    elif not isinstance(value, float | int | None):
        return "must be a text, a number, a list or a block of keys", "Write the value itself."
    return None
