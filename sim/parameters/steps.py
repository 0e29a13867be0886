"""What holds from a date on: steps in the order of time, and outages that lie apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

from pydantic import Field

from sim.parameters.block import Block
from sim.parameters.dates import Wib
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import Share


class Since(Block):
    """Hold from a date on, which the configs call `from`."""

    since: Wib = Field(alias="from")


class ShareStep(Since):
    """Change a share from a date on."""

    share: Share


class Outage(Since):
    """Close a station for a while; work begun is finished."""

    until: Wib


S = TypeVar("S", bound=Since)


def rising(steps: tuple[S, ...]) -> tuple[S, ...]:
    """Refuse steps whose dates do not strictly increase."""
    raise_any(
        Problem(
            f"[{index}].from",
            later.since,
            f"must be after the step before it ({shown(earlier.since)})",
            "Put the steps in the order of time, one for each date.",
        )
        for index, (earlier, later) in enumerate(pairwise(steps), start=1)
        if later.since <= earlier.since
    )
    return steps


def some_rising(steps: tuple[S, ...]) -> tuple[S, ...]:
    """Refuse an empty list of steps, and dates that do not strictly increase."""
    if not steps:
        raise Fault([Problem("", [], "must have one step at least", "Say what holds from the start on.")])
    return rising(steps)


def apart(outages: tuple[Outage, ...]) -> tuple[Outage, ...]:
    """Refuse outages that end before they begin, or overlap."""
    found = [
        Problem(
            f"[{index}].until",
            outage.until,
            f"must be after the outage's beginning ({shown(outage.since)})",
            "Change one of the two.",
        )
        for index, outage in enumerate(outages)
        if outage.until <= outage.since
    ]
    order = sorted(range(len(outages)), key=lambda index: outages[index].since)
    for first, second in pairwise(order):
        if outages[second].since < outages[first].until and outages[second].until > outages[second].since:
            found.append(
                Problem(
                    f"[{second}].from",
                    outages[second].since,
                    f"must not lie inside the outage before it, which ends at {shown(outages[first].until)}",
                    "Make one outage of the two, or move one.",
                )
            )
    raise_any(found)
    return outages
