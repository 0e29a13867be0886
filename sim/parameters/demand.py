"""When they register."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator

from sim.parameters.block import Block
from sim.parameters.called import Called
from sim.parameters.dates import Wib
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import Weight, number, whole


class Point(Block):
    """Give the accounts opened until a moment."""

    at: Wib
    registered: Annotated[int, whole(0, 2**40, "Set the accounts opened so far.")]


def _curve(points: tuple[Point, ...]) -> tuple[Point, ...]:
    found = []
    if len(points) < 2 or points[-1].registered == 0:
        allowed = "must be two points at least, the last above 0"
        raise Fault([Problem("", list(map(dict, points)), allowed, "Give the curve a beginning and an end.")])
    if points[0].registered:
        found.append(
            Problem(
                "[0].registered",
                points[0].registered,
                "must be 0",
                "Start the curve before anyone registered.",
            )
        )
    for index, (before, point) in enumerate(pairwise(points), start=1):
        if point.at <= before.at:
            allowed = f"must be after the point before it ({shown(before.at)})"
            found.append(Problem(f"[{index}].at", point.at, allowed, "Put the points in the order of time."))
        if point.registered < before.registered:
            allowed = f"must be at least that of the point before it ({before.registered:,})"
            do = "Accounts are counted from the beginning on."
            found.append(Problem(f"[{index}].registered", point.registered, allowed, do))
    raise_any(found)
    return points


def _whole_day(hours: tuple[float, ...]) -> tuple[float, ...]:
    if len(hours) != 24:
        allowed = f"must be 24 weights, one an hour from midnight; there are {len(hours)}"
        raise Fault([Problem("", list(hours), allowed, "Add or remove hours.")])
    if not any(hours):
        raise Fault([Problem("", list(hours), "must not all be 0", "Give one hour a weight.")])
    return hours


class Surge(Block):
    """Raise the demand for some hours after a wave opens."""

    hours: Annotated[float, number(0, 36_525, "Set a number of hours."), Called("surge after an opening", "hours")]
    factor: Annotated[float, number(0, 1000, "Set 1 for no surge."), Called("surge after an opening: demand times")]


class Demand(Block):
    """Describe when people register."""

    points: Annotated[tuple[Point, ...], AfterValidator(_curve), Called("counts of registrations")]
    hours: Annotated[tuple[Weight, ...], AfterValidator(_whole_day), Called("hours of registering")]
    surge: Surge
