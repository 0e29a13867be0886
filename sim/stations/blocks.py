"""What the blocks of all kinds have in common: a capacity with steps, outages, an entry and office hours.

A block is an object of the config, read by attribute; `steps`, `outages`, `hours` and `since` may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import HOUR, NEVER, instant
from sim.stations.office_hours import office_hours
from sim.stations.schedule import Schedule, compile_schedule

Block = Any
"""A station's block of the config."""

Blocks = Sequence[Block]
"""The block of each instance; one object where all have the same."""


class Calendar(Protocol):
    """What stations ask of the calendar."""

    @property
    def work(self) -> NDArray[np.int64]:
        """Return the working days, numbered from the epoch, ascending."""


class Outage(Protocol):
    """A time in which a station is closed."""

    since: datetime
    until: datetime


class Hours(Protocol):
    """Office hours on working days, in hours of the day."""

    opens: float
    closes: float


def never_binds(block: Block, capacity: str) -> bool:
    """Return whether a block's capacity is null at all times."""
    changes = any(getattr(block, each, ()) for each in ("steps", "outages"))
    closed_at_times = getattr(block, "hours", None) is not None or any(_before_entry(block))
    return getattr(block, capacity) is None and not changes and not closed_at_times


def block_schedule(block: Block, capacity: str, value: Callable[[Any], int], calendar: Calendar) -> Schedule:
    """Return a block's schedule: its field `capacity`, and that of its steps, as the whole number `value` makes."""
    steps = ((instant(step.since), value(getattr(step, capacity))) for step in getattr(block, "steps", ()))
    return compile_schedule(value(getattr(block, capacity)), steps, _closed(block, calendar))


def one_each(blocks: Blocks, make: Callable[[Block], Schedule]) -> tuple[Schedule, ...]:
    """Return a schedule for each instance; instances of one block share one."""
    made = {id(block): make(block) for block in {id(block): block for block in blocks}.values()}
    return tuple(made[id(block)] for block in blocks)


def _closed(block: Block, calendar: Calendar) -> Iterator[tuple[int, int]]:
    outages: Sequence[Outage] = getattr(block, "outages", ())
    hours: Hours | None = getattr(block, "hours", None)
    yield from _before_entry(block)
    yield from ((instant(outage.since), instant(outage.until)) for outage in outages)
    if hours is not None:
        yield from office_hours(round(hours.opens * HOUR), round(hours.closes * HOUR), calendar.work.tolist())


def _before_entry(block: Block) -> Iterator[tuple[int, int]]:
    entry: datetime | None = getattr(block, "since", None)
    if entry is not None and instant(entry) > 0:
        yield -NEVER + 1, instant(entry)
