"""Small markets made by hand, and the same buyers in both forms of it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import DAY, NEVER
from sim.journey.journey import JOURNEY
from sim.journey.order import PersonAct, ProgrammeAct
from sim.rules.choosing import MARKET_RULES, OFFER, MarketRules
from sim.rules.laws import LAWS
from sim.rules.luck import key
from sim.rules.records import record
from sim.stations.courses import Booking, Courses, CoursesKernel, Listings
from sim.stations.timeline import Timeline

KEY = key(1, 0)

FOR_EVER = (LAWS["constant"], 0.0, 1e15, 0.0)


def rules(choices: int = 3, tries: int = 2, patience: Any = FOR_EVER) -> MarketRules:
    """Return the rules of a market."""
    back = (LAWS["constant"], float(DAY), 0.0, 0.0)
    pace = (LAWS["constant"], 1e6, 0.0, 0.0)
    return MarketRules(
        record(MARKET_RULES, choices=choices, tries=tries, patience=patience, comes_back=back, pace=pace)
    )


class Offer(NamedTuple):
    """A course; `seats` -1 is self-paced."""

    first: int = 100
    interval: int = 50
    until: int = NEVER
    seats: int = 1
    price: int = 10
    provider: int = 0
    since: int = 0
    popularity: float = 1.0
    platforms: tuple[int, ...] = (0,)


@dataclass
class Small:
    """A market of some courses; `weeks` are the seats that each provider can teach in each week, from Monday -5."""

    offers: Sequence[Offer]
    weeks: Sequence[Sequence[int]] = field(default_factory=list)
    platforms: int = 1

    def listings(self) -> Listings:
        """Return the courses as those who book read them."""
        offers = np.zeros(len(self.offers), dtype=OFFER)
        for name in ("first", "interval", "until", "seats", "price", "provider", "since"):
            offers[name] = [getattr(offer, name) for offer in self.offers]
        listed, bounds, popularity = [], [], []
        for platform in range(self.platforms):
            here = [k for k, offer in enumerate(self.offers) if platform in offer.platforms]
            bounds.append((len(listed), len(listed) + len(here)))
            listed += here
            total = np.cumsum([self.offers[k].popularity for k in here])
            popularity += (total / total[-1]).tolist() if here else []
        weeks = np.array(self.weeks, dtype=np.int64) if self.weeks else np.zeros((0, 0), dtype=np.int64)
        return (
            offers,
            np.array(listed, dtype=np.int64),
            np.array(bounds, dtype=np.int64).reshape(-1, 2),
            np.array(popularity),
            weeks,
            -5 * DAY,
        )


class Buyer(NamedTuple):
    """Who books when (µs), for which purchase and where; the person's number is that of the place in the list."""

    at: int
    purchase: int = 0
    platform: int = 0
    balance: int = 1000
    taken: tuple[int, ...] = ()


Change = tuple[int, int, int]
"""From an instant on the classes of a course have so many seats: (instant, course, seats)."""

Found = tuple[list[Booking | None], list[int]]
"""What each books, and how often each course turned somebody away."""


def shorter(small: Small, course: int) -> int:
    """Return the interval at which a course has classes once its seats have changed, µs."""
    return max(int(small.listings()[0]["interval"][course]) * 2 // 3, 1)


def in_simpy(small: Small, told: MarketRules, buyers: Sequence[Buyer], changes: Sequence[Change] = ()) -> Found:
    """Return what is booked, each buyer a process."""
    timeline = Timeline()
    courses = Courses(timeline, KEY, told, small.listings())
    found: list[Booking | None] = [None] * len(buyers)

    def buyer(number: int, one: Buyer) -> Generator[Any, None, None]:
        yield timeline.turn(one.at, JOURNEY.turn(PersonAct.BOOK), number)
        found[number] = courses.book(number, one.purchase, one.platform, one.balance, one.taken)

    def change(at: int, course: int, seats: int) -> Generator[Any, None, None]:
        yield timeline.act(at, ProgrammeAct.ADD_CLASSES)
        courses.reschedule(course, seats, shorter(small, course), at)

    for number, one in reversed(list(enumerate(buyers))):
        timeline.process(buyer(number, one))
    for each in changes:
        timeline.process(change(*each))
    timeline.run()
    return found, courses.turned_away


def in_kernel(
    small: Small, told: MarketRules, buyers: Sequence[Buyer], changes: Sequence[Change] = (), window: int = NEVER
) -> Found:
    """Return the same from the kernel, a batch a window, cut where seats change."""
    kernel = CoursesKernel(KEY, told, small.listings())
    found: list[Booking | None] = [None] * len(buyers)
    order = sorted(range(len(buyers)), key=lambda number: (buyers[number].at, number))
    last = max((one.at for one in buyers), default=0)
    for end in sorted({at for at, _, _ in changes} | set(range(window, last + 1, window)) | {NEVER}):
        batch = [number for number in order if buyers[number].at < end]
        order = order[len(batch) :]
        taken = np.full((len(batch), 4), -1, dtype=np.int32)
        for row, number in enumerate(batch):
            taken[row, : len(buyers[number].taken)] = buyers[number].taken
        now, purchase, platform, balance = (
            np.array([getattr(buyers[number], name) for number in batch], dtype=np.int64)
            for name in ("at", "purchase", "platform", "balance")
        )
        course, choice, begins = np.empty_like(now), np.empty_like(now), np.empty_like(now)
        people, rows = np.array(batch, dtype=np.uint32), np.arange(len(batch))
        kernel.book(now, rows, people, purchase, platform, balance, taken, course, choice, begins)
        for row, number in enumerate(batch):
            if course[row] >= 0:
                found[number] = Booking(int(choice[row]), int(course[row]), int(begins[row]))
        for at, which, seats in changes:
            if at == end:
                kernel.reschedule(which, seats, shorter(small, which), at)
    return found, kernel.turned_away.tolist()


def both(small: Small, told: MarketRules, buyers: Sequence[Buyer], changes: Sequence[Change] = ()) -> Found:
    """Return what is booked in both forms of the market, which must be one."""
    found = in_simpy(small, told, buyers, changes)
    assert in_kernel(small, told, buyers, changes) == found
    return found
