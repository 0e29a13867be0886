"""Comparisons made by hand: scenarios whose figures and series are what a test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sim.composition.compose import composition
from sim.composition.named import named_as
from sim.results.comparison import Compared, Comparison, Replicated
from sim.results.figure import Figure, Value
from sim.results.outcome import Outcome

UNITS = {"processing.weeks_to_clear": "weeks from the start", "bottleneck": "group", "money.paid": "rupiah"}


def scenario(name: str, figures: Mapping[str, Sequence[Value]], *words: str) -> Replicated:
    """Return a scenario with values of figures, one a replication; its weeks count people in the pool."""
    found = composition(words)
    many = len(next(iter(figures.values())))
    runs = {}
    for number in range(many):
        own = {figure: Figure(values[number], _unit(figure)) for figure, values in figures.items()}
        weeks = {"people_in_pool": np.arange(4.0) * (number + 1), "registered": np.full(4, 9.0)}
        runs[number + 1] = Outcome(own, weeks, {"paid": np.arange(2.0) + number})
    compared = Compared(name, name, "", found.config, found.parameters, named_as(found), {})
    return Replicated(compared, runs)


def _unit(figure: str) -> str:
    return UNITS.get(figure, "days" if "_days" in figure else "share" if figure.endswith("share") else "people")


def comparison(*scenarios: Replicated, figures: Sequence[str] = (), reference: int = 0) -> Comparison:
    """Return scenarios as a comparison in worlds that shows some figures, all where none is named."""
    every = dict.fromkeys(name for each in scenarios for run in each.runs.values() for name in run.figures)
    return Comparison(None, tuple(scenarios), reference, True, tuple(figures or every), 0.01)


def without(replicated: Replicated, replication: int) -> Replicated:
    """Return a scenario without one of its runs."""
    return replace(replicated, runs={n: run for n, run in replicated.runs.items() if n != replication})
