"""All that is measured of a run, added up over the threads that counted it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, instant
from sim.journey.kinds import Bank
from sim.journey.measures import WAITS, partner_stamp
from sim.journey.money import Benefit
from sim.observers.bank import BankObserver
from sim.observers.counting import BEHIND_REGENCY, GROUPS, PROVINCE_BITS
from sim.observers.counts import Counts
from sim.observers.declared import Declared
from sim.observers.durations import Durations
from sim.observers.levels import LevelCounts
from sim.observers.market import MarketCounts
from sim.observers.span import Span
from sim.observers.station import StationObserver
from sim.programme.programme import Programme
from sim.rules.people import Trait, trait

Ints = NDArray[np.int64]

K = TypeVar("K")
V = TypeVar("V")

ARTICLE = datetime(2022, 2, 9, 20, 18)
"""The date of the article, by which what was processed is always reported."""

GROUP_TRAITS = tuple(which for which in Trait if which not in (Trait.REGENCY, Trait.ELIGIBILITY_LUCK))
"""The groups that results are told apart by."""

_COMBINATIONS = np.arange(GROUPS)
_TRAITS = (_COMBINATIONS & ((1 << PROVINCE_BITS) - 1) | _COMBINATIONS >> PROVINCE_BITS << BEHIND_REGENCY).astype(
    np.uint32
)
"""The traits of each combination."""


def new_year(year: int) -> int:
    """Return the instant at which a year begins."""
    return instant(datetime(year, 1, 1))


def by_trait(people: Ints, which: Trait) -> Ints:
    """Return counts of people by the combination of their traits as counts by the value of one."""
    there = np.flatnonzero(people)
    # Sums of weights are exact: doubles hold whole numbers beyond any count of people.
    return np.bincount(trait(_TRAITS[there], which), weights=people[there], minlength=64).astype(np.int64)


class Observations:
    """What is measured of one run that ends at `end`; a run without a date of its end ends by the horizon.

    Count in `new_counts`, one a thread. What is read here is their sum at that moment: read when counting is over.
    """

    def __init__(self, programme: Programme, end: int, traits: NDArray[np.uint32] | None = None) -> None:
        self.programme = programme
        self._traits = traits
        published = programme.parameters.published
        moments = [row.at for row in published.funnel] + list(published.predictions)
        moments += [row.at for row in published.revocations]
        self.span = Span(end, (instant(at) for at in [*moments, ARTICLE]))
        self._counts: list[Counts] = []
        self._stations = {name: self._observer(name) for name in programme.stations}
        self._counted_by: dict[str, Counts] = {}
        self._none = Counts(programme, self.span, self._station)
        """Counts of nothing, which know all names."""
        seats = programme.seats
        self.market = None if seats is None else MarketCounts(seats, self.span, self.new_counts())
        """What is counted of the market, by one thread; None of the open market."""

    # Counting

    def new_counts(self) -> Counts:
        """Return counts for one thread to add to."""
        counts = Counts(self.programme, self.span, self._station, self._traits)
        self._counts.append(counts)
        return counts

    def _observer(self, name: str) -> StationObserver | BankObserver:
        """Return what counts a station: of a bank of platforms each by itself."""
        plan, market = self.programme.stations[name], self.programme.seats
        schedules = () if plan is None else plan.schedules
        if market is not None and self.programme.journey.station(name).bank is Bank.PLATFORM:
            return BankObserver(schedules, len(market.keys), self.span)
        return StationObserver(schedules, self.span)

    def _station(self, counts: Counts, name: str) -> StationObserver | BankObserver:
        if name not in self._stations:
            raise KeyError(f"{name!r} is no station of the route; declared are {', '.join(self._stations)}")
        if self._counted_by.setdefault(name, counts) is not counts:
            raise ValueError(f"visits of {name!r} are counted by another thread: they must come in order of arrival")
        return self._stations[name]

    def finish(self, end: int) -> None:
        """Set the end of a run that was not known before: a midnight, with no stamp counted beyond it."""
        self.span.finish(end)

    # Reading

    @property
    def stations(self) -> dict[str, StationObserver]:
        """Return the observers of all stations where people queue, in the order of the journey; a bank as one."""
        each = self._stations.items()
        return {name: own.whole if isinstance(own, BankObserver) else own for name, own in each}

    def members(self, name: str) -> tuple[StationObserver, ...]:
        """Return the observer of each platform, of a station that is a bank of platforms; of others none."""
        own = self._stations[name]
        return own.members if isinstance(own, BankObserver) else ()

    @property
    def end(self) -> int:
        """Return the end of the run, µs."""
        return self.span.end

    @property
    def days(self) -> int:
        """Return the number of days of the run."""
        return self.span.days

    @property
    def snapshots(self) -> list[int]:
        """Return the instants of the snapshots, ascending."""
        return self.span.snapshots

    def count_of(self, persons: NDArray[np.uint32], which: Trait) -> int:
        """Return how many of some people have a trait that is yes or no."""
        assert self._traits is not None, "who they are is not known"
        return int(np.count_nonzero(trait(self._traits[persons], which)))

    def by_day(self, stamp: str) -> Ints:
        """Return the people (or payments) with a stamp of a name, by day."""
        return self._sum(self._used(stamp, lambda counts: counts.stamps), lambda stamps: stamps[0])

    def total(self, stamp: str) -> int:
        """Return the people (or payments) with a stamp of a name until the end of the run."""
        return int(self.by_day(stamp).sum())

    def before(self, stamp: str, at: int) -> int:
        """Return how many stamps of a name lie before a snapshot."""
        day = min(max(at // DAY, 0), self.days)
        number = self.snapshots.index(at)
        on_the_day = sum(int(stamps[1][number]) for stamps in self._used(stamp, lambda counts: counts.stamps))
        return int(self.by_day(stamp)[:day].sum()) + on_the_day

    def last(self, stamp: str) -> int:
        """Return the last stamp of a name, -1 if none; raise ValueError of one that a kernel counts."""
        self._none.stamps.check(stamp)
        if any(stamp in counts.counted_by_kernels for counts in self._counts):
            raise ValueError(f"the last stamp of {stamp!r} is not known: a kernel counts it")
        return max((counts.latest.get(stamp, -1) for counts in self._counts), default=-1)

    def by_wave(self, stamp: str) -> Ints:
        """Return the stamps of a name before each snapshot, and in all (last row), by wave [snapshot, wave]."""
        together: Ints = np.sum([self._none._no_waves(), *self._used(stamp, lambda counts: counts.wave_stamps)], axis=0)
        return together

    def payments(self, benefit: Benefit, step: str) -> Ints:
        """Return the payments of a benefit by day over all partners: those due, ready or paid."""
        days = [self.by_day(partner_stamp(partner.key, benefit, step)) for partner in self.programme.partners]
        return np.sum([self.span.no_days(), *days], axis=0)  # type: ignore[no-any-return]

    def payments_before(self, benefit: Benefit, step: str, at: int) -> int:
        """Return how many payments of a benefit were due, ready or paid before a snapshot, over all partners."""
        return sum(self.before(partner_stamp(partner.key, benefit, step), at) for partner in self.programme.partners)

    def rupiah(self, flow: str, benefit: Benefit) -> Ints:
        """Return the rupiah of a flow (awarded, paid or returned) and a benefit, by day."""
        return self._sum(self._used((flow, benefit), lambda counts: counts.rupiah), lambda days: days)

    def level(self, name: str) -> LevelCounts:
        """Return those who began the wait of a service level long enough before the end, and those who got it in time.

        They are counted by day, by payment partner, and by group: [ALL or IN_TIME, ...].
        """
        together = LevelCounts(self.days, len(self.programme.partners))
        for counts in self._used(name, lambda counts: counts.levels):
            together.days += counts.days[:, : self.days]
            together.partners += counts.partners
            together.groups += counts.groups
        return together

    def accounts(self, standing: str) -> tuple[int, int]:
        """Return how many have a standing at the end of the run, and the rupiah that hang on it."""
        used = self._used(standing, lambda counts: counts.accounts)
        people, rupiah = np.sum([np.zeros(2, dtype=np.int64), *used], axis=0).tolist()
        return int(people), int(rupiah)

    def waits(self, name: str) -> Durations:
        """Return the durations of a wait between two stages, or for a partner's run."""
        counted = Durations.sum_of(self._used(name, lambda counts: counts.durations))
        rest = WAITS[name].rest if name in WAITS else None
        return counted if rest is None else Durations.sum_of([counted, self.waits(rest).unfinished()])

    def combinations(self, stage: str) -> Ints:
        """Return the people who reached a stage by the combination of their traits: see `by_trait`."""
        people = np.zeros(GROUPS, dtype=np.int64)
        for some in self._used(stage, lambda counts: counts.groups):
            people += some
        return people

    def group(self, stage: str, which: Trait) -> Ints:
        """Return the people who reached a stage by the value of a trait."""
        return by_trait(self.combinations(stage), which)

    def _used(self, name: K, counters: Callable[[Counts], Declared[K, V]]) -> list[V]:
        """Return the counters of a name that any thread has used; KeyError of a name that is not declared."""
        counters(self._none).check(name)
        found = [counters(counts).used(name) for counts in self._counts]
        return [counter for counter in found if counter is not None]

    def _sum(self, used: list[V], by_day: Callable[[V], Ints]) -> Ints:
        together = self.span.no_days()
        for counter in used:
            together += by_day(counter)[: self.days]
        return together
