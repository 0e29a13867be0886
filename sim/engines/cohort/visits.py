"""Visits of a station after the award, told to its observer in the order of arrival."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.calendar.instants import NEVER
from sim.engines.cohort.after_award_kernels import Persons
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.gathered import Gathered
from sim.observers.counts import Counts
from sim.programme.programme import Programme


class Visited(NamedTuple):
    """Visits in the order of arrival; instants in µs, NEVER where it does not happen."""

    persons: Persons
    arrived: Ints
    started: Ints
    left: Ints
    gave_up: Ints
    """Empty: nobody did."""
    instance: Ints

    def some(self, chosen: Any) -> Visited:
        """Return some of them: those chosen, or a slice."""
        return Visited(*[column[chosen] if column.size else column for column in self])  # type: ignore[arg-type]


class Visits:
    """Tells the visits of a station as they are known; in a run without a date some only when its end is known.

    These are the visits that may go on beyond the end, and all that come behind one, since they are told in order.
    """

    def __init__(self, programme: Programme, counts: Counts, station: str) -> None:
        self._counts, self._station = counts, station
        self._ends_by_date = programme.parameters.clock.end is not None
        self._late: list[Visited] = []
        self._visits, self._passages = Gathered(self._sort), Gathered(self._pass)

    def tell(self, visited: Visited, before_end: Ints) -> None:
        """Tell visits; by visit no run ends at or before the instants `before_end`."""
        self._visits.put(*visited, before_end)

    def _sort(self, *columns: Any) -> None:
        """Tell the visits that are known, and keep the others."""
        visited, before_end = Visited._make(columns[:-1]), columns[-1]
        known = visited.arrived.size
        if not self._ends_by_date:
            over = np.minimum(visited.left, visited.gave_up) if visited.gave_up.size else visited.left
            later = np.flatnonzero(over > before_end)
            known = 0 if self._late else int(later[0]) if later.size else known
        self._tell(visited.some(slice(known)))
        if known < visited.arrived.size:
            self._late.append(visited.some(slice(known, None)))

    def pass_through(self, persons: Persons, at: Ints, instance: Ints) -> None:
        """Tell visits of a station that never binds: people pass it at instants before the end of the run."""
        self._passages.put(persons, at, instance)

    def _pass(self, persons: Persons, at: Ints, instance: Ints) -> None:
        self._counts.station(self._station).add(at, at, at, instance=instance)
        self._counts.level(self._station, persons, at, at)

    def finish(self) -> None:
        """Tell the visits that were gathered, or kept until the end of the run was known."""
        self._visits.finish()
        self._passages.finish()
        end = self._counts.end
        for late in self._late:
            started, left, gave_up = (np.where(at < end, at, NEVER) for at in (late.started, late.left, late.gave_up))
            happened = late._replace(started=started, left=left, gave_up=gave_up)
            self._tell(happened.some(late.arrived < end))
        self._late = []

    def _tell(self, told: Visited) -> None:
        station = self._counts.station(self._station)
        station.add(told.arrived, told.started, told.left, told.gave_up, instance=told.instance)
        self._counts.level(self._station, told.persons, told.arrived, told.started, told.gave_up)
