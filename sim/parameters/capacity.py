"""One lever for a group of stations: a multiplier of every rate, cap, number of servers and of seats in it.

A rate or a cap is multiplied as it is, steps included. Servers and seats are whole: n become round(n × multiplier), and
at least one, as in a scaled run; so a multiplier near 1 does nothing to few of them. 0 closes; null stays plenty.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from sim.parameters.block import Block
from sim.parameters.quantities import number

MOST = 1_000

Capacity = Annotated[float, number(0, MOST, "Set 1 for the capacity as it stands, 1.1 for a tenth more, 0 for closed.")]
"""A multiplier of the capacities of a group."""

BROKEN, WHOLE = ("rate", "cap"), ("servers", "seats")
"""Fields that hold a capacity: any number, and a whole one."""

B = TypeVar("B", bound=Block)


def times(block: B, multiplier: float) -> B:
    """Return the block of a station with its capacity, and that of its steps, multiplied."""
    if multiplier == 1:
        return block
    changes: dict[str, Any] = {}
    for field in (*BROKEN, *WHOLE):
        if getattr(block, field, None) is not None:
            changes[field] = multiplied(field, getattr(block, field), multiplier)
    steps = getattr(block, "steps", ())
    if steps:
        changes["steps"] = tuple(times(step, multiplier) for step in steps)
    return block.model_copy(update=changes)


def multiplied(field: str, capacity: float, multiplier: float) -> float:
    """Return a capacity times a multiplier."""
    if field in BROKEN:
        return capacity * multiplier
    return max(1, round(capacity * multiplier)) if capacity and multiplier else 0
