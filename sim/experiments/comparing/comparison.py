"""A comparison: scenarios, and the runs of each in the same worlds with the same luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.experiments.tasks import Outcome
from sim.parameters import Parameters
from sim.parameters.named import Named


@dataclass(frozen=True)
class Compared:
    """One scenario of a comparison."""

    name: str
    """Unique and short: "rate_800k", or "processing.rate=400000"."""
    label: str
    """In a planner's words, for tables and legends."""
    question: str
    config: dict[str, Any]
    """The composed config of the base world."""
    parameters: Parameters
    named: Named
    """What differs from the base."""
    sweep: dict[str, Any]
    """Swept keys and their values; empty where not swept."""


@dataclass(frozen=True)
class Replicated:
    """A scenario and its runs."""

    compared: Compared
    runs: dict[int, Outcome]
    """By replication, from 1: the world's number where replications are worlds."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios in the same replications, which pair their runs."""

    study: str | None
    scenarios: tuple[Replicated, ...]
    reference: int
    """Place of the reference among the scenarios."""
    in_worlds: bool
    """Whether replications are worlds, each with a luck of its own; else the base world under several lucks."""
    figures: tuple[str, ...]
    """Names of the key figures shown."""
    scale: float
