"""One station of the route in the cohort engine: who waits, is served, gives up and leaves, window by window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.flow_kernels import draw_patience, draw_service, instances_by_regency
from sim.engines.cohort.flows import EMPTY, NO_FLOW, NO_RETRY, Departures, Flow, Ints, People, Unordered, attempts_of
from sim.engines.cohort.gathered import Gathered
from sim.engines.cohort.recorder import Recorder
from sim.journey.kinds import Bank
from sim.observers.counts import Counts
from sim.programme.programme import Programme
from sim.programme.stations import RouteStation
from sim.stations.kinds import Served


class AtStation:
    """A station with its queue; people come in order of (time, person) and leave so."""

    def __init__(
        self,
        programme: Programme,
        station: RouteStation,
        traits: NDArray[np.uint32],
        counts: Counts,
        recorder: Recorder,
        *,
        retries: bool = False,
    ) -> None:
        self._programme, self._station, self._traits, self._recorder = programme, station, traits, recorder
        self._observer, self._counts = counts.station(station.name), counts
        self._visits, self._passages = Gathered(self._count_visits), Gathered(self._count_passages)
        plan = station.plan
        self._kernel = None if plan is None else plan.kernel()
        in_order = plan is None or plan.ordered or plan.puts_out_departures
        self._leaving: Departures | Unordered = (
            Departures(NO_RETRY if retries else NO_FLOW) if in_order else Unordered(programme.horizon, retries=retries)
        )
        self._giving_up: list[Ints] = []
        """Instants at which some will give up, those beyond the present window among them."""
        self.inside = 0
        """How many wait or are served."""

    def is_idle(self) -> bool:
        """Return whether nothing will happen here unless someone comes."""
        waiting = self._kernel is not None and self._kernel.pending
        return not self._leaving and not self._giving_up and not waiting

    def advance(self, flow: Flow, until: int) -> tuple[Flow, Flow]:
        """Take in arrivals before an instant; return who leaves before it, and who gave up (also later)."""
        if self._kernel is None:
            self._pass_through(flow)
            return flow, NO_FLOW
        gone = NO_FLOW
        if flow[0].size or self._kernel.pending:
            gone = self._serve(flow, until)
        self._leave_out_those_who_gave_up(until)
        leaving = self._leaving.take(until)
        self.inside -= leaving[0].size
        return leaving, gone

    def _pass_through(self, flow: Flow) -> None:
        """Pass a station of which there is plenty: nobody waits, nothing takes time."""
        arrived, people = flow[:2]
        self._passages.put(people, arrived)
        if self._recorder.on:
            for what in ("arrived", "started", "left"):
                self._recorder.put(f"{self._station.name}_{what}", people, arrived)

    def _serve(self, flow: Flow, until: int) -> Flow:
        assert self._kernel is not None
        arrived, people = flow[:2]
        instance = self._instances(people)
        served = self._kernel.serve(
            arrived, people, attempts_of(flow), instance, self._services(flow), self._patience(flow), until
        )
        self.inside += arrived.size
        self._observe(people, arrived, instance, served)
        self._leave(flow, served)
        gone = served.gave_up < NEVER
        if not np.count_nonzero(gone):
            return NO_FLOW
        self._giving_up.append(served.gave_up[gone])
        return served.gave_up[gone], people[gone]

    def _leave(self, flow: Flow, served: Served) -> None:
        """Keep who will leave; departures come from the kernel, or follow from the instants of leaving."""
        if served.departures is not None:
            self._leaving.put(served.departures)
            return
        leaving = (served.left, *flow[1:])
        if served.gave_up.size:
            staying = served.gave_up == NEVER
            leaving = tuple(column[staying] for column in leaving)
        self._leaving.put(leaving)

    def _leave_out_those_who_gave_up(self, until: int) -> None:
        later = []
        for instants in self._giving_up:
            gone = instants < until
            count = int(np.count_nonzero(gone))
            self.inside -= count
            if count < instants.size:
                later.append(instants[~gone])
        self._giving_up = later

    # What people bring

    def _instances(self, people: People) -> Ints:
        if self._station.declared.bank is not Bank.REGENCY:
            return EMPTY
        instance = np.empty(people.size, dtype=np.int64)
        instances_by_regency(people, self._traits, self._programme.regencies_before, instance)
        return instance

    def _services(self, flow: Flow) -> Ints:
        law = self._station.service
        if law is None:
            return EMPTY
        service = np.empty(flow[0].size, dtype=np.int64)
        draw_service(self._programme.key, self._station.luck.service, law, flow[1], attempts_of(flow), service)
        return service

    def _patience(self, flow: Flow) -> Ints:
        law = self._station.patience
        if law is None:
            return EMPTY
        patience = np.empty(flow[0].size, dtype=np.int64)
        draw_patience(self._programme.key, self._station.luck.patience, law, flow[1], attempts_of(flow), patience)
        return patience

    def _observe(self, people: People, arrived: Ints, instance: Ints, served: Served) -> None:
        self._visits.put(people, arrived, served.started, served.left, served.gave_up, instance)
        if self._recorder.on:
            name = self._station.name
            for what, stamps in (("arrived", arrived), ("started", served.started), ("left", served.left)):
                self._recorder.put(f"{name}_{what}", people, stamps)

    def _count_visits(
        self, people: People, arrived: Ints, started: Ints, left: Ints, gave_up: Ints, instance: Ints
    ) -> None:
        self._observer.add(arrived, started, left, gave_up, instance=instance)
        self._counts.level(self._station.name, people, arrived, started, gave_up)

    def _count_passages(self, people: People, arrived: Ints) -> None:
        self._observer.add(arrived, arrived, arrived)
        self._counts.level(self._station.name, people, arrived, arrived)

    def finish(self) -> None:
        """Observe what was gathered."""
        self._visits.finish()
        self._passages.finish()
