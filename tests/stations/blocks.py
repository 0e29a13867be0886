"""Blocks of the config as plain objects, and a calendar, for stations that are planned without a programme."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import moment
from sim.journey.kinds import Kind
from sim.journey.route import Station

LAW = SimpleNamespace(law="constant")
"""What a block says of its service: tests give services themselves."""


@dataclass(frozen=True)
class Days:
    """Working days: Monday 13 to Friday 17 April 2020, and the week after."""

    work: NDArray[np.int64]


CALENDAR = Days(np.array([2, 3, 4, 5, 6, 9, 10, 11, 12, 13], dtype=np.int64))


def declared(kind: Kind) -> Station:
    """Return a station of a kind as a route declares it."""
    return Station("somewhere", "Somewhere", kind, "somewhere")


def steps(capacity: str, *given: tuple[int, Any]) -> tuple[SimpleNamespace, ...]:
    """Return the steps of a capacity, each at an instant."""
    return tuple(SimpleNamespace(**{"since": moment(at), capacity: value}) for at, value in given)


def outages(*given: tuple[int, int]) -> tuple[SimpleNamespace, ...]:
    """Return outages, each from an instant until another."""
    return tuple(SimpleNamespace(since=moment(a), until=moment(b)) for a, b in given)


def rate(rate: float | None, per: str = "day", **more: Any) -> SimpleNamespace:
    """Return the block of a rate."""
    return SimpleNamespace(rate=rate, per=per, **({"steps": (), "outages": ()} | more))


def servers(servers: int, **more: Any) -> SimpleNamespace:
    """Return the block of parallel servers."""
    return SimpleNamespace(servers=servers, service=LAW, **({"steps": (), "outages": ()} | more))


def daily_runs(cap: float | None, run_hour: float = 14, **more: Any) -> SimpleNamespace:
    """Return the block of daily runs."""
    return SimpleNamespace(cap=cap, run_hour=run_hour, **({"steps": (), "outages": ()} | more))


def seats(seats: int, first: int, every_days: float) -> SimpleNamespace:
    """Return the block of classes of seats."""
    return SimpleNamespace(seats=seats, first=moment(first), every_days=every_days, service=LAW)


def hours(opens: float, closes: float) -> SimpleNamespace:
    """Return office hours."""
    return SimpleNamespace(opens=opens, closes=closes)
