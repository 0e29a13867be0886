"""Service levels over the replications of a baseline: kept, broken, since when, and which station is to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from sim.results.baselines.baseline import Baseline, Runs
from sim.results.baselines.chances import MOVED, student
from sim.results.figure import Value, is_number

LEVEL = "service_level."


class Kept(Enum):
    """Whether a service level is kept."""

    KEPT = "kept"
    BROKEN = "broken"
    NEAR = "too near what was asked to tell"


class Level(NamedTuple):
    """A service level: what was asked, what was expected of it and what is found."""

    name: str
    asked: float
    expected: float | None
    found: float | None
    before: Kept | None
    """None: the baseline does not have it, or nobody began to wait."""
    now: Kept
    since: Value
    """First month, by its first day, of whose beginnings too few were in time; in most replications."""
    blame: str | None
    """The station where those who wait stood longest, by its name; None: none did."""
    share: float | None
    """Of the person-days that are waited at such stations, those waited there."""

    @property
    def newly_broken(self) -> bool:
        """Return whether it is broken and was not."""
        return self.now is Kept.BROKEN and self.before is not Kept.BROKEN


def levels(baseline: Baseline, runs: Runs, units: Mapping[str, str], parameters: Mapping[str, Any]) -> list[Level]:
    """Return every service level that is asked now; `units` are those of the figures, `parameters` as composed now."""
    names = [name for name in runs[0] if name.startswith(LEVEL) and "." not in name.removeprefix(LEVEL)]
    found = []
    for name in names:
        shares = _numbers([run[name] for run in runs])
        if not shares:
            continue
        asked = float(_numbers([runs[0][f"{name}.asked"]])[0])
        before = baseline.figures.get(name)
        then = _numbers(before.values) if before else []
        level = name.removeprefix(LEVEL)
        wait = str(parameters.get(f"service_levels.{level}.wait", ""))
        blame, share = _blame(wait, runs, units)
        since = Counter(run[f"{name}.failed_since"] for run in runs).most_common(1)[0][0]
        found.append(
            Level(
                level,
                asked,
                float(np.mean(then)) if then else None,
                float(np.mean(shares)),
                _kept(then, asked) if then else None,
                _kept(shares, asked),
                since,
                blame,
                share,
            )
        )
    return found


def _kept(shares: Sequence[float], asked: float) -> Kept:
    """Return whether a share is surely what was asked, or surely less, whatever the luck."""
    values = np.array(shares, dtype=np.float64)
    mean = float(values.mean())
    if values.size < 2 or not values.std():
        return Kept.KEPT if mean >= asked else Kept.BROKEN
    half = student(MOVED, values.size - 1) * float(values.std(ddof=1)) / float(np.sqrt(values.size))
    if mean - half >= asked:
        return Kept.KEPT
    return Kept.BROKEN if mean + half < asked else Kept.NEAR


def _blame(wait: str, runs: Runs, units: Mapping[str, str]) -> tuple[str | None, float | None]:
    """Return the station on the way where most was waited, and its share; a payment waits at the partners."""
    ending = ".person_days_waited"
    stations = [name.removesuffix(ending) for name in units if name.startswith("station.") and name.endswith(ending)]
    if f"station.{wait}" in stations:
        stations = [f"station.{wait}"]
    else:
        payments = "incentive" in wait or "survey" in wait
        stations = [each for each in stations if (units.get(f"{each}.peak_queue") == "payments") == payments]
    days = {each: float(np.mean(_numbers([run.get(each + ending) for run in runs]) or [0.0])) for each in stations}
    whole = sum(days.values())
    if not whole:
        return None, None
    worst = max(days, key=lambda each: days[each])
    return worst.removeprefix("station."), days[worst] / whole


def _numbers(values: Sequence[Value]) -> list[float]:
    return [float(value) for value in values if isinstance(value, int | float) and is_number(value)]
