"""Whole servers and seats in a scaled run: fewer of them, each used for longer, offer the same work a person."""

from __future__ import annotations

from sim.rules.compiling import rule
from sim.rules.laws import LONGEST


def scaled_number(number: int, scale: float) -> tuple[int, float]:
    """Return the simulated number m = max(1, round(number × scale)) and the stretch m / (number × scale).

    A number of zero is closed and stays so.
    """
    if number == 0:
        return 0, 1.0
    simulated = max(1, round(number * scale))
    return simulated, simulated / (number * scale)


@rule
def stretched(service: int, stretch: float) -> int:
    """Return a service or an interval in µs lengthened by the factor of a scaled station: 1 µs to a thousand years."""
    return max(int(min(service * stretch, LONGEST)), 1)
