"""A section of the route: stations in a row with their checks, taken a window at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.at_station import AtStation
from sim.engines.cohort.census import Sheet
from sim.engines.cohort.flow_kernels import check_people, new_checked
from sim.engines.cohort.flows import Flow, Ints, People, Unordered, attempts_of, merge
from sim.engines.cohort.gathered import Gathered
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import Recent
from sim.engines.cohort.standing import GONE, Standing
from sim.journey.places import Place
from sim.journey.route import PROCESSED_AT, Station
from sim.observers.counts import Counts
from sim.programme.programme import Programme


class Section:
    """Some stations of the route, in order; each section has a thread, counts and a sheet of the census of its own."""

    def __init__(
        self,
        programme: Programme,
        stations: Sequence[Station],
        traits: NDArray[np.uint32],
        counts: Counts,
        sheet: Sheet,
        recorder: Recorder,
        recent: Recent,
        standing: Standing,
    ) -> None:
        self._programme, self._counts, self._sheet, self._recorder = programme, counts, sheet, recorder
        self.recent, self._standing = recent, standing
        self._stations = stations
        self._at = {
            station.name: AtStation(programme, programme.route[station.name], traits, counts, recorder)
            for station in stations
        }
        self._retries = {station.name: station.retry for station in stations if station.retries}
        """By check, the station of those who try again."""
        self._at |= {
            retry.name: AtStation(programme, programme.route[retry.name], traits, counts, recorder, retries=True)
            for retry in self._retries.values()
        }
        self._backlog = {check: Unordered(programme.horizon, retries=True) for check in self._retries}
        """By check, those who will try again."""
        place = programme.journey.place
        self._at_places = [(place(name), at) for name, at in self._at.items()]
        self._backlog_places = [(place(retry.name), self._backlog[check]) for check, retry in self._retries.items()]
        self._stamps: dict[str, Gathered] = {}
        self._turned_away = Gathered(self._count_turned_away)
        self._refused = 0
        self.processed = 0
        """How many have left the station at which people are counted as processed."""

    def is_empty(self) -> bool:
        """Return whether nobody is at a station here, or will come back to one."""
        return not any(at.inside for at in self._at.values()) and not any(map(len, self._backlog.values()))

    def is_idle(self) -> bool:
        """Return whether nothing will happen here unless someone comes."""
        return all(at.is_idle() for at in self._at.values()) and not any(map(len, self._backlog.values()))

    def advance(self, flow: Flow, until: int) -> Flow:
        """Take in who comes before an instant, and everyone here to it; return who passes."""
        if not flow[0].size and self.is_idle():
            return flow
        for station in self._stations:
            flow = self._pass(station, flow, until)
            if station.name == PROCESSED_AT:
                self.processed += flow[0].size
                self._stamp(f"{PROCESSED_AT}_left", flow[0])
            if station.checks:
                flow = self._check(station, flow, until)
        return flow

    def stand(self, now: int) -> None:
        """Count in the census who stands here at a day's end, and who has been refused or has given up."""
        for place, at in self._at_places:
            if at.inside:
                self._sheet.count(now, place, at.inside)
        for place, backlog in self._backlog_places:
            if len(backlog):
                self._sheet.count(now, place, len(backlog))
        self._sheet.count(now, Place.GAVE_UP_PROCESSING, sum(at.gave_up for at in self._at.values()))
        self._sheet.count(now, Place.REFUSED, self._refused)

    def _pass(self, station: Station, flow: Flow, until: int) -> Flow:
        leaving, gone = self._at[station.name].advance(flow, until)
        if gone[0].size:
            self._recorder.put("gave_up", gone[1], gone[0])
            self._recorder.put("gave_up_at", gone[1], self._programme.journey.number(station.name))
            self._turn_away(*gone)
        return leaving

    def _check(self, station: Station, flow: Flow, until: int) -> Flow:
        """Check those who leave the station, and that of its retries, before an instant; return who passes."""
        passed = self._verdicts(station, flow)
        if station.retries:
            again = self._pass(self._retries[station.name], self._backlog[station.name].take(until), until)
            passed = merge(passed, self._verdicts(station, again))
        self._stamp(f"{station.name}_passed", passed[0])
        self._recorder.put(f"{station.name}_passed", passed[1], passed[0])
        return passed

    def _verdicts(self, station: Station, flow: Flow) -> Flow:
        """Return who passes; who fails tries again later or is refused."""
        times, people = flow[:2]
        if times.size == 0:
            return times, people
        route_station = self._programme.route[station.name]
        assert route_station.check is not None
        attempts = attempts_of(flow)
        if station.retries:
            self._recorder.put(f"{station.name}_tries", people, attempts + 1 if attempts.size else 1)
        checked = new_checked(times.size)
        passed, again, refused = check_people(
            self._programme.key,
            route_station.luck.check,
            route_station.check,
            times,
            people,
            attempts,
            checked,
        )
        if again:
            self._backlog[station.name].put((checked.again_at[:again], checked.again[:again], checked.attempts[:again]))
        if refused:
            self.refuse(station.name, checked.refused_at[:refused], checked.refused[:refused])
        return checked.passed_at[:passed], checked.passed[:passed]

    def refuse(self, by: str, at: Ints, people: People) -> None:
        """Refuse people at instants, in any order."""
        self._refused += people.size
        self._stamp(f"refused_by_{by}", at, in_order=False)
        self._recorder.put("refused", people, at)
        self._recorder.put("refused_by", people, self._programme.journey.refusal(by))
        self._turn_away(at, people)

    def _turn_away(self, at: Ints, people: People) -> None:
        """Observe the end of the wait of those who were refused, or gave up, before the end of the run."""
        in_time = at < self._programme.horizon
        if np.count_nonzero(in_time) < at.size:
            people, at = people[in_time], at[in_time]
        if people.size:
            self._standing[people] = GONE
            self._turned_away.put(at, people)

    def _stamp(self, name: str, at: Ints, *, in_order: bool = True) -> None:
        """Observe stamps, in order of time or not; those who try again are refused in no order with the others."""
        if name not in self._stamps:
            count = self._counts.stamp_ascending if in_order else self._counts.stamp
            self._stamps[name] = Gathered(partial(count, name))
        self._stamps[name].put(at)

    def _count_turned_away(self, at: Ints, people: People) -> None:
        registered = self.recent.of(people)
        self._counts.wait("registered_to_pool", registered, NEVER, at)
        self._counts.wait("registered_to_award", registered, NEVER, at)
        for wait in ("registered_to_pool", "registered_to_award", "registered_to_incentive"):
            self._counts.level(wait, people, registered, NEVER)

    def finish(self) -> None:
        """Observe what was gathered."""
        for at in self._at.values():
            at.finish()
        for gathered in (*self._stamps.values(), self._turned_away):
            gathered.finish()
