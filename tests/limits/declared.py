"""The parameters as the model declares them: each with the least and the greatest value that its validators name.

A parameter is a leaf of a config, found by walking the model and the config together; of a list the first and the last
entry are walked, of a block of free names the first. What a leaf accepts is read from the checks of its validators
(`Number`, `Whole`, `Choice`, `Several`), and from its type where these say nothing. So a new parameter has its tests
without a word of its own.
"""

from __future__ import annotations

import copy
import math
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter

from sim.parameters import Parameters
from sim.parameters.dates import FIRST_YEAR, LAST_YEAR, MonthDay
from sim.parameters.quantities import Choice, Number, Several, Whole

Path = tuple[str | int, ...]
Config = dict[str, Any]

ENORMOUS = 10**400
"""A whole number that no float holds."""

FIRST, LAST = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 12, 31, 23, 59, 59)

NO_NUMBERS: tuple[Any, ...] = (math.nan, math.inf, -math.inf, ENORMOUS, -ENORMOUS, True, "5", None, [], {})
NO_TEXTS: tuple[Any, ...] = ("", " ", 5, ENORMOUS, [], {})
NO_TRUTHS: tuple[Any, ...] = (0, 1, "true", "yes", math.nan, None, [], {})
NO_DATES: tuple[Any, ...] = ("", "2020-02-30", "2020-02-30T00:00", "29-02", 2020, ENORMOUS, math.nan, [], {})


@dataclass(frozen=True)
class Leaf:
    """A parameter: its path in a config, what validates it alone, and the check that bounds it (None: its type)."""

    path: Path
    adapter: TypeAdapter[Any]
    kind: Any
    check: Number | Whole | Choice | Several | None
    optional: bool

    @property
    def name(self) -> str:
        """Return the path as a planner reads it."""
        return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.path).removeprefix(".")

    @property
    def accepted(self) -> tuple[Any, ...]:
        """Return the least and the greatest value that is accepted, or all where there are but a few."""
        check = self.check
        found: tuple[Any, ...] = ()
        if isinstance(check, Number | Whole):
            found = (check.least, check.most)
        elif isinstance(check, Choice):
            found = check.names
        elif self.kind is datetime:
            found = (wib(FIRST), wib(LAST))
        elif self.kind is date:
            found = (f"{FIRST:%Y-%m-%d}", f"{LAST:%Y-%m-%d}")
        elif self.kind is MonthDay:
            found = ("01-01", "12-31")
        elif self.kind is bool:
            found = (False, True)
        elif self.kind is str:
            found = ("a",)
        return (*found, None) if self.optional else found

    @property
    def refused(self) -> tuple[Any, ...]:
        """Return the values one beyond those accepted, and what is of another kind."""
        check = self.check
        found: tuple[Any, ...]
        if isinstance(check, Number):
            found = (math.nextafter(check.least, -math.inf), math.nextafter(check.most, math.inf), *NO_NUMBERS)
        elif isinstance(check, Whole):
            between = (check.least + 0.5,) if check.most > check.least else ()
            found = (check.least - 1, check.most + 1, *between, *NO_NUMBERS)
        elif isinstance(check, Choice):
            found = (check.names[0] + "x", *NO_TEXTS)
        elif self.kind is datetime:
            found = (
                wib(FIRST - timedelta(seconds=1)),
                wib(LAST + timedelta(seconds=1)),
                "2020-08-08  00:00",
                *NO_DATES,
            )
        elif self.kind is date:
            found = (f"{FIRST_YEAR - 1}-12-31", f"{LAST_YEAR + 1}-01-01", "2020-08-08T00:00", *NO_DATES)
        elif self.kind is MonthDay:
            found = ("00-31", "13-01", *NO_DATES)
        elif self.kind is bool:
            found = NO_TRUTHS
        elif self.kind is str:
            found = NO_TEXTS
        else:
            found = ()
        return tuple(value for value in found if not (self.optional and value is None))


def wib(at: datetime) -> str:
    """Return a date and time as the configs write it, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def leaves(config: Mapping[str, Any], model: type[BaseModel] = Parameters) -> Iterator[Leaf]:
    """Yield every parameter of a config."""
    yield from _of_block(model, config, ())


def _of_block(model: type[BaseModel], config: Mapping[str, Any], path: Path) -> Iterator[Leaf]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in config:
            declared: Any = field.annotation
            annotation = Annotated[(declared, *field.metadata)] if field.metadata else declared
            yield from _of_value(annotation, config[key], (*path, key))


def _of_value(annotation: Any, value: Any, path: Path) -> Iterator[Leaf]:
    kind, check, optional = _bare(annotation)
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if value is not None:
            yield from _of_block(kind, value, path)
        return
    if origin is tuple:
        if isinstance(check, Several):
            yield Leaf(path, TypeAdapter(annotation), kind, check, optional)
        for place in sorted({0, len(value) - 1}) if value else ():
            yield from _of_value(inside[0], value[place], (*path, place))
        return
    if origin is dict:
        if isinstance(check, Several) and value is not None:
            yield Leaf(path, TypeAdapter(annotation), kind, check, optional)
        for name in list(value or {})[:1]:
            yield from _of_value(inside[1], value[name], (*path, name))
        return
    yield Leaf(path, TypeAdapter(annotation), kind, check, optional)


def _bare(annotation: Any) -> tuple[Any, Number | Whole | Choice | Several | None, bool]:
    """Return what an annotation declares: its type, the check of its validators, and whether null is accepted."""
    check, optional = None, False
    while True:
        origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is Annotated:
            for validator in inside[1:]:
                found = getattr(validator, "func", None)
                if isinstance(found, Number | Whole | Choice | Several):
                    check = found
            annotation = inside[0]
        elif origin in (typing.Union, types.UnionType):
            optional = True
            annotation = next(one for one in inside if one is not type(None))
        else:
            return annotation, check, optional


# Configs


def value_at(config: Any, path: Path) -> Any:
    """Return what stands at a path of a config."""
    for key in path:
        config = config[key]
    return config


def with_value(config: Config, path: Path, value: Any) -> Config:
    """Return a copy of a config with another value at a path; what is not above the path is shared."""
    changed = copy.copy(config)
    at: Any = changed
    for key in path[:-1]:
        at[key] = copy.copy(at[key])
        at = at[key]
    at[path[-1]] = value
    return changed


def leaf_at(config: Config, name: str, model: type[BaseModel] = Parameters) -> Leaf:
    """Return the parameter of a name."""
    return next(leaf for leaf in leaves(config, model) if leaf.name == name)
