"""The market in the cohort engine, window by window: platforms, checkout, choice and booking."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.after_award_kernels import Persons
from sim.engines.cohort.ahead import HandOn
from sim.engines.cohort.backlog import Backlog
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.gathered import Gathered
from sim.engines.cohort.market_kernels import (
    BUYER,
    Buyers,
    Choosing,
    Paid,
    come_back,
    come_to_platforms,
    go_to_choose,
    leave_checkouts,
    pay_for_courses,
    want_another,
)
from sim.engines.cohort.participants import Announcement, Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.training_observer import Bought
from sim.engines.cohort.visits import Visited, Visits
from sim.journey.money import Benefit
from sim.journey.route import CHECKOUT
from sim.journey.wants import NO_COURSE_TO_BUY, NO_PLATFORM, NO_SEAT, NOTHING_TRIED
from sim.observers.observations import Observations
from sim.programme.adding import Adding, adds
from sim.programme.market import MarketTable
from sim.programme.programme import Programme
from sim.rules.platforms import NOWHERE
from sim.stations.courses import CoursesKernel

AT_A_TIME = 1 << 14
"""Buyers who choose at a time: all that is written down of them then stays in the processor's cache."""


class Market:
    """The market: who comes to buy, stands at checkout, books, or comes back."""

    def __init__(
        self,
        programme: Programme,
        table: MarketTable,
        participants: Participants,
        observations: Observations,
        recorder: Recorder,
        hand_on: HandOn,
    ) -> None:
        self._programme, self._table, self._participants = programme, table, participants
        self._recorder, self._tell = recorder, hand_on
        """How a task of the observers is handed on, to be done in turn."""
        self._at_checkout = Visits(programme, observations.new_counts(), CHECKOUT)
        assert observations.market is not None
        self._observer = observations.market
        self._came, self._booked = Gathered(self._observer.add_came), Gathered(self._observer.add_booked)
        self._coming, self._leaving = (Backlog(BUYER, programme.horizon) for _ in range(2))
        self._checkout = None if table.checkout is None else table.checkout.kernel()
        self._courses = CoursesKernel(programme.key, table.rules, table.listings)
        self._adding = Adding(programme, table, self._observer.classes, self._courses) if adds(programme) else None
        # Rows reach for everyone; memory is taken only by those that are filled.
        self._taken = np.empty((programme.people, programme.courses), dtype=np.int16)
        """The courses that each participant has bought [participant, purchase]; -1: none."""

    def enroll(self, numbers: slice) -> None:
        """Let new participants have bought nothing."""
        self._taken[numbers] = -1
        self._participants.awards["want"][numbers] = NOTHING_TRIED

    def come(self, announcement: Announcement, numbers: Persons, persons: Persons, at: Ints) -> None:
        """Let some who were awarded together come to buy a first course, at instants not before the window's end."""
        buyers = np.zeros(numbers.size, dtype=BUYER)
        buyers["at"], buyers["number"], buyers["person"] = at, numbers, persons
        buyers["announcement"] = announcement.number
        self._coming.put(buyers)
        self._participants.awards["seeking"][numbers] = True

    def add_seats(self, now: int) -> None:
        """Let providers add seats, at the programme's event, for those who come from now on."""
        if self._adding is not None:
            self._adding.add(now)

    def advance(self, until: int) -> Iterator[tuple[Bought, Ints]]:
        """Take everyone in the market to an instant; yield what is booked before it, in order, and the platforms."""
        buyers = self._arrive(self._coming.take(until), until)
        for begin in range(0, buyers.size, AT_A_TIME):
            yield self._book(buyers[begin : begin + AT_A_TIME])

    # Platform and checkout

    def _arrive(self, buyers: Buyers, until: int) -> Buyers:
        """Let people come to a platform and its checkout; return who leaves one before an instant, in order."""
        at, platform, limit = (np.empty(buyers.size, dtype=np.int64) for _ in range(3))
        persons = np.empty(buyers.size, dtype=np.uint32)
        come = come_to_platforms(
            self._programme.key, self._table.share_since, self._table.shares, self._participants.limits, buyers,
            self._participants.awards, at, persons, platform, limit,
        )  # fmt: skip
        self._tell(partial(self._came.put, platform, at))
        self._record_arrivals(buyers)
        if come < buyers.size:
            self._find_no_platform(buyers[platform == NOWHERE], NOWHERE)
            there = platform != NOWHERE
            buyers, at, persons, platform, limit = (column[there] for column in (buyers, at, persons, platform, limit))
        if self._checkout is None:
            self._tell(partial(self._at_checkout.pass_through, persons, at, platform))
            return buyers
        if buyers.size:
            self._queue_up(buyers, Visited(persons, at, at, at, at, platform), limit, until)
        return self._leaving.take(until)

    def _queue_up(self, buyers: Buyers, coming: Visited, limit: Ints, until: int) -> None:
        """Take buyers into the checkouts, which they leave in their turn, or at their limit or the platform's exit."""
        assert self._checkout is not None
        at, platform = coming.arrived, coming.instance
        ends = np.minimum(limit, self._table.exit[platform])
        numbers = np.ascontiguousarray(buyers["number"])
        served = self._checkout.serve(at, numbers, instance=platform, patience=ends - at, until=until)
        # Until the limit either the award is undecided or the account open, so that the run goes on.
        visited = coming._replace(started=served.started, left=served.left, gave_up=served.gave_up)
        self._tell(partial(self._at_checkout.tell, visited, limit))
        gone = served.gave_up < NEVER
        if np.count_nonzero(gone):
            self._give_up(buyers[gone], served.gave_up[gone], limit[gone])
        leave_checkouts(buyers, served.left)
        self._leaving.put(buyers)

    def _give_up(self, buyers: Buyers, gave_up: Ints, limit: Ints) -> None:
        """Let people leave a checkout unserved: at their limit for good, at the platform's exit to come back."""
        before_end = gave_up < self._programme.horizon
        over, back = before_end & (gave_up >= limit), before_end & (gave_up < limit)
        self._participants.awards["seeking"][buyers["number"][over]] = False
        if np.count_nonzero(back):
            buyers["at"] = gave_up
            self._find_no_platform(buyers[back])

    # Booking

    def _book(self, buyers: Buyers) -> tuple[Bought, Ints]:
        """Let those who leave the checkouts book courses; return what is bought, and on which platforms."""
        p, own, rules = self._programme, self._participants, self._table.rules
        balance = p.benefit[Benefit.TRAINING]
        choosing, apart = _new_choosing(buyers.size), np.empty_like(buyers)
        count, gone = go_to_choose(own.limits, self._table.exit, balance, buyers, own.awards, choosing, apart)
        if gone:
            self._find_no_platform(apart[:gone])
        buyers, choosing = buyers[:count], Choosing._make(column[:count] for column in choosing)
        want = self._choose(choosing)
        paid = Paid._make(np.empty(count, dtype=np.int64) for _ in Paid._fields)
        sold, without, last = pay_for_courses(
            p.key, rules, self._table.courses, own.limits, own.learning, buyers, own.awards, own.paid_by_day,
            choosing, paid, apart,
        )  # fmt: skip
        own.last_course_end = max(own.last_course_end, last)
        if without:
            self._find_nothing(apart[:without], want)
            buyers, choosing = buyers[:sold], Choosing._make(column[:sold] for column in choosing)
            paid = Paid._make(column[:sold] for column in paid)
        c = choosing
        self._tell(partial(self._booked.put, c.persons, c.platform, c.course, c.choice, c.at, c.begins))
        self._record_bookings(c)
        own.buy_first(c.at[c.purchase == 0], paid.closing)
        self._want_another(buyers)
        return Bought(c.numbers, c.persons, c.purchase, c.at, paid.price, paid.completed, paid.closing), c.platform

    def _choose(self, choosing: Choosing) -> NDArray[np.uint8]:
        """Fill the courses that buyers book, in order; return for want of what the others find nothing."""
        c = choosing
        misses = self._courses.book(
            c.at, c.numbers, c.persons, c.purchase, c.platform, c.balance, self._taken, c.course, c.choice, c.begins
        )
        nothing = c.course < 0
        told = np.flatnonzero((misses > 0) | nothing)
        if told.size:
            at, platform = c.at[told], c.platform[told]
            self._tell(partial(self._observer.add_turned_away, platform, misses[told], at, nothing[told]))
        return np.where(misses[nothing] > 0, NO_SEAT, NO_COURSE_TO_BUY).astype(np.uint8)

    def _want_another(self, buyers: Buyers) -> None:
        """Let those who have just bought a course come for another one."""
        p, own, more = self._programme, self._participants, np.empty_like(buyers)
        count = want_another(
            p.key, p.market, p.courses, p.benefit[Benefit.TRAINING], self._table.cheapest, p.horizon,
            own.limits, buyers, own.awards, more,
        )  # fmt: skip
        self._coming.put(more[:count])

    def _find_no_platform(self, buyers: Buyers, platform: int | None = None) -> None:
        """Let people whose platform left, or who found none, come back later, or no more."""
        self._find_nothing(buyers, np.full(buyers.size, NO_PLATFORM, dtype=np.uint8), platform)

    def _find_nothing(self, buyers: Buyers, want: NDArray[np.uint8], platform: int | None = None) -> None:
        """Let people who found nothing, at an instant each and for want of something, come back later, or no more."""
        where = buyers["platform"].astype(np.int64) if platform is None else np.full(buyers.size, platform)
        self._tell(partial(self._observer.add_nothing, where, buyers["at"].copy()))
        own = self._participants
        come_back(self._programme.key, self._table.rules, own.limits, buyers, want, own.awards)
        self._coming.put(buyers)

    def finish(self) -> None:
        """Tell the visits that go on at the end of the run, and how often each course had no class soon enough."""
        for rest in (self._came.finish, self._booked.finish, self._at_checkout.finish):
            self._tell(rest)
        self._observer.turned_away += self._courses.turned_away

    # Rows

    def _record_arrivals(self, buyers: Buyers) -> None:
        if self._recorder.on:
            persons, purchase, tries, at = (buyers[name].copy() for name in ("person", "purchase", "tries", "at"))
            again = tries > 0
            self._recorder.put_returns(persons[again], purchase[again], at[again])
            for each in np.unique(purchase).tolist():
                here = purchase == each
                new = here & (tries == 0)
                self._recorder.put_participant(f"sought_{each + 1}", persons[new], at[new])
                self._recorder.put_participant(f"tries_{each + 1}", persons[here], tries[here].astype(np.int64) + 1)

    def _record_bookings(self, choosing: Choosing) -> None:
        if self._recorder.on:
            for each in np.unique(choosing.purchase).tolist():
                here = choosing.purchase == each
                for name in ("platform", "course", "choice", "begins"):
                    column = {"begins": "begun"}.get(name, name)
                    values: NDArray[np.int64] = getattr(choosing, name)[here]
                    self._recorder.put_participant(f"{column}_{each + 1}", choosing.persons[here], values)


def _new_choosing(size: int) -> Choosing:
    kinds: dict[str, type] = {"numbers": np.uint32, "persons": np.uint32, "purchase": np.uint8}
    return Choosing._make(np.empty(size, dtype=kinds.get(name, np.int64)) for name in Choosing._fields)
