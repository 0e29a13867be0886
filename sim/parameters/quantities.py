"""Kinds of numbers and words that the parameters are made of.

What is accepted of a number, a word or a list stands in a check that says its own bounds: `Number`, `Whole`, `Choice`
and `Several`, each the function of a validator of pydantic. So a generator finds the least and the greatest value of
every parameter in the model alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sized
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator

from sim.calendar.instants import DAY
from sim.journey import limits
from sim.parameters.problems import Fault, Problem, suggestion

SEPARATED = re.compile(r"\s*([-+]?)(\d{1,3})((?:[.,' _]\d{3})+|)(?:([.,])(\d+))?\s*", re.ASCII)
"""A number with separators of thousands, a decimal mark, or both, as people write it."""


def separated(text: str) -> str:
    """Return what to do about a number that is written with separators, such as 800,000; nothing where it is none."""
    found = SEPARATED.fullmatch(text) if len(text) < LONGEST_SEPARATED else None
    if found is None or not (found[3] or found[4]):
        return ""
    sign, first, groups, _, fraction = found.groups()
    whole = int(first + "".join(filter(str.isdigit, groups)))
    decimals = f".{fraction}" if fraction else ""
    grouped = f"{sign}{whole:_}{decimals}"
    written = f"{sign}{whole}{decimals}"
    either = written if grouped == written else f"{written} or {grouped}"
    return f"Write {either}: a full stop is the decimal mark, and neither it nor a comma separates thousands."


LONGEST_SEPARATED = 60
"""Characters of a number with separators: a longer one is none."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _advice(value: object) -> str:
    return separated(value) if isinstance(value, str) else ""


@dataclass(frozen=True)
class Number:
    """Accept a number from `least` to `most`, both finite; never a bool or a text."""

    least: float
    most: float
    allowed: str
    do: str

    def __call__(self, value: Any) -> Any:
        """Return the value; raise a fault where it is refused."""
        # A whole number of any length is compared exactly, and nan lies in no range.
        if not _is_number(value) or not self.least <= value <= self.most:
            raise Fault([Problem("", value, self.allowed, _advice(value) or self.do)])
        return value


@dataclass(frozen=True)
class Whole:
    """Accept a whole number from `least` to `most`, written as 1000000 or as 1e6."""

    least: int
    most: int
    do: str

    def __call__(self, value: Any) -> int:
        """Return the whole number; raise a fault where it is refused."""
        if not _is_number(value) or not self.least <= value <= self.most or value != int(value):
            allowed = f"must be a whole number from {self.least:,} to {self.most:,}"
            raise Fault([Problem("", value, allowed, _advice(value) or self.do)])
        return int(value)


@dataclass(frozen=True)
class Choice:
    """Accept one of the names."""

    names: tuple[str, ...]
    do: str

    def __call__(self, value: Any) -> Any:
        """Return the name; raise a fault where it is none of them."""
        if value not in self.names:
            listed = self.names[0] if len(self.names) == 1 else f"one of {', '.join(self.names)}"
            advice = suggestion(value, self.names).split("Known")[0] if isinstance(value, str) else ""
            raise Fault([Problem("", value, f"must be {listed}", advice + self.do)])
        return value


@dataclass(frozen=True)
class Truth:
    """Accept true or false, and nothing that stands for them."""

    do: str

    def __call__(self, value: Any) -> bool:
        """Return the value; raise a fault where it is refused."""
        if not isinstance(value, bool):
            raise Fault([Problem("", value, "must be true or false", self.do)])
        return value


Entries = TypeVar("Entries", bound=Sized)


@dataclass(frozen=True)
class Several:
    """Accept a list, or a block of named entries, of some length."""

    least: int
    most: int
    what: str
    do: str

    def __call__(self, entries: Entries) -> Entries:
        """Return the entries; raise a fault where there are too few or too many."""
        if not self.least <= len(entries) <= self.most:
            allowed = f"must be {self.least:,} to {self.most:,} {self.what}, there are {len(entries):,}"
            listed = list(entries) if isinstance(entries, dict | tuple) else entries
            raise Fault([Problem("", listed, allowed, self.do)])
        return entries


def number(least: float, most: float, do: str, allowed: str = "") -> BeforeValidator:
    """Return the validator of a number; `allowed` says the range where it is not "from least to most"."""
    return BeforeValidator(Number(least, most, allowed or f"must be from {least:,} to {most:,}", do))


def whole(least: int, most: int, do: str) -> BeforeValidator:
    """Return the validator of a whole number."""
    return BeforeValidator(Whole(least, most, do))


def choice(*names: str, do: str) -> BeforeValidator:
    """Return the validator of one of some names."""
    return BeforeValidator(Choice(names, do))


def truth(do: str) -> BeforeValidator:
    """Return the validator of true or false."""
    return BeforeValidator(Truth(do))


def several(least: int, most: int, what: str, do: str) -> AfterValidator:
    """Return the validator of how many entries there are."""
    return AfterValidator(Several(least, most, what, do))


MOST_DAYS = 36_525  # a hundred years: times stay far inside 64 bits of microseconds
MOST_RUPIAH = 10**15
ABOVE_0 = math.ulp(0.0)
"""The least number above 0 that there is."""
ANY = 1.7976931348623157e308
"""The greatest number there is, where what is allowed depends on another key: its block says so."""


def days(most: int) -> BeforeValidator:
    """Return the validator of a length of time in days that is not nothing: 1 microsecond at the least."""
    return number(
        1 / DAY, most, "Set a number of days.", f"must be above 0 (1 microsecond at least) and at most {most:,}"
    )


Share = Annotated[float, number(0, 1, "Set a share, such as 0.25.")]
Weight = Annotated[float, number(0, 1e12, "Set a relative weight.", "must be 0 or more")]
Positive = Annotated[float, number(ABOVE_0, 1e12, "Set a number above 0.", "must be above 0")]
Days = Annotated[float, number(0, MOST_DAYS, "Set a number of days.")]
WholeDays = Annotated[int, whole(1, MOST_DAYS, "Set a whole number of days.")]
Rupiah = Annotated[int, whole(0, MOST_RUPIAH, "Set an amount in rupiah.")]
RupiahOfOne = Annotated[int, whole(0, limits.RUPIAH_OF_ONE, "Set an amount in rupiah.")]
People = Annotated[int, whole(0, limits.PEOPLE, "Set a number of people.")]
WaveNumber = Annotated[int, whole(1, limits.WAVES, "Set the number of a wave; the first is 1.")]


def sum_to_one(path: str, shares: dict[str, float], what: str) -> list[Problem]:
    """Return a problem when shares do not sum to 1."""
    total = math.fsum(shares.values())
    if abs(total - 1) <= 1e-9:
        return []
    return [Problem(path, shares, f"{what} must sum to 1, they sum to {total:.10g}", "Change them together.")]
