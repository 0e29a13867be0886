"""The market in the cohort engine, window by window: platforms, checkout, choice and booking, certificates."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.cohort.after_award_kernels import Persons, Purchases
from sim.engines.cohort.ahead import HandOn
from sim.engines.cohort.flows import EMPTY, NOBODY, Backlog, Flow, Ints, in_order, merge
from sim.engines.cohort.market_kernels import choose_platforms, come_back, train_in_market
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.visits import Visited, Visits
from sim.journey.measures import NO_CHECKOUT, NO_SEAT, NOTHING_TRIED
from sim.journey.route import CERTIFICATES, CHECKOUT
from sim.observers.observations import Observations
from sim.programme.adding import Adding, adds
from sim.programme.market import MarketTable
from sim.programme.programme import Programme
from sim.rules.platforms import NOWHERE
from sim.stations.courses import CoursesKernel

PURCHASE = np.zeros(0, dtype=np.uint8)
NO_TRY: Flow = (EMPTY, NOBODY, PURCHASE, np.zeros(0, dtype=np.uint16))
"""(instants, numbers, purchases, tries before)"""
AT_CHECKOUT: Flow = (*NO_TRY, EMPTY, EMPTY)
"""The same, the platform, and the limit: the deadline of a first purchase, the closing of the account of others."""
COMPLETED: Flow = (EMPTY, NOBODY, PURCHASE, EMPTY)
"""(instants of completion, numbers, purchases, platforms)"""


class Booked(NamedTuple):
    """Courses booked in a window, in order of (time, participant's number)."""

    numbers: Persons
    persons: Persons
    purchase: Purchases
    at: Ints
    price: Ints
    completed: Ints
    platform: Ints


class Market:
    """The market: who comes to buy, stands at checkout, books, or comes back; and who waits for a certificate."""

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
        counts = observations.new_counts()
        self._at_checkout = Visits(programme, counts, CHECKOUT)
        self._at_certificates = Visits(programme, counts, CERTIFICATES)
        assert observations.market is not None
        self._observer = observations.market
        self._coming = Backlog(NO_TRY)
        self._leaving = Backlog(AT_CHECKOUT)
        self._completing = Backlog(COMPLETED)
        self._checkout = None if table.checkout is None else table.checkout.kernel()
        self._certificates = None if table.certificates is None else table.certificates.kernel()
        self._courses = CoursesKernel(programme.key, table.rules, table.listings)
        self._adding = Adding(programme, table, self._observer.classes, self._courses) if adds(programme) else None
        # Rows reach for everyone; memory is taken only by those that are filled.
        self._taken = np.empty((programme.people, programme.courses), dtype=np.int16)
        """The courses that each participant has bought [participant, purchase]; -1: none."""
        self.want = np.empty(programme.people, dtype=np.uint8)
        """For want of what a participant has bought nothing so far."""

    def enroll(self, numbers: slice) -> None:
        """Let new participants have bought nothing."""
        self._taken[numbers] = -1
        self.want[numbers] = NOTHING_TRIED

    def come(self, numbers: Persons, purchase: Purchases, at: Ints) -> None:
        """Let people come to buy a course at instants not before the present window's end."""
        self._coming.put((at, numbers, purchase, np.zeros(numbers.size, dtype=np.uint16)))
        self._participants.seeking[numbers] = True

    def add_seats(self, now: int) -> None:
        """Let providers add seats, at the programme's event, for those who come from now on."""
        if self._adding is not None:
            self._adding.add(now)

    def advance(self, until: int) -> Booked:
        """Take everyone in the market to an instant; return what is booked before it."""
        coming = self._coming.take(until)
        arrived = self._arrive(coming) if coming[0].size else AT_CHECKOUT
        return self._book(self._check_out(arrived, until))

    # Platform and checkout

    def _arrive(self, coming: Flow) -> Flow:
        """Let people come to a platform; return who stands at a checkout."""
        at, numbers, purchase, tries = coming
        persons, platform = self._participants.persons_of(numbers), np.empty_like(at)
        choose_platforms(
            self._programme.key, self._table.share_since, self._table.shares, persons, purchase, at, platform
        )
        self._tell(partial(self._observer.add_came, platform, at))
        self._record_arrivals(persons, purchase, tries, at)
        flow = (*coming, platform, self._participants.can_buy_until(numbers, purchase))
        nowhere = platform == NOWHERE
        if nowhere.any():
            self._find_nothing(_some(flow, nowhere), at[nowhere])
            flow = _some(flow, ~nowhere)
        first = flow[2] == 0
        self.want[flow[1][first]] = NO_CHECKOUT
        return flow

    def _check_out(self, flow: Flow, until: int) -> Flow:
        """Take in who comes to the checkouts before an instant; return who leaves one before it."""
        at, numbers, platform, limit = flow[0], flow[1], flow[4], flow[5]
        persons = self._participants.persons_of(numbers)
        if self._checkout is None:
            self._tell(partial(self._at_checkout.pass_through, persons, at, platform))
            return flow
        leaving = AT_CHECKOUT
        if at.size:
            ends = np.minimum(limit, self._table.exit[platform])
            served = self._checkout.serve(at, numbers, instance=platform, patience=ends - at, until=until)
            # Until the limit either the award is undecided or the account open, so that the run goes on.
            visited = Visited(persons, at, served.started, served.left, served.gave_up, platform)
            self._tell(partial(self._at_checkout.tell, visited, limit))
            gone = served.gave_up < NEVER
            if gone.any():
                self._give_up(_some(flow, gone), served.gave_up[gone])
            leaving = self._leave((served.left, *flow[1:]), gone, until)
        return merge(self._leaving.take(until), leaving)

    def _leave(self, flow: Flow, gone: NDArray[np.bool_], until: int) -> Flow:
        """Keep those who leave a checkout later; return the others, nearly all, in order of (time, number)."""
        now = flow[0] < until
        later = ~now & ~gone
        if later.any():
            self._leaving.put(_some(flow, later))
        order = np.flatnonzero(now)
        order = order[in_order(flow[0][order], flow[1][order])]
        return tuple(column[order] for column in flow)

    def _give_up(self, flow: Flow, gave_up: Ints) -> None:
        """Let people leave a checkout unserved: at their limit for good, at the platform's exit to come back."""
        before_end = gave_up < self._programme.horizon
        over = before_end & (gave_up >= flow[5])
        self._participants.seeking[flow[1][over]] = False
        back = before_end & (gave_up < flow[5])
        if back.any():
            self._find_nothing(_some(flow, back), gave_up[back])

    # Booking

    def _book(self, flow: Flow) -> Booked:
        """Let those who leave the checkouts book courses; return what is booked."""
        if flow[0].size:
            over = flow[0] >= flow[5]
            if over.any():
                self._participants.seeking[flow[1][over]] = False
                flow = _some(flow, ~over)
        if flow[0].size:
            gone = flow[0] >= self._table.exit[flow[4]]
            if gone.any():
                self._find_nothing(_some(flow, gone), flow[0][gone])
                flow = _some(flow, ~gone)
        at, numbers, purchase, _, platform, _ = flow
        own = self._participants
        persons, balance = own.persons_of(numbers), own.balances_of(numbers)
        course, choice, begins = (np.empty(at.size, dtype=np.int64) for _ in range(3))
        misses = self._courses.book(
            at, numbers, persons, purchase, platform, balance, self._taken, course, choice, begins
        )
        self._tell(partial(self._observer.add_turned_away, platform, misses, at, course < 0))
        found = course >= 0
        if not found.all():
            self._find_nothing(_some(flow, ~found), at[~found])
            numbers, persons, purchase, at = numbers[found], persons[found], purchase[found], at[found]
            platform, course, choice, begins = platform[found], course[found], choice[found], begins[found]
        own.seeking[numbers] = False
        price, completed = np.empty_like(at), np.empty_like(at)
        last = train_in_market(
            self._programme.key, self._table.rules, self._table.courses, persons, purchase, course, begins,
            own.paces_of(numbers), price, completed,
        )  # fmt: skip
        own.last_course_end = max(own.last_course_end, last)
        self._tell(partial(self._observer.add_booked, platform, course, choice, at, begins))
        self._record_bookings(persons, purchase, {"platform": platform, "course": course, "choice": choice}, begins)
        return Booked(numbers, persons, purchase, at, price, completed, platform)

    def _find_nothing(self, flow: Flow, at: Ints) -> None:
        """Let people who found nothing at an instant come back later, or no more."""
        _, numbers, purchase, tries, platform, limit = flow
        self._tell(partial(self._observer.add_nothing, platform, at))
        self.want[numbers[purchase == 0]] = NO_SEAT
        again = np.empty_like(at)
        persons = self._participants.persons_of(numbers)
        come_back(self._programme.key, self._table.rules, persons, purchase, tries, at, limit, again)
        comes = again < NEVER
        self._participants.seeking[numbers[~comes]] = False
        self._coming.put((again[comes], numbers[comes], purchase[comes], tries[comes] + np.uint16(1)))

    # Certificates

    def complete(self, booked: Booked) -> NDArray[np.bool_]:
        """Let those who have booked courses complete them; return whose certificate is issued at once."""
        if self._certificates is None:
            self._record_issued(booked.persons, booked.purchase, booked.completed)
            return np.ones(booked.at.size, dtype=np.bool_)
        at_once = self._table.issues_at_once[booked.platform]
        self._record_issued(booked.persons[at_once], booked.purchase[at_once], booked.completed[at_once])
        queues = (booked.completed < self._programme.horizon) & ~at_once
        self._completing.put(
            (booked.completed[queues], booked.numbers[queues], booked.purchase[queues], booked.platform[queues])
        )
        return ~queues

    def certify(self, until: int) -> tuple[Persons, Ints, Ints]:
        """Take those who complete a course before an instant to the certificates.

        Return the participants who completed a first course, when they did, and when its certificate is issued, or
        NEVER.
        """
        completed, numbers, purchase, platform = self._completing.take(until)
        if not completed.size:
            return NOBODY, EMPTY, EMPTY
        assert self._certificates is not None
        served = self._certificates.serve(completed, numbers, instance=platform, until=until)
        persons, closing = self._participants.persons_of(numbers), self._participants.closes_at(numbers)
        visited = Visited(persons, completed, served.started, served.left, EMPTY, platform)
        self._tell(partial(self._at_certificates.tell, visited, closing))
        self._record_issued(persons, purchase, served.left)
        first = purchase == 0
        return numbers[first], completed[first], served.left[first]

    def finish(self) -> None:
        """Tell the visits that go on at the end of the run, and how often each course had no class soon enough."""
        self._at_checkout.finish()
        self._at_certificates.finish()
        self._observer.turned_away += self._courses.turned_away

    # Rows

    def _record_arrivals(self, persons: Persons, purchase: Purchases, tries: NDArray[np.uint16], at: Ints) -> None:
        if self._recorder.on:
            again = tries > 0
            self._recorder.put_returns(persons[again], purchase[again], at[again])
            for each in np.unique(purchase).tolist():
                here = purchase == each
                new = here & (tries == 0)
                self._recorder.put_participant(f"sought_{each + 1}", persons[new], at[new])
                self._recorder.put_participant(f"tries_{each + 1}", persons[here], tries[here].astype(np.int64) + 1)

    def _record_bookings(self, persons: Persons, purchase: Purchases, columns: dict[str, Ints], begins: Ints) -> None:
        if self._recorder.on:
            for each in np.unique(purchase).tolist():
                here = purchase == each
                for name, column in (*columns.items(), ("begun", begins)):
                    self._recorder.put_participant(f"{name}_{each + 1}", persons[here], column[here])

    def _record_issued(self, persons: Persons, purchase: Purchases, issued: Ints) -> None:
        if self._recorder.on:
            for each in np.unique(purchase).tolist():
                here = purchase == each
                self._recorder.put_participant(f"issued_{each + 1}", persons[here], issued[here])


def _some(flow: Flow, chosen: NDArray[np.bool_]) -> Flow:
    return tuple(column[chosen] for column in flow)
