"""What people's processes share: the clock, the stations, where everyone stands, and what is written down of them."""

from __future__ import annotations

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engines.journal import Columns, MarketLog, Visits
from sim.journey.kinds import Bank
from sim.journey.money import Benefit
from sim.journey.places import Place
from sim.programme.classes import Classes
from sim.programme.ledger import Ledger
from sim.programme.programme import Programme
from sim.programme.waves import Waves
from sim.rules.people import Trait, regency_number
from sim.rules.registering import register_everyone
from sim.stations.courses import Courses
from sim.stations.payment_queue import PaymentQueue
from sim.stations.plan import Resource
from sim.stations.timeline import Timeline


class State:
    """One run of the programme, as people's processes see it."""

    waves: Waves
    """The programme's waves, set by the model that runs them."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.journey = programme.journey
        self.timeline = Timeline()
        self.stations: dict[str, tuple[Resource, ...] | None] = {
            name: None if plan is None else plan.resources(self.timeline) for name, plan in programme.stations.items()
        }
        """The SimPy resources of each station, one an instance; None: plenty."""
        self.partners = [PaymentQueue(self.timeline) for _ in programme.partners]
        waves = len(programme.waves)
        self.joined: list[list[int]] = [[] for _ in range(waves)]
        """By wave, who has joined it."""
        self.announcement = [simpy.Event(self.timeline) for _ in range(waves)]
        """By wave; the value is the participants' numbers by person of those awarded."""

        self.ledger = Ledger(self.journey)
        self.place = np.full(programme.people, Place.NOT_REGISTERED, dtype=np.uint8)
        self.registrations, self.traits = register_everyone(
            programme.key, programme.curve, programme.people, programme.population, programme.provinces
        )
        """When each person registers, µs, and their packed traits."""
        self.people = Columns(self.journey.person_stamps, self.journey.person_outcomes, programme.people)
        self.participants = Columns(programme.participant_stamps(), programme.participant_outcomes())
        self.visits = {name: Visits() for name in programme.stations}
        self.courses = self._courses()
        """The courses on sale; None in an open market."""
        self.classes = None if programme.seats is None else Classes(programme.seats)
        """Their classes as they are scheduled so far."""
        self.log = MarketLog()
        self.taken: dict[int, list[int]] = {}
        """The courses that participants have bought."""
        self.want = np.zeros(0, dtype=np.int64)
        """For want of what each participant has bought nothing so far; 0: nothing was tried."""
        self.seeking = np.zeros(0, dtype=np.bool_)
        """Whether each participant goes to buy one more course, or is at it."""
        self.entitled: dict[Benefit, NDArray[np.int64]] = {benefit: np.zeros(0, dtype=np.int64) for benefit in Benefit}
        """What each participant may still get, in rupiah."""

        self.processed = 0
        """How many have left the station at which people are counted as processed."""
        self.courses_running = 0
        self.accounts_open = 0
        """Participants whose account has not closed yet."""
        self.payments_left = 0
        """Incentives and surveys that are still to be paid to those who have reviewed a training."""

    def _courses(self) -> Courses | None:
        market = self.programme.seats
        if market is None:
            return None
        return Courses(self.timeline, self.programme.key, market.rules, market.listings)

    # People

    def register(self, person: int) -> None:
        """Let a person stand at the first station."""
        self.ledger.register()
        self.place[person] = self.journey.place(self.journey.names[0])

    def move(self, person: int, to: int) -> None:
        """Take a person from where they stand to another place, by its code."""
        self.ledger.move(int(self.place[person]), to)
        self.place[person] = to

    def has(self, person: int, trait: Trait) -> bool:
        """Return whether a person has a trait of one bit."""
        return bool(int(self.traits[person]) >> trait & 1)

    def instance(self, station: str, person: int) -> int:
        """Return the instance of a station that a person goes to: of a bank by regency, that of their own."""
        if self.journey.station(station).bank is not Bank.REGENCY:
            return 0
        return int(regency_number(self.traits[person], self.programme.regencies_before))

    # Participants

    def enroll(self, persons: NDArray[np.int64], wave: int) -> NDArray[np.int64]:
        """Give those awarded in a wave, in order of person, the next participant's numbers; return these."""
        first = self.participants.rows
        self.participants.grow(persons.size)
        self.want = np.concatenate([self.want, np.zeros(persons.size, dtype=np.int64)])
        self.seeking = np.concatenate([self.seeking, np.zeros(persons.size, dtype=np.bool_)])
        for benefit in Benefit:
            self.entitled[benefit] = np.concatenate([self.entitled[benefit], np.zeros(persons.size, dtype=np.int64)])
        numbers = np.arange(first, first + persons.size)
        self.participants["person"][first:] = persons
        self.participants["wave"][first:] = wave
        self.people["participant"][persons] = numbers
        self.people["awarded"][persons] = self.timeline.now
        return numbers

    def balance(self, number: int) -> int:
        """Return what is left of a participant's training balance, rupiah."""
        return int(self.entitled[Benefit.TRAINING][number])

    def award(self, number: int, benefit: Benefit, rupiah: int) -> None:
        """Award a participant rupiah of a benefit."""
        self.entitled[benefit][number] += rupiah
        self.ledger.awarded[benefit] += rupiah

    def pay(self, number: int, benefit: Benefit, rupiah: int) -> None:
        """Pay a participant, or a course for them, from what they may still get."""
        self.entitled[benefit][number] -= rupiah
        self.ledger.paid[benefit] += rupiah

    def give_back(self, number: int, benefit: Benefit, rupiah: int | None = None) -> int:
        """Return to the state rupiah that a participant does not get, all that are left if None; return how many."""
        rupiah = int(self.entitled[benefit][number]) if rupiah is None else rupiah
        self.entitled[benefit][number] -= rupiah
        self.ledger.returned[benefit] += rupiah
        return rupiah
