"""The live count of places and of rupiah, which must add up at the end of every day."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import moment
from sim.programme.places import Place


class BrokenPromise(Exception):
    """The run does not add up; the message says where and when."""


class Kind(IntEnum):
    """What an award commits."""

    TRAINING = 0
    INCENTIVE = 1
    SURVEY = 2


class Ledger:
    """Count people by place and rupiah by kind while the programme runs.

    `occupancy` is [place], `awarded`, `paid` and `returned` are [kind] rupiah, `days` gathers
    (instant, occupancy, awarded, paid, returned) at the end of each day.
    """

    def __init__(self) -> None:
        self.occupancy = [0] * len(Place)
        self.awarded = [0] * len(Kind)
        self.paid = [0] * len(Kind)
        self.returned = [0] * len(Kind)
        self.registered = 0
        self.days: list[tuple[int, list[int], list[int], list[int], list[int]]] = []

    def register(self) -> None:
        """Count one who arrives at the portal."""
        self.registered += 1
        self.occupancy[Place.PORTAL] += 1

    def move(self, origin: Place, to: Place) -> None:
        """Count one who goes from a place to another."""
        self.occupancy[origin] -= 1
        self.occupancy[to] += 1

    @property
    def outstanding(self) -> int:
        """Return the rupiah awarded, not yet paid and not returned."""
        return sum(self.awarded) - sum(self.paid) - sum(self.returned)

    def close_day(self, now: int, standing: NDArray[np.int64], entitled: list[int]) -> None:
        """Hold the counts of a day against a census: people standing in each place, rupiah entitled by kind.

        Raise BrokenPromise where the census and the counts differ, or where they do not add up.
        """
        date = moment(now - 1).strftime("%Y-%m-%d")
        for place in Place:
            if place is not Place.NOT_REGISTERED and standing[place] != self.occupancy[place]:
                raise BrokenPromise(
                    f"people do not add up at the end of {date}: {self.occupancy[place]} were counted into "
                    f"'{place.name.lower()}' and not out again, {standing[place]} stand there"
                )
        if sum(self.occupancy) != self.registered:
            raise BrokenPromise(
                f"people do not add up at the end of {date}: {self.registered} have registered, "
                f"{sum(self.occupancy)} stand somewhere"
            )
        for kind in Kind:
            left = self.awarded[kind] - self.paid[kind] - self.returned[kind]
            if left != entitled[kind] or left < 0:
                raise BrokenPromise(
                    f"rupiah of {kind.name.lower()} do not add up at the end of {date}: awarded less paid "
                    f"less returned is {left}, participants are entitled to {entitled[kind]}"
                )
        counts = (self.occupancy, self.awarded, self.paid, self.returned)
        self.days.append((now, *(list(count) for count in counts)))  # type: ignore[arg-type]
