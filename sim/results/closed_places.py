"""The places that were closed, and what each did day by day: stations, platforms of the market, payment partners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.journey.kinds import Bank
from sim.journey.measures import partner_wait
from sim.journey.route import CERTIFICATES, Station
from sim.observers.durations import Durations
from sim.observers.observations import Observations
from sim.observers.paid_days import PaidDays
from sim.parameters.outages import Outages, closes_partners
from sim.programme.payment_runs import RunRecord
from sim.results.members import members

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """One of two runs that are held against one another; the days of payments are those of both or of none."""

    observations: Observations
    runs: list[RunRecord]
    paid: PaidDays


class Place(NamedTuple):
    """A station, a platform of one, or a payment partner: stable name, words, and which it is."""

    name: str
    label: str
    station: Station | None = None
    platform: int | None = None
    """Number of the platform, of a station that is a bank of them."""
    partner: int | None = None


@dataclass(frozen=True)
class Queue:
    """What a place did on each day of a run: the queue at its end, how much of it is behind, and what it served."""

    queue: Ints
    behind: Ints
    served: Ints
    waits: Durations

    def on(self, days: int) -> Queue:
        """Return the same for so many days: of a longer run the first, of a shorter one as it ended."""

        def of(values: Ints, last: int) -> Ints:
            found = np.full(days, last, dtype=np.int64)
            found[: min(days, values.size)] = values[:days]
            return found

        queue, behind = (of(values, int(values[-1])) for values in (self.queue, self.behind))
        return Queue(queue, behind, of(self.served, 0), self.waits)


def places_of(observations: Observations, path: str) -> Iterator[Place]:
    """Return the places whose block is at a path of the config: one, of a block that closes a place."""
    for number, partner in enumerate(observations.programme.partners):
        if path == f"payment.partners.{partner.key}":
            yield Place(partner.key, partner.name, partner=number)
    market, journey = observations.programme.seats, observations.programme.journey
    for station in journey.queued:
        if station.bank is not Bank.PLATFORM:
            if path == station.config:
                yield Place(station.name, station.label, station)
        elif market is not None:
            for number, (key, each) in enumerate(zip(market.keys, members(observations, station.name), strict=True)):
                if path == f"{station.config}.{key}.{station.name}":
                    yield Place(each.name, each.label, station, platform=number)


def queue_of(side: Side, place: Place) -> Queue:
    """Return what a place did on each day of a run."""
    observations = side.observations
    if place.station is not None:
        name = place.station.name
        whole = place.platform is None
        observer = observations.stations[name] if whole else observations.members(name)[place.platform or 0]
        return Queue(observer.queue(), observer.queue(), observer.starts, observer.waits)
    days = observations.days
    queue, behind, paid = (np.zeros(days, dtype=np.int64) for _ in range(3))
    next_day = 0
    for run in (run for run in side.runs if run.partner == place.partner):
        day = run.at // DAY
        if day > 0:  # on days without a run, the queue is that after the one before
            queue[next_day:day], behind[next_day:day] = queue[max(next_day - 1, 0)], behind[max(next_day - 1, 0)]
        queue[day], behind[day], paid[day] = run.waiting, max(run.waiting - run.failed, 0), run.paid
        next_day = day + 1
    if next_day:
        queue[next_day:], behind[next_day:] = queue[next_day - 1], behind[next_day - 1]
    return Queue(queue, behind, paid, observations.waits(partner_wait(place.name)))


def same_order(observations: Observations, left_out: Outages, station: Station) -> bool:
    """Return whether the same people come to a station on the same days in both runs, and are served in that order.

    Nobody may be held up by an outage on the way to it, and of a bank by regency each instance has a queue of its own.
    Who is held up at a checkout comes later for a further course, and finds other seats; certificates move nobody who
    buys, so that those of one platform do not touch those of another.
    """
    journey, plan = observations.programme.journey, observations.programme.stations[station.name]
    if station.bank is Bank.PLATFORM:
        certificates = f".{CERTIFICATES}"
        return station.name == CERTIFICATES and all(
            closes_partners(path) or path.endswith(certificates) for path in left_out
        )
    held_up = any(each.config in left_out for each in journey.stations[: journey.number(station.name)])
    return not held_up and (plan is None or plan.instances == 1)
