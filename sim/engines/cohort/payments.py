"""Payments: those that will be ready, by partner and day, and the partners' queues that the runs serve."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.flows import Ints
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.pending import NOTHING, PENDING, Pending, by_day, in_order, together
from sim.engines.cohort.prefetch import ROWS_AHEAD, prefetch
from sim.engines.cohort.recorder import Recorder
from sim.engines.journal import payment_names
from sim.observers.counting import ENDED, WAITING, count_stamp, tally
from sim.observers.observations import SERVICE_LEVEL, Observations
from sim.programme.programme import Programme
from sim.rules import paying
from sim.rules.compiling import rule


class Payments:
    """Every payment from its due date to the run that makes it.

    The programme does not wait for what a run does, so payments may be made on a thread of their own.
    """

    def __init__(
        self, programme: Programme, seen: Observations, participants: Participants, recorder: Recorder
    ) -> None:
        self._programme, self._seen = programme, seen
        self._participants, self._recorder = participants, recorder
        self._names = payment_names(programme)
        self._incentives = programme.parameters.budget.incentives
        self._rules = (programme.key, programme.payment, programme.lags, programme.work, programme.work_until)
        partners = range(len(programme.partners))
        self._coming: list[dict[int, list[Pending]]] = [{} for _ in partners]
        """By partner and by day, counted from the runs' time of the day, in no order."""
        self._queue: list[deque[list[Pending]]] = [deque() for _ in partners]
        """By partner and day, those ready: in no order but for a day that a cap has parted."""
        self._surveys: list[list[deque[tuple[int, NDArray[np.uint32]]]]] = [
            [deque() for _ in programme.survey_steps] for _ in partners
        ]
        """By partner and survey, when it falls due, and of whom: those whose first incentive one run has paid."""
        self._failed = [0 for _ in partners]
        """By partner, how many failed and will queue again."""
        self._failed_of_day: list[dict[int, int]] = [defaultdict(int) for _ in partners]
        """The same by the day on which they will be ready again."""
        self._parted: set[int] = set()
        """The partners whose first day in the queue a cap has parted."""
        self._rooms: Any = (NOTHING,)
        self._late_first: list[tuple[Ints, int]] = []
        self.made = 0
        """Payments made."""
        self.paid_rupiah = [0, 0]
        """Incentives, surveys."""
        self.days: list[list[int]] = []
        """The same at each day's end."""

    # Due and ready

    def fall_due(self, numbers: Ints, due: Ints, payment: int) -> None:
        """Add payments of one kind with their due dates, to participants of any partner."""
        partner = self._participants.people["partner"][numbers]
        for each in range(len(self._programme.partners)):
            here = partner == each
            self._fall_due(each, numbers[here].astype(np.uint32), due[here], payment)

    def _fall_due(self, partner: int, numbers: NDArray[np.uint32], due: Ints, payment: int) -> None:
        """Add payments of one kind at one partner, due at one instant or each at its own.

        Those beyond the end of the run never fall due.
        """
        seen = self._seen
        found = np.empty(numbers.size, dtype=PENDING)
        count = _fall_due(
            self._rules,
            self._participants.people,
            numbers,
            due,
            payment,
            seen.end,
            self._stamps(partner, payment),
            seen.calendar,
            found,
        )
        self._come(partner, found[:count])
        self._record_due(found[:count])

    def _stamps(self, partner: int, payment: int) -> Any:
        """Return what counts the payments that are due and ready."""
        name = f"{self._programme.partners[partner].key}_{self._kind(payment)}"
        return *self._seen.counts_of(f"{name}_due"), *self._seen.counts_of(f"{name}_ready")

    def _kind(self, payment: int) -> str:
        return "incentive" if payment < self._incentives else "survey"

    def _come(self, partner: int, pending: Pending, *, failed: bool = False) -> None:
        """Keep payments by the day on which they will be ready."""
        if pending.size == 0:
            return
        for day, part in by_day(pending, self._programme.run_clock):
            self._coming[partner].setdefault(day, []).append(part)
            if failed:
                self._failed_of_day[partner][day] += part.size
        self._failed[partner] += pending.size if failed else 0

    def _surveys_fall_due(self, partner: int, now: int) -> None:
        """Add the surveys that have fallen due; until then only their participants' numbers are kept."""
        for survey, coming in enumerate(self._surveys[partner]):
            while coming and coming[0][0] < now:
                due, numbers = coming.popleft()
                self._fall_due(partner, numbers, np.array([due]), self._incentives + survey)

    # Runs

    def run_partner(self, partner: int, cap: int, now: int) -> tuple[int, int, int]:
        """Pay up to `cap` payments ready strictly before now; return (paid, failed, left waiting)."""
        self._surveys_fall_due(partner, now)
        self._queue_up(partner, now)
        taken = self._take(partner, cap)
        paid, failed = self._pay(partner, now, together(taken)) if taken else (0, 0)
        waiting = sum(pending.size for day in self._queue[partner] for pending in day)
        return paid, failed, self._failed[partner] + waiting

    def _queue_up(self, partner: int, now: int) -> None:
        """Queue those ready strictly before now."""
        today = (now - self._programme.run_clock) // DAY
        coming = self._coming[partner]
        for day in sorted(day for day in coming if day < today):
            self._queue[partner].append(coming.pop(day))
            self._failed[partner] -= self._failed_of_day[partner].pop(day, 0)

    def _take(self, partner: int, cap: int) -> list[Pending]:
        """Take the first `cap` of a queue, in order of (ready, number, payment) where the cap parts a day."""
        queue: deque[list[Pending]] = self._queue[partner]
        taken: list[Pending] = []
        while queue and cap > 0:
            day = queue.popleft()
            size = sum(pending.size for pending in day)
            if size > cap:
                # A day that was parted before stands in order, in one piece.
                pending = day[0] if partner in self._parted else in_order(day)
                queue.appendleft([pending[cap:]])
                self._parted.add(partner)
                taken.append(pending[:cap])
                break
            taken += day
            cap -= size
            self._parted.discard(partner)
        return taken

    def _pay(self, partner: int, now: int, queue: Pending) -> tuple[int, int]:
        """Attempt payments; return how many were made and how many failed."""
        own, seen, programme = self._participants, self._seen, self._programme
        key = programme.partners[partner].key
        by_payment = np.zeros(len(self._names), dtype=np.int64)
        again, following, first_numbers, first_due = self._room(queue.size)
        failed, follow, first, full = _pay(
            self._rules,
            now,
            self._incentives,
            programme.incentive_step,
            seen.end,
            queue,
            own.people,
            (seen.waits[f"run_{key}"].counts, *(seen.waits[f"{kind}_due_to_paid"].counts for kind in PAYMENT_KINDS)),
            self._stamps(partner, 0),
            seen.calendar,
            by_payment,
            again,
            following,
            first_numbers,
            first_due,
        )
        self._come(partner, again[:failed], failed=True)
        self._come(partner, following[:follow])
        paid = queue.size - failed
        self.made += paid
        seen.stamp_at("fully_paid", now, full)
        for payment in np.flatnonzero(by_payment).tolist():
            self._count(key, now, payment, int(by_payment[payment]))
        if first:
            # A copy, since the column has room for all of the queue.
            numbers = first_numbers[:first].copy()
            self._first_payment(numbers, first_due[:first], now)
            for survey, step in enumerate(programme.survey_steps):
                self._surveys[partner][survey].append((now + step, numbers))
        self._record_paid(queue, now)
        self._record_due(following[:follow])
        return paid, failed

    def _room(self, size: int) -> tuple[Pending, Pending, NDArray[np.uint32], Ints]:
        """Return room for what comes of a run: failed, following, and the first of all payments to some."""
        if size > self._rooms[0].size:
            columns = (PENDING, PENDING, np.dtype(np.uint32), np.dtype(np.int64))
            self._rooms = tuple(np.empty(size, dtype=column) for column in columns)
        return self._rooms

    def _count(self, partner: str, now: int, payment: int, count: int) -> None:
        """Observe how many payments of a kind a run has made."""
        kind, amount = self._kind(payment), self._programme.amount(payment)
        for stamp in (f"{partner}_{kind}_paid", f"{self._names[payment]}_paid"):
            self._seen.stamp_at(stamp, now, count)
        self._seen.money("paid", kind, np.array([now]), count * amount)
        self.paid_rupiah[PAYMENT_KINDS.index(kind)] += count * amount

    def _first_payment(self, numbers: NDArray[np.uint32], due: Ints, now: int) -> None:
        """Observe the payment of the first incentive to some."""
        if self._programme.parameters.clock.end is None:
            # Whether due long enough before the end is known only then of those due late in their year.
            wave = self._participants.wave[numbers]
            year_ends = self._programme.waves.waves["announced"][wave] + self._programme.closing_after
            late = due >= year_ends - SERVICE_LEVEL
            self._late_first.append((due[late], now))
            due = due[~late]
        self._observe_first_payment(due, now)

    def _observe_first_payment(self, due: Ints, paid: int) -> None:
        self._seen.wait("first_incentive_due_to_paid", due, paid)
        early = due < self._seen.end - SERVICE_LEVEL
        self._seen.wait("service_level", due[early], paid)

    def close_day(self) -> None:
        """Write down what has been paid by a day's end."""
        self.days.append(list(self.paid_rupiah))

    def finish(self) -> None:
        """Observe the payments that are due and not paid at the end of the run."""
        own, seen = self._participants, self._seen
        for number, partner in enumerate(self._programme.partners):
            self._surveys_fall_due(number, seen.end)
            days = [*self._queue[number], *self._coming[number].values()]
            for pending in (pending for day in days for pending in day):
                _leave_unpaid(
                    self._rules,
                    self._incentives,
                    seen.end,
                    pending,
                    own.people,
                    seen.waits[f"run_{partner.key}"].counts,
                    *(seen.waits[f"{kind}_due_to_paid"].counts for kind in PAYMENT_KINDS),
                )
                self._observe_first_payment(pending["due"][pending["payment"] == 0], NEVER)
        for due, paid in self._late_first:
            self._observe_first_payment(due, paid)

    # Rows

    def _record_due(self, pending: Pending) -> None:
        if self._recorder.on:
            for payment, some in self._by_payment(pending):
                for what in ("due", "ready"):
                    self._record(f"{self._names[payment]}_{what}", some, some[what])

    def _record_paid(self, queue: Pending, now: int) -> None:
        if self._recorder.on:
            for payment, some in self._by_payment(queue[~queue["fails"]]):
                self._record(f"{self._names[payment]}_paid", some, np.full(some.size, now))
                self._record(f"{self._names[payment]}_attempts", some, some["attempt"].astype(np.int64) + 1)

    def _by_payment(self, pending: Pending) -> list[tuple[int, Pending]]:
        return [(int(each), pending[pending["payment"] == each]) for each in np.unique(pending["payment"])]

    def _record(self, name: str, pending: Pending, values: Ints) -> None:
        self._recorder.put_participant(name, self._participants.people["person"][pending["number"]], values)


