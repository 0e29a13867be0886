"""The counts that one thread adds to: the same names, and the same counting, as every other thread's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.journey.journey import Journey
from sim.journey.measures import GROUP_STAGES, WAVE_STAMPS, observed_stamps, observed_waits
from sim.journey.money import ACCOUNTS, FLOWS, Benefit
from sim.observers.bank import BankObserver
from sim.observers.counting import GROUPS, count_groups, count_rupiah, count_stamps
from sim.observers.declared import Declared
from sim.observers.durations import NOBODY, Durations
from sim.observers.levels import Level, LevelCounts, count_level
from sim.observers.span import Snapshots, Span
from sim.observers.station import StationObserver
from sim.programme.programme import Programme

Ints = NDArray[np.int64]

StampCounts = tuple[Ints, Ints]
"""Stamps of a name by day, and before each snapshot on the snapshot's own day."""


class Counts:
    """What one thread has counted of a run; `Observations.new_counts` makes it and adds all of them up.

    Stamps, waits, stages and money are declared names (`sim.journey.measures`): KeyError for any other.
    """

    def __init__(
        self,
        programme: Programme,
        span: Span,
        station: Callable[[Counts, str], StationObserver | BankObserver],
        traits: NDArray[np.uint32] | None = None,
    ) -> None:
        journey: Journey = programme.journey
        partners = [partner.key for partner in programme.partners]
        self.span = span
        self._station = station
        self._snapshots: dict[int, list[int]] = {}
        """By day, the numbers of the snapshots that lie on it, where any do."""
        for number, at in enumerate(span.snapshots):
            self._snapshots.setdefault(at // DAY, []).append(number)
        self._traits, self._horizon = traits, programme.horizon
        self._levels = _by_wait(levels_of(programme))
        self._waves = len(programme.waves)
        self.stamps: Declared[str, StampCounts] = Declared(
            "stamp", observed_stamps(journey, programme.payments, partners), self._no_stamps
        )
        self.wave_stamps: Declared[str, Ints] = Declared("stamp of a wave", WAVE_STAMPS, self._no_waves)
        """Stamps before each snapshot, and in all (last row), by wave [snapshot, wave]."""
        self.rupiah: Declared[tuple[str, Benefit], Ints] = Declared(
            "flow of money", [(flow, benefit) for flow in FLOWS for benefit in Benefit], span.no_days
        )
        """Rupiah by day."""
        self.accounts: Declared[str, Ints] = Declared("standing of accounts", ACCOUNTS, _no_accounts)
        """How many have each standing at the end, and the rupiah that hang on it [people, rupiah]."""
        self.durations: Declared[str, Durations] = Declared("wait", observed_waits(partners), Durations)
        self.groups: Declared[str, Ints] = Declared("stage of people", GROUP_STAGES, _no_groups)
        """People who reached a stage by the combination of their traits."""
        self.levels: Declared[str, LevelCounts] = Declared(
            "service level", programme.parameters.service_levels, lambda: LevelCounts(span.days, len(partners))
        )
        """Those who began the wait of a service level, and those who got it in time."""
        self.latest: dict[str, int] = {}
        """The last stamp of each name counted here, except of those that a kernel counts."""
        self.counted_by_kernels: set[str] = set()
        """The names that a kernel counts, alone or in a bank of names: their last stamp is not known."""

    def _no_stamps(self) -> StampCounts:
        return self.span.no_days(), np.zeros(len(self.span.snapshots), dtype=np.int64)

    def _no_waves(self) -> Ints:
        return np.zeros((len(self.span.snapshots) + 1, self._waves), dtype=np.int64)

    @property
    def end(self) -> int:
        """Return the end of the run as far as it is known, µs; stamps at or beyond it have not happened."""
        return self.span.end

    @property
    def calendar(self) -> Snapshots:
        """Return what compiled counting needs of the snapshots."""
        return self.span.calendar

    # Stamps

    def stamp(self, name: str, instants: Ints) -> None:
        """Count stamps of a name, in any order; those at or beyond the end have not happened."""
        last = count_stamps(instants, self.end, *self.stamps[name], self.calendar)
        self._note(name, last)

    def stamp_ascending(self, name: str, instants: Ints) -> None:
        """Count stamps that are in order of time, a day at a time."""
        by_day, on_the_day = self.stamps[name]
        begin, last = 0, int(instants.searchsorted(self.end))
        if last:
            self._note(name, int(instants[last - 1]))
        while begin < last:
            day = int(instants[begin]) // DAY
            end = min(int(instants.searchsorted((day + 1) * DAY)), last)
            by_day[day] += end - begin
            for number in self._snapshots_of(day):
                before = min(int(instants.searchsorted(self.span.snapshots[number])), last)
                on_the_day[number] += before - begin
            begin = end

    def stamp_at(self, name: str, at: int, count: int) -> None:
        """Count several stamps of a name at one instant before the end."""
        self.stamps_at(name, np.array([at]), np.array([count]))

    def stamps_at(self, name: str, instants: Ints, counts: Ints) -> None:
        """Count several stamps of a name at each of some instants before the end."""
        by_day, on_the_day = self.stamps[name]
        self._add_at(instants, counts, by_day, on_the_day)
        some = instants[counts > 0]
        if some.size:
            self._note(name, int(some.max()))

    def _add_at(self, instants: Ints, counts: Ints, by_day: Ints, on_the_day: Ints) -> None:
        days = instants // DAY
        np.add.at(by_day, days, counts)
        for number, before in enumerate(self.span.snapshots):
            on_the_day[number] += counts[(days == before // DAY) & (instants < before)].sum()

    def stamp_of_wave(self, name: str, wave: int, at: int, count: int) -> None:
        """Count several stamps of a name of one wave at one instant."""
        table = self.wave_stamps[name]
        for row, before in enumerate([*self.span.snapshots, self.end]):
            if at < min(before, self.end):
                table[row, wave] += count

    def counts_of(self, name: str) -> StampCounts:
        """Return what a kernel adds the stamps of a name to: see `counting.count_stamp`."""
        self.counted_by_kernels.add(name)
        return self.stamps[name]

    def bank_of(self, names: Sequence[str]) -> StampCounts:
        """Return what a kernel, or `stamp_bank_at`, adds the stamps of several names to: [name, day], [name, snapshot].

        They are the counts of the names from now on: to be asked for once, before anything is counted.
        """
        by_day = np.zeros((len(names), self.span.days), dtype=np.int64)
        on_the_day = np.zeros((len(names), len(self.span.snapshots)), dtype=np.int64)
        for row, name in enumerate(names):
            self.stamps.check(name)
            assert name not in self.stamps, "what is counted already would be lost"
            self.stamps[name] = by_day[row], on_the_day[row]
            self.counted_by_kernels.add(name)
        return by_day, on_the_day

    def stamp_bank_at(self, bank: StampCounts, instants: Ints, counts: Ints) -> None:
        """Count several stamps of each name of a bank at each of some instants before the end [instant, name]."""
        for own, by_day, on_the_day in zip(counts.T, *bank, strict=True):
            self._add_at(instants, own, by_day, on_the_day)

    def _note(self, name: str, at: int) -> None:
        self.latest[name] = max(self.latest.get(name, -1), at)

    def _snapshots_of(self, day: int) -> Sequence[int]:
        return self._snapshots.get(day, ())

    # Money, waits, people

    def money(self, flow: str, benefit: Benefit, instants: Ints, rupiah: Ints | int) -> None:
        """Count rupiah of a flow and benefit at instants: one amount for all, or one for each."""
        count_rupiah(instants, _several(rupiah), self.end, self.rupiah[flow, benefit])

    def account(self, standing: str, people: int, rupiah: int = 0) -> None:
        """Count people with a standing of their account at the end of the run, and the rupiah that hang on it."""
        self.accounts[standing] += (people, rupiah)

    def wait(self, name: str, began: Ints, ended: Ints | int, gave_up: Ints | int = NOBODY) -> None:
        """Add waits of those who began before the end; `gave_up` ends a wait without what was waited for.

        One instant, for `ended` or `gave_up`, is that of all.
        """
        self.durations[name].add(began, _several(ended), _several(gave_up), end=self.end)

    def speaks_of(self, wait: str, counted_from: str | None = None) -> tuple[Level, ...]:
        """Return the service levels of a wait, of payments those counted from being "due" or "ready"."""
        return self._levels.get((wait, counted_from), ())

    def level(
        self,
        wait: str,
        persons: NDArray[Any],
        began: Ints,
        ended: Ints | int,
        gave_up: Ints | int = NOBODY,
        *,
        counted_from: str | None = None,
        partner: int = -1,
    ) -> None:
        """Hold waits against the service levels that speak of them; each wait is told once, when its end is known.

        `persons` are the numbers of those who wait. Those count who began long enough before the horizon: the run's
        end, or where it has no date the last instant that it could go on to, since then nobody's wait is cut short.
        """
        for each in self.speaks_of(wait, counted_from):
            assert self._traits is not None, "who waits is not known"
            counts = self.levels[each.name]
            count_level(
                began, _several(ended), _several(gave_up), persons, self._traits, partner, each.limit, self._horizon,
                counts.days, counts.partners, counts.groups,
            )  # fmt: skip

    def waits_of(self, name: str) -> tuple[Ints, Ints, Ints]:
        """Return what a kernel adds the waits of a name to: see `counting.tally`."""
        return self.durations[name].counts

    def bank_of_waits(self, names: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Return what a kernel adds the waits of several names to, by name; as with `bank_of`, to be asked for once."""
        bank = Durations.several(len(names))
        for row, name in enumerate(names):
            self.durations.check(name)
            assert name not in self.durations, "what is counted already would be lost"
            self.durations[name] = Durations(*(each[row] for each in bank))
        return bank

    def people(self, stage: str, packed: NDArray[np.uint32]) -> None:
        """Count people who reached a stage by their groups."""
        count_groups(packed, self.groups[stage])

    def groups_of(self, stage: str) -> Ints:
        """Return what a kernel adds the people who reach a stage to: see `counting.group_of`."""
        return self.groups[stage]

    # Stations

    def station(self, name: str) -> StationObserver | BankObserver:
        """Return the observer of a station; only one thread's counts may have it, since visits come in order."""
        return self._station(self, name)


def levels_of(programme: Programme) -> tuple[Level, ...]:
    """Return the service levels of a programme."""
    asked = programme.parameters.service_levels
    return tuple(Level(name, level.wait, level.counted_from, level.days * DAY) for name, level in asked.items())


def _by_wait(levels: tuple[Level, ...]) -> dict[tuple[str, str | None], tuple[Level, ...]]:
    """Return service levels by the wait that they speak of, and from where it is counted."""
    found: dict[tuple[str, str | None], tuple[Level, ...]] = {}
    for each in levels:
        of = each.wait, each.counted_from
        found[of] = (*found.get(of, ()), each)
    return found


def _several(values: Ints | int) -> Ints:
    """Return instants or amounts as an array, where one stands for all."""
    return values if isinstance(values, np.ndarray) else np.array([values], dtype=np.int64)


def _no_accounts() -> Ints:
    return np.zeros(2, dtype=np.int64)


def _no_groups() -> Ints:
    return np.zeros(GROUPS, dtype=np.int64)
