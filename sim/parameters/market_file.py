"""A table of courses of the planner's own: a CSV file, checked like any config; a bad value is told by line and column.

The columns: provider and course (names), platforms (their keys, separated by spaces), kind (live or self-paced), seats
of a class and classes_per_week (of live courses; the first class is as long after `first` as the next after it), first
(from when the course is on sale), until (from when it no longer is; empty: for good), price (rupiah), popularity (a
weight), duration (days) and completion (a share). A course stands in one line, and a whole number has no decimal mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, GetCoreSchemaHandler, ValidationError, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from sim.journey import limits
from sim.parameters.block import Block
from sim.parameters.dates import Wib
from sim.parameters.ordinary_file import contents_of
from sim.parameters.problems import NOTHING, Fault, Problem, Written, raise_any, shown, suggestion
from sim.parameters.quantities import MOST_DAYS, Share, choice, days, number, whole
from sim.parameters.training import CoursePrice

COPY = "market.csv"
"""The file's copy in the folder of a run, by which the run is made again."""

MOST_BYTES = 1 << 23
"""Bytes of a file: ten thousand courses take some 1.5 million."""

LONGEST_NAME = 60
"""Characters of a name, and of the file's where a fault is told."""


def _short(value: Any) -> Any:
    if not isinstance(value, str) or not value or len(value) > LONGEST_NAME or not value.isprintable():
        allowed = f"must be a name of at most {LONGEST_NAME} characters"
        raise Fault([Problem("", value, allowed, "Write it out, or shorten it.")])
    return value


Name = Annotated[str, BeforeValidator(_short)]


def _keys(value: Any, info: ValidationInfo) -> tuple[str, ...]:
    keys = tuple(str(value).split())
    if not keys:
        raise Fault([Problem("", Written(value), "must be keys of market.platforms", "Separate them by spaces.")])
    if len(set(keys)) < len(keys):
        raise Fault([Problem("", Written(value), "must name each platform once", "Leave one of them out.")])
    known = info.context
    if known is not None:
        raise_any(
            Problem("", key, "is no platform of market.platforms", suggestion(key, known))
            for key in keys
            if key not in known
        )
    return keys


MARKED = re.compile(r"([-+]?\d{0,40})\.(\d{0,40})", re.ASCII)
"""A number with a decimal mark, and no power of ten behind it."""


def _without_mark(value: Any) -> Any:
    """Refuse a whole number with a decimal mark: 300.000 may be three hundred, or three hundred thousand."""
    found = MARKED.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    whole, fraction = found.groups()
    do = "Write a whole number."
    if len(fraction) == 3:
        do = f"Write {int(whole + fraction)}: a full stop is the decimal mark, and nothing separates thousands."
    elif not fraction.strip("0") and whole.strip("+-"):
        do = f"Write {int(whole)}."
    allowed = "must be a whole number, written without a decimal mark"
    raise Fault([Problem("", Written(value), allowed, do)])


Seats = Annotated[int, whole(0, 1_000_000, "Set the seats of a class; 0 is closed.")]


class Listed(Block):
    """Describe a course of the file."""

    provider: Name
    course: Name
    platforms: Annotated[tuple[str, ...], BeforeValidator(_keys)]
    kind: Annotated[Literal["live", "self-paced"], choice("live", "self-paced", do="Choose one.")]
    seats: Annotated[Seats | None, BeforeValidator(_without_mark)]
    classes_per_week: Annotated[float, number(1e-3, 10_080, "Set classes a week: one a minute at the most.")] | None
    first: Wib
    until: Wib | None
    price: Annotated[CoursePrice, BeforeValidator(_without_mark)]
    popularity: Annotated[float, number(1e-9, 1e9, "Set a weight above 0.")]
    duration: Annotated[float, days(MOST_DAYS)]
    completion: Share

    @model_validator(mode="after")
    def _check(self) -> Self:
        found = []
        for column in ("seats", "classes_per_week"):
            value = getattr(self, column)
            if self.kind == "live" and value is None:
                found.append(Problem(column, Written(""), "must be there: the course is live", "Write a number."))
            if self.kind == "self-paced" and value is not None:
                allowed = "must be empty: a self-paced course has no classes"
                found.append(Problem(column, value, allowed, "Leave it out."))
        if self.until is not None and self.until <= self.first:
            allowed = f"must be after the course's first day on sale ({shown(self.first)})"
            found.append(Problem("until", self.until, allowed, "Change one of the two, or leave it empty."))
        raise_any(found)
        return self


COLUMNS = tuple(Listed.model_fields)
NUMBERS = ("seats", "classes_per_week", "price", "popularity", "duration", "completion")
WHOLES = ("seats", "price")
MAY_BE_EMPTY = ("seats", "classes_per_week", "until")

WHOLE = re.compile(r"[-+]?\d{1,40}", re.ASCII)
DECIMAL = re.compile(r"[-+]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][-+]?\d{1,3})?", re.ASCII)


class MarketFile(str):
    """The name of a file of courses, with what was read of it."""

    contents: bytes
    """The file as it was read."""
    rows: tuple[Listed, ...]
    lines: tuple[int, ...]
    """The line of each row."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return how the name of a file is validated: as a text that names one."""
        return core_schema.no_info_plain_validator_function(_name, serialization=core_schema.to_string_ser_schema())

    def dearer_than(self, balance: int) -> Iterator[Problem]:
        """Find courses that cost more than the training balance."""
        for row, line in zip(self.rows, self.lines, strict=True):
            if row.price > balance:
                allowed = f"must be at most budget.training_balance ({balance:,})"
                do = "Lower the price, or raise the balance."
                yield Problem(_path(self, line, "price"), row.price, allowed, do)


