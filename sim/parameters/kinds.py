"""The three kinds of number: levers, uncertainties and constants, as the comment beside each number says.

A lever is what a planner may set, an uncertainty what nobody controls, a constant what is known. The comment of a line
ends in its kinds, parted by semicolons:

    ; lever                                  every number of the line
    ; constant
    ; uncertain: times 1.5                   the one number of the line
    ; uncertain: share parts 1.5, cap times 2      of several, these; the others are constants
    ; lever: places                          of several, this one
    ; lever; uncertain: cap times 2          of several, this one; the others are levers

A key is named by its last name, or by as many as tell it apart. An uncertainty has a law:

    times F        log-normal: 90 % between the value / F and the value × F, nothing beyond the squares of F
    times F around M    the same, but around M instead of the value; so with `odds`
    odds F         a share whose odds, share / (1 - share), are `times F`
    parts F        `times F`, then scaled back so that all parts of the block keep their sum (which moves the 90 %)
    from A to B    uniform
    follows KEY    in proportion to another uncertain number: no luck of its own

`whole` before a law draws whole numbers, `fitted` behind it says that `prakerja calibrate` moves the value: its law is
what was thought of it before the fit. So that a value that was moved does not move its law, a factor that is fitted
says where it stands: `times 2 around 9 fitted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sim.parameters.problems import NOTHING, Problem, raise_any, suggestion


class Kind(StrEnum):
    """What a number is to a planner."""

    LEVER = "lever"
    UNCERTAIN = "uncertain"
    CONSTANT = "constant"


@dataclass(frozen=True)
class Factor:
    """Spread a number, or the odds of a share, by a factor: 90 % lie within it, all within its square."""

    word: Literal["times", "odds", "parts"]
    factor: float
    whole: bool = False
    around: float | None = None
    """The middle of the law; none: the number's value."""

    @property
    def text(self) -> str:
        """Return the law as it is written."""
        around = "" if self.around is None else f" around {_plain(self.around)}"
        return f"{'whole ' * self.whole}{self.word} {self.factor:g}{around}"

    def middle(self, value: float) -> float:
        """Return the middle of the law of a number of some value."""
        return value if self.around is None else self.around

    def span(self, value: float) -> tuple[float, float]:
        """Return the ends between which 90 % lie; of parts, before they are scaled back."""
        value = self.middle(value)
        if self.word != "odds":
            return value / self.factor, value * self.factor
        odds = value / (1 - value)
        low, high = odds / self.factor, odds * self.factor
        return low / (1 + low), high / (1 + high)

    def fault(self, value: float) -> str:
        """Return what is wrong with it for a value, in words; nothing where it is in order."""
        if not 1 < self.factor <= MOST_FACTOR:
            return f"has a factor that must be above 1 and at most {MOST_FACTOR}"
        if self.word == "odds" and not 0 < value < 1:
            return "has odds only where it is between 0 and 1"
        if self.whole and (self.word != "times" or round(value / self.factor**2) < 1):
            return "has whole numbers only with `times`, and only where the least of them is 1 or more"
        if value <= 0:
            return "has a factor only where it is above 0"
        return "" if self.around is None else self._beyond(value)

    def _beyond(self, value: float) -> str:
        """Return what is wrong where a value lies where its own law is not."""
        assert self.around is not None
        if self.word == "parts":
            return "cannot have its law around another number: parts keep the sum of their values"
        if self.around <= 0 or (self.word == "odds" and self.around >= 1):
            return "has a law around what the number cannot be"
        apart = value / self.around
        if self.word == "odds":
            apart *= (1 - self.around) / (1 - value)
        within = 1 / self.factor**2 * (1 - ROUNDED) <= apart <= self.factor**2 * (1 + ROUNDED)
        return "" if within else "must lie in its own range"


@dataclass(frozen=True)
class Range:
    """Draw a number from `least` to `most`, each as likely."""

    least: float
    most: float
    whole: bool = False

    @property
    def text(self) -> str:
        """Return the law as it is written."""
        return f"{'whole ' * self.whole}from {_plain(self.least)} to {_plain(self.most)}"

    def span(self, value: float) -> tuple[float, float]:
        """Return the ends between which all lie."""
        return self.least, self.most

    def fault(self, value: float) -> str:
        """Return what is wrong with it for a value, in words; nothing where it is in order."""
        if not self.least < self.most:
            return "has a range that must end above where it begins"
        if self.whole and not (self.least.is_integer() and self.most.is_integer()):
            return "has a range of whole numbers that must begin and end with one"
        return "" if self.least <= value <= self.most else "must lie in its own range"


