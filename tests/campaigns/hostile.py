"""Values for every key of the config: those it may have, those at its limits, and those of the worst kind.

The keys are those of the parameters' own model. What a key may be is asked of its own validators: they are given
something impossible, and say in their message what is allowed, limits and names among it.
"""

from __future__ import annotations

import copy
import math
import random
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from sim.parameters import Parameters
from sim.parameters.explain import problems

Config = dict[str, Any]
Path = tuple[str | int, ...]

UNSEEN = "what-stands-in-the-environment"
"""What stands in the environment, and must not reach the screen."""

SIGNS = (
    "\n\r\t\a\x1b\x7f\x85\u2028\u202e\u2067\u200b\ufeff\xad\xa0\u034f\U000e0041\ud800\ue000$\\{}[]'\"#&*!%@`|>:,?-=~^"
)

TEXTS: tuple[Any, ...] = (
    "", " ", "~", "null", "yes", "NO", "on", "0x1F", "1_000", "1e5", "12:30", ".nan", ".inf", "=", "<<", "???", "---",
    "...", "!!python/name:os.system", "&a", "*a", "${oc.env:UNSEEN}", "${portal.rate}", "${portal}", "${a.b", "${}",
    "$", "\\${a}", "../../etc/passwd", "/etc/passwd", "//etc/passwd", "~root/x", "-", "_target_", "a" * 61, "a" * 300,
    "x" * 9_999, "x" * 10_001, "\x00", "\x1b[2J", "\u202eabc", "a\nb", "a\rb", "\ud800", "ä" * 40, "😀", "$\\frac{1}{0",
    "$x^", "%s%n", "{0}", "<b>&amp;", "2020-02-30T00:00", "2020-02-29T24:00", "9999-12-31T23:59", "0000-00-00T00:00",
    "2020-04-11T19:00:00+07:00", "02-29", "00-00", "٢٠٢٠-٠١-٠١",
)  # fmt: skip

NUMBERS: tuple[Any, ...] = (
    0, -0.0, 1, -1, 0.5, 1e-300, 5e-324, -1e-9, 1e-6, 1e-7, 0.1 + 0.2, 255, 256, 65_535, 65_536, 2**31 - 1, 2**31,
    2**32 - 1, 2**32, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 1e12, 1e15, 1e16, 1e18, 1e300, 1.8e308, math.inf,
    -math.inf, math.nan, 10**39, 10**41, 10**400, True, False,
)  # fmt: skip

ODD: tuple[Any, ...] = (
    None, [], {}, [None], [[]], [{}], {"": 1}, {"a": None}, {"_target_": "os.system"}, {"from": 1}, [0] * 50,
    {"law": "constant"}, {"law": "exponential", "unit": "hours", "minimum": 0, "mean": 1, "spread": 0},
    [{"from": "2020-05-01T00:00", "until": "2020-04-01T00:00"}], {"a": {"b": {"c": {"d": {}}}}},
    [[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]],
)  # fmt: skip

IMPOSSIBLE = (object(), "\0", -1e301, 1e301)
"""What no key may be: the message says what it may."""


@dataclass(frozen=True)
class Place:
    """A key of a config, what it may be, and what stands there."""

    path: Path
    value: Any
    allowed: tuple[Any, ...] = field(default=())

    @property
    def name(self) -> str:
        """Return the path as a planner writes it."""
        return ".".join(map(str, self.path))


def places(config: Config) -> list[Place]:
    """Return every key of a config that the model knows, blocks and lists among them."""
    return list(_of_block(Parameters, config, ()))


def good(place: Place, chance: random.Random) -> Any:
    """Return a value that a key may have, more often than not."""
    value = place.value
    options = list(place.allowed)
    if isinstance(value, bool):
        options += [value, not value]
    elif isinstance(value, int | float):
        scaled = value * chance.choice((0.5, 0.9, 1.0, 1.1, 2.0))
        options += [scaled, int(scaled), value, scaled]
    elif isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        moved = datetime.fromisoformat(value) + timedelta(hours=chance.choice((-24, -1, 0, 1, 24 * 7)))
        options += [f"{moved:%Y-%m-%dT%H:%M}" if "T" in value else f"{moved:%Y-%m-%d}"] * 3
    elif isinstance(value, list) and value:
        cut = chance.randrange(len(value) + 1)
        options += [value[:cut], value, value[cut:], []]
    else:
        options.append(value)
    return chance.choice(options)


