"""Kernels of payments: falling due, being paid or failing, and what is unpaid at the end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.engines.cohort.pending import PENDING, Pending
from sim.observers.counting import ENDED, WAITING, count_stamp, tally
from sim.rules.compiling import kernel, rule
from sim.rules.failed_payments import FailureRecord, fails_from, repair_from
from sim.rules.lags import LagTable, WorkingDays, ready, ready_from
from sim.rules.luck import CHUNK, Key, Words, deal, deal_blocks, words_at
from sim.rules.next_incentive import next_incentive_due
from sim.rules.payments import PaymentTable, attempt_of, payment_luck
from sim.rules.prefetch import ROWS_AHEAD, prefetch
from sim.rules.whole import Whole

Ints = NDArray[np.int64]


class PaymentRules(NamedTuple):
    """What the kernels need to know of payments."""

    key: Key
    payments: PaymentTable
    failure: FailureRecord
    lags: LagTable
    work: WorkingDays


class Buffers(NamedTuple):
    """Where the runs of a day write what comes of them, partner by partner; each as long as the queues together."""

    failed: Pending
    following: Pending
    """The incentives that fall due next."""
    first_numbers: NDArray[np.uint32]
    """Of those paid the first incentive: their numbers, and when it was due."""
    first_due: Ints


def new_buffers(size: int) -> Buffers:
    """Return buffers for queues of a size together."""
    return Buffers(
        failed=np.empty(size, dtype=PENDING),
        following=np.empty(size, dtype=PENDING),
        first_numbers=np.empty(size, dtype=np.uint32),
        first_due=np.empty(size, dtype=np.int64),
    )


@rule
def _fall_due(
    rules: PaymentRules,
    words: Words,
    number: Whole,
    payment: Whole,
    due: int,
    end: int,
    stamps: Any,
    calendar: Any,
    pending: Any,
) -> None:
    """Fill in a payment that falls due, from the luck of its first attempt, and count it due and ready."""
    due_days, due_on_the_day, ready_days, ready_on_the_day = stamps
    at = ready_from(words, rules.lags, rules.work, due)
    pending.due = due
    pending.ready = at
    pending.number = number
    pending.attempt = 0
    pending.payment = payment
    pending.fails = fails_from(words, rules.failure)
    count_stamp(due, due_days, due_on_the_day, calendar)
    if at < end:
        count_stamp(at, ready_days, ready_on_the_day, calendar)


@kernel
def fall_due(
    rules: PaymentRules,
    people: NDArray[np.void],
    numbers: NDArray[np.uint32],
    due: Ints,
    payment: Whole,
    end: int,
    stamps: Any,
    calendar: Any,
    found: Pending,
    ends: Ints,
) -> None:
    """Fill `found` with payments that fall due before the end, each at its instant, partner by partner.

    `ends` are zeros, filled with the position behind each partner's; `stamps` are by partner.
    """
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons = np.empty(CHUNK, dtype=np.uint32)
    p = rules.payments[payment]
    order, begins = _by_partner(people, numbers, ends.size)
    count = 0
    for partner in range(ends.size):
        own = _of_partner(stamps, partner)
        for begin in range(begins[partner], begins[partner + 1], CHUNK):
            size = min(CHUNK, begins[partner + 1] - begin)
            for i in range(size):
                prefetch(people, np.int64(numbers[order[min(begin + i + ROWS_AHEAD, numbers.size - 1)]]))
                persons[i] = people[numbers[order[begin + i]]].person
            deal(rules.key, p.block, persons[:size], attempt_of(p.count, 0), words)
            for i in range(size):
                at = due[order[begin + i]]
                if at < end:
                    number, mine = numbers[order[begin + i]], words_at(words, i)
                    _fall_due(rules, mine, number, payment, at, end, own, calendar, found[count])
                    count += 1
        ends[partner] = count


@kernel
def _by_partner(people: NDArray[np.void], numbers: NDArray[np.uint32], partners: int) -> tuple[Ints, Ints]:
    """Return the positions of participants in order of partner, and where each partner's begin, and the last end."""
    order, begins = np.empty(numbers.size, dtype=np.int64), np.zeros(partners + 1, dtype=np.int64)
    for i in range(numbers.size):
        prefetch(people, np.int64(numbers[min(i + ROWS_AHEAD, numbers.size - 1)]))
        begins[people[numbers[i]].partner + 1] += 1
    for partner in range(partners):
        begins[partner + 1] += begins[partner]
    places = begins.copy()
    for i in range(numbers.size):
        partner = people[numbers[i]].partner
        order[places[partner]] = i
        places[partner] += 1
    return order, begins


@kernel
def _of_partner(stamps: Any, partner: int) -> Any:
    """Return what counts the payments of one partner that are due and ready."""
    due_days, due_on_the_day, ready_days, ready_on_the_day = stamps
    return due_days[partner], due_on_the_day[partner], ready_days[partner], ready_on_the_day[partner]