@dataclass(frozen=True)
class Follows:
    """Move in proportion to another uncertain number."""

    leader: str
    whole: bool = False

    @property
    def text(self) -> str:
        """Return the law as it is written."""
        return f"follows {self.leader}"

    def fault(self, value: float) -> str:
        """Return what is wrong with it, in words; nothing where it is in order."""
        return "cannot be whole: it follows another number" if self.whole else ""


Law = Factor | Range | Follows

ROUNDED = 1e-3
"""What a value at the very end of its law may be beyond it, as a share: the fit writes four digits."""

MOST_FACTOR = 100
"""The greatest factor of a law: what is less sure than that is not known at all."""


@dataclass(frozen=True)
class Declared:
    """Say of one number what kind it is; of an uncertain one its law, and whether the fit moves it."""

    kind: Kind
    law: Law | None = None
    fitted: bool = False


@dataclass(frozen=True)
class Number:
    """A number of a config, by its key, and what it is declared to be."""

    key: str
    value: float
    declared: Declared


NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
ITEM = re.compile(
    r"(?:(?P<name>[\w.]+) )??(?P<whole>whole )?"
    rf"(?:(?P<word>times|odds|parts) (?P<factor>{NUMBER})(?: around (?P<around>{NUMBER}))?"
    rf"|from (?P<least>{NUMBER}) to (?P<most>{NUMBER})"
    r"|follows (?P<leader>\S+?))(?P<fitted> fitted)?"
)
"""One uncertain number of a line."""

HOW = "End the comment in `; lever`, `; constant` or `; uncertain: LAW`, as sim/parameters/kinds.py says."


def declarations(text: str, values: Mapping[str, float]) -> dict[str, Declared]:
    """Return what each number of a line is declared to be, by key; raise a fault where the text is not in order."""
    found: dict[str, Declared] = {}
    rest: Declared | None = None
    problems: list[Problem] = []
    for part in text.split("; "):
        kind, _, items = part.partition(": ")
        if kind not in list(Kind):
            problems.append(Problem("", NOTHING, f"has {part!r} where its kind should stand", HOW))
        elif not items and kind != Kind.UNCERTAIN and rest is None:
            rest = Declared(Kind(kind))
        elif not items:
            problems.append(Problem("", NOTHING, f"has {part!r}, which does not say of which number, or how", HOW))
        else:
            for item in items.split(", "):
                problems += _take(item, Kind(kind), values, found)
    raise_any(problems)
    return {key: found.get(key, rest or Declared(Kind.CONSTANT)) for key in values}


def _take(item: str, kind: Kind, values: Mapping[str, float], found: dict[str, Declared]) -> Iterator[Problem]:
    """Take what is declared of one number; yield what is wrong with it."""
    declared, name = Declared(kind), item
    if kind is Kind.UNCERTAIN:
        read = ITEM.fullmatch(item)
        if read is None:
            yield Problem("", NOTHING, f"has {item!r}, which is no law", HOW)
            return
        declared, name = Declared(kind, _law(read), bool(read["fitted"])), read["name"] or ""
    keys = [key for key in values if not name or key == name or key.endswith(f".{name}")]
    if len(keys) != 1:
        told = "which says no number of the line" if not keys else "which may be several of the line"
        yield Problem("", NOTHING, f"has {item!r}, {told}", suggestion(name, values))
    elif keys[0] in found:
        yield Problem(keys[0], NOTHING, "is said twice", "Leave one of the two out.")
    else:
        found[keys[0]] = declared
        fault = declared.law.fault(values[keys[0]]) if declared.law else ""
        if fault:
            yield Problem(keys[0], values[keys[0]], fault, f"It says {item!r}.")


def _law(read: re.Match[str]) -> Law:
    whole = bool(read["whole"])
    if read["leader"]:
        return Follows(read["leader"], whole)
    if read["least"]:
        return Range(float(read["least"]), float(read["most"]), whole)
    words: dict[str, Literal["times", "odds", "parts"]] = {"times": "times", "odds": "odds", "parts": "parts"}
    around = float(read["around"]) if read["around"] else None
    return Factor(words[read["word"]], float(read["factor"]), whole, around)


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else f"{number:.10g}"


def led_by_nobody(numbers: Mapping[str, Number]) -> Iterator[str]:
    """Yield the keys of numbers that follow none that is uncertain by a law of its own."""
    for number in numbers.values():
        law = number.declared.law
        if isinstance(law, Follows):
            leader = numbers.get(law.leader)
            if leader is None or not isinstance(leader.declared.law, Factor | Range) or not leader.value:
                yield number.key
