"""A section of the route: stations in a row with their checks, taken a window at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import HOUR, NEVER
from sim.engines.cohort.at_station import AtStation
from sim.engines.cohort.census import NOWHERE, Sheet
from sim.engines.cohort.flow_kernels import check_people, new_checked
from sim.engines.cohort.flows import NO_FLOW, Flow, Ints, People, Unordered, attempts_of, concatenated, merge
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
        self._place = {name: programme.journey.place(name) for name in self._at}
        """Of each station; who will try again stands at that of the retries."""
        self._step = int(programme.parameters.run.window_hours * HOUR)
        """The longest step of those who try again, who come back no sooner."""
        self._came_to = 0
        self._stamps: dict[str, Gathered] = {}
        self._turned_away = Gathered(self._count_turned_away)
        self.processed = 0
        """How many have left the station at which people are counted as processed."""
        self.last_turned_away = -1
        """When the last of those known so far was refused, or gives up, before the end of the run."""

    def is_empty(self) -> bool:
        """Return whether nobody is at a station here, or will come back to one."""
        return not any(at.inside for at in self._at.values()) and not any(map(len, self._backlog.values()))

    def is_idle(self) -> bool:
        """Return whether nothing will happen here unless someone comes."""
        return all(at.is_idle() for at in self._at.values()) and not any(map(len, self._backlog.values()))

    def advance(self, flow: Flow, until: int) -> Flow:
        """Take in who comes before an instant, and everyone here to it; return who passes."""
        since, self._came_to = self._came_to, until
        if not flow[0].size and self.is_idle():
            return flow
        for station in self._stations:
            flow = self._pass(station, flow, until)
            if station.name == PROCESSED_AT:
                self.processed += flow[0].size
                self._stamp(f"{PROCESSED_AT}_left", flow[0])
            if station.checks:
                flow = self._check(station, flow, since, until)
        return flow

    def _pass(self, station: Station, flow: Flow, until: int) -> Flow:
        place, at = self._place[station.name], self._at[station.name]
        leaving, gone = at.advance(flow, until)
        if leaving is not flow:
            self._sheet.move(flow[0], NOWHERE, place)
            self._sheet.move(leaving[0], place, NOWHERE)
        if gone[0].size:
            self._sheet.move_some(gone[0], place, Place.GAVE_UP_PROCESSING)
            self._recorder.put("gave_up", gone[1], gone[0])
            self._recorder.put("gave_up_at", gone[1], self._programme.journey.number(station.name))
            self._turn_away(*gone)
        return leaving

    def _check(self, station: Station, flow: Flow, since: int, until: int) -> Flow:
        """Check those who leave the station, and that of its retries, before an instant; return who passes."""
        passed = self._verdicts(station, flow)
        if station.retries:
            passed = merge(passed, self._try_again(station, since, until))
        self._stamp(f"{station.name}_passed", passed[0])
        self._recorder.put(f"{station.name}_passed", passed[1], passed[0])
        return passed

    def _try_again(self, station: Station, since: int, until: int) -> Flow:
        """Take those who try again to an instant, by steps in which nobody comes back twice; return who passes."""
        backlog, retry, passed = self._backlog[station.name], self._retries[station.name], list[Flow]()
        at = self._at[retry.name]
        while since < until and (len(backlog) or not at.is_idle()):
            since = min(until, (since // self._step + 1) * self._step)
            coming = backlog.take(since)
            self._sheet.move(coming[0], self._place[retry.name], NOWHERE)
            again = self._verdicts(station, self._pass(retry, coming, since))
            if again[0].size:
                passed.append(again)
        return concatenated(passed, NO_FLOW)

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
            # Who fails stands there from now on: all who were checked, less those who are told apart here.
            place = self._place[self._retries[station.name].name]
            self._sheet.move(times, NOWHERE, place)
            self._sheet.move(checked.passed_at[:passed], place, NOWHERE)
            self._sheet.move(checked.refused_at[:refused], place, NOWHERE)
        if refused:
            self.refuse(station.name, checked.refused_at[:refused], checked.refused[:refused])
        return checked.passed_at[:passed], checked.passed[:passed]

    def refuse(self, by: str, at: Ints, people: People) -> None:
        """Refuse people at ascending instants."""
        self._sheet.move(at, NOWHERE, Place.REFUSED)
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
            self.last_turned_away = max(self.last_turned_away, int(at.max()))
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
