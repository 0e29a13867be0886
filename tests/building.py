"""Build small programmes for the tests: parameters as a planner would ask for them, and their runs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

from sim.command.compose import load
from sim.engines.journal import Journal
from sim.engines.person.model import simulate
from sim.parameters import Parameters, validate
from sim.programme.programme import Programme, compile_programme
from sim.rules.luck import luck

SMALL = "population.scale=0.00002"
"""1,600 people in place of 80 million; a run of history takes a fifth of a second."""

ALPHA = 1e-6
"""The chance that a test of chance fails although nothing is wrong, were its seed another."""

SIGMAS = 4.9
"""Standard deviations that a normal figure exceeds with the chance ALPHA, either way."""

PLENTY_OF_STATIONS: dict[str, Any] = {
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
PLENTY_OF_PLACES: dict[str, Any] = {
    **{f"waves.calendar.w{k:02d}.places": 2**27 for k in range(1, 23)},
    "budget.tranches.y2020.rupiah": 10**15,
    "budget.tranches.y2021.rupiah": 10**15,
}
PARTNERS = ("bni", "ovo", "gopay", "linkaja", "dana")
PLENTY_OF_CAPS: dict[str, Any] = {f"payment.partners.{partner}.cap": None for partner in PARTNERS}
PLENTY = PLENTY_OF_STATIONS | PLENTY_OF_PLACES | PLENTY_OF_CAPS
"""Nobody waits for anybody else."""

NO_FIGURES: dict[str, Any] = {
    f"published.{key}": [] for key in ("joined", "selected", "revocations", "eligible_of_joined")
}
"""Published figures belong to the calendar of history; programmes with other waves leave them out."""


def law(name: str, mean: float, unit: str = "days", minimum: float = 0, spread: float = 0) -> dict[str, Any]:
    """Return a law as the configs write it."""
    return {"law": name, "unit": unit, "minimum": minimum, "mean": mean, "spread": spread}


def uniforms(whose: Any, group: int, person: int, occurrence: int) -> list[float]:
    """Return the four uniforms of a block of luck."""
    return [((int(word) >> 12) + 0.5) * 2.0**-52 for word in luck(whose, group, person, occurrence)]


@cache
def composed(*overrides: str) -> dict[str, Any]:
    """Return the composed config that overrides ask for."""
    return load(overrides)[1]


def parameters(*overrides: str, changes: Mapping[str, Any] | None = None) -> Parameters:
    """Return the parameters that overrides ask for; `changes` are keys set after composing, which is fast."""
    config = copy.deepcopy(composed(*overrides))
    for path, value in (changes or {}).items():
        *above, key = path.split(".")
        at = config
        for name in above:
            at = at[name]
        assert key in at, f"{path} is no key of the config"
        at[key] = value
    return validate(config)


def programme(*overrides: str, changes: Mapping[str, Any] | None = None, changed_person: int = -1) -> Programme:
    """Return the compiled programme of parameters."""
    return compile_programme(parameters(*overrides, changes=changes), changed_person)


def run(*overrides: str, changes: Mapping[str, Any] | None = None, changed_person: int = -1) -> Journal:
    """Return what happens in a run."""
    return simulate(programme(*overrides, changes=changes, changed_person=changed_person))


@cache
def history() -> Journal:
    """Return a small run of history; read it, do not write in it."""
    return run(SMALL)
