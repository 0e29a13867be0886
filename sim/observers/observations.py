"""All that is measured of a run. Everything is a count or an exact sum: the order of batches is no matter."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, instant
from sim.calendar.order import STATIONS
from sim.observers.counting import GROUPS, count_groups, count_rupiah, count_stamps
from sim.observers.durations import NOBODY, Durations
from sim.observers.station import StationObserver
from sim.programme.programme import Programme
from sim.rules.people import Trait, trait

ARTICLE = datetime(2022, 2, 9, 20, 18)
"""The date of the article, by which what was processed is always reported."""

YEARS = (2020, 2021, 2022)

SERVICE_LEVEL = 30 * DAY
"""Within this time of being due the first incentive is paid on time, µs."""


def new_year(year: int) -> int:
    """Return the instant at which a year begins."""
    return instant(datetime(year, 1, 1))


GROUP_TRAITS = (
    Trait.PROVINCE,
    Trait.WOMAN,
    Trait.RURAL,
    Trait.EDUCATION,
    Trait.DISABILITY,
    Trait.RETURNED_MIGRANT,
    Trait.LISTED_WORKER,
    Trait.E_MONEY,
    Trait.UNBANKED,
    Trait.LAGGING,
)
"""The groups that results are told apart by."""

_COMBINATIONS = np.arange(GROUPS)
_TRAITS = (_COMBINATIONS & 63 | _COMBINATIONS >> 6 << 12).astype(np.uint32)
"""The traits of each combination."""


class Observations:
    """What is measured of one run that ends at `end`; a run without a date of its end ends by the horizon."""

    def __init__(self, programme: Programme, end: int) -> None:
        self.programme = programme
        self.end = end
        self.days = max((end + DAY - 1) // DAY, 1)
        published = programme.parameters.published
        moments = [row.at for row in published.funnel] + list(published.predictions)
        moments += [row.at for row in published.revocations]
        moments.append(ARTICLE)
        self.snapshots = sorted({instant(at) for at in moments})
        self._snapshots = np.array(self.snapshots, dtype=np.int64)
        self._first_snapshot = np.full(self.days, -1, dtype=np.int64)
        self.calendar = (self._first_snapshot, self._snapshots)
        """What compiled counting needs of the snapshots."""
        for number in reversed(range(len(self.snapshots))):
            if 0 <= self.snapshots[number] // DAY < self.days:
                self._first_snapshot[self.snapshots[number] // DAY] = number
        self.by_day: dict[str, NDArray[np.int64]] = defaultdict(self._no_days)
        """People (or payments) a day by the name of the stamp."""
        self.last: dict[str, int] = {}
        """The last stamp of each name, except of those that a kernel counts through `counts_of`."""
        self._on_the_day: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(len(self.snapshots), np.int64))
        self.by_wave: dict[str, NDArray[np.int64]] = defaultdict(self._no_waves)
        """How many before each snapshot, and in all (last row), by wave [snapshot, wave]."""
        self.rupiah: dict[tuple[str, str], NDArray[np.int64]] = defaultdict(self._no_days)
        """Rupiah a day by (flow: awarded, paid, returned; kind: training, incentive, survey)."""
        self.waits: dict[str, Durations] = defaultdict(Durations)
        self._groups: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(GROUPS, np.int64))
        """People who reached a stage by the combination of their traits."""
        self.stations = {name: StationObserver(programme.stations[name], self.days) for name in STATIONS}

    def _no_days(self) -> NDArray[np.int64]:
        return np.zeros(self.days, dtype=np.int64)

    def _no_waves(self) -> NDArray[np.int64]:
        return np.zeros((len(self.snapshots) + 1, len(self.programme.waves)), dtype=np.int64)

    def counts_of(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what compiled counting adds the stamps of a name to: by day, and by snapshot on its day."""
        return self.by_day[name], self._on_the_day[name]

    def stamp(self, name: str, instants: NDArray[np.int64]) -> None:
        """Count stamps of a name; those at or beyond the end have not happened."""
        last = count_stamps(
            instants,
            self.end,
            *self.counts_of(name),
            self.calendar,
        )
        self.last[name] = max(self.last.get(name, -1), int(last))

    def stamp_ascending(self, name: str, instants: NDArray[np.int64]) -> None:
        """Count stamps that are in order of time, a day at a time."""
        begin, last = 0, int(np.searchsorted(instants, self.end))
        if last:
            self.last[name] = max(self.last.get(name, -1), int(instants[last - 1]))
        while begin < last:
            day = int(instants[begin]) // DAY
            end = min(int(np.searchsorted(instants, (day + 1) * DAY)), last)
            self.by_day[name][day] += end - begin
            number = int(self._first_snapshot[day])
            while 0 <= number < len(self.snapshots) and self.snapshots[number] // DAY == day:
                before = min(int(np.searchsorted(instants, self.snapshots[number])), last)
                self._on_the_day[name][number] += before - begin
                number += 1
            begin = end

    def stamp_at(self, name: str, at: int, count: int) -> None:
        """Count several stamps of a name at one instant before the end."""
        day, number = at // DAY, int(self._first_snapshot[at // DAY])
        self.by_day[name][day] += count
        if count:
            self.last[name] = max(self.last.get(name, -1), at)
        while 0 <= number < len(self.snapshots) and self.snapshots[number] // DAY == day:
            if at < self.snapshots[number]:
                self._on_the_day[name][number] += count
            number += 1

    def before(self, name: str, at: int) -> int:
        """Return how many stamps of a name lie before a snapshot."""
        day = min(max(at // DAY, 0), self.days)
        number = self.snapshots.index(at)
        return int(self.by_day[name][:day].sum() + self._on_the_day[name][number])

    def payments(self, kind: str, what: str) -> NDArray[np.int64]:
        """Return payments of a kind a day over all partners: those due, ready or paid."""
        keys = [partner.key for partner in self.programme.partners]
        total: NDArray[np.int64] = np.sum([self.by_day[f"{key}_{kind}_{what}"] for key in keys], axis=0)
        return total

    def payments_before(self, kind: str, what: str, at: int) -> int:
        """Return how many payments of a kind were due, ready or paid before a snapshot, over all partners."""
        return sum(self.before(f"{partner.key}_{kind}_{what}", at) for partner in self.programme.partners)

    def stamp_of_wave(self, name: str, wave: int, at: int, count: int) -> None:
        """Count several stamps of a name of one wave at one instant."""
        table = self.by_wave[name]
        for row, before in enumerate([*self.snapshots, self.end]):
            if at < min(before, self.end):
                table[row, wave] += count

    def money(self, flow: str, kind: str, instants: NDArray[np.int64], rupiah: NDArray[np.int64] | int) -> None:
        """Count rupiah of a flow and kind at instants."""
        amounts = np.atleast_1d(np.asarray(rupiah, dtype=np.int64))
        count_rupiah(instants, amounts, self.end, self.rupiah[flow, kind])

    def wait(
        self,
        name: str,
        began: NDArray[np.int64],
        ended: NDArray[np.int64] | int,
        gave_up: NDArray[np.int64] | int = NOBODY,
    ) -> None:
        """Add waits of those who began before the end; `gave_up` ends a wait without what was waited for.

        One instant, for `ended` or `gave_up`, is that of all.
        """
        self.waits[name].add(began, np.atleast_1d(ended), np.atleast_1d(gave_up), end=self.end)

    def people(self, stage: str, packed: NDArray[np.uint32]) -> None:
        """Count people who reached a stage by their groups."""
        count_groups(packed, self._groups[stage])

    def groups_of(self, stage: str) -> NDArray[np.int64]:
        """Return what compiled counting adds the people who reach a stage to: see `group_of`."""
        return self._groups[stage]

    def group(self, stage: str, which: Trait) -> NDArray[np.int64]:
        """Return the people who reached a stage by the value of a trait."""
        # Sums of weights are exact: doubles hold whole numbers beyond any count of people.
        return np.bincount(trait(_TRAITS, which), weights=self._groups[stage], minlength=64).astype(np.int64)

    def finish(self, end: int) -> None:
        """Set the end of a run that was not known before: a midnight, with no stamp counted beyond it."""
        self.end = end
        self.days = max((end + DAY - 1) // DAY, 1)
        both: tuple[dict[Any, NDArray[np.int64]], ...] = (self.by_day, self.rupiah)
        for counts_of in both:
            for name in counts_of:
                counts_of[name] = counts_of[name][: self.days]
        for station in self.stations.values():
            station.counts = station.counts[:, : self.days]

    def merge(self, other: Observations) -> None:
        """Add what was observed of the same run elsewhere."""
        for name, counts in other.by_day.items():
            self.by_day[name] += counts
            self._on_the_day[name] += other._on_the_day[name]
            self.last[name] = max(self.last.get(name, -1), other.last.get(name, -1))
        for flow, rupiah in other.rupiah.items():
            self.rupiah[flow] += rupiah
        for stage, groups in other._groups.items():
            self._groups[stage] += groups
        for name, waits in other.waits.items():
            self.waits[name].merge(waits)
