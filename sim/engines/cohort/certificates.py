"""Certificates of completed courses: a queue at each platform, followed behind those who buy, whom it does not move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.after_award_kernels import Persons, Purchases
from sim.engines.cohort.backlog import Backlog
from sim.engines.cohort.flows import EMPTY, NOBODY, Ints
from sim.engines.cohort.market_kernels import BUYER
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.training_observer import Bought
from sim.engines.cohort.visits import Visited, Visits
from sim.journey.route import CERTIFICATES
from sim.observers.observations import Observations
from sim.programme.market import MarketTable
from sim.programme.programme import Programme


class Certificates:
    """Who has bought a course of the market completes it, and waits for the platform to issue the certificate."""

    def __init__(
        self,
        programme: Programme,
        table: MarketTable,
        participants: Participants,
        observations: Observations,
        recorder: Recorder,
    ) -> None:
        self._programme, self._table, self._participants = programme, table, participants
        self._recorder = recorder
        self._visits = Visits(programme, observations.new_counts(), CERTIFICATES)
        self._completing = Backlog(BUYER, programme.horizon)
        """Those who will complete a course whose certificate waits in a queue; `at` is the completion."""
        self._kernel = None if table.certificates is None else table.certificates.kernel()

    def complete(self, bought: Bought, platform: Ints) -> NDArray[np.bool_]:
        """Let those who have bought courses complete them; return whose certificate is issued at once."""
        if self._kernel is None:
            self._record_issued(bought.persons, bought.purchase, bought.completed)
            return np.ones(bought.at.size, dtype=np.bool_)
        at_once = self._table.issues_at_once[platform]
        if self._recorder.on:
            self._record_issued(bought.persons[at_once], bought.purchase[at_once], bought.completed[at_once])
        queues = np.flatnonzero((bought.completed < self._programme.horizon) & ~at_once)
        some = np.zeros(queues.size, dtype=BUYER)
        some["at"], some["number"], some["person"] = (
            column[queues] for column in (bought.completed, bought.numbers, bought.persons)
        )
        some["purchase"], some["platform"] = bought.purchase[queues], platform[queues]
        self._completing.put(some)
        issued = np.ones(bought.at.size, dtype=np.bool_)
        issued[queues] = False
        return issued

    def certify(self, until: int) -> tuple[Persons, Ints, Ints]:
        """Take those who complete a course before an instant to the certificates.

        Return the participants who completed a first course, when they did, and when its certificate is issued, or
        NEVER.
        """
        coming = self._completing.take(until)
        if not coming.size:
            return NOBODY, EMPTY, EMPTY
        assert self._kernel is not None
        completed, numbers, persons, purchase = (coming[name].copy() for name in ("at", "number", "person", "purchase"))
        platform = coming["platform"].astype(np.int64)
        served = self._kernel.serve(completed, numbers, instance=platform, until=until)
        visited = Visited(persons, completed, served.started, served.left, EMPTY, platform)
        self._visits.tell(visited, self._participants.closes_at(numbers))
        self._record_issued(persons, purchase, served.left)
        first = np.flatnonzero(purchase == 0)
        return numbers[first], completed[first], served.left[first]

    def finish(self) -> None:
        """Tell the visits that go on at the end of the run."""
        self._visits.finish()

    def _record_issued(self, persons: Persons, purchase: Purchases, issued: Ints) -> None:
        if self._recorder.on:
            for each in np.unique(purchase).tolist():
                here = purchase == each
                self._recorder.put_participant(f"issued_{each + 1}", persons[here], issued[here])
