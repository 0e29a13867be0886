"""The ensemble: members, each a value of every uncertain number of the base, in a table that is part of the product.

The file begins with lines of comment that hold what makes it again, one field a line (`# name: JSON`):

    schema      the version of this form
    made        "laws" where members are drawn from the declared laws, "fit" where they fit what was published
    seed        of what was drawn
    settings    of how it was made
    base        a hash of the uncertain numbers of the base and their laws: with others the table does not go together
    versions    of Python and the libraries
    sha256      of all of this and of the rows, so that a table that was changed by hand is not taken for one of a fit

Then a row a member: `member`, numbered from 1, and a column for each number that has luck of its own or that the fit
moves, by its key; at most six significant digits. Members have equal weight. Numbers that follow others are computed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.experiments.worlds import Config, put_over, world_of
from sim.parameters import BadInput, Problem, problems
from sim.parameters.kinds import Follows, Number
from sim.parameters.ordinary_file import contents_of
from sim.parameters.problems import NOTHING, Written, suggestion

FILE = Path("ensemble") / "members.csv"
"""Where the table is, in the folder of the configs."""

SCHEMA = 2
MOST_BYTES, MOST_MEMBERS = 1 << 23, 999
DIGITS = 6
"""Significant digits of a value."""

MOST_DIGITS = 9
"""Digits of a member's number that is read at all."""

FIELDS = ("schema", "made", "seed", "settings", "base", "versions", "sha256")
WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,15})?([eE][-+]?\d{1,2})?", re.ASCII)
DECIMAL_OF_ANY_LENGTH = re.compile(r"-?\d{1,20}(\.\d{1,20})?([eE][-+]?\d{1,3})?", re.ASCII)
AGAIN = "Make the table again: `prakerja calibrate` writes it."


@dataclass(frozen=True)
class Members:
    """The members in order, each with its values by key, and how they were made."""

    made: str
    seed: int
    settings: dict[str, Any]
    versions: dict[str, str]
    rows: tuple[dict[str, float], ...]

    def __len__(self) -> int:
        return len(self.rows)


def columns_of(numbers: Mapping[str, Number]) -> list[str]:
    """Return the keys of the table for the uncertain numbers of the base."""
    return [
        key for key, number in numbers.items() if not isinstance(number.declared.law, Follows) or number.declared.fitted
    ]


def hash_of(numbers: Mapping[str, Number]) -> str:
    """Return a hash of uncertain numbers and their laws, whatever their order."""
    each = [
        (key, float(number.value), number.declared.law.text if number.declared.law else "", number.declared.fitted)
        for key, number in sorted(numbers.items())
    ]
    return hashlib.sha256(json.dumps(each).encode()).hexdigest()


def seal_of(head: Mapping[str, Any], rows: Sequence[Mapping[str, str]]) -> str:
    """Return a hash of the fields at the beginning and of the rows as written, whatever the order of the columns."""
    kept = {name: head[name] for name in FIELDS if name != "sha256"}
    text = json.dumps([kept, list(map(dict, rows))], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def written(value: float, whole: bool) -> str:
    """Return a value as it stands in the table."""
    return str(round(value)) if whole else f"{value:.{DIGITS}g}"


def text_of(members: Members, numbers: Mapping[str, Number]) -> str:
    """Return the table as text."""
    columns = columns_of(numbers)
    head = {
        "schema": SCHEMA,
        "made": members.made,
        "seed": members.seed,
        "settings": members.settings,
        "base": hash_of(numbers),
        "versions": members.versions,
    }
    rows = []
    for number, row in enumerate(members.rows, 1):
        laws = {key: numbers[key].declared.law for key in columns}
        of_keys = {key: written(row[key], bool((law := laws[key]) and law.whole)) for key in columns}
        rows.append({"member": str(number), **of_keys})
    head["sha256"] = seal_of(head, rows)
    out = io.StringIO()
    out.write("# Members of the ensemble, of equal weight; sim/experiments/members.py says what the fields mean.\n")
    out.writelines(f"# {name}: {json.dumps(value, sort_keys=True)}\n" for name, value in head.items())
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["member", *columns])
    writer.writerows(row.values() for row in rows)
    return out.getvalue()


