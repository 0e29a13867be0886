"""From the award to the purchases, window by window; what follows from a purchase is handed on.

What nobody can queue for passes straight on: in an open market all of it is known at the announcement.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import HOUR, NEVER
from sim.engines.cohort.after_award_kernels import (
    UNDECIDED,
    Persons,
    Purchases,
    attend,
    first_purchases,
    further_purchases,
    link_accounts,
    prices_by_law,
)
from sim.engines.cohort.ahead import HandOn
from sim.engines.cohort.award_observer import AwardObserver
from sim.engines.cohort.certificates import Certificates
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.market import Market
from sim.engines.cohort.participants import Announcement, Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.training import Training, linked_at
from sim.engines.cohort.training_observer import Bought
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules.deadline import comes_before_revocation

AWARDED_AT_A_TIME = 1 << 14
"""People who are followed at a time: all that is written down of them then stays in the processor's cache."""


class AfterAward:
    """Takes everyone awarded from the award to the last purchase."""

    def __init__(
        self,
        programme: Programme,
        participants: Participants,
        observations: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        training: Training,
        hand_on: HandOn,
    ) -> None:
        self._programme, self._participants = programme, participants
        self._traits, self._recorder = traits, recorder
        self._training, self._hand_on = training, hand_on
        """What follows from a purchase, and how a task of it is handed on, to be done in turn."""
        self._observer = AwardObserver(programme, observations, traits)
        self._market = None
        if programme.seats is not None:
            whom = programme, programme.seats, participants, observations, recorder
            self._market, self._certificates = Market(*whom, hand_on), Certificates(*whom)
        self._window = int(programme.parameters.run.window_hours * HOUR)
        self._now = 0
        self._open: list[Announcement] = []
        """Those whose accounts have not closed, in order of their closing."""

    # The clock

    def award(self, wave: int, persons: Persons, now: int) -> None:
        """Number the awarded of a wave (ascending), and let them link accounts and go to buy a first course."""
        announcement = self._participants.enroll(wave, persons.size, now)
        if persons.size:
            self._open.append(announcement)
        if self._market is not None:
            self._market.enroll(announcement.rows)
        self._observer.awarded(wave, now, persons)
        for begin in range(0, persons.size, AWARDED_AT_A_TIME):
            some = persons[begin : begin + AWARDED_AT_A_TIME]
            self._award(announcement, np.arange(some.size, dtype=np.uint32) + announcement.first + begin, some)

    def advance(self, until: int) -> None:
        """Take everyone to an instant: what happens before it is done."""
        while self._market is not None and self._now < until:
            # No longer than the shortest feedback: nobody comes back within a window.
            self._now = min(until, (self._now // self._window + 1) * self._window)
            self._advance_market(self._market, self._now)
        while self._open and self._open[0].closing < until:
            self._hand_on(partial(self._training.close, self._open.pop(0)))

    def _advance_market(self, market: Market, until: int) -> None:
        for bought, platform in market.advance(until):
            self._hand_on(partial(self._complete, bought, platform))
        self._hand_on(partial(self._certify, until))

    def _complete(self, bought: Bought, platform: Ints) -> None:
        self._training.bought(bought, self._certificates.complete(bought, platform))

    def _certify(self, until: int) -> None:
        numbers, completed, issued = self._certificates.certify(until)
        if numbers.size:
            self._training.certified(numbers, completed, issued)

    def add_seats(self, now: int) -> None:
        """Let providers add seats to their classes."""
        if self._market is not None:
            self._market.add_seats(now)

    def revoke(self, wave: int, deadline: int) -> int:
        """Revoke the awards of a wave that have bought nothing by the deadline; return how many."""
        announcement = next((each for each in self._participants.announcements if each.wave == wave), None)
        if announcement is None:
            return 0
        numbers = self._participants.revoke(announcement, deadline)
        persons = self._participants.persons_of(numbers)
        linked = linked_at(self._programme, persons, np.full(persons.size, announcement.at), self._traits)
        linked[~comes_before_revocation(linked, deadline)] = NEVER
        self._observer.revoked(wave, deadline, announcement.at, persons, linked)
        self._record_revoked(persons, linked, deadline)
        if self._market is not None:
            want = self._participants.awards["want"][numbers]
            self._observer.revoked_for(deadline, want)
            self._recorder.put_participant("revoked_for", persons, want.astype(np.int64))
        return numbers.size

    # From the award to the purchase

    def _award(self, announcement: Announcement, numbers: Persons, persons: Persons) -> None:
        p, own, wave, now = self._programme, self._participants, announcement.wave, announcement.at
        rows = slice(int(numbers[0]), int(numbers[-1]) + 1)
        tried, linked, at = (np.empty(persons.size, dtype=np.int64) for _ in range(3))
        packed = self._traits[persons]
        link_accounts(p.key, p.account, p.waves.partners[wave], now, persons, packed, own.people[rows], tried, linked)
        self._record_award(wave, numbers, persons, own.people["partner"][rows], tried, linked)
        first_purchases(p.key, p.waves.waves, wave, now, persons, at)
        goes = at < p.horizon
        numbers, persons, at = numbers[goes], persons[goes], at[goes]
        if self._market is not None:
            self._market.come(announcement, numbers, persons, at)
            return
        purchase = np.zeros(numbers.size, dtype=np.uint8)
        while numbers.size:
            numbers, purchase, at = self._sell(numbers, purchase, at)

    def _sell(self, numbers: Persons, purchase: Purchases, at: Ints) -> tuple[Persons, Purchases, Ints]:
        """Sell courses of an open market; return who goes to buy another one."""
        p = self._programme
        persons, balance = self._participants.persons_of(numbers), self._participants.balances_of(numbers)
        price = np.empty_like(at)
        prices_by_law(p.key, p.market, persons, purchase, balance, price)
        able = price > 0  # of a first course always, or the parameters are refused
        if not able.all():
            numbers, persons, purchase, at, price = (
                numbers[able], persons[able], purchase[able], at[able], price[able]
            )  # fmt: skip
        completed = np.empty_like(at)
        learning = self._participants.learning_of(numbers)
        ends = attend(p.key, p.training, persons, purchase, at, learning, completed)
        self._participants.last_course_end = max(self._participants.last_course_end, ends)
        own = self._participants
        own.buy(numbers, purchase, at, price)
        bought = Bought(numbers, persons, purchase, at, price, completed, own.closes_at(numbers))
        self._hand_on(partial(self._training.bought, bought, np.ones(at.size, dtype=np.bool_)))
        return self._further(bought)

    def _further(self, bought: Bought) -> tuple[Persons, Purchases, Ints]:
        """Return who goes to buy another course of an open market before the end of the run."""
        p = self._programme
        more = bought.purchase < p.courses - 1
        some = bought if more.all() else bought.some(more)
        purchase, at = some.purchase + np.uint8(1), np.empty_like(some.at)
        further_purchases(p.key, p.market, some.persons, purchase, some.at, some.closing, at)
        goes, later = at < p.horizon, (at >= p.horizon) & (at < NEVER)
        if later.any():
            self._buy_later(some.numbers[later], purchase[later])
        return some.numbers[goes], purchase[goes], at[goes]

    def _buy_later(self, numbers: Persons, purchase: Purchases) -> None:
        """Note who goes to buy a course of an open market after the end of the run, if the balance buys one."""
        p, own = self._programme, self._participants
        price = np.empty(numbers.size, dtype=np.int64)
        prices_by_law(p.key, p.market, own.persons_of(numbers), purchase, own.balances_of(numbers), price)
        own.awards["seeking"][numbers[price > 0]] = True

    # The end

    def finish(self) -> None:
        """Observe what needs the end of the run."""
        if self._market is not None:
            self._market.finish()
            self._hand_on(self._certificates.finish)
        for announcement in self._open:
            self._leave_undecided(announcement)
            self._training.leave_open(announcement)

    def _leave_undecided(self, announcement: Announcement) -> None:
        """Observe who of a wave is undecided at the end of the run."""
        own = self._participants
        undecided = np.flatnonzero(own.loss[announcement.rows] == UNDECIDED) + announcement.first
        persons = own.persons_of(undecided)
        linked = linked_at(self._programme, persons, np.full(persons.size, announcement.at), self._traits)
        self._observer.undecided(announcement.at, persons, linked)

    # Rows

    def _record_award(
        self,
        wave: int,
        numbers: Persons,
        persons: Persons,
        partner: NDArray[np.uint8],
        tried: Ints,
        linked: Ints,
    ) -> None:
        recorder = self._recorder
        if recorder.on:
            recorder.put("participant", persons, numbers.astype(np.int64))
            recorder.put_participant("person", persons, persons.astype(np.int64))
            recorder.put_participant("wave", persons, wave)
            recorder.put_participant("partner", persons, partner.astype(np.int64))
            recorder.put_participant("link_tried", persons, tried)
            recorder.put_participant("linked", persons, linked)

    def _record_revoked(self, persons: Persons, linked: Ints, deadline: int) -> None:
        """Write down who is revoked, who keeps only what happened on the account before."""
        if self._recorder.on:
            self._recorder.put_participant("revoked", persons, deadline)
            self._recorder.put_participant("linked", persons, linked)
            self._recorder.forget_participant("link_tried", persons, deadline)
