"""Build small programmes for the tests: parameters as a planner would ask for them, and their runs on both engines."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.composition.compose import composition, load
from sim.composition.named import named_as
from sim.engines.cohort import model as cohort
from sim.engines.journal import Columns, Journal
from sim.engines.person import model as person
from sim.parameters import Parameters, validate
from sim.parameters.named import Named
from sim.programme.compiling import compile_programme
from sim.programme.ledger import Day
from sim.programme.payment_runs import RunRecord
from sim.programme.programme import Programme
from sim.programme.waves import WaveRecord
from sim.rules.luck import Block, Key, luck

SMALL = "population.scale=0.00002"
"""1,600 people in place of 80 million; a run of history takes a fifth of a second."""

INSTITUTIONS = "market=institutions"
"""The market of platforms, providers and courses, which is that of the base as it is shipped."""

OPEN = "market=open"
"""One open market: what small programmes have unless they say otherwise, since stations, waves and payments are then
quick to run and their figures known exactly. A scenario is as it is shipped."""

THOUSANDS = "population.scale=0.0001"
"""8,000 people, for the cohort engine."""

ALPHA = 1e-6
"""The chance that a test of chance fails although nothing is wrong, were its seed another."""

SIGMAS = 4.9
"""Standard deviations that a normal figure exceeds with the chance ALPHA, either way."""

UNLIMITED_STATIONS: dict[str, Any] = {
    "portal.rate": None,
    "portal.outages": [],
    "processing.rate": None,
    "processing.email.rate": None,
    "processing.email.retry.rate": None,
    "processing.registry.rate": None,
    "processing.registry.retry.rate": None,
    "processing.third_layer.rate": None,
    "processing.third_layer.retry.rate": None,
    "processing.screening.servers": 1_000_000,
    "processing.screening.service": {
        "law": "constant", "unit": "seconds", "minimum": 0.000001, "mean": 0, "spread": 0
    },
}  # fmt: skip
UNLIMITED_PLACES: dict[str, Any] = {
    **{f"waves.calendar.w{k:02d}.places": 2**27 for k in range(1, 23)},
    "budget.tranches.y2020.rupiah": 10**15,
    "budget.tranches.y2021.rupiah": 10**15,
}
PARTNERS = ("bni", "ovo", "gopay", "linkaja", "dana")
HELD = "{from: 2020-06-04, until: 2020-06-26}"
"""The hold of payments of June 2020, as an outage that history's partners have."""
NOT_HELD: dict[str, Any] = {f"payment.partners.{partner}.outages": [] for partner in PARTNERS}
UNLIMITED_CAPS: dict[str, Any] = {f"payment.partners.{partner}.cap": None for partner in PARTNERS}
UNLIMITED = UNLIMITED_STATIONS | UNLIMITED_PLACES | UNLIMITED_CAPS
"""Nobody waits for anybody else."""

NO_FIGURES: dict[str, Any] = {
    f"published.{key}": [] for key in ("joined", "selected", "revocations", "eligible_of_joined")
}
"""Published figures belong to the calendar of history; programmes with other waves leave them out."""


def law(name: str, mean: float, unit: str = "days", minimum: float = 0, spread: float = 0) -> dict[str, Any]:
    """Return a law as the configs write it."""
    return {"law": name, "unit": unit, "minimum": minimum, "mean": mean, "spread": spread}


# Luck


def uniforms(
    key: Key, block: Block, person: int, occurrence: int = 0, *, number: int | None = None
) -> dict[str, float]:
    """Return the uniform of each decision that has a lane of a block, made from its words in plain Python.

    `number` is that of a block with the same lanes, such as a station's own.
    """
    words = [int(word) for word in luck(key, block.number if number is None else number, person, occurrence)]
    found = {}
    for decision, used in block.lanes.items():
        drawn = sum(words[which] << 32 * place for place, which in enumerate(sorted(used)))
        bits, kept = 32 * len(used), {1: 32, 2: 52}[len(used)]
        found[decision] = ((drawn >> bits - kept) + 0.5) * 2.0**-kept
    return found


# Parameters


@cache
def composed(*overrides: str) -> dict[str, Any]:
    """Return the composed config that overrides ask for, for one thread where nothing else is asked for.

    The market is open, unless they name one or a scenario; and unless they name a scenario, courses take as long in
    every wave, and the lag of payments has no working days more at any date. The tests run in a process for each core:
    a second thread of small runs costs a seventh more, and gains nothing. Those of scenarios, windows, blocks, stations
    and markets ask for two, and hold the results against the same.
    """
    own = any(word.startswith(("market=", "scenario=", "config=")) for word in overrides)
    config = load(overrides if own else (OPEN, *overrides))[1]
    if config["run"]["threads"] is None:
        config["run"]["threads"] = 1
    if not any(word.startswith(("scenario=", "config=", "training.", "payment.lag_steps")) for word in overrides):
        _let_nothing_vary(config)
    return config


