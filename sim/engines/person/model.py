"""One run of the programme in SimPy, one process a person."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.engines.journal import Journal
from sim.engines.person.applicant import applicant
from sim.engines.person.state import State
from sim.engines.rows import Rows
from sim.journey.money import Benefit
from sim.journey.order import REGISTER, ProgrammeAct
from sim.journey.places import Place
from sim.programme.adding import Adding, adds, mondays
from sim.programme.budget import Budget
from sim.programme.market import MarketTable
from sim.programme.payment_runs import PaymentRuns, Report
from sim.programme.programme import Programme
from sim.programme.waves import Waves
from sim.rules.eligibility import is_eligible
from sim.rules.failed_payments import fails
from sim.rules.selecting import AWARDED
from sim.stations.timeline import Wait

Progress = Callable[[int, int], None]
"""Told the instant and the people registered so far, at the end of each simulated day."""


def simulate(programme: Programme, progress: Progress = lambda now, people: None) -> Journal:
    """Run the programme once, a process a person, and return what happened."""
    model = Model(programme, progress)
    model.run()
    return model.journal()


def rows(journal: Journal) -> Rows:
    """Return the rows of everyone."""
    return Rows(
        programme=journal.programme,
        numbers=np.arange(journal.people.rows),
        traits=journal.traits,
        people=journal.people,
        participants=journal.participants,
        participant_row=journal.people["participant"],
        end=journal.end,
        returns=journal.market.get("returned", np.zeros((0, 3), dtype=np.int64)),
    )


class Model:
    """The programme's own processes over the state that people's processes share."""

    def __init__(self, programme: Programme, progress: Progress) -> None:
        self.programme = programme
        self.state = State(programme)
        self.timeline = self.state.timeline
        self.ended = simpy.Event(self.timeline)
        self._progress = progress
        self.budget = Budget(programme)
        self.waves = self.state.waves = Waves(self.timeline, programme, self, self.budget)
        self.runs = PaymentRuns(self.timeline, programme, self)
        self.timeline.process(self._registrations())
        self.timeline.process(self._days())
        if programme.seats is not None and adds(programme):
            self.timeline.process(self._add_seats(programme.seats))

    # The run

    def run(self) -> None:
        """Run to the end: a date, or until nothing is left to do."""
        if self.programme.parameters.clock.end is not None:
            self.timeline.run(until=self.programme.horizon)
            self._close_day()
        else:
            self.timeline.run(until=self.ended)

    def journal(self) -> Journal:
        """Return what happened."""
        state, end = self.state, self.timeline.now
        for columns in (state.people, state.participants):
            columns.mask(end)
        return Journal(
            programme=self.programme,
            people=state.people,
            participants=state.participants,
            traits=state.traits,
            visits={name: visits.arrays() for name, visits in state.visits.items()},
            waves=self.waves.records,
            last_announcement=self.waves.last_announcement(),
            runs=self.runs.records,
            days=state.ledger.days,
            budget_refused=self.budget.refused,
            market=self._market(),
            classes=state.classes,
            seeking=state.seeking,
            end=end,
        )

    def _add_seats(self, market: MarketTable) -> Generator[Wait, None, None]:
        assert self.state.courses is not None and self.state.classes is not None
        adding = Adding(self.programme, market, self.state.classes, self.state.courses)
        for event in mondays(self.timeline, market, self.programme.horizon):
            yield event
            adding.add(self.timeline.now)

    def _market(self) -> dict[str, NDArray[np.int64]]:
        courses = self.state.courses
        if courses is None:
            return {}
        return self.state.log.arrays() | {
            "turned_away": np.array(courses.turned_away, dtype=np.int64),
            "misses": np.array(courses.misses, dtype=np.int64).reshape(-1, 4),
        }

    def _registrations(self) -> Generator[Wait, None, None]:
        state = self.state
        for person, at in enumerate(state.registrations.tolist()):
            yield self.timeline.turn(at, REGISTER, person)
            state.register(person)
            self.timeline.process(applicant(state, person))

    def _days(self) -> Generator[Wait, None, None]:
        while True:
            yield self.timeline.act((self.timeline.now // DAY + 1) * DAY, ProgrammeAct.DAY_END)
            self._close_day()
            self._progress(self.timeline.now, self.state.ledger.registered)
            if self._nothing_is_left() or self.timeline.now >= self.programme.horizon:
                self.ended.succeed()
                return

    def _close_day(self) -> None:
        state = self.state
        standing = np.bincount(state.place, minlength=len(self.programme.journey.places))
        entitled = [int(state.entitled[benefit].sum()) for benefit in Benefit]
        state.ledger.close_day(self.timeline.now, standing, entitled)

    def _nothing_is_left(self) -> bool:
        """Return whether a run without a date of its end is over."""
        state = self.state
        return (
            self.programme.parameters.clock.end is None
            and self.processing_is_empty()
            and self.waves.all_announced()
            and self.undecided() == 0
            and state.courses_running == 0
            and state.accounts_open == 0
            and state.payments_left == 0
        )

    # What the programme's own processes ask of the people

    def joined(self, wave: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Return who has joined a wave: numbers ascending, and their traits."""
        people = np.sort(np.array(self.state.joined[wave], dtype=np.int64))
        self.state.joined[wave] = []
        return people, self.state.traits[people]

    def announce(self, wave: int, people: NDArray[np.int64], verdict: NDArray[np.uint8]) -> None:
        """Number the participants of a wave by person, and tell everyone who waits for the wave."""
        awarded = verdict >= AWARDED
        persons = people[awarded]
        numbers = self.state.enroll(persons, wave)
        self.state.people["awarded_by"][persons] = verdict[awarded]
        self.state.announcement[wave].succeed(dict(zip(persons.tolist(), numbers.tolist(), strict=True)))

    def processed(self) -> int:
        """Return how many have left the processing-rate station."""
        return self.state.processed

    def processing_is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is between the portal and the pool."""
        ledger = self.state.ledger
        everyone = ledger.registered == self.programme.people
        return everyone and not any(ledger.occupancy[place] for place in self.programme.journey.processing_places)

    def tell_revoked(self) -> None:
        """Do nothing: whoever is revoked says so at once."""

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        waiting = np.flatnonzero(self.state.place == Place.POOL)
        return any(is_eligible(self.programme.key, eligible, person) for person in waiting.tolist())

    def undecided(self) -> int:
        """Return how many awards have neither bought nor been revoked."""
        return self.state.ledger.occupancy[Place.AWARDED]

    def make_runs(self, caps: list[int | None], report: Report) -> None:
        """Make the run of every partner."""
        for partner, cap in enumerate(caps):
            self._run(partner, cap, report)

    def _run(self, partner: int, cap: int | None, report: Report) -> None:
        queue, programme = self.state.partners[partner], self.programme
        person = self.state.participants["person"]
        paid = failed = 0
        for queued in queue.take(len(queue) if cap is None else cap):
            does_fail, repair = fails(
                programme.key,
                programme.payment_table,
                programme.failure,
                int(person[queued.number]),
                queued.payment,
                queued.attempt,
            )
            if does_fail:
                queue.put_back(queued, self.timeline.now + repair)
                failed += 1
            else:
                queued.event.succeed(queued.attempt + 1)
                paid += 1
        report(partner, paid, failed, len(queue))