def write_members(members: Members, numbers: Mapping[str, Number], config: Config, file: Path) -> None:
    """Write the table, whole or not at all; raise BadInput, and write nothing, where it could not be read again.

    `numbers` are the uncertain numbers of the base, `config` is the base.
    """
    text = text_of(members, numbers)
    _parsed(file.name, text, numbers, config)
    file.parent.mkdir(exist_ok=True)
    aside = file.with_name(f".{file.name}.unfinished")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def read_members(file: Path, numbers: Mapping[str, Number], config: Config) -> Members:
    """Read the table; raise BadInput where it does not go together with the base, telling line and column."""
    named = f"configs/{file.parent.name}/{file.name}"
    try:
        text = contents_of(file, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(named, f"is not written in UTF-8 (byte {error.start + 1:,})") from None
    except OSError as error:
        raise _unreadable(named, f"cannot be read: {error.strerror or error}") from None
    return _parsed(named, text, numbers, config)


def _unreadable(named: str, why: str) -> BadInput:
    return BadInput([Problem(named, NOTHING, why, AGAIN)])


def _parsed(named: str, text: str, numbers: Mapping[str, Number], config: Config) -> Members:
    lines = text.splitlines()
    begins = next((line for line, words in enumerate(lines) if not words.startswith("#")), len(lines))
    head = _head(named, lines[:begins])
    rows = list(_records(named, lines[begins:], begins))
    columns = columns_of(numbers)
    header = rows[0][1] if rows else []
    raise_any(_columns(named, begins + 1, header, columns))
    if head["base"] != hash_of(numbers):
        allowed = "was made for other values or laws of the uncertain numbers than configs/ has"
        raise BadInput([Problem(named, NOTHING, allowed, AGAIN)])
    found: list[Problem] = []
    members = []
    number = 0
    for line, fields in rows[1:]:
        number += 1
        wrong = list(_fields(named, line, number, header, fields, numbers))
        if not wrong:
            row = dict(zip(header[1:], map(float, fields[1:]), strict=True))
            members.append({key: row[key] for key in columns})
            wrong = list(_out_of_order(named, line, number, members[-1], numbers, config))
        found += wrong
        if fields[0].isdecimal() and len(fields[0]) < MOST_DIGITS:
            number = int(fields[0])  # a row that is missing is told once, not of every row below it
    if not found and not members:
        found.append(Problem(f"{named}, line {begins + 2}", NOTHING, "must be a member", AGAIN))
    if len(members) > MOST_MEMBERS:
        found.append(Problem(named, NOTHING, f"has {len(members):,} members, at most {MOST_MEMBERS:,} may be", AGAIN))
    raise_any(found)
    if head["sha256"] != seal_of(head, [dict(zip(header, fields, strict=True)) for _, fields in rows[1:]]):
        allowed = "was changed since it was made: it is not what its sha256 is of"
        raise BadInput([Problem(named, NOTHING, allowed, AGAIN)])
    return Members(head["made"], head["seed"], head["settings"], head["versions"], tuple(members))


def raise_any(found: Sequence[Problem] | Iterator[Problem]) -> None:
    """Raise BadInput where there is any problem."""
    each = list(found)
    if each:
        raise BadInput(each)


KINDS: dict[str, type] = {
    "schema": int,
    "made": str,
    "seed": int,
    "settings": dict,
    "base": str,
    "versions": dict,
    "sha256": str,
}


def _head(named: str, lines: list[str]) -> dict[str, Any]:
    head: dict[str, Any] = {}
    found: list[Problem] = []
    for line, words in enumerate(lines, 1):
        name, _, value = words.removeprefix("# ").partition(": ")
        if name not in FIELDS:
            continue
        if name in head:
            found.append(Problem(f"{named}, line {line}, {name}", Written(value), "is there more than once", AGAIN))
            continue
        try:
            head[name] = json.loads(value)
        except (ValueError, RecursionError):
            found.append(Problem(f"{named}, line {line}, {name}", Written(value), "cannot be read", AGAIN))
        else:
            if type(head[name]) is not KINDS[name]:
                found.append(Problem(f"{named}, line {line}, {name}", head[name], "is no such value", AGAIN))
    if not found and head.get("schema", SCHEMA) != SCHEMA:
        do = f"This version reads {SCHEMA}. {AGAIN}"
        found.append(Problem(f"{named}, schema", head["schema"], "is another version of the table", do))
    missing = [name for name in FIELDS if name not in head]
    if missing and not found:
        found.append(Problem(named, NOTHING, f"lacks the lines of {', '.join(missing)} at its beginning", AGAIN))
    raise_any(found)
    return head


def _records(named: str, lines: list[str], before: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the fields of every row that is not blank."""
    reader = csv.reader(lines, strict=True)
    try:
        for fields in reader:
            if fields:
                yield before + reader.line_num, fields
    except csv.Error as error:
        where = f"{named}, line {before + reader.line_num}"
        raise BadInput([Problem(where, NOTHING, f"is no CSV ({error})", AGAIN)]) from None


def _columns(named: str, line: int, header: list[str], columns: list[str]) -> Iterator[Problem]:
    where = f"{named}, line {line}"
    if header[:1] != ["member"]:
        yield Problem(where, NOTHING, "must begin with the column member", AGAIN)
        return
    for key in dict.fromkeys(header[1:]):
        if key not in columns:
            yield Problem(where, Written(key), "is no uncertain number of the base", suggestion(key, columns))
        elif header.count(key) > 1:
            yield Problem(where, Written(key), "is there more than once", AGAIN)
    missing = [key for key in columns if key not in header]
    if missing:
        yield Problem(where, NOTHING, f"lacks the uncertain numbers {', '.join(missing)}", AGAIN)


def _fields(
    named: str, line: int, number: int, header: list[str], fields: list[str], numbers: Mapping[str, Number]
) -> Iterator[Problem]:
    where = f"{named}, line {line}"
    if len(fields) != len(header):
        yield Problem(where, NOTHING, f"must have {len(header)} fields, it has {len(fields)}", AGAIN)
        return
    if fields[0] != str(number):
        yield Problem(f"{where}, member", Written(fields[0]), f"must be {number}: members are numbered from 1", AGAIN)
    for key, field in zip(header[1:], fields[1:], strict=True):
        law = numbers[key].declared.law
        whole = law is not None and law.whole
        if not (WHOLE if whole else DECIMAL).fullmatch(field):
            allowed = "must be a whole number" if whole else "must be a number"
            yield Problem(f"{where}, {key}", Written(field), allowed, AGAIN)
        elif float(written(float(field), whole)) != float(field):
            yield Problem(f"{where}, {key}", Written(field), f"must have at most {DIGITS} digits", AGAIN)


def _out_of_order(
    named: str, line: int, number: int, member: Mapping[str, float], numbers: Mapping[str, Number], config: Config
) -> Iterator[Problem]:
    """Find what the validation refuses of a member over the base."""
    for each in problems(put_over(config, world_of(number, member, numbers, config))):
        yield replace(each, path=f"{named}, line {line}, {each.path}", do=AGAIN)
