"""The demand curve: registrations as published, shaped by the hour of the day and by openings of waves."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, HOUR, instant
from sim.parameters import Parameters


def demand_curve(parameters: Parameters, openings: list[int]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the corners (µs) of the cumulative demand and the demand there, in people before stretching.

    Between two published points the demand is flat, times the weight of the hour, times the surge in the
    hours after a wave opens, scaled so that every point is met.
    """
    points = [(instant(point.at), float(point.registered)) for point in parameters.demand.points]
    surge = int(parameters.demand.surge.hours * HOUR)
    hours = np.asarray(parameters.demand.hours, dtype=np.float64)
    first, last = points[0][0], points[-1][0]
    corners = {at for at, _ in points} | set(range(first // HOUR * HOUR + HOUR, last, HOUR))
    corners |= {at for opening in openings for at in (opening, opening + surge) if first < at < last}
    times = np.array(sorted(corners), dtype=np.int64)

    begins = times[:-1]
    weight = hours[(begins % DAY) // HOUR]
    opened = np.asarray(openings, dtype=np.int64)
    since = np.searchsorted(opened, begins, side="right")
    in_surge = (since > 0) & (begins - opened[np.maximum(since - 1, 0)] < surge) if opened.size else np.zeros(0, bool)
    if opened.size:
        weight = np.where(in_surge, weight * parameters.demand.surge.factor, weight)

    mass = weight * np.diff(times)
    demand = np.zeros(times.size)
    for (start, before), (end, after) in pairwise(points):
        inside = slice(np.searchsorted(times, start), np.searchsorted(times, end))
        reached = np.cumsum(mass[inside])
        if reached[-1] <= 0.0:  # no hour between the points has weight: flat
            reached = np.cumsum(np.diff(times)[inside].astype(np.float64))
        demand[inside.start + 1 : inside.stop + 1] = before + (after - before) * reached / reached[-1]
    return times, demand
