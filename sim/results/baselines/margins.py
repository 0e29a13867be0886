"""How far a figure may move: margins from replications, never below what anybody would care about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from sim.results.baselines.baseline import Baseline, Expected, Margin
from sim.results.baselines.chances import errors_of_a_margin
from sim.results.figure import Value, is_number

SIZE = 0.0025
"""The least relative margin: a quarter of a per cent."""

PERSONS = 5
"""The least margin of a count, simulated people (payments, seats ...)."""

LEAST = {"days": 0.01, "weeks": 0.01, "share": 0.0005}
"""The least margin by the first word of a unit: a quarter of an hour; a twentieth of a per cent."""

COUNTS = ("people", "payments", "bookings", "places", "seats", "courses", "times", "person-days")

RELATIVE_UP_TO = 0.5
"""A margin that is a greater share of the mean is told in the figure's unit."""

REASONS = {
    "luck": "so much that, with luck dealt again, twice the margin is seen nearly always and no figure is called moved",
    "size": "a quarter of a per cent: a smaller change changes no plan; luck moves it less",
    "counting": f"{PERSONS} simulated people, or a quarter of an hour, or a twentieth of a per cent of a share",
    "hand": "set by hand; the commit that did says why",
}
"""Why a margin is what it is, by the word that stands with it."""


class Unit(NamedTuple):
    """What the least margins of counts and money follow from."""

    scale: float
    rupiah: float
    """Of one participant."""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Unit:
        """Return the scale of a run, and what a participant costs, of parameters as a baseline holds them."""
        balance, incentives, incentive = (
            float(parameters[f"budget.{name}"]) for name in ("training_balance", "incentives", "incentive")
        )
        return cls(float(parameters["population.scale"]), balance + incentives * incentive)

    def least(self, unit: str) -> float:
        """Return the least margin of a figure with this unit."""
        word = unit.replace(",", " ").split()[0]
        if word in COUNTS:
            return PERSONS / self.scale
        if unit == "rupiah":
            return PERSONS * self.rupiah / self.scale
        return LEAST.get(word, 0.0)


def margin(values: Sequence[Value], unit: str, of: Unit) -> Margin | None:
    """Return the margin of a figure from its replications; None where it is never a number."""
    numbers = np.array([value for value in values if is_number(value)], dtype=np.float64)
    if not numbers.size:
        return (
            None
            if any(isinstance(value, str | bool) for value in values)
            else Margin(of.least(unit), False, "counting")
        )
    mean = abs(float(np.mean(numbers)))
    spread = float(np.std(numbers, ddof=1)) if numbers.size > 1 else 0.0
    sizes = {
        "luck": errors_of_a_margin(numbers.size) * spread if numbers.size > 1 else 0.0,
        "size": SIZE * mean,
        "counting": of.least(unit),
    }
    if not any(sizes.values()):
        return Margin(0.0, False, "counting")
    why = max(sizes, key=lambda reason: sizes[reason])
    if why == "size":
        return Margin(SIZE, True, why)
    if why == "luck" and sizes[why] <= RELATIVE_UP_TO * mean:
        return Margin(_up(sizes[why] / mean), True, why)
    return Margin(_up(sizes[why]), False, why)


def _up(size: float) -> float:
    """Return a size to two digits, rounded up by a little at most."""
    rounded = float(f"{size:.1e}")
    return rounded if rounded >= size else float(f"{size * 1.05:.1e}")


# By hand


def by_hand(baseline: Baseline) -> Baseline:
    """Return a baseline with the margins that its replications do not give marked as set by hand.

    One that was taken out is as the replications give it: without it any value would do.
    """
    of = Unit.of(baseline.parameters)

    def marked(one: Expected) -> Expected:
        own = margin(one.values, one.unit, of)
        if own is None:
            return one
        same = one.margin is None or (one.margin.size, one.margin.relative) == (own.size, own.relative)
        return replace(one, margin=own if one.margin is None or same else one.margin._replace(why="hand"))

    return replace(baseline, figures={name: marked(one) for name, one in baseline.figures.items()})


def set_by_hand(baseline: Baseline) -> dict[str, Margin]:
    """Return the margins that were set by hand, by figure."""
    margins = {name: one.margin for name, one in baseline.figures.items() if one.margin is not None}
    return {name: each for name, each in margins.items() if each.why == "hand"}


def with_those_set_by_hand(new: Baseline, old: Baseline) -> Baseline:
    """Return a baseline that is recorded over another with the margins that were set by hand there."""
    kept = set_by_hand(old)
    figures = {
        name: replace(one, margin=kept[name]) if name in kept and one.margin is not None else one
        for name, one in new.figures.items()
    }
    return replace(new, figures=figures)


def loosely_held(baseline: Baseline) -> dict[str, Margin]:
    """Return the margins that are more than half of what is expected since luck moves the figures so much."""
    margins = {name: one.margin for name, one in baseline.figures.items() if one.margin is not None}
    return {name: each for name, each in margins.items() if each.why == "luck" and not each.relative}
