"""When a person registers: position (number + u) / people of the demand curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.compiling import rule
from sim.rules.luck import Group, luck, uniform

GUIDE = 1 << 14
"""Equal parts of the demand for which the guide knows a corner nearby."""


def guide_of(demand: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return, for each equal part of the cumulative demand, the corner at or before its beginning."""
    begins = np.arange(GUIDE + 1) / GUIDE * demand[-1]
    return (np.searchsorted(demand, begins, side="right") - 1).astype(np.int32)


@rule
def registers_at(
    word: np.uint64,
    times: NDArray[np.int64],
    demand: NDArray[np.float64],
    guide: NDArray[np.int32],
    people: int,
    person: int,
) -> int:
    """Return the instant at which a person's registration arrives at the portal, from his word of luck.

    `times` (µs) are the corners of the curve and `demand` the cumulative demand there, both ascending;
    between corners the curve is straight. A person's number is the order of registration.
    """
    share = (person + uniform(word)) / people
    position = share * demand[-1]
    last = demand.size - 2
    corner = int(min(guide[int(share * GUIDE)], last))
    while corner < last and demand[corner + 1] <= position:
        corner += 1
    # The guide may be one too far by rounding; a flat piece of the curve holds nobody.
    while corner > 0 and (demand[corner] > position or demand[corner + 1] <= demand[corner]):
        corner -= 1
    part = (position - demand[corner]) / (demand[corner + 1] - demand[corner])
    length = times[corner + 1] - times[corner]
    return times[corner] + min(int(part * length), length - 1)


@rule
def registers(
    key: NDArray[np.void],
    times: NDArray[np.int64],
    demand: NDArray[np.float64],
    guide: NDArray[np.int32],
    people: int,
    person: int,
) -> int:
    """Return the instant at which a person's registration arrives at the portal; see `registers_at`."""
    word = luck(key, Group.REGISTERING.value, person, 0)[0]
    return registers_at(word, times, demand, guide, people, person)


@rule
def registrations(
    key: NDArray[np.void],
    times: NDArray[np.int64],
    demand: NDArray[np.float64],
    guide: NDArray[np.int32],
    people: int,
    first: int,
    instants: NDArray[np.int64],
) -> None:
    """Fill `instants` with the registrations of people from number `first` on."""
    for i in range(instants.size):
        instants[i] = registers(key, times, demand, guide, people, first + i)
