"""The worlds of a run that was made before, kept in its folder: by them it is made again, whatever configs/ say then.

`config.yaml` has a block `worlds` beside the parameters, with the law of every number that its worlds move; and
`worlds.csv` a row a world, with the value of each such number that follows no other. Row 0 has those of the base.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.experiments.members import DECIMAL_OF_ANY_LENGTH, MOST_BYTES, MOST_MEMBERS, WHOLE, raise_any
from sim.experiments.worlds import Config, has, path_of, value_at
from sim.parameters import BadInput, Problem
from sim.parameters.kinds import Follows, Kind, Number, declarations
from sim.parameters.ordinary_file import contents_of
from sim.parameters.problems import NOTHING, Fault, Written

COPY = "worlds.csv"
"""The file of a run's folder."""

DO = "Give the folder of a run as it was written, or worlds=base."

Row = dict[str, float]


def text_of(numbers: Mapping[str, Number], rows: Sequence[Mapping[str, float]]) -> str:
    """Return the values of worlds as CSV, written so that they are read as the same numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys = [key for key, number in numbers.items() if key in rows[0]]
    writer.writerow(["world", *keys])
    base = {key: numbers[key].value for key in keys}
    writer.writerows([world, *(repr(row[key]) for key in keys)] for world, row in enumerate((base, *rows)))
    return out.getvalue()


def read_worlds(file: Path) -> tuple[Row, list[Row]]:
    """Return the values of the base, and those of every world; raise BadInput where they cannot be read."""
    try:
        rows = list(csv.reader(contents_of(file, MOST_BYTES).decode().splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise BadInput([Problem(str(file), NOTHING, f"cannot be read: {reason or error}", DO)]) from None
    header = rows[0] if rows else []
    if header[:1] != ["world"] or len(set(header)) < len(header):
        allowed = "must begin with the column world, and name each key once"
        raise BadInput([Problem(f"{file}, line 1", NOTHING, allowed, DO)])
    raise_any(each for line, fields in enumerate(rows[1:], 2) for each in _wrong(file, line, header, fields))
    base, *worlds = [dict(zip(header[1:], map(_number, fields[1:]), strict=True)) for fields in rows[1:]] or [{}]
    if not 0 < len(worlds) <= MOST_MEMBERS:
        raise BadInput([Problem(str(file), NOTHING, f"must have the base and 1 to {MOST_MEMBERS} worlds", DO)])
    return base, worlds


def _wrong(file: Path, line: int, header: list[str], fields: list[str]) -> Iterator[Problem]:
    where = f"{file}, line {line}"
    if len(fields) != len(header) or fields[0] != str(line - 2):
        yield Problem(where, NOTHING, f"must be world {line - 2}, with {len(header)} fields", DO)
        return
    for key, field in zip(header[1:], fields[1:], strict=True):
        if not DECIMAL_OF_ANY_LENGTH.fullmatch(field):
            yield Problem(f"{where}, {key}", Written(field), "must be a number", DO)


def _number(field: str) -> int | float:
    return int(field) if WHOLE.fullmatch(field) else float(field)


def laws_of(numbers: Mapping[str, Number]) -> dict[str, str]:
    """Return the laws of numbers as they are written."""
    return {key: number.declared.law.text for key, number in numbers.items() if number.declared.law}


def numbers_of(laws: Mapping[str, Any], base: Mapping[str, float], config: Config) -> dict[str, Number]:
    """Return the numbers that worlds move, from their laws and values; raise BadInput where a law is none."""
    found: dict[str, Number] = {}
    problems: list[Problem] = []
    for key, law in laws.items():
        there = has(config, path_of(key))
        value = value_at(config, path_of(key)) if there else base.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(Problem(f"worlds.laws: {key}", NOTHING, "is no number of the config", DO))
            continue
        try:
            found[key] = Number(key, value, declarations(f"{Kind.UNCERTAIN}: {law}", {key: value})[key])
        except Fault as fault:
            problems += [each.below(f"worlds.laws: {key}") for each in fault.problems]
    needed = [key for key, each in found.items() if not isinstance(each.declared.law, Follows) and key not in base]
    problems += [Problem(f"worlds.laws: {key}", NOTHING, f"is no column of {COPY}", DO) for key in needed]
    raise_any(problems)
    return found
