"""Service levels over the replications of a baseline: kept, broken, since when, and which station is to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from sim.journey.measures import CLASS_WAIT, PAYMENT_WAITS, PLACES
from sim.results.baselines.baseline import SINCE_DAY, Baseline, Runs
from sim.results.baselines.chances import MOVED, student
from sim.results.figure import Value, is_number

LEVEL = "service_level."

AT_NO_STATION = (CLASS_WAIT, "award_to_account", "purchase_to_completion", "completion_to_review")
"""Waits that are spent at no station: for a class, or for what people do in their own time."""


class Kept(Enum):
    """Whether a service level is kept."""

    KEPT = "kept"
    BROKEN = "broken"
    NEAR = "cannot tell whether it is kept"


class Blame(NamedTuple):
    """Where those who wait stood too long."""

    station: str
    """Its name, or that of the payment partner; "places": they wait for one."""
    share: float
    """Of the person-days that are waited there or at the others on the way, those waited there."""
    more: bool
    """Whether of those beyond what is expected only; else of all, as nowhere is waited surely more than expected."""


class Level(NamedTuple):
    """A service level: what was asked, what was expected of it and what is found."""

    name: str
    asked: float
    expected: float | None
    found: float | None
    before: Kept | None
    """None: the baseline does not have it, or nobody began to wait."""
    now: Kept
    since: str | None
    """First day, such as 2020-09-28, of whose beginnings too few were in time: the middle one of the replications that
    it failed in; where only months are known, the first month of most, such as 2020-09."""
    blame: Blame | None

    @property
    def newly_broken(self) -> bool:
        """Return whether it is broken and was not."""
        return self.now is Kept.BROKEN and self.before is not Kept.BROKEN


def levels(baseline: Baseline, runs: Runs, units: Mapping[str, str], parameters: Mapping[str, Any]) -> list[Level]:
    """Return every service level that is asked now; `units` are those of the figures, `parameters` as composed now.

    `runs` have all figures, those that a baseline does not hold too.
    """
    names = [name for name in runs[0] if name.startswith(LEVEL) and "." not in name.removeprefix(LEVEL)]
    found = []
    for name in names:
        shares = _numbers([run[name] for run in runs])
        if not shares:
            continue
        asked = float(_numbers([runs[0][f"{name}.asked"]])[0])
        before = baseline.figures.get(name)
        then = _numbers(before.values) if before else []
        kept_then = _kept(then, asked) if then else None
        level = name.removeprefix(LEVEL)
        wait = str(parameters.get(f"service_levels.{level}.wait", ""))
        found.append(
            Level(
                level,
                asked,
                float(np.mean(then)) if then else None,
                float(np.mean(shares)),
                kept_then,
                # Where nothing changed, fewer replications than were recorded tell no other story.
                kept_then if kept_then is not None and shares == then[: len(shares)] else _kept(shares, asked),
                _since(name, runs),
                _blame(wait, baseline, runs, units),
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


def _since(name: str, runs: Runs) -> str | None:
    days = sorted(date.fromisoformat(str(run[f"{name}{SINCE_DAY}"])) for run in runs if run.get(f"{name}{SINCE_DAY}"))
    if days:
        return days[(len(days) - 1) // 2].isoformat()
    month = Counter(run[f"{name}.failed_since"] for run in runs).most_common(1)[0][0]
    return None if month is None else f"{date.fromisoformat(str(month)):%Y-%m}"


WAITED = ".person_days_waited"
"""End of the figures of stations, partners and places that say how much is waited there."""


def _blame(wait: str, baseline: Baseline, runs: Runs, units: Mapping[str, str]) -> Blame | None:
    """Return where most is waited beyond what was expected there; where nothing surely is, where most is waited."""
    days = {
        each: float(np.mean(_numbers([run.get(each + WAITED) for run in runs]) or [0.0]))
        for each in _on_the_way(wait, units)
    }
    beyond = {each: some for each, now in days.items() if (some := _beyond(baseline, each, now)) > 0}
    counted = beyond or days
    whole = sum(counted.values())
    if not whole:
        return None
    worst = max(counted, key=lambda each: counted[each])
    return Blame(worst.removeprefix("station."), counted[worst] / whole, bool(beyond))


def _on_the_way(wait: str, units: Mapping[str, str]) -> list[str]:
    """Return the stations that a wait may be lost at: a payment's are the partners, all others those of people."""
    if f"station.{wait}{WAITED}" in units:
        return [f"station.{wait}"]
    if wait in AT_NO_STATION:
        return []
    if wait == "place":
        return [PLACES.name]
    of_payments = wait in PAYMENT_WAITS
    both = "incentive" in wait and not of_payments
    return [
        each
        for each in (name.removesuffix(WAITED) for name in units if name.endswith(WAITED))
        if both or (units.get(f"{each}.peak_queue") == "payments") == of_payments
    ]


def _beyond(baseline: Baseline, station: str, now: float) -> float:
    """Return how much more than expected is waited at a station; 0 where it is not beyond its margin."""
    expected = baseline.figures.get(station + WAITED)
    if expected is None or expected.margin is None:
        return now
    mean = float(np.mean(_numbers(expected.values) or [0.0]))
    return now - mean if now - mean > expected.margin.of(mean) else 0.0


def _numbers(values: Sequence[Value]) -> list[float]:
    return [float(value) for value in values if isinstance(value, int | float) and is_number(value)]
