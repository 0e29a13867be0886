"""About how long a run takes: measured on two cores, told before it begins."""

from __future__ import annotations

from sim.parameters import Parameters

BEGINS, A_DAY, A_PERSON = 0.5, 0.002, 0.9e-6
"""Seconds that a run takes on one thread at least, for each day of the programme, and for each simulated person.

Measured on 26 November 2026 on two busy cores (Intel Xeon): history and rate_200k at scales 0.001 and 0.01.
"""

AFTER_PROCESSING = 550
"""Days from the last who is processed to the last payment, about."""


def seconds_of(parameters: Parameters) -> float:
    """Return about how long a run takes on one thread."""
    return BEGINS + A_DAY * _days(parameters) + A_PERSON * parameters.population.people


def _days(parameters: Parameters) -> float:
    """Return about how many days a run has."""
    clock, points = parameters.clock, parameters.demand.points
    if clock.end is not None:
        return (clock.end - clock.start).total_seconds() / 86_400
    registering = (points[-1].at - clock.start).total_seconds() / 86_400
    rate = parameters.processing.rate
    clearing = 7 * parameters.population.applicants / rate if rate else 0.0
    return max(registering, clearing) + AFTER_PROCESSING
