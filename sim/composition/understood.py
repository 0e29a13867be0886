"""What was understood of the numbers that were given, and which of them may not be what was meant."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.composition import scenario, yaml_file
from sim.composition.compose import Composition
from sim.parameters.explain import Loc, check_at
from sim.parameters.idle import idle as without_effect
from sim.parameters.problems import joined
from sim.parameters.quantities import Whole
from sim.parameters.units import unit_of

MOST = 10
"""Numbers that are told of one run."""

THOUSANDS = re.compile(r"[-+]?([1-9]\d*)\.(\d{3})", re.ASCII)
"""A whole part that is not 0, a full stop, three digits: a thousand times as much may be meant."""


@dataclass(frozen=True)
class _Given:
    """A number that was given: where, what, and as it was written, if that is known."""

    loc: Loc
    value: float | None
    written: str | None

    @property
    def key(self) -> str:
        return str(next(key for key in reversed(self.loc) if isinstance(key, str)))

    @property
    def named(self) -> str:
        """Return the keys of its path, without the numbers of lists."""
        return ".".join(key for key in self.loc if isinstance(key, str))

    @property
    def path(self) -> str:
        path = ""
        for key in self.loc:
            path = joined(path, f"[{key}]" if isinstance(key, int) else key)
        return path


def remarks(found: Composition) -> list[str]:
    """Return a line for each rate, cap and count that was given, and one for each that may not be meant or is idle."""
    given = list(_given(found))
    asked = found.asked
    keys = ", ".join(str(override.input_line).partition("=")[0] for override in asked.keys) or "nothing"
    again = [f"Runs {asked.replayed} again, with {keys} changed."] if asked.replayed is not None else []
    told = [line for each in given if (line := _told(each, found.config))]
    more = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
    before = [each.config for each in (found.alone, found.base) if each is not None]
    doubted = [line for each in given if (line := _doubted(each, before))]
    return [*again, *(f"Understood: {line}." for line in (*told[:MOST], *more)), *doubted, *_without_effect(found)]


def _without_effect(found: Composition) -> list[str]:
    """Return a line for each key that was given and has no effect beside the others."""
    given = [override.key_or_group for override in found.asked.keys]
    if found.asked.replayed is None:
        given += _paths(found.changes)
    idle = {path: why for path in given if (why := without_effect(found.parameters, path))}
    return [f"Note: {path} has no effect: {why}." for path, why in idle.items()]


def _paths(changes: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the path of every key that a scenario changes and has no further keys below it."""
    for key, value in changes.items():
        path = joined(above, str(key))
        if isinstance(value, Mapping) and value:
            yield from _paths(value, path)
        else:
            yield path


def _given(found: Composition) -> Iterator[_Given]:
    asked = found.asked
    by_words = {override.key_or_group for override in asked.keys}
    if asked.replayed is None and found.changes:
        written = yaml_file.written(scenario.find(asked.scenario))
        for each in _numbers(found.changes, (), written.get):
            if each.path not in by_words:
                yield each
    for override in asked.keys:
        text = str(override.input_line).partition("=")[2]
        loc = tuple(int(key) if key.isdecimal() else key for key in override.key_or_group.split("."))
        for each in _numbers(override.value(), loc, lambda path: None):
            yield replace(each, written=text if each.loc == loc else _in_text(each, text))


def _in_text(given: _Given, text: str) -> str | None:
    """Return how a number inside a list or block is written: as what stands behind its key and has its value."""
    forms = re.findall(rf"\b{given.key}\s*:\s*([-+\w.]+)", text)
    return next((form for form in forms if THOUSANDS.fullmatch(form) and float(form) == given.value), None)


def _numbers(value: Any, loc: Loc, written: Callable[[str], str | None]) -> Iterator[_Given]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, (*loc, str(key)), written)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _numbers(inner, (*loc, index), written)
    elif (isinstance(value, int | float) and not isinstance(value, bool)) or value is None:
        each = _Given(loc, value, None)
        check = check_at(loc)
        if check is not None and (isinstance(check, Whole) or unit_of(each.named, "")):
            yield _Given(loc, value, written(each.path))


def _told(given: _Given, config: dict[str, Any]) -> str | None:
    """Return what was understood of a rate, a cap or a count."""
    unit = unit_of(given.named, _per(given.loc, config))
    if unit is None:
        return None
    if given.value is None:
        return f"{given.path}: plenty (null)" if given.key in ("rate", "cap") else None
    if given.value == 0 and given.key != "rupiah":
        return f"{given.path}: 0, closed" if given.key in ("rate", "cap", "servers", "seats") else f"{given.path}: 0"
    return f"{given.path}: {_number(given.value)} {unit}"


def _per(loc: Loc, config: dict[str, Any]) -> str:
    """Return the period of a rate: that of the nearest block above it which says one."""
    for depth in range(len(loc) - 1, 0, -1):
        block = _at(config, loc[:depth])
        if isinstance(block, dict) and "per" in block:
            return str(block["per"])
    return "week"


def _doubted(given: _Given, before: list[dict[str, Any]]) -> str | None:
    """Return what is doubtful about a number: thousands that are separated by a full stop, a thousandth of before."""
    if given.value is None:
        return None
    found = THOUSANDS.fullmatch((given.written or "").strip())
    if found:
        meant = f"{found[1]}{found[2]}"
        read = f"{given.path} = {given.written} was read as {_number(given.value)}"
        return f"Note: {read}, since a full stop is the decimal mark. Write {meant} if that is meant."
    for was in (_at(config, given.loc) for config in before):
        if isinstance(was, int | float) and given.value and math.isclose(given.value * 1000, was, rel_tol=1e-9):
            told = f"{given.path} = {_number(given.value)} is a thousandth of the {_number(was)} it was before"
            return f"Note: {told}. Write {_plain(was)} if that is meant."
    return None


def _at(config: Any, loc: Loc) -> Any:
    """Return what stands at a place of a config; None where there is no such place."""
    for key in loc:
        in_list = isinstance(config, list) and isinstance(key, int) and key < len(config)
        if not in_list and not (isinstance(config, dict) and key in config):
            return None
        config = config[key]
    return config


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.15g}"


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.15g}"
