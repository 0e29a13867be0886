"""On how many threads people are moved."""

from __future__ import annotations

from sim.programme.programme import Programme

WORTH_TWO = 6_000_000
"""People from which two threads are faster than one: with `history`, 4.8 million are not, 9.6 million are."""


def threads_of(programme: Programme) -> int:
    """Return the threads asked for, or those that are faster: with few people, handing on costs more."""
    return programme.parameters.run.threads or (2 if programme.people >= WORTH_TWO else 1)
