"""The worlds of a run that was made before, kept in its folder: by them it is made again, whatever configs/ say then.

`config.yaml` has a block `worlds` beside the parameters, and `worlds.csv` a row a world: the values that were put over
that config, by key, written so that they are read as the same numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.members import DECIMAL_OF_ANY_LENGTH, MOST_MEMBERS, WHOLE, contents_of, raise_any
from sim.experiments.worlds import Config, World, has, path_of, value_at
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING, Written

COPY = "worlds.csv"
"""The file of a run's folder."""

DO = "Give the folder of a run as it was written, or worlds=base."


def text_of(worlds: Sequence[World]) -> str:
    """Return worlds as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys = list(worlds[0].values)
    writer.writerow(["world", *keys])
    writer.writerows([world.number, *(repr(world.values[key]) for key in keys)] for world in worlds)
    return out.getvalue()


def read_worlds(file: Path, config: Config) -> list[World]:
    """Return the worlds of a run's folder; raise BadInput where they cannot be those of its config."""
    try:
        rows = list(csv.reader(contents_of(file).decode().splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise BadInput([Problem(str(file), NOTHING, f"cannot be read: {reason or error}", DO)]) from None
    header = rows[0] if rows else []
    raise_any(_columns(file, header, config))
    found: list[Problem] = []
    worlds = []
    for line, fields in enumerate(rows[1:], 2):
        wrong = list(_fields(file, line, header, fields))
        if not wrong:
            worlds.append(World(line - 1, dict(zip(header[1:], map(_number, fields[1:]), strict=True))))
        found += wrong
    if not found and not 0 < len(worlds) <= MOST_MEMBERS:
        found.append(Problem(str(file), NOTHING, f"must have 1 to {MOST_MEMBERS} worlds", DO))
    raise_any(found)
    return worlds


def _columns(file: Path, header: list[str], config: Config) -> Iterator[Problem]:
    if header[:1] != ["world"] or len(set(header)) < len(header):
        yield Problem(f"{file}, line 1", NOTHING, "must begin with the column world, and name each key once", DO)
        return
    for key in header[1:]:
        if not has(config, path_of(key)) or not _is_number(value_at(config, path_of(key))):
            yield Problem(f"{file}, line 1", Written(key), "is no number of the config", DO)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fields(file: Path, line: int, header: list[str], fields: list[str]) -> Iterator[Problem]:
    where = f"{file}, line {line}"
    if len(fields) != len(header) or fields[0] != str(line - 1):
        yield Problem(where, NOTHING, f"must be world {line - 1}, with {len(header)} fields", DO)
        return
    for key, field in zip(header[1:], fields[1:], strict=True):
        if not DECIMAL_OF_ANY_LENGTH.fullmatch(field):
            yield Problem(f"{where}, {key}", Written(field), "must be a number", DO)


def _number(field: str) -> int | float:
    return int(field) if WHOLE.fullmatch(field) else float(field)
