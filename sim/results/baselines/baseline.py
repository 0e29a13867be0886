"""What a baseline is made of: a scenario's figures in some replications, each with the margin it may move within."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.results.figure import Figure, Value
from sim.results.meaning import Better

REPLICATIONS, LEAST, MOST = 20, 8, 200
"""Replications of a baseline unless another number is said, at least and at most. Of fewer than eight a spread is known
so badly that margins would be wider than most figures."""

SCHEMA = 2
"""The form of the file; a later form has a higher number."""

DIGITS = 9
"""Digits that are kept of a figure that is no whole number: its last bits are a matter of the order of sums."""

NOT_HELD = ("start", "end", "scale", "people.simulated")
"""Figures that say what was simulated, not what came of it."""

SINCE_DAY = ".failed_since_day"
"""End of the figures that say from which day on a service level failed: luck moves it by a day or two, so the month is
held, and the day told."""

NOT_OF_THE_PROGRAMME = ("run.", "results.", "scenario.", "engine", "published.")
"""Parameters that move no figure of a baseline: how it is run, written and called, and what it is held beside."""

SIZE = ("population.applicants", "population.scale", "run.seed")
"""Parameters without which figures cannot be held against one another."""


class Margin(NamedTuple):
    """How far a figure may move before somebody has to look."""

    size: float
    relative: bool
    """Whether it is a share of the expected mean, or in the figure's own unit."""
    why: str
    """Which of the reasons in `REASONS` it has."""

    def of(self, mean: float) -> float:
        """Return it in the figure's unit."""
        return self.size * abs(mean) if self.relative else self.size


@dataclass(frozen=True)
class Expected:
    """What is expected of a figure: its value in each replication."""

    unit: str
    better: Better
    margin: Margin | None
    """None of a figure that is no number."""
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Baseline:
    """The figures of a scenario, and all that says how they came about."""

    name: str
    words: tuple[str, ...]
    """The words of a command line that ask for it."""
    parameters: Mapping[str, Any]
    """What was composed: key → value, lists as they are."""
    parameters_sha256: str
    replications: tuple[int, ...]
    first: int
    """How many of them a check runs at first; the others where it cannot tell."""
    luck: Mapping[str, str]
    """Decision → a hash of what it draws."""
    figures: Mapping[str, Expected]
    made_by: Mapping[str, str]
    """Commit and versions."""

    @property
    def engine(self) -> str:
        """Return the engine that moved the people."""
        return str(self.parameters["engine"])


Runs = Sequence[Mapping[str, Value]]
"""What replications gave: name → value, each."""


def kept(figures: Mapping[str, Figure]) -> dict[str, Value]:
    """Return the values of a run that a baseline holds, floats to so many digits."""
    held = (name for name in figures if name not in NOT_HELD and not name.endswith(SINCE_DAY))
    return {name: _rounded(figures[name].value) for name in held}


def _rounded(value: Value) -> Value:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def flat(config: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return a composed config as key → value in order; a list is one value. Where the run is written is none."""
    found: dict[str, Any] = {}
    for key, value in sorted(config.items(), key=lambda item: str(item[0])):
        path = f"{above}{key}"
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{path}.")
        elif path != "run.folder":
            found[path] = value
    return found


class Change(NamedTuple):
    """A parameter that is no longer what it was."""

    key: str
    before: Any
    after: Any


ABSENT = "(none)"
"""What is shown of a parameter that one of the two does not have."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs of the programme between two sets of parameters."""
    keys = (key for key in sorted({*before, *after}) if not key.startswith(NOT_OF_THE_PROGRAMME))
    found = (Change(key, before.get(key, ABSENT), after.get(key, ABSENT)) for key in keys)
    return tuple(one for one in found if one.before != one.after)


def not_comparable(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the parameters for which figures cannot be compared: who is simulated, and the seed."""
    return tuple(Change(key, before.get(key), after.get(key)) for key in SIZE if before.get(key) != after.get(key))