def _name(value: Any) -> MarketFile:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise Fault([Problem("", value, "must be the path of a CSV file, or null for the catalogue", "Name a file.")])
    return MarketFile(value)


def read_market_file(file: MarketFile, info: ValidationInfo) -> MarketFile:
    """Return a file's name with its courses; raise a fault that tells all that is wrong with it.

    The platforms are those of the market that names the file, where they are in order.
    """
    platforms = (info.data or {}).get("platforms")
    try:
        file.contents = contents_of(file, MOST_BYTES)
        text = file.contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file, f"is not written in UTF-8 (byte {error.start + 1:,})") from None
    except OSError as error:
        raise _unreadable(file, f"cannot be read: {error.strerror or error}") from None
    records = _records(file, text)
    header = _header(file, records)
    rows, lines, found = [], [], list[Problem]()
    of_course: dict[tuple[str, str], int] = {}
    for line, record in records[1:]:
        try:
            row = _row(file, line, header, record, platforms)
        except Fault as fault:
            found += fault.problems
            continue
        before = of_course.setdefault((row.provider, row.course), line)
        if before != line:
            allowed = f"is in line {before} already, of the same provider"
            found.append(Problem(_path(file, line, "course"), row.course, allowed, "Leave one of the two out."))
        rows.append(row)
        lines.append(line)
    providers = len({row.provider for row in rows})
    if providers > limits.PROVIDERS:
        allowed = f"must be at most {limits.PROVIDERS:,} providers, there are {providers:,}"
        found.append(Problem(_path(file, 1, "provider"), NOTHING, allowed, "Join some of them."))
    file.rows, file.lines = tuple(rows), tuple(lines)
    if found:
        raise Fault(found, sound=file)
    return file


def _unreadable(file: str, why: str) -> Fault:
    return Fault([Problem("", Written(file), why, "Give a CSV file of courses.")])


def _path(file: str, line: int, column: str = "") -> str:
    """Return where in a file something stands, to be read from the key that names the file."""
    name = file if len(file) <= LONGEST_NAME else f"...{file[3 - LONGEST_NAME :]}"
    return f"[{name}, line {line}" + (f", {column[:LONGEST_NAME]}]" if column else "]")


def _records(file: str, text: str) -> list[tuple[int, str]]:
    """Return the number and the text of every line that is not empty."""
    lines = enumerate(io.StringIO(text, newline=None), start=1)
    records = [(number, record) for number, line in lines if (record := line.removesuffix("\n"))]
    if len(records) > limits.ON_SALE + 1:
        allowed = f"must be at most {limits.ON_SALE:,} courses"
        raise Fault([Problem(_path(file, records[limits.ON_SALE + 1][0]), NOTHING, allowed, "Leave some out.")])
    return records


def _fields(file: str, line: int, record: str) -> list[str]:
    """Return the fields of a line, read by itself: a quote that is not closed is a fault of its own line alone."""
    try:
        return [field.strip() for field in next(csv.reader([record], strict=True))]
    except csv.Error as error:
        why = "a quote is not closed" if str(error) == "unexpected end of data" else str(error)
        do = "Write fields that hold commas or quotes in quotes, and a course in one line."
        raise Fault([Problem(_path(file, line), NOTHING, f"is no CSV ({why})", do)]) from None


def _header(file: str, records: list[tuple[int, str]]) -> list[str]:
    """Return the columns; raise a fault unless the first record names every one once, and there is a course."""
    header = _fields(file, *records[0]) if records else []
    if len(header) == 1 and ";" in header[0]:
        raise Fault([Problem(_path(file, 1), NOTHING, "must be separated by commas", "Save it so, or exchange them.")])
    expected = f"The columns are: {', '.join(COLUMNS)}."
    found = [
        Problem(_path(file, 1), name, "is no column", suggestion(name, COLUMNS))
        for name in header
        if name not in COLUMNS
    ]
    missing = [name for name in COLUMNS if header.count(name) != 1]
    if missing:
        found.append(Problem(_path(file, 1), NOTHING, f"must name once: {', '.join(missing)}", expected))
    if not found and len(records) < 2:
        found.append(Problem(_path(file, 2), NOTHING, "must be a course", "List one at least."))
    raise_any(found)
    return header


def _row(file: str, line: int, header: list[str], record: str, platforms: Iterable[str] | None) -> Listed:
    fields = _fields(file, line, record)
    if len(fields) != len(header):
        allowed = f"must have {len(header)} fields, it has {len(fields)}"
        raise Fault([Problem(_path(file, line), NOTHING, allowed, "Write what holds a comma in quotes.")])
    written = zip(header, fields, strict=True)
    try:
        return Listed.model_validate({name: _value(name, field) for name, field in written}, context=platforms)
    except ValidationError as error:
        raise Fault(_explained(file, line, error)) from None


def _value(column: str, field: str) -> Any:
    """Return what a field holds: a number where it is one, nothing where it may be empty."""
    if not field and column in MAY_BE_EMPTY:
        return None
    if column not in NUMBERS:
        return field
    if column in WHOLES and MARKED.fullmatch(field):
        return field
    if WHOLE.fullmatch(field):
        return int(field)
    return float(field) if DECIMAL.fullmatch(field) else field


def _explained(file: str, line: int, error: ValidationError) -> Iterator[Problem]:
    for details in error.errors():
        column = str(details["loc"][0]) if details["loc"] else ""
        fault = details.get("ctx", {}).get("error")
        if isinstance(fault, Fault):
            for each in fault.problems:
                yield Problem(_path(file, line, column or each.path), each.value, each.allowed, each.do)
        else:
            yield Problem(_path(file, line, column), details["input"], details["msg"].lower(), "Change it.")
