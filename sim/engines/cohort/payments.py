"""Payments from their due dates to the runs that make them, and the surveys that follow the first incentive."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.payment_kernels import Paid, PaymentRules, fall_due, leave_unpaid, pay
from sim.engines.cohort.payment_observer import PaymentObserver
from sim.engines.cohort.payment_queue import PaymentQueue
from sim.engines.cohort.pending import LARGE, ByDay, Pending, Words, by_day, together, words_of
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.survey_kernels import Offered, offer_survey, returns_of_unanswered
from sim.journey.money import Benefit
from sim.observers.observations import Observations
from sim.observers.paid_days import no_paid_days, noted
from sim.programme.payment_runs import Report
from sim.programme.programme import Programme
from sim.rules.lags import ready
from sim.rules.surveys import offered_at

Numbers = NDArray[np.uint32]


FIRST_DUE = (0, "due")
"""The first incentive, counted from being due."""


class Payments:
    """Every payment from its due date to the run that makes it, over the bank of payment partners.

    The programme does not wait for what a run does, so payments may be made on a thread of their own.
    """

    def __init__(
        self, programme: Programme, observations: Observations, participants: Participants, recorder: Recorder
    ) -> None:
        self._programme, self._participants, self._recorder = programme, participants, recorder
        self._observer = PaymentObserver(programme, observations)
        self._end = programme.horizon
        p = programme
        self._rules = PaymentRules(p.key, p.payment_table, p.failure, p.lags, p.calendar.days, self._end, p.run_clock)
        self._queues = [PaymentQueue(programme.run_clock) for _ in programme.partners]
        self._few: list[Pending] = []
        """Payments that are due and not yet in the queues: small batches are put together, before the next run."""
        self._few_size = 0
        self._surveys: list[deque[tuple[int, Numbers]]] = [deque() for _ in programme.survey_steps]
        """By survey, when it is offered, and to whom: those whose first incentive the runs of one day have paid."""
        self._held = [self._observer.held(partner) for partner in range(len(programme.partners))]
        """By partner, the payments that service levels speak of."""
        self.settled = 0
        """Payments made, and surveys offered that are not answered."""
        self._paid = {Benefit.INCENTIVE: 0, Benefit.SURVEY: 0}
        """Rupiah so far."""
        self._returned = np.zeros(-(-self._end // DAY), dtype=np.int64)
        """Surveys that are not answered and whose rupiah return before the end, by the day of their return."""
        # Nobody asks for the days when the run is made again for rows of people.
        wanted = p.parameters.run.without_outages and not recorder.on
        self.paid_days = no_paid_days(p.people, len(p.payments)) if wanted else None
        """The day of each payment by participant's number, where the run is compared with another."""
        self._days: list[tuple[int, int]] = []
        """At each day's end: rupiah of incentives and of surveys paid."""

    # Due

    def fall_due(self, numbers: Numbers, due: Ints, payment: int) -> None:
        """Add payments of one kind with their due dates; those beyond the end of the run never fall due."""
        if numbers.size:
            own, stamps = self._participants, self._stamps_of(payment)
            self._put_due(fall_due(self._rules, own.people, numbers, due, payment, stamps, self._observer.calendar))

    def _stamps_of(self, payment: int) -> Any:
        return self._observer.stamps[self._programme.payments[payment].benefit]

    def _put_due(self, found: ByDay) -> None:
        payments = found[0]
        if payments.size > LARGE:
            self._put(found)
        elif payments.size:
            self._few.append(payments)
            self._few_size += payments.size
            if self._few_size > LARGE:
                self._put_few()
        self._record_due(payments)

    def _put_few(self) -> None:
        """Put the payments of small batches into the queues, together: so the days of a partner have fewer parts."""
        batches, self._few, self._few_size = self._few, [], 0
        if batches:
            payments = together([words_of(batch) for batch in batches])
            partners = self._participants.people["partner"][payments["number"]]
            rules = self._rules
            self._put(by_day(payments, partners, len(self._queues), rules.run_clock, rules.end))

    def _put(self, found: ByDay, *, failed: bool = False) -> None:
        """Put payments into the partners' queues."""
        payments, begins, days = found
        words, of_days = words_of(payments), days.tolist()
        for queue, (begin, end) in zip(self._queues, pairwise(begins.tolist()), strict=True):
            if begin < end:
                queue.put(words, of_days[begin:end], failed=failed)

    # Surveys

    def _offer_surveys(self, now: int) -> None:
        """Offer the surveys whose time has come before an instant; until then only participants' numbers are kept."""
        for survey, coming in enumerate(self._surveys):
            while coming and coming[0][0] < now:
                self._offer(survey, *coming.popleft())

    def _offer(self, survey: int, offered: int, numbers: Numbers) -> None:
        if offered >= self._end:
            return
        programme, payment = self._programme, self._programme.incentives + survey
        found = Offered(
            *offer_survey(
                self._rules,
                programme.survey,
                survey,
                payment,
                offered,
                self._participants.people,
                numbers,
                self._stamps_of(payment),
                self._observer.calendar,
            )
        )
        self.settled += found.unanswered.size
        self._observer.surveys_offered(offered, found.answering.size, found.unanswered.size)
        self._observer.paid_in_full(offered, found.full)
        if found.unanswered.size:
            self._return(offered, found.unanswered)
        self._record_offer(payment, offered, found.answering, found.unanswered)
        self._put_due(found.due)

    def _return(self, offered: int, unanswered: Numbers) -> None:
        """Return the rupiah of a survey that is not answered."""
        closing = self._participants.closes_at(unanswered)
        returns = np.empty_like(closing)
        returns_of_unanswered(offered, closing, self._end, returns, self._returned)
        self._observer.surveys_return(returns)

    # Runs

    def make_runs(self, caps: list[int | None], now: int, report: Report) -> None:
        """Make the run of every partner."""
        self._offer_surveys(now)
        self._put_few()
        taken, sizes = list[Words](), list[int]()
        for queue, cap in zip(self._queues, caps, strict=True):
            queue.queue_up(now)
            some = queue.take(cap)
            taken += some
            sizes.append(sum(map(len, some)))
        made = self._pay(now, together(taken), sizes) if taken else [0] * len(sizes)
        for partner, queue in enumerate(self._queues):
            report(partner, made[partner], sizes[partner] - made[partner], queue.waiting())

    def _pay(self, now: int, queue: Pending, sizes: list[int]) -> list[int]:
        """Attempt payments, which stand partner by partner, so many each; return how many each partner has made."""
        paid = Paid(
            *pay(
                self._rules,
                now,
                self._programme.incentive_step,
                queue,
                self._participants.people,
                self._observer.waits,
                self._observer.stamps[Benefit.INCENTIVE],
                self._observer.calendar,
            )
        )
        for partner, own in _by_partner(sizes):
            self._hold(partner, queue[own], now)
        self._put(paid.failed, failed=True)
        self._put_due(paid.following)
        for payment, count in enumerate(paid.made.sum(axis=0).tolist()):
            self._paid[self._programme.payments[payment].benefit] += count * self._programme.amount(payment)
        self._observer.paid(now, paid.made)
        self._observer.paid_in_full(now, paid.full)
        if paid.first_numbers.size:
            self._follow_first(now, paid)
        self._record_paid(queue, now)
        made: list[int] = paid.made.sum(axis=1).tolist()
        self.settled += sum(made)
        return made

    def _follow_first(self, now: int, paid: Paid) -> None:
        """Observe those paid the first incentive, partner by partner, and note to whom surveys will be offered."""
        numbers, due = paid.first_numbers, paid.first_due
        self._observer.first_paid(due, now)
        persons = self._participants.persons_of(numbers)
        for partner, own in _by_partner(paid.made[:, 0].tolist()):
            if FIRST_DUE in self._held[partner]:
                self._observer.hold(partner, *FIRST_DUE, persons[own], due[own], now)
        for survey, step in enumerate(self._programme.survey_steps):
            self._surveys[survey].append((offered_at(now, step), numbers))

    def _hold(self, partner: int, payments: Pending, paid: int) -> None:
        """Hold payments that are made at an instant, or NEVER, against the service levels that speak of them."""
        for payment, counted_from in self._held[partner]:
            if (payment, counted_from) != FIRST_DUE:  # which is at hand without a search of the queue
                these = payments["payment"] == payment
                some = payments[these & ~payments["fails"]] if paid < NEVER else payments[these]
                self._hold_one(partner, payment, counted_from, some, paid)

    def _hold_one(self, partner: int, payment: int, counted_from: str, some: Pending, paid: int) -> None:
        persons = self._participants.people["person"][some["number"]]
        began = some["due"] if counted_from == "due" else self._first_ready(some, persons)
        self._observer.hold(partner, payment, counted_from, persons, began, paid)

    def _first_ready(self, payments: Pending, persons: Numbers) -> Ints:
        """Return when payments were first ready: those that failed are ready again later."""
        p, found = self._programme, payments["ready"].copy()
        for row in np.flatnonzero(payments["attempt"] > 0).tolist():
            person, payment, due = int(persons[row]), int(payments["payment"][row]), int(payments["due"][row])
            found[row] = ready(p.key, p.payment_table, p.lags, p.calendar.days, person, payment, due)
        return found

    # Days and the end

    def close_day(self, now: int) -> None:
        """Write down what has been paid by a day's end."""
        self._offer_surveys(now)
        self._days.append((self._paid[Benefit.INCENTIVE], self._paid[Benefit.SURVEY]))

    def days(self) -> Iterator[tuple[int, int, int]]:
        """Yield, of each day's end, the rupiah of incentives and of surveys paid, and of surveys returned."""
        returned = (self._returned.cumsum() * self._programme.parameters.budget.survey).tolist()
        for (incentives, surveys), unanswered in zip(self._days, returned, strict=False):  # up to the horizon
            yield incentives, surveys, unanswered

    def finish(self, end: int) -> None:
        """Observe the payments that are due and not paid at the end of the run (µs)."""
        self._offer_surveys(end)
        self._put_few()
        for partner, queue in enumerate(self._queues):
            for pending in queue.unpaid():
                waits = self._observer.waits_at(partner)
                leave_unpaid(self._rules, end, pending, self._participants.people, *waits)
                self._observer.first_paid(pending["due"][pending["payment"] == 0], NEVER)
                self._hold(partner, pending, NEVER)
                if FIRST_DUE in self._held[partner]:
                    self._hold_one(partner, *FIRST_DUE, pending[pending["payment"] == 0], NEVER)
        self._observer.finish()

    # Rows

    def _record_due(self, pending: Pending) -> None:
        if self._recorder.on:
            for payment, some in self._by_payment(pending):
                for what in ("due", "ready"):
                    self._record(f"{self._name(payment)}_{what}", some["number"], some[what])

    def _record_paid(self, queue: Pending, now: int) -> None:
        if self.paid_days is not None:
            made = queue[~queue["fails"]]
            noted(self.paid_days, made["number"], made["payment"], now)
        if self._recorder.on:
            for payment, some in self._by_payment(queue[~queue["fails"]]):
                self._record(f"{self._name(payment)}_paid", some["number"], now)
                self._record(f"{self._name(payment)}_attempts", some["number"], some["attempt"].astype(np.int64) + 1)

    def _record_offer(self, payment: int, offered: int, answering: Numbers, unanswered: Numbers) -> None:
        if self._recorder.on:
            for numbers, answers in ((answering, 1), (unanswered, 0)):
                self._record(f"{self._name(payment)}_offered", numbers, offered)
                self._record(f"{self._name(payment)}_answered", numbers, answers)

    def _name(self, payment: int) -> str:
        return self._programme.payments[payment].name

    def _by_payment(self, pending: Pending) -> list[tuple[int, Pending]]:
        return [(int(each), pending[pending["payment"] == each]) for each in np.unique(pending["payment"])]

    def _record(self, name: str, numbers: Numbers, values: Ints | int) -> None:
        self._recorder.put_participant(name, self._participants.people["person"][numbers], values)


def _by_partner(sizes: Iterable[int]) -> Iterator[tuple[int, slice]]:
    """Yield the partners that have any, and where theirs are, of what stands partner by partner, so many each."""
    end = 0
    for partner, size in enumerate(sizes):
        begin, end = end, end + size
        if size:
            yield partner, slice(begin, end)
