"""The live count of places and of rupiah, which must add up at the end of every day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import moment
from sim.journey.journey import Journey
from sim.journey.money import Benefit
from sim.journey.places import Place


class BrokenPromise(Exception):
    """The run does not add up; the message says where and when."""


class Day(NamedTuple):
    """The live counts at a day's end."""

    now: int
    """The instant, µs."""
    people: list[int]
    """People by the code of their place."""
    awarded: list[int]
    """Rupiah by benefit; so are the next two."""
    paid: list[int]
    returned: list[int]


class Ledger:
    """Count people by place and rupiah by benefit while the programme runs.

    `occupancy` is [code of place], `awarded`, `paid` and `returned` are [benefit] rupiah; `days` gathers the counts
    at the end of each day.
    """

    def __init__(self, journey: Journey) -> None:
        self.places = journey.places
        self._entrance = journey.place(journey.names[0])
        self.occupancy = [0] * len(journey.places)
        self.awarded = [0] * len(Benefit)
        self.paid = [0] * len(Benefit)
        self.returned = [0] * len(Benefit)
        self.registered = 0
        self.days: list[Day] = []

    def register(self) -> None:
        """Count one who arrives at the first station."""
        self.registered += 1
        self.occupancy[self._entrance] += 1

    def move(self, origin: int, to: int) -> None:
        """Count one who goes from a place to another, both by code."""
        self.occupancy[origin] -= 1
        self.occupancy[to] += 1

    @property
    def outstanding(self) -> int:
        """Return the rupiah awarded, not yet paid and not returned."""
        return sum(self.awarded) - sum(self.paid) - sum(self.returned)

    def close_day(self, now: int, standing: NDArray[np.int64], entitled: list[int]) -> None:
        """Hold the counts of a day against a census: people standing in each place, rupiah entitled by benefit.

        Raise BrokenPromise where the census and the counts differ, or where they do not add up.
        """
        date = moment(now - 1).strftime("%Y-%m-%d")
        for place, name in enumerate(self.places):
            if place != Place.NOT_REGISTERED and standing[place] != self.occupancy[place]:
                raise BrokenPromise(
                    f"people do not add up at the end of {date}: {self.occupancy[place]} were counted into "
                    f"'{name}' and not out again, {standing[place]} stand there"
                )
        if sum(self.occupancy) != self.registered:
            raise BrokenPromise(
                f"people do not add up at the end of {date}: {self.registered} have registered, "
                f"{sum(self.occupancy)} stand somewhere"
            )
        for benefit in Benefit:
            left = self.awarded[benefit] - self.paid[benefit] - self.returned[benefit]
            if left != entitled[benefit] or left < 0:
                raise BrokenPromise(
                    f"rupiah of {benefit.key} do not add up at the end of {date}: awarded less paid "
                    f"less returned is {left}, participants are entitled to {entitled[benefit]}"
                )
        counts = (self.occupancy, self.awarded, self.paid, self.returned)
        people, awarded, paid, returned = (list(count) for count in counts)
        self.days.append(Day(now, people, awarded, paid, returned))