PAYMENT_KINDS = ("incentive", "survey")


@rule
def _begin(
    rules: Any, person: int, number: int, payment: int, due: int, end: int, stamps: Any, calendar: Any, pending: Any
) -> None:
    """Fill in a payment that falls due, and count it due and ready."""
    key, payment_rules, lags, work, work_until = rules
    due_days, due_on_the_day, ready_days, ready_on_the_day = stamps
    words = paying.payment_luck(key, person, payment, 0)
    at = paying.ready_from(words, lags, work, work_until, due)
    pending.due = due
    pending.ready = at
    pending.number = number
    pending.attempt = 0
    pending.payment = payment
    pending.fails = paying.fails_from(words, payment_rules)
    count_stamp(due, due_days, due_on_the_day, calendar)
    if at < end:
        count_stamp(at, ready_days, ready_on_the_day, calendar)


@rule
def _fall_due(
    rules: Any,
    people: NDArray[np.void],
    numbers: NDArray[np.uint32],
    due: Ints,
    payment: int,
    end: int,
    stamps: Any,
    calendar: Any,
    found: Pending,
) -> int:
    """Fill `found` with payments that fall due before the end; return how many."""
    count = 0
    for i in range(numbers.size):
        prefetch(people, np.int64(numbers[min(i + ROWS_AHEAD, numbers.size - 1)]))
        at = due[i if due.size > 1 else 0]
        if at < end:
            person = np.int64(people[numbers[i]].person)
            _begin(rules, person, numbers[i], payment, at, end, stamps, calendar, found[count])
            count += 1
    return count