def _let_nothing_vary(config: dict[str, Any]) -> None:
    """Give the pace of courses and the lags of payments their plain values, by which tests know what must happen."""
    for step in config["training"]["pace"]:
        step["factor"] = 1
    for step in config["payment"]["lag_steps"]:
        step["more_days"] = 0


def name_of(*overrides: str) -> Named:
    """Return how a run that overrides ask for is named."""
    return named_as(composition(overrides))


def parameters(
    *overrides: str,
    changes: Mapping[str, Any] | None = None,
    model: type[Parameters] = Parameters,
    blocks: Mapping[str, Any] | None = None,
) -> Parameters:
    """Return the parameters that overrides ask for; `changes` are keys set after composing, which is fast.

    `model` is a class of parameters of a route with further stations, `blocks` are their blocks by path.
    """
    config = copy.deepcopy(composed(*overrides))
    for path, value in (blocks or {}).items():
        at, key = _above(config, path)
        assert key not in at, f"{path} is a key of the config already"
        at[key] = copy.deepcopy(value)
    for path, value in (changes or {}).items():
        put_at(config, path, value)
    return validate(config, model)


def parameters_config(changes: Mapping[str, Any], *overrides: str) -> dict[str, Any]:
    """Return the composed config that overrides ask for, with changes of keys by their paths."""
    config = copy.deepcopy(composed(*overrides))
    for path, value in changes.items():
        put_at(config, path, value)
    return config


def put_at(config: dict[str, Any], path: str, value: Any) -> None:
    """Set a key of a config to a copy of a value, by its dotted path; it must be there."""
    at, key = _above(config, path)
    assert key in at, f"{path} is no key of the config"
    at[key] = copy.deepcopy(value)  # a later change may reach into it


def _above(config: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Return the block that holds a key, and the key."""
    *above, key = path.split(".")
    at = config
    for name in above:
        at = at[name]
    return at, key


def programme(
    *overrides: str,
    changes: Mapping[str, Any] | None = None,
    changed_person: int = -1,
    model: type[Parameters] = Parameters,
    blocks: Mapping[str, Any] | None = None,
) -> Programme:
    """Return the compiled programme of parameters."""
    return compile_programme(parameters(*overrides, changes=changes, model=model, blocks=blocks), changed_person)


# Runs

Engine = Literal["person", "cohort"]
ENGINES: tuple[Engine, ...] = ("person", "cohort")

on_both = pytest.mark.parametrize("engine", ENGINES)
"""Runs a test that takes an `engine` with each of the two."""


@dataclass(frozen=True)
class Run:
    """What both engines write down of a run, read alike whichever made it.

    `people` has a row for each person, `participants` one for each award, by participant's number.
    """

    programme: Programme
    people: Columns
    participants: Columns
    traits: NDArray[np.uint32]
    waves: list[WaveRecord]
    runs: list[RunRecord]
    days: list[Day]
    end: int


def run(
    *overrides: str,
    changes: Mapping[str, Any] | None = None,
    changed_person: int = -1,
    model: type[Parameters] = Parameters,
    blocks: Mapping[str, Any] | None = None,
) -> Journal:
    """Return what happens in a run of the person engine."""
    return person.simulate(
        programme(*overrides, changes=changes, changed_person=changed_person, model=model, blocks=blocks)
    )


def run_cohort(
    *overrides: str,
    changes: Mapping[str, Any] | None = None,
    changed_person: int = -1,
    model: type[Parameters] = Parameters,
    blocks: Mapping[str, Any] | None = None,
) -> cohort.Result:
    """Return what happens in a run of the cohort engine, with the rows of everyone."""
    compiled = programme(*overrides, changes=changes, changed_person=changed_person, model=model, blocks=blocks)
    return cohort.simulate(compiled, record=np.arange(compiled.people))


def run_on(
    engine: Engine,
    *overrides: str,
    changes: Mapping[str, Any] | None = None,
    changed_person: int = -1,
    model: type[Parameters] = Parameters,
    blocks: Mapping[str, Any] | None = None,
) -> Run:
    """Return what happens in a run of an engine, in the form that both have."""
    compiled = programme(*overrides, changes=changes, changed_person=changed_person, model=model, blocks=blocks)
    return simulate_on(engine, compiled)


def simulate_on(engine: Engine, compiled: Programme) -> Run:
    """Return what happens in a run of a compiled programme, in the form that both engines have."""
    if engine == "person":
        journal = person.simulate(compiled)
        return Run(
            compiled,
            journal.people,
            journal.participants,
            journal.traits,
            journal.waves,
            journal.runs,
            journal.days,
            journal.end,
        )
    result = cohort.simulate(compiled, record=np.arange(compiled.people))
    rows = result.rows
    participants = rows.participants.some(result.participants.astype(np.int64))
    return Run(compiled, rows.people, participants, rows.traits, result.waves, result.runs, result.days, rows.end)


@cache
def history() -> Journal:
    """Return a small run of history, as it is shipped, by the person engine; read it, do not write in it."""
    return run(SMALL, INSTITUTIONS)
