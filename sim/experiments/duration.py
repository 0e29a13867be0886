"""About how long a run takes: measured on two cores, told before it begins."""

from __future__ import annotations

import math

from sim.experiments.jobs.doing import duration
from sim.experiments.tasks import Task, processes_for
from sim.experiments.worlds import run_twice
from sim.parameters import Parameters
from sim.parameters.station import PER_SECONDS

BEGINS, A_DAY, A_PERSON = 0.4, 0.0011, 0.7e-6
"""Seconds that a run takes on one thread at least, for each day of the programme, and for each simulated person.

Measured on 28 November 2026 on two cores (AMD EPYC) with both at work: rate_200k and rate_1600k at scale 0.01.
"""

AFTER_PROCESSING = 550
"""Days from the last who is processed to the last payment, about."""


def seconds_of(parameters: Parameters) -> float:
    """Return about how long a run takes on one thread."""
    return BEGINS + A_DAY * days_of(parameters) + A_PERSON * parameters.population.people


def of_worlds(parameters: Parameters, worlds: int, without_outages: bool = False) -> str:
    """Return in words about how long a run in many worlds takes; where outages are left out too, each is made twice."""
    runs = worlds + run_twice(worlds)
    beside = processes_for([Task(parameters)] * runs)
    each = seconds_of(parameters) * (2 if without_outages else 1)
    at_a_time = f", {beside} at a time" if beside > 1 else ""
    return f"About {duration(each * (1 + runs / beside))}{at_a_time}."


def days_of(parameters: Parameters) -> float:
    """Return about how many days a run has."""
    clock, points = parameters.clock, parameters.demand.points
    if clock.end is not None:
        return (clock.end - clock.start).total_seconds() / 86_400
    registering = (points[-1].at - clock.start).total_seconds() / 86_400
    return max(registering, _clearing(parameters)) + AFTER_PROCESSING


def _clearing(parameters: Parameters) -> float:
    """Return about how many days it takes to process everyone, by the rate and its steps."""
    block, begins = parameters.processing, parameters.clock.start
    left, at, rate = float(parameters.population.applicants), 0.0, block.rate
    a_day = 86_400 / PER_SECONDS[block.per]
    for step in sorted(block.steps, key=lambda each: each.since):
        since = max((step.since - begins).total_seconds() / 86_400, 0.0)
        done = math.inf if rate is None else rate * a_day * (since - at)
        if done >= left:
            break
        left, at, rate = left - done, since, step.rate
    if rate is None:
        return at
    # Where it never clears, the run goes on to the horizon.
    return at + left / (rate * a_day) if rate else parameters.clock.longest_days - AFTER_PROCESSING
