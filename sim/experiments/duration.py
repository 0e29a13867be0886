"""About how long a run takes: measured on two cores, told before it begins."""

from __future__ import annotations

from sim.experiments.jobs.doing import duration
from sim.experiments.tasks import Task, processes_for
from sim.experiments.worlds import run_twice
from sim.parameters import Parameters

BEGINS, A_DAY, A_PERSON = 0.5, 0.0014, 0.9e-6
"""Seconds that a run takes on one thread at least, for each day of the programme, and for each simulated person.

Measured on 27 November 2026 on two cores (AMD EPYC) with both at work: rate_200k and rate_1600k at scale 0.01.
"""

AFTER_PROCESSING = 550
"""Days from the last who is processed to the last payment, about."""


def seconds_of(parameters: Parameters) -> float:
    """Return about how long a run takes on one thread."""
    return BEGINS + A_DAY * _days(parameters) + A_PERSON * parameters.population.people


def of_worlds(parameters: Parameters, worlds: int, without_outages: bool = False) -> str:
    """Return in words about how long a run in many worlds takes; where outages are left out too, each is made twice."""
    runs = worlds + run_twice(worlds)
    beside = processes_for([Task(parameters)] * runs)
    each = seconds_of(parameters) * (2 if without_outages else 1)
    at_a_time = f", {beside} at a time" if beside > 1 else ""
    return f"About {duration(each * (1 + runs / beside))}{at_a_time}."


def _days(parameters: Parameters) -> float:
    """Return about how many days a run has."""
    clock, points = parameters.clock, parameters.demand.points
    if clock.end is not None:
        return (clock.end - clock.start).total_seconds() / 86_400
    registering = (points[-1].at - clock.start).total_seconds() / 86_400
    rate = parameters.processing.rate
    clearing = 7 * parameters.population.applicants / rate if rate else 0.0
    return max(registering, clearing) + AFTER_PROCESSING
