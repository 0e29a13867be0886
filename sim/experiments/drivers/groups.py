"""The drivers: uncertain numbers that are known only together are one, and move together.

These are: what differs from wave to wave; parts of one sum; a number and those that follow it; and, where the members
come from a fit, numbers that their values tie, as figures do that tell no more than a sum of both. A tie is a rank
correlation so far from nothing that among all pairs of numbers one such is seen by chance once in twenty ensembles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from sim.experiments.calibration.inputs import VARYING
from sim.experiments.draws import block_of
from sim.parameters.kinds import Factor, Follows, Law, Number

Values = NDArray[np.float64]
Row = Mapping[str, float]

BY_CHANCE = 0.05
"""How often some pair of numbers that are independent is taken for tied."""


@dataclass(frozen=True)
class Driver:
    """Uncertain numbers that are known only together."""

    parts: tuple[str, ...]
    """Of each number, or of what is one thing by its declaration, the name: a key, or what stands for several."""
    keys: tuple[str, ...]
    """All of its numbers in the table of the members, those that follow others too."""

    @property
    def name(self) -> str:
        """Return its stable name."""
        return " and ".join(self.parts)


def drivers_of(numbers: Mapping[str, Number], rows: Sequence[Row], made_by_fit: bool) -> list[Driver]:
    """Return the drivers among the numbers that the members have and that differ among them."""
    there = [key for key in numbers if key in rows[0]]
    declared: dict[str, list[str]] = {}
    for key in there:
        declared.setdefault(_declared(key, numbers), []).append(key)
    declared = {name: keys for name, keys in declared.items() if any(_differs(key, rows) for key in keys)}
    found: list[tuple[str, ...]] = [(name,) for name in declared]
    if made_by_fit:
        found = list(_joined(list(declared), _tied(declared, numbers, rows)))
    return [Driver(parts, tuple(key for part in parts for key in declared[part])) for parts in found]


def _differs(key: str, rows: Sequence[Row]) -> bool:
    return len({row[key] for row in rows}) > 1


def _declared(key: str, numbers: Mapping[str, Number]) -> str:
    """Return the name of what a number belongs to by its declaration."""
    law = numbers[key].declared.law
    if isinstance(law, Follows):
        return _declared(law.leader, numbers)
    if isinstance(law, Factor) and law.word == "parts":
        return block_of(key)
    return next((each.name for each in VARYING if re.fullmatch(each.pattern, key)), key)


def inputs_of(driver: Driver, numbers: Mapping[str, Number], rows: Sequence[Row]) -> Values:
    """Return the values of a driver's numbers as inputs of an emulator, a row a member.

    Each number is taken as its law counts (by factors, odds or amounts), about its mean and over its standard
    deviation. Where there are several, their level stands behind them: so what all of them do a little is seen.
    """
    own = [key for key in driver.keys if _differs(key, rows) and not _follows_one(key, numbers, driver.keys)]
    columns = [_counted(numbers[key].declared.law, np.array([row[key] for row in rows], dtype=float)) for key in own]
    columns = [(each - each.mean()) / each.std() for each in columns]
    if len(columns) > 1:
        level = np.sum(columns, axis=0)
        if level.std() > 0:
            columns.append(level / level.std())
    return np.column_stack(columns)


def _follows_one(key: str, numbers: Mapping[str, Number], keys: Sequence[str]) -> bool:
    law = numbers[key].declared.law
    return isinstance(law, Follows) and law.leader in keys


def _counted(law: Law | None, values: Values) -> Values:
    if isinstance(law, Factor) and values.min() > 0:
        return np.log(values / (1 - values)) if law.word == "odds" and values.max() < 1 else np.log(values)
    return values


def _tied(
    declared: Mapping[str, Sequence[str]], numbers: Mapping[str, Number], rows: Sequence[Row]
) -> list[tuple[str, str]]:
    """Return the pairs of names of which some numbers are tied by the members' values."""
    each = [
        (name, key)
        for name, keys in declared.items()
        for key in keys
        if _differs(key, rows) and not isinstance(numbers[key].declared.law, Follows)
    ]
    ranks = np.array([rankdata([row[key] for row in rows]) for _, key in each])
    correlations = np.corrcoef(ranks)
    pairs = len(each) * (len(each) - 1) / 2
    members = _worth(rows)
    if members < LEAST_MEMBERS or not pairs:
        return []
    furthest = np.tanh(-ndtri(BY_CHANCE / pairs / 2) * np.sqrt(1.06 / (members - 3)))  # Fieller and others 1957
    tied = np.argwhere(np.triu(np.abs(correlations) > furthest, 1))
    return [(each[a][0], each[b][0]) for a, b in tied]


def _worth(rows: Sequence[Row]) -> float:
    """Return how many different members the rows, of which some are equal, are worth: n² over the sum of squares."""
    times = Counter(tuple(row.values()) for row in rows)
    return len(rows) ** 2 / sum(each**2 for each in times.values())


LEAST_MEMBERS = 10
"""With fewer members nothing is said of ties."""


def _joined(names: Sequence[str], ties: Sequence[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Yield the names that ties join, each once, in their order."""
    leader = {name: name for name in names}

    def first(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for a, b in ties:
        one, other = sorted((first(a), first(b)), key=names.index)
        leader[other] = one
    together: dict[str, list[str]] = {}
    for name in names:
        together.setdefault(first(name), []).append(name)
    yield from map(tuple, together.values())