def bad(place: Place, chance: random.Random) -> Any:
    """Return a value of the worst kind for a key: one beyond its limits, of another kind, or of an odd one."""
    beyond = [_beyond(limit, chance) for limit in place.allowed if isinstance(limit, int | float)]
    drawn = chance.random()
    if drawn < 0.3 and beyond:
        return chance.choice(beyond)
    if drawn < 0.55:
        return chance.choice(NUMBERS)
    if drawn < 0.75:
        return chance.choice(TEXTS)
    if drawn < 0.85:
        return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 12)))
    if drawn < 0.95:
        return chance.choice(ODD)
    return [place.value] * chance.choice((2, 100, 1_500))


def drawn_value(place: Place, chance: random.Random, hostile: bool) -> Any:
    """Return a value for a key: a good one, or, where a trial is hostile, more often than not one of the worst kind."""
    value = bad(place, chance) if hostile and chance.random() < 0.6 else good(place, chance)
    return copy.deepcopy(value)  # a later place may lie below this one, and the base must stay as it is


def _beyond(limit: float, chance: random.Random) -> float:
    if isinstance(limit, bool):
        return not limit
    near = [limit + 1, limit - 1, -limit, limit * 10]
    if isinstance(limit, float) or abs(limit) < 2**53:
        near += [math.nextafter(limit, math.inf), math.nextafter(limit, -math.inf)]
    return chance.choice(near)


def _of_block(model: type[BaseModel], config: Mapping[str, Any], path: Path) -> Iterator[Place]:
    for name, declared in model.model_fields.items():
        key = declared.alias or name
        if key not in config:
            continue
        annotation: Any = declared.annotation
        if declared.metadata:
            annotation = Annotated[(annotation, *declared.metadata)]
        yield from _of_value(annotation, config[key], (*path, key))


def _of_value(annotation: Any, value: Any, path: Path) -> Iterator[Place]:
    kind = _bare(annotation)
    yield Place(path, value, _allowed(annotation))
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(value, Mapping):
        yield from _of_block(kind, value, path)
    inside = typing.get_args(kind)
    if typing.get_origin(kind) is tuple and value:
        for index in sorted({0, len(value) - 1}):
            yield from _of_value(inside[0], value[index], (*path, index))
    if typing.get_origin(kind) is dict and value:
        for name in sorted({next(iter(value)), next(reversed(value))}):
            yield from _of_value(inside[1], value[name], (*path, name))


def _bare(annotation: Any) -> Any:
    while True:
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            annotation = next(one for one in typing.get_args(annotation) if one is not type(None))
        else:
            return annotation


def _allowed(annotation: Any) -> tuple[Any, ...]:
    """Return what a key may be, as far as its own validators say: limits, names, and nothing where that is allowed."""
    kind, found = _bare(annotation), list[Any]()
    if kind in (datetime, date):
        found += ["2000-01-01T00:00", "2099-12-31T23:59"] if kind is datetime else ["2000-01-01", "2099-12-31"]
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)) and typing.get_origin(kind) not in (tuple, dict):
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        for value in IMPOSSIBLE:
            found += _said(adapter, value)
        if _accepts(adapter, None):
            found.append(None)
    return tuple({repr(value): value for value in found}.values())


def _said(adapter: TypeAdapter[Any], value: Any) -> Iterator[Any]:
    """Yield the limits and the names that the refusal of a value tells."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        for problem in problems(error):
            one_of = re.search(r"one of (.+)", problem.allowed)
            if one_of:
                yield from (name.strip() for name in one_of[1].split(","))
            for number in re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", problem.allowed):
                plain = number.replace(",", "")
                yield float(plain) if re.search(r"[.e]", plain) else int(plain)
    except (OverflowError, ValueError, TypeError):
        return  # the campaign itself tries such values, where they count


def _accepts(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except (ValidationError, OverflowError, ValueError, TypeError):
        return False
    return True
