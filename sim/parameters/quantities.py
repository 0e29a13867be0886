"""Kinds of numbers and words that the parameters are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator

from sim.journey import limits
from sim.parameters.problems import Fault, Problem, suggestion


def number(allowed: str, do: str, fits: Callable[[float], bool]) -> BeforeValidator:
    """Accept a finite number that fits; never a bool or a text."""

    def check(value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not fits(value):
            raise Fault([Problem("", value, allowed, do)])
        return value

    return BeforeValidator(check)


def whole(least: int, most: int, do: str) -> BeforeValidator:
    """Accept a whole number from least to most, written as 1000000 or as 1e6."""

    def check(value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most or value != int(value):  # nan is not in the range
            allowed = f"must be a whole number from {least:,} to {most:,}"
            raise Fault([Problem("", value, allowed, do)])
        return int(value)

    return BeforeValidator(check)


def choice(*names: str, do: str) -> BeforeValidator:
    """Accept one of the names."""
    listed = names[0] if len(names) == 1 else f"one of {', '.join(names)}"

    def check(value: Any) -> Any:
        if value not in names:
            advice = suggestion(value, names).split("Known")[0] if isinstance(value, str) else ""
            raise Fault([Problem("", value, f"must be {listed}", advice + do)])
        return value

    return BeforeValidator(check)


Several = TypeVar("Several", bound=Sized)


def several(least: int, most: int, what: str, do: str) -> AfterValidator:
    """Accept a list, or a block of named entries, of some length."""

    def check(entries: Several) -> Several:
        if not least <= len(entries) <= most:
            allowed = f"must be {least:,} to {most:,} {what}, there are {len(entries):,}"
            listed = list(entries) if isinstance(entries, dict | tuple) else entries
            raise Fault([Problem("", listed, allowed, do)])
        return entries

    return AfterValidator(check)


MOST_DAYS = 36_525  # a hundred years: times stay far inside 64 bits of microseconds
MOST_RUPIAH = 10**15

Share = Annotated[float, number("must be from 0 to 1", "Set a share, such as 0.25.", lambda x: 0 <= x <= 1)]
Weight = Annotated[float, number("must be 0 or more", "Set a relative weight.", lambda x: 0 <= x <= 1e12)]
Positive = Annotated[float, number("must be above 0", "Set a number above 0.", lambda x: 0 < x <= 1e12)]
Days = Annotated[
    float,
    number(f"must be from 0 to {MOST_DAYS:,}", "Set a number of days.", lambda x: 0 <= x <= MOST_DAYS),
]
WholeDays = Annotated[int, whole(1, MOST_DAYS, "Set a whole number of days.")]
Rupiah = Annotated[int, whole(0, MOST_RUPIAH, "Set an amount in rupiah.")]
People = Annotated[int, whole(0, limits.PEOPLE, "Set a number of people.")]
WaveNumber = Annotated[int, whole(1, limits.WAVES, "Set the number of a wave; the first is 1.")]


def sum_to_one(path: str, shares: dict[str, float], what: str) -> list[Problem]:
    """Return a problem when shares do not sum to 1."""
    total = math.fsum(shares.values())
    if abs(total - 1) <= 1e-9:
        return []
    return [Problem(path, shares, f"{what} must sum to 1, they sum to {total:.10g}", "Change them together.")]
