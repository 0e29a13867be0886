"""When a person registers: position (number + u) / people of the demand curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.luck import Group, luck, uniform


@rule
def registers(
    key: NDArray[np.void], times: NDArray[np.int64], demand: NDArray[np.float64], people: int, person: int
) -> int:
    """Return the instant at which a person's registration arrives at the portal.

    `times` (µs) are the corners of the curve and `demand` the cumulative demand there, both ascending;
    between corners the curve is straight. A person's number is the order of registration.
    """
    u = uniform(luck(key, Group.REGISTERING.value, person, 0)[0])
    position = (person + u) / people * demand[-1]
    corner = min(np.searchsorted(demand, position, side="right") - 1, demand.size - 2)
    while demand[corner + 1] <= demand[corner]:  # rounding at the very end of the curve
        corner -= 1
    share = (position - demand[corner]) / (demand[corner + 1] - demand[corner])
    length = times[corner + 1] - times[corner]
    return times[corner] + min(int(share * length), length - 1)


@rule
def registrations(
    key: NDArray[np.void],
    times: NDArray[np.int64],
    demand: NDArray[np.float64],
    people: int,
    first: int,
    instants: NDArray[np.int64],
) -> None:
    """Fill `instants` with the registrations of people from number `first` on."""
    for i in range(instants.size):
        instants[i] = registers(key, times, demand, people, first + i)