@kernel
def pay(
    rules: PaymentRules,
    now: int,
    incentive_step: int,
    end: int,
    queue: Pending,
    ends: Ints,
    people: NDArray[np.void],
    waits: Any,
    stamps: Any,
    calendar: Any,
    by_payment: Ints,
    buffers: Buffers,
    filled: Ints,
) -> int:
    """Attempt the payments of the partners' queues, one behind another, at the runs of a day; `ends` behind each one's.

    `stamps`, of incentives, and the waits for a run are by partner. Fill the buffers, and `filled` [failed, following,
    first; partner] with the positions behind each partner's; return how many participants are now paid in full.
    """
    (bins, count, time), incentive_waits, survey_waits = waits
    failed = follow = first = full = start = 0
    for partner in range(ends.size):
        if ends[partner] > start:
            own_waits = (bins[partner], count[partner], time[partner]), incentive_waits, survey_waits
            rest = Buffers(
                buffers.failed[failed:],
                buffers.following[follow:],
                buffers.first_numbers[first:],
                buffers.first_due[first:],
            )
            own = _of_partner(stamps, partner)
            a, b, c, d = _pay_queue(
                rules, now, incentive_step, end, queue[start : ends[partner]], people, own_waits, own, calendar,
                by_payment[partner], rest,
            )  # fmt: skip
            failed, follow, first, full = failed + a, follow + b, first + c, full + d
        filled[0, partner], filled[1, partner], filled[2, partner] = failed, follow, first
        start = ends[partner]
    return full


@kernel
def _pay_queue(
    rules: PaymentRules,
    now: int,
    incentive_step: int,
    end: int,
    queue: Pending,
    people: NDArray[np.void],
    waits: Any,
    stamps: Any,
    calendar: Any,
    by_payment: Ints,
    buffers: Buffers,
) -> tuple[int, int, int, int]:
    """Attempt the payments of one partner's queue at a run; `stamps` are those of incentives.

    Fill the buffers; return how many failed, how many incentives follow, how many were paid the first incentive, and
    how many participants are now paid in full.
    """
    run_waits, incentive_waits, survey_waits = waits
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons, occurrences = np.empty(CHUNK, dtype=np.uint32), np.empty(CHUNK, dtype=np.uint32)
    blocks = np.empty(CHUNK, dtype=np.uint32)
    last = rules.payments.size - 1
    failed = follow = first = full = 0
    for begin in range(0, queue.size, CHUNK):
        size = min(CHUNK, queue.size - begin)
        for i in range(size):
            prefetch(people, np.int64(queue[min(begin + i + ROWS_AHEAD, queue.size - 1)].number))
            q = queue[begin + i]
            # The luck that most need next: that of the incentive after this one.
            following = rules.payments[min(int(q.payment) + 1, last)]
            persons[i] = people[q.number].person
            blocks[i], occurrences[i] = following.block, attempt_of(following.count, 0)
        deal_blocks(rules.key, blocks[:size], persons[:size], occurrences[:size], words)
        for i in range(size):
            q = queue[begin + i]
            who = people[q.number]
            person, payment = np.int64(persons[i]), np.int64(q.payment)
            if q.fails:
                _fail(rules, person, q, now, buffers.failed[failed])
                failed += 1
                continue
            by_payment[payment] += 1
            who.settled += 1
            full += who.settled == by_payment.size
            at = q.ready
            if q.attempt > 0:  # it was first ready before it failed
                at = ready(rules.key, rules.payments, rules.lags, rules.work, person, payment, q.due)
            tally(now - at, ENDED, *run_waits)
            if rules.payments[payment].survey:
                tally(now - q.due, ENDED, *survey_waits)
                continue
            tally(now - q.due, ENDED, *incentive_waits)
            if payment == 0:
                who.first_paid = now // DAY
                buffers.first_numbers[first] = q.number
                buffers.first_due[first] = q.due
                first += 1
            due = next_incentive_due(q.due, now, incentive_step)
            if payment < last and not rules.payments[payment + 1].survey and due < end:
                mine = words_at(words, i)
                to = buffers.following[follow]
                _fall_due(rules, mine, q.number, payment + 1, due, end, stamps, calendar, to)
                follow += 1
    return failed, follow, first, full


@rule
def _fail(rules: PaymentRules, person: Whole, failed: Any, now: int, again: Any) -> None:
    """Fill in a payment that is attempted again after its repair."""
    payment, attempt = np.int64(failed.payment), np.int64(failed.attempt)
    words = payment_luck(rules.key, rules.payments, person, payment, attempt)
    again.due = failed.due
    again.ready = now + repair_from(words, rules.failure)
    again.number = failed.number
    again.attempt = attempt + 1
    again.payment = payment
    words = payment_luck(rules.key, rules.payments, person, payment, attempt + 1)
    again.fails = fails_from(words, rules.failure)


@kernel
def leave_unpaid(
    rules: PaymentRules,
    end: int,
    pending: Pending,
    people: NDArray[np.void],
    run_waits: Any,
    incentive_waits: Any,
    survey_waits: Any,
) -> None:
    """Observe the waits of payments that are not made by the end of the run."""
    for i in range(pending.size):
        q = pending[i]
        person, payment = np.int64(people[q.number].person), np.int64(q.payment)
        at = ready(rules.key, rules.payments, rules.lags, rules.work, person, payment, q.due)
        if at < end:
            tally(end - at, WAITING, *run_waits)
        if q.due < end:
            if rules.payments[payment].survey:
                tally(end - q.due, WAITING, *survey_waits)
            else:
                tally(end - q.due, WAITING, *incentive_waits)
