"""All that is measured of a run. Everything is a count or an exact sum: the order of batches is no matter."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, instant
from sim.calendar.order import STATIONS
from sim.observers.durations import Durations
from sim.observers.station import StationObserver
from sim.programme.programme import Programme
from sim.rules.people import Trait, trait

ARTICLE = datetime(2022, 2, 9, 20, 18)
"""The date of the article, by which what was processed is always reported."""

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


class Observations:
    """What is measured of one run that ends at `end`."""

    def __init__(self, programme: Programme, end: int) -> None:
        self.programme = programme
        self.end = end
        self.days = max((end + DAY - 1) // DAY, 1)
        published = programme.parameters.published
        moments = [row.at for row in published.funnel] + list(published.predictions)
        moments += [row.at for row in published.revocations]
        moments.append(ARTICLE)
        self.snapshots = sorted({instant(at) for at in moments})
        self.by_day: dict[str, NDArray[np.int64]] = defaultdict(self._no_days)
        """People (or payments) a day by the name of the stamp."""
        self.last: dict[str, int] = {}
        """The last stamp of each name."""
        self.by_snapshot: dict[str, NDArray[np.int64]] = defaultdict(self._no_snapshots)
        """How many before each snapshot, by the name of the stamp."""
        self.by_wave: dict[str, NDArray[np.int64]] = defaultdict(self._no_waves)
        """How many before each snapshot, and in all (last row), by wave [snapshot, wave]."""
        self.rupiah: dict[tuple[str, str], NDArray[np.int64]] = defaultdict(self._no_days)
        """Rupiah a day by (flow: awarded, paid, returned; kind: training, incentive, survey)."""
        self.waits: dict[str, Durations] = defaultdict(Durations)
        self.groups: dict[tuple[str, Trait], NDArray[np.int64]] = {}
        """People by (stage, trait) and value of the trait."""
        self.stations = {name: StationObserver(programme.stations[name], self.days) for name in STATIONS}

    def _no_days(self) -> NDArray[np.int64]:
        return np.zeros(self.days, dtype=np.int64)

    def _no_snapshots(self) -> NDArray[np.int64]:
        return np.zeros(len(self.snapshots), dtype=np.int64)

    def _no_waves(self) -> NDArray[np.int64]:
        return np.zeros((len(self.snapshots) + 1, len(self.programme.waves)), dtype=np.int64)

    def stamp(self, name: str, instants: NDArray[np.int64]) -> None:
        """Count stamps of a name; those at or beyond the end have not happened."""
        happened = instants[instants < self.end]
        self.by_day[name] += np.bincount(happened // DAY, minlength=self.days)
        if happened.size:
            self.last[name] = max(self.last.get(name, -1), int(happened.max()))
        # The counts before each snapshot, by the position each stamp would take among them.
        place = np.searchsorted(np.array(self.snapshots), happened, side="right")
        counts = np.bincount(place, minlength=len(self.snapshots) + 1)[: len(self.snapshots)]
        self.by_snapshot[name] += np.cumsum(counts)

    def stamp_of_wave(self, name: str, instants: NDArray[np.int64], waves: NDArray[np.int64]) -> None:
        """Count stamps of a name by wave."""
        table = self.by_wave[name]
        for row, before in enumerate([*self.snapshots, self.end]):
            table[row] += np.bincount(waves[instants < min(before, self.end)], minlength=table.shape[1])

    def money(self, flow: str, kind: str, instants: NDArray[np.int64], rupiah: NDArray[np.int64] | int) -> None:
        """Count rupiah of a flow and kind at instants."""
        happened = instants < self.end
        amounts = np.broadcast_to(np.asarray(rupiah, dtype=np.int64), instants.shape)[happened]
        np.add.at(self.rupiah[flow, kind], instants[happened] // DAY, amounts)

    def wait(
        self, name: str, began: NDArray[np.int64], ended: NDArray[np.int64], gave_up: NDArray[np.int64] | None = None
    ) -> None:
        """Add waits of those who began before the end; `gave_up` ends a wait without what was waited for."""
        gave_up = np.full(began.shape, self.end) if gave_up is None else gave_up
        durations = self.waits[name]
        have_begun = began < self.end
        has_ended = have_begun & (ended < self.end)
        has_given_up = have_begun & ~has_ended & (gave_up < self.end)
        still = have_begun & ~has_ended & ~has_given_up
        durations.add(ended[has_ended] - began[has_ended], "ended")
        durations.add(gave_up[has_given_up] - began[has_given_up], "gave_up")
        durations.add(self.end - began[still], "waiting")

    def people(self, stage: str, packed: NDArray[np.uint32]) -> None:
        """Count people who reached a stage by their groups."""
        for which in GROUP_TRAITS:
            counts = np.bincount(trait(packed, which), minlength=64)
            self.groups[stage, which] = self.groups.get((stage, which), 0) + counts
