"""From the award to the review, window by window: account, purchases, training, certificate, review.

What nobody can queue for passes straight on: in an open market all of it is known at the announcement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import HOUR, NEVER
from sim.engines.cohort.after_award_kernels import (
    FORFEITED,
    NO_LOSS,
    UNDECIDED,
    Persons,
    Purchases,
    attend,
    first_purchases,
    further_purchases,
    link_accounts,
    linked_again,
    prices_by_law,
    review,
)
from sim.engines.cohort.award_observer import Awarded, AwardObserver, Bought
from sim.engines.cohort.flows import EMPTY, NOBODY, Ints
from sim.engines.cohort.market import Booked, Market
from sim.engines.cohort.participants import Announcement, Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import Registrations
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules.choosing import buys_something
from sim.rules.deadline import comes_before_revocation
from sim.rules.forfeiture import earns_payments

AWARDED_AT_A_TIME = 1 << 14
"""People who are followed at a time: all that is written down of them then stays in the processor's cache."""

FINISHED_AT_A_TIME = 1 << 17
"""People whose whole time is observed together at the end."""


class AfterAward:
    """Takes everyone awarded from the award to the review."""

    def __init__(
        self,
        programme: Programme,
        participants: Participants,
        observations: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
    ) -> None:
        self._programme, self._participants = programme, participants
        self._traits, self._recorder = traits, recorder
        self._observer = AwardObserver(programme, observations, traits, registrations)
        self._market = None
        if programme.seats is not None:
            self._market = Market(programme, programme.seats, participants, observations, recorder)
        self._window = int(programme.parameters.run.window_hours * HOUR)
        self._now = 0
        self._due: list[tuple[Persons, Ints]] = []
        """Participants' numbers, and when their first incentives fall due."""
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
            self._award(wave, now, np.arange(some.size, dtype=np.uint32) + announcement.first + begin, some)

    def advance(self, until: int) -> None:
        """Take everyone to an instant: what happens before it is done."""
        while self._market is not None and self._now < until:
            # No longer than the shortest feedback: nobody comes back within a window.
            self._now = min(until, (self._now // self._window + 1) * self._window)
            self._advance_market(self._market, self._now)
        while self._open and self._open[0].closing < until:
            self._close(self._open.pop(0))

    def _advance_market(self, market: Market, until: int) -> None:
        booked = market.advance(until)
        for begin in range(0, booked.at.size, AWARDED_AT_A_TIME):
            some = Booked(*[column[begin : begin + AWARDED_AT_A_TIME] for column in booked])  # type: ignore[arg-type]
            numbers, purchase, at = self._bought(
                some.numbers, some.persons, some.purchase, some.at, some.price, some.completed, market.complete(some)
            )
            market.come(numbers, purchase, at)
        numbers, completed, issued = market.certify(until)
        persons, closing = self._participants.persons_of(numbers), self._participants.closes_at(numbers)
        linked = self._linked(persons, self._participants.awarded_at(numbers))
        self._review(numbers, persons, completed, issued, linked, closing)

    def add_seats(self, now: int) -> None:
        """Let providers add seats to their classes."""
        if self._market is not None:
            self._market.add_seats(now)

    def due(self) -> tuple[Persons, Ints]:
        """Return whose first incentives have been found to fall due since this was last asked, and when."""
        found, self._due = self._due, []
        if not found:
            return NOBODY, EMPTY
        numbers, instants = (np.concatenate(columns) for columns in zip(*found, strict=True))
        return numbers, instants

    def revoke(self, wave: int, deadline: int) -> int:
        """Revoke the awards of a wave that have bought nothing by the deadline; return how many."""
        announcement = next((each for each in self._participants.announcements if each.wave == wave), None)
        if announcement is None:
            return 0
        numbers = self._participants.revoke(announcement, deadline)
        persons = self._participants.persons_of(numbers)
        linked = self._linked(persons, np.full(persons.size, announcement.at))
        linked[~comes_before_revocation(linked, deadline)] = NEVER
        self._observer.revoked(wave, deadline, announcement.at, persons, linked)
        self._record_revoked(persons, linked, deadline)
        if self._market is not None:
            want = self._market.want[numbers]
            self._observer.revoked_for(deadline, want)
            self._recorder.put_participant("revoked_for", persons, want.astype(np.int64))
        return numbers.size

    def _close(self, announcement: Announcement) -> None:
        accounts, unspent, forfeited = self._participants.close(announcement)
        self._observer.closed(announcement.closing, accounts, unspent, forfeited)
        self._record_closed(announcement)

    # From the award to the purchase

    def _award(self, wave: int, now: int, numbers: Persons, persons: Persons) -> None:
        p, own = self._programme, self._participants
        rows = slice(int(numbers[0]), int(numbers[-1]) + 1)
        tried, linked, at = (np.empty(persons.size, dtype=np.int64) for _ in range(3))
        packed = self._traits[persons]
        link_accounts(p.key, p.account, p.waves.partners[wave], now, persons, packed, own.people[rows], tried, linked)
        self._record_award(wave, numbers, persons, own.people["partner"][rows], tried, linked)
        first_purchases(p.key, p.waves.waves, wave, now, persons, at)
        goes = at < p.horizon
        self._go_to_buy(numbers[goes], np.zeros(np.count_nonzero(goes), dtype=np.uint8), at[goes])

    def _go_to_buy(self, numbers: Persons, purchase: Purchases, at: Ints) -> None:
        """Let people buy a course at instants before the end of the run, and further ones after it."""
        if self._market is not None:
            self._market.come(numbers, purchase, at)
            return
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
        ends = attend(p.key, p.training, persons, purchase, at, completed)
        self._participants.last_course_end = max(self._participants.last_course_end, ends)
        return self._bought(numbers, persons, purchase, at, price, completed, np.ones(at.size, dtype=np.bool_))

    def _bought(
        self,
        numbers: Persons,
        persons: Persons,
        purchase: Purchases,
        at: Ints,
        price: Ints,
        completed: Ints,
        at_once: NDArray[np.bool_],
    ) -> tuple[Persons, Purchases, Ints]:
        """Follow those who have bought courses; return who goes to buy another one before the end of the run.

        `at_once` says whose certificate is issued as the course is completed.
        """
        self._participants.buy(numbers, purchase, at, price)
        awarded = self._participants.awarded_at(numbers)
        closing = self._participants.closes_at(numbers)
        bought = Bought(numbers, persons, purchase, at, price, completed, awarded, closing)
        self._observer.bought(bought)
        self._record_bought(bought)
        first = purchase == 0
        if first.any():
            self._bought_first(bought.some(first), at_once[first])
        return self._further(bought)

    def _bought_first(self, first: Bought, at_once: NDArray[np.bool_]) -> None:
        linked = self._linked(first.persons, first.awarded)
        self._observer.bought_first(first, linked)
        ready = at_once & (first.completed < NEVER)
        some = first.some(ready)
        self._review(some.numbers, some.persons, some.completed, some.completed, linked[ready], some.closing)

    def _further(self, bought: Bought) -> tuple[Persons, Purchases, Ints]:
        p = self._programme
        more = bought.purchase < p.courses - 1
        if p.seats is not None:
            more &= buys_something(self._participants.balances_of(bought.numbers), p.seats.cheapest)
        some = bought if more.all() else bought.some(more)
        purchase, at = some.purchase + np.uint8(1), np.empty_like(some.at)
        further_purchases(p.key, p.market, some.persons, purchase, some.at, some.closing, at)
        goes, later = at < p.horizon, (at >= p.horizon) & (at < NEVER)
        if later.any():
            self._buy_later(some.numbers[later], purchase[later])
        return some.numbers[goes], purchase[goes], at[goes]

    def _buy_later(self, numbers: Persons, purchase: Purchases) -> None:
        """Note who goes to buy a course after the end of the run; in an open market, if the balance buys one."""
        p, own = self._programme, self._participants
        if self._market is not None:
            own.seeking[numbers] = True
            return
        price = np.empty(numbers.size, dtype=np.int64)
        prices_by_law(p.key, p.market, own.persons_of(numbers), purchase, own.balances_of(numbers), price)
        own.seeking[numbers[price > 0]] = True

    # From the certificate to the first incentive

    def _review(
        self, numbers: Persons, persons: Persons, completed: Ints, issued: Ints, linked: Ints, closing: Ints
    ) -> None:
        """Follow those who have completed a first course; `issued` is when the platform issues the certificate."""
        p = self._programme
        certified, reviewed, due = (np.empty_like(issued) for _ in range(3))
        review(p.key, p.training, persons, issued, linked, closing, certified, reviewed, due)
        self._observer.reviewed(persons, completed, certified, reviewed, closing)
        kept = earns_payments(reviewed, closing)
        self._participants.keep_payments(numbers, kept, kept & (reviewed < p.horizon))
        self._recorder.put_participant("certified", persons, certified)
        self._recorder.put_participant("reviewed", persons, reviewed)
        in_time = due < p.horizon
        if in_time.any():
            self._due.append((numbers[in_time], due[in_time]))

    def _linked(self, persons: Persons, awarded: Ints) -> Ints:
        linked = np.empty(persons.size, dtype=np.int64)
        linked_again(self._programme.key, self._programme.account, awarded, persons, self._traits[persons], linked)
        return linked

    # The end

    def finish(self) -> None:
        """Observe what needs the end of the run, and the whole time from award to payment."""
        own = self._participants
        if self._market is not None:
            self._market.finish()
        for announcement in self._open:
            self._leave_open(announcement)
        # Some at a time, since every temporary would have as many rows as there are participants.
        for first in range(0, own.size, FINISHED_AT_A_TIME):
            rows = slice(first, min(first + FINISHED_AT_A_TIME, own.size))
            people, wave = own.people[rows], own.waves_of(np.arange(rows.start, rows.stop))
            self._observer.whole_time(Awarded(people["person"], wave, people["first_paid"], own.loss[rows]))
        self._observer.finish()

    def _leave_open(self, announcement: Announcement) -> None:
        """Observe who of a wave is undecided at the end of the run, and the open accounts."""
        own = self._participants
        undecided = np.flatnonzero(own.loss[announcement.rows] == UNDECIDED) + announcement.first
        persons = own.persons_of(undecided)
        linked = self._linked(persons, np.full(persons.size, announcement.at))
        self._observer.undecided(announcement.at, persons, linked)
        counts = own.standings(announcement)
        not_reviewed = counts[FORFEITED] + counts[UNDECIDED]
        self._observer.open_accounts("not_reviewed", *not_reviewed.tolist())
        seeking = own.seeking[announcement.rows] & (own.loss[announcement.rows] == NO_LOSS)
        more = np.array([np.count_nonzero(seeking), own.spent[announcement.rows][seeking].sum()])
        self._observer.open_accounts("buys_more", *more.tolist())
        self._observer.open_accounts("buys_no_more", *(counts[NO_LOSS] - more).tolist())

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

    def _record_bought(self, bought: Bought) -> None:
        if self._recorder.on:
            for purchase in np.unique(bought.purchase).tolist():
                some = bought.some(bought.purchase == purchase)
                for name in ("at", "completed", "price"):
                    column = {"at": "bought"}.get(name, name)
                    self._recorder.put_participant(f"{column}_{purchase + 1}", some.persons, getattr(some, name))

    def _record_revoked(self, persons: Persons, linked: Ints, deadline: int) -> None:
        """Write down who is revoked, who keeps only what happened on the account before."""
        if self._recorder.on:
            self._recorder.put_participant("revoked", persons, deadline)
            self._recorder.put_participant("linked", persons, linked)
            self._recorder.forget_participant("link_tried", persons, deadline)

    def _record_closed(self, announcement: Announcement) -> None:
        if self._recorder.on:
            own = self._participants
            numbers = np.arange(announcement.first, announcement.last)
            numbers = numbers[np.isin(own.loss[numbers], (NO_LOSS, FORFEITED))]
            persons = own.persons_of(numbers)
            self._recorder.put_participant("closed", persons, announcement.closing)
            self._recorder.put_participant("unspent", persons, own.balances_of(numbers))
