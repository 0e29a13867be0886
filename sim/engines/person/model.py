"""One run of the programme in SimPy, one process a person."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.calendar.order import STATIONS, Act, Part
from sim.engines.journal import (
    PERSON_OUTCOMES,
    PERSON_STAMPS,
    Columns,
    Journal,
    Visits,
    participant_outcomes,
    participant_stamps,
)
from sim.engines.person.applicant import applicant
from sim.engines.rows import Rows
from sim.programme.budget import Budget
from sim.programme.ledger import Kind, Ledger
from sim.programme.payment_runs import PaymentRuns, Report
from sim.programme.places import IN_PROCESSING, Place
from sim.programme.programme import Programme
from sim.programme.waves import Waves
from sim.rules import paying
from sim.rules.people import describe
from sim.rules.registering import registrations
from sim.rules.selecting import Outcome, is_eligible
from sim.stations.daily_runs import DailyRuns
from sim.stations.servers import Servers
from sim.stations.station import Station
from sim.stations.throughput import Throughput
from sim.stations.timeline import Timeline, Wait

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
    )


class Model:
    """The programme's stations, clock and people; processes of people are in the modules beside this one."""

    def __init__(self, programme: Programme, progress: Progress) -> None:
        self.programme = programme
        self.timeline = Timeline()
        self.ended = simpy.Event(self.timeline)
        self.ledger = Ledger()
        self.budget = Budget(programme)
        self._progress = progress

        scale = programme.parameters.population.scale
        self.stations: dict[str, Station | None] = {}
        for name in STATIONS:
            schedule = programme.stations[name]
            if schedule is None:
                self.stations[name] = None
            elif name == "screening":
                self.stations[name] = Servers(self.timeline, schedule, scale)
            else:
                self.stations[name] = Throughput(self.timeline, schedule)
        self.partners = [DailyRuns(self.timeline) for _ in programme.partners]

        people = programme.people
        self.people = Columns(PERSON_STAMPS, PERSON_OUTCOMES, people)
        self.participants = Columns(participant_stamps(programme), participant_outcomes(programme))
        self.visits = {name: Visits() for name in STATIONS}
        self.place = np.zeros(people, dtype=np.uint8)
        self.traits = np.empty(people, dtype=np.uint32)
        describe(programme.key, programme.population, programme.provinces, 0, self.traits)
        self.entitled = [np.zeros(0, dtype=np.int64) for _ in Kind]
        """What each participant may still get, in rupiah, by kind."""

        self.processed_people = 0
        self.courses_running = 0
        self.accounts_open = 0
        """Participants whose unspent balance may still return."""
        self.payments_left = 0
        """Incentives and surveys that are still to be paid to those who have reviewed a training."""
        self._joined: list[list[int]] = [[] for _ in range(len(programme.waves))]
        self.announcement = [simpy.Event(self.timeline) for _ in range(len(programme.waves))]
        """By wave; the value is the participants' numbers by person of those awarded."""

        self.waves = Waves(self.timeline, programme, self, self.budget)
        self.runs = PaymentRuns(self.timeline, programme, self)
        self.timeline.process(self._registrations())
        self.timeline.process(self._days())

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
        end = self.timeline.now
        for columns in (self.people, self.participants):
            columns.mask(end)
        return Journal(
            programme=self.programme,
            people=self.people,
            participants=self.participants,
            traits=self.traits,
            visits={name: visits.arrays() for name, visits in self.visits.items()},
            waves=self.waves.records,
            last_announcement=self.waves.last_announcement(),
            runs=self.runs.records,
            days=self.ledger.days,
            budget_refused=self.budget.refused,
            end=end,
        )

    def _registrations(self) -> Generator[Wait, None, None]:
        instants = np.empty(self.programme.people, dtype=np.int64)
        registrations(self.programme.key, *self.programme.curve, self.programme.people, 0, instants)
        for person, at in enumerate(instants.tolist()):
            yield self.timeline.turn(at, Part.REGISTER, person)
            self.ledger.register()
            self.place[person] = Place.PORTAL
            self.timeline.process(applicant(self, person))

    def _days(self) -> Generator[Wait, None, None]:
        while True:
            yield self.timeline.act((self.timeline.now // DAY + 1) * DAY, Act.DAY_END)
            self._close_day()
            self._progress(self.timeline.now, self.ledger.registered)
            if self._nothing_is_left() or self.timeline.now >= self.programme.horizon:
                self.ended.succeed()
                return

    def _close_day(self) -> None:
        standing = np.bincount(self.place, minlength=len(Place))
        entitled = [int(self.entitled[kind].sum()) for kind in Kind]
        self.ledger.close_day(self.timeline.now, standing, entitled)

    def _nothing_is_left(self) -> bool:
        """Return whether a run without a date of its end is over."""
        return (
            self.programme.parameters.clock.end is None
            and self.processing_is_empty()
            and self.waves.all_announced()
            and self.undecided() == 0
            and self.courses_running == 0
            and self.accounts_open == 0
            and self.payments_left == 0
        )

    # What people's processes tell the model

    def move(self, person: int, to: Place) -> None:
        """Take a person from where he stands to another place."""
        self.ledger.move(Place(self.place[person]), to)
        self.place[person] = to

    def join(self, person: int, wave: int) -> None:
        """Enter a person in the list of a wave."""
        self._joined[wave].append(person)

    def entitle(self, number: int, kind: Kind, rupiah: int) -> None:
        """Award a participant rupiah of a kind."""
        self.entitled[kind][number] += rupiah
        self.ledger.awarded[kind] += rupiah

    def pay(self, number: int, kind: Kind, rupiah: int) -> None:
        """Pay a participant, or a course for him, from what he may still get."""
        self.entitled[kind][number] -= rupiah
        self.ledger.paid[kind] += rupiah

    def give_back(self, number: int, kind: Kind) -> int:
        """Return to the state what a participant did not get of a kind; return the rupiah."""
        rupiah = int(self.entitled[kind][number])
        self.entitled[kind][number] = 0
        self.ledger.returned[kind] += rupiah
        return rupiah

    # What the programme's own processes ask of the people

    def joined(self, wave: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Return who has joined a wave: numbers ascending, and their traits."""
        people = np.sort(np.array(self._joined[wave], dtype=np.int64))
        self._joined[wave] = []
        return people, self.traits[people]

    def announce(self, wave: int, people: NDArray[np.int64], outcome: NDArray[np.uint8]) -> None:
        """Number the participants of a wave by person, and tell everyone who waits for the wave."""
        first = self.participants.rows
        awarded = outcome >= Outcome.PRIORITY
        persons = people[awarded]
        self.participants.grow(persons.size)
        for kind in Kind:
            self.entitled[kind] = np.concatenate([self.entitled[kind], np.zeros(persons.size, dtype=np.int64)])
        numbers = np.arange(first, first + persons.size)
        self.participants["person"][first:] = persons
        self.participants["wave"][first:] = wave
        self.people["participant"][persons] = numbers
        self.people["awarded"][persons] = self.timeline.now
        self.people["awarded_by"][people] = outcome
        self.people["awarded_by"][people[~awarded]] = -1
        self.announcement[wave].succeed(dict(zip(persons.tolist(), numbers.tolist(), strict=True)))

    def processed(self) -> int:
        """Return how many have left the processing-rate station."""
        return self.processed_people

    def processing_is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is between the portal and the pool."""
        everyone = self.ledger.registered == self.programme.people
        return everyone and not any(self.ledger.occupancy[place] for place in IN_PROCESSING)

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        waiting = np.flatnonzero((self.place == Place.POOL) | (self.place == Place.JOINED))
        return any(is_eligible(self.programme.key, eligible, person) for person in waiting.tolist())

    def undecided(self) -> int:
        """Return how many awards have neither bought nor been revoked."""
        return self.ledger.occupancy[Place.AWARDED]

    def run_partner(self, partner: int, cap: int, report: Report) -> None:
        """Make a partner's daily run."""
        queue, programme = self.partners[partner], self.programme
        person = self.participants["person"]
        paid = failed = 0
        for queued in queue.take(cap):
            fails, mending = paying.fails(
                programme.key, programme.payment, int(person[queued.number]), queued.payment, queued.attempt
            )
            if fails:
                queue.put_back(queued, self.timeline.now + mending)
                failed += 1
            else:
                queued.event.succeed(queued.attempt + 1)
                paid += 1
        report(paid, failed, len(queue))
