"""A heap of (time, person) in two arrays: who leaves first, of those at one time the lowest number, is on top."""

from __future__ import annotations

import numpy as np

from sim.rules.compiling import rule
from sim.stations.plan import Ints


@rule
def push(times: Ints, people: Ints, size: int, time: int, person: np.int64) -> None:
    """Add one who leaves at a time to a heap of `size`."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if times[above] < time or (times[above] == time and people[above] < person):
            break
        times[at] = times[above]
        people[at] = people[above]
        at = above
    times[at] = time
    people[at] = person


@rule
def pop(times: Ints, people: Ints, size: int) -> None:
    """Take the top off a heap of `size`; the last fills its place."""
    time, person = times[size - 1], people[size - 1]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size - 1:
            break
        right = below + 1
        if right < size - 1 and (
            times[right] < times[below] or (times[right] == times[below] and people[right] < people[below])
        ):
            below = right
        if time < times[below] or (time == times[below] and person < people[below]):
            break
        times[at] = times[below]
        people[at] = people[below]
        at = below
    times[at] = time
    people[at] = person
