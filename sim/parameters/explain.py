"""Validate an input and explain all its faults at once."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, cast, overload

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.parameters.agreement import disagreements
from sim.parameters.parameters import Parameters
from sim.parameters.problems import NOTHING, BadInput, Fault, Problem, joined, suggestion
from sim.parameters.quantities import Number, Whole

SHAPES = {
    "model_type": "must be a block of keys",
    "dict_type": "must be a block of keys",
    "tuple_type": "must be a list",
}


P = TypeVar("P", bound=Parameters)
Loc = tuple[int | str, ...]
"""The keys and places in lists that lead to a value, as pydantic tells them."""


@overload
def validate(given: Mapping[str, Any]) -> Parameters: ...
@overload
def validate(given: Mapping[str, Any], model: type[P]) -> P: ...
def validate(given: Mapping[str, Any], model: type[Parameters] = Parameters) -> Parameters:
    """Return the parameters; raise BadInput with every problem when there are some.

    `model` is a class of parameters with the blocks of further stations.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise BadInput([*_own(error, given, model), *_between_blocks(given, error, model)]) from None


def problems(found: ValidationError | Mapping[str, Any]) -> list[Problem]:
    """Return all problems of an input, or those of an error that was raised for it."""
    if isinstance(found, ValidationError):
        return list(_own(found, {}, Parameters))
    try:
        validate(found)
    except BadInput as bad:
        return list(bad.problems)
    return []


def keys_at(path: Loc, model: type[Parameters] = Parameters) -> list[str]:
    """Return the keys known below a path of the parameters; none where they are free."""
    kind: Any = model
    for key in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            kind = _bare(fields.get(str(key)))
        else:
            inside = typing.get_args(kind)
            kind = _bare(inside[1] if typing.get_origin(kind) is dict else inside[0]) if inside else None
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


def check_at(path: Loc, model: type[Parameters] = Parameters) -> Number | Whole | None:
    """Return what bounds the number at a path of the parameters; None where there is no number."""
    kind: Any = model
    for key in path:
        bare = _bare(kind)
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            fields = {field.alias or name: field for name, field in bare.model_fields.items()}
            field = fields.get(str(key))
            if field is None:
                return None
            kind = Annotated[(cast(Any, field.annotation), *field.metadata)] if field.metadata else field.annotation
        else:
            inside = typing.get_args(bare)
            if not inside:
                return None
            kind = inside[1] if typing.get_origin(bare) is dict else inside[0]
    return _check(kind)


def _check(kind: Any) -> Number | Whole | None:
    """Return the check among the validators of an annotation."""
    for validator in typing.get_args(kind)[1:] if typing.get_origin(kind) is Annotated else ():
        found = getattr(validator, "func", None)
        if isinstance(found, Number | Whole):
            return found
    for inner in typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else ():
        check = _check(inner)
        if check is not None:
            return check
    return None


def _bare(kind: Any) -> Any:
    """Take an annotation out of `Annotated` and `| None`."""
    while True:
        origin = typing.get_origin(kind)
        if origin is typing.Annotated:
            kind = typing.get_args(kind)[0]
        elif origin in (typing.Union, types.UnionType):
            kind = next(one for one in typing.get_args(kind) if one is not type(None))
        else:
            return kind


def _below(given: Any, key: int | str) -> Any:
    """Return what stands under a key of an input of any shape; nothing where it has no such key."""
    try:
        return given[key]
    except (KeyError, IndexError, TypeError):
        return {}


def _path(loc: Loc) -> str:
    path = ""
    for key in loc:
        path = joined(path, f"[{key}]" if isinstance(key, int) else key)
    return path


def _explain(details: ErrorDetails, model: type[Parameters]) -> Iterator[Problem]:
    path, value, kind = _path(details["loc"]), details["input"], details["type"]
    fault = details.get("ctx", {}).get("error")
    if isinstance(fault, Fault):
        yield from (problem.below(path) for problem in fault.problems)
    elif kind == "extra_forbidden":
        advice = suggestion(str(details["loc"][-1]), keys_at(details["loc"][:-1], model))
        yield Problem(path, value, "is not a key", advice)
    elif kind in SHAPES:
        keys = keys_at(details["loc"], model)
        yield Problem(path, value, SHAPES[kind], f"Give its keys: {', '.join(keys)}." if keys else "")
    elif kind != "missing":
        yield Problem(path, value, details["msg"].lower(), "Change it.")


def _own(error: ValidationError, given: Mapping[str, Any], model: type[Parameters]) -> Iterator[Problem]:
    """Explain the faults inside the blocks, in the order of their keys."""
    yield from _missing(error, given, model)
    for details in error.errors():
        yield from _explain(details, model)


def _missing(error: ValidationError, given: Mapping[str, Any], model: type[Parameters]) -> Iterator[Problem]:
    """Tell the keys missing from one block together, with the blocks that stand beside it."""
    blocks: dict[Loc, tuple[list[str], Any]] = {}
    for details in error.errors():
        if details["type"] == "missing":
            keys, _ = blocks.setdefault(details["loc"][:-1], ([], details["input"]))
            keys.append(str(details["loc"][-1]))
    for loc, (keys, block) in blocks.items():
        lacks = f"lacks {', '.join(keys)}"
        do = "Give them."
        if loc and isinstance(loc[-1], str) and not keys_at(loc[:-1], model):  # a free name, such as a partner's
            beside = functools.reduce(_below, loc[:-1], given)
            advice = suggestion(loc[-1], [name for name in beside if name != loc[-1]])
            do = f"{advice} A new one needs all its keys.".strip()
        yield Problem(_path(loc) or "parameters", block or NOTHING, lacks, do)


def _between_blocks(given: Mapping[str, Any], error: ValidationError, model: type[Parameters]) -> Iterator[Problem]:
    """Apply the rules between the blocks to whatever of them has no fault of its own."""
    faults = {details["loc"][:2] for details in error.errors()}
    if () in faults:
        return  # no block had a fault of its own: the rules have run, they are the error
    partly = {details["loc"]: details.get("ctx", {}).get("error") for details in error.errors()}
    blocks: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind, keys = _bare(field.annotation), given.get(name)
        if keys is None and name in given and kind is not field.annotation:
            blocks[name] = None
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(keys, Mapping):
            sound = {}
            for key, inner in kind.model_fields.items():
                written = inner.alias or key
                if written in keys and (name, written) not in faults:
                    sound[key] = _alone(kind)[key].validate_python(keys[written])
                elif (left := getattr(partly.get((name, written)), "sound", None)) is not None:
                    sound[key] = left
            blocks[name] = kind.model_construct(**sound)
    yield from disagreements(model.model_construct(**blocks), model.journey.route, partial=True)


@functools.cache
def _alone(block: type[BaseModel]) -> dict[str, TypeAdapter[Any]]:
    """Return what validates each field of a block alone."""
    found = {}
    for key, field in block.model_fields.items():
        bare: Any = field.annotation
        found[key] = TypeAdapter(Annotated[(bare, *field.metadata)] if field.metadata else bare)
    return found