@rule
def _pay(
    rules: Any,
    now: int,
    incentives: int,
    incentive_step: int,
    end: int,
    queue: Pending,
    people: NDArray[np.void],
    waits: Any,
    stamps: Any,
    calendar: Any,
    by_payment: Ints,
    again: Pending,
    following: Pending,
    first_numbers: NDArray[np.uint32],
    first_due: Ints,
) -> tuple[int, int, int, int]:
    """Attempt the payments of a queue.

    Fill `again` with those that failed, `following` with the incentives that fall due next, and the numbers and
    due dates of those paid the first incentive; return how many of each, and how many are now paid in full.
    """
    key, payment_rules, lags, work, work_until = rules
    run_waits, incentive_waits, survey_waits = waits
    failed = follow = first = full = 0
    for i in range(queue.size):
        prefetch(people, np.int64(queue[min(i + ROWS_AHEAD, queue.size - 1)].number))
        q = queue[i]
        who = people[q.number]
        person, payment, attempt = np.int64(who.person), np.int64(q.payment), np.int64(q.attempt)
        if q.fails:
            a = again[failed]
            words = paying.payment_luck(key, person, payment, attempt)
            a.due = q.due
            a.ready = now + paying.mending_from(words, payment_rules)
            a.number = q.number
            a.attempt = attempt + 1
            a.payment = payment
            a.fails = paying.fails_from(paying.payment_luck(key, person, payment, attempt + 1), payment_rules)
            failed += 1
            continue
        by_payment[payment] += 1
        who.times_paid += 1
        full += who.times_paid == by_payment.size
        ready = q.ready
        if attempt > 0:  # it was first ready before it failed
            ready = paying.ready(key, lags, work, work_until, person, payment, q.due)
        tally(now - ready, ENDED, *run_waits)
        if payment >= incentives:
            tally(now - q.due, ENDED, *survey_waits)
            continue
        tally(now - q.due, ENDED, *incentive_waits)
        if payment == 0:
            who.first_paid = now // DAY
            first_numbers[first] = q.number
            first_due[first] = q.due
            first += 1
        due = max(q.due + incentive_step, now)
        if payment + 1 < incentives and due < end:
            _begin(rules, person, q.number, payment + 1, due, end, stamps, calendar, following[follow])
            follow += 1
    return failed, follow, first, full


@rule
def _leave_unpaid(
    rules: Any,
    incentives: int,
    end: int,
    pending: Pending,
    people: NDArray[np.void],
    run_waits: Any,
    incentive_waits: Any,
    survey_waits: Any,
) -> None:
    """Observe the waits of payments that are not made by the end of the run."""
    key, _, lags, work, work_until = rules
    for i in range(pending.size):
        q = pending[i]
        person, payment = np.int64(people[q.number].person), np.int64(q.payment)
        ready = paying.ready(key, lags, work, work_until, person, payment, q.due)
        if ready < end:
            tally(end - ready, WAITING, *run_waits)
        if q.due < end:
            if payment < incentives:
                tally(end - q.due, WAITING, *incentive_waits)
            else:
                tally(end - q.due, WAITING, *survey_waits)
