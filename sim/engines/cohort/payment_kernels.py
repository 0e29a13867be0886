"""Kernels of payments: falling due, being paid or failing, and what is unpaid at the end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.engines.cohort.pending import PENDING, ByDay, Pending, by_day
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
    end: int
    """Of the run: what falls due then or later never does."""
    run_clock: int
    """The runs' time of the day (µs), from which days are counted."""


class Paid(NamedTuple):
    """What the runs of a day have done."""

    made: Ints
    """How many payments are made [partner, payment]."""
    failed: ByDay
    following: ByDay
    """The incentives that fall due next."""
    first_numbers: NDArray[np.uint32]
    """Of those paid the first incentive, in the order of the queue: their numbers, and when it was due."""
    first_due: Ints
    full: int
    """How many participants are now paid in full."""


PaidTuple = tuple[Ints, ByDay, ByDay, NDArray[np.uint32], Ints, int]
"""The fields of Paid, as its kernel returns them."""


@rule
def _fall_due(
    rules: PaymentRules,
    words: Words,
    number: Whole,
    payment: Whole,
    partner: Whole,
    due: int,
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
    count_stamp(due, due_days[partner], due_on_the_day[partner], calendar)
    if at < rules.end:
        count_stamp(at, ready_days[partner], ready_on_the_day[partner], calendar)


@kernel
def fall_due(
    rules: PaymentRules,
    people: NDArray[np.void],
    numbers: NDArray[np.uint32],
    due: Ints,
    payment: Whole,
    stamps: Any,
    calendar: Any,
) -> ByDay:
    """Return payments of one kind that fall due before the end, each at its instant; `stamps` are by partner."""
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons, partners = np.empty(CHUNK, dtype=np.uint32), np.empty(CHUNK, dtype=np.uint8)
    found, found_partner = np.empty(numbers.size, dtype=PENDING), np.empty(numbers.size, dtype=np.uint8)
    p = rules.payments[payment]
    count = 0
    for begin in range(0, numbers.size, CHUNK):
        size = min(CHUNK, numbers.size - begin)
        for i in range(size):
            prefetch(people, np.int64(numbers[min(begin + i + ROWS_AHEAD, numbers.size - 1)]))
            who = people[numbers[begin + i]]
            persons[i], partners[i] = who.person, who.partner
        deal(rules.key, p.block, persons[:size], attempt_of(p.count, 0), words)
        for i in range(size):
            at = due[begin + i]
            if at < rules.end:
                number, partner, mine = numbers[begin + i], partners[i], words_at(words, i)
                _fall_due(rules, mine, number, payment, partner, at, stamps, calendar, found[count])
                found_partner[count] = partner
                count += 1
    return by_day(found[:count], found_partner[:count], stamps[0].shape[0], rules.run_clock, rules.end)


@kernel
def pay(
    rules: PaymentRules,
    now: int,
    incentive_step: int,
    queue: Pending,
    people: NDArray[np.void],
    waits: Any,
    stamps: Any,
    calendar: Any,
) -> PaidTuple:
    """Attempt the payments that the runs of a day have taken from the partners' queues; return what Paid holds.

    `stamps`, of incentives, and the waits for a run are by partner.
    """
    (run_bins, run_count, run_time), incentive_waits, survey_waits = waits
    words = np.empty((4, CHUNK), dtype=np.uint32)
    persons, occurrences = np.empty(CHUNK, dtype=np.uint32), np.empty(CHUNK, dtype=np.uint32)
    blocks = np.empty(CHUNK, dtype=np.uint32)
    partners, last = run_count.shape[0], rules.payments.size - 1
    made = np.zeros((partners, rules.payments.size), dtype=np.int64)
    again, again_partner = np.empty(queue.size, dtype=PENDING), np.empty(queue.size, dtype=np.uint8)
    next_ones, next_partner = np.empty(queue.size, dtype=PENDING), np.empty(queue.size, dtype=np.uint8)
    first_numbers, first_due = np.empty(queue.size, dtype=np.uint32), np.empty(queue.size, dtype=np.int64)
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
            person, payment, partner = np.int64(persons[i]), np.int64(q.payment), np.int64(who.partner)
            if q.fails:
                _fail(rules, person, q, now, again[failed])
                again_partner[failed] = partner
                failed += 1
                continue
            made[partner, payment] += 1
            who.settled += 1
            full += who.settled == rules.payments.size
            at = q.ready
            if q.attempt > 0:  # it was first ready before it failed
                at = ready(rules.key, rules.payments, rules.lags, rules.work, person, payment, q.due)
            tally(now - at, ENDED, run_bins[partner], run_count[partner], run_time[partner])
            if rules.payments[payment].survey:
                tally(now - q.due, ENDED, *survey_waits)
                continue
            tally(now - q.due, ENDED, *incentive_waits)
            if payment == 0:
                who.first_paid = now // DAY
                first_numbers[first] = q.number
                first_due[first] = q.due
                first += 1
            due = next_incentive_due(q.due, now, incentive_step)
            if payment < last and not rules.payments[payment + 1].survey and due < rules.end:
                mine = words_at(words, i)
                _fall_due(rules, mine, q.number, payment + 1, partner, due, stamps, calendar, next_ones[follow])
                next_partner[follow] = partner
                follow += 1
    return (
        made,
        by_day(again[:failed], again_partner[:failed], partners, rules.run_clock, rules.end),
        by_day(next_ones[:follow], next_partner[:follow], partners, rules.run_clock, rules.end),
        first_numbers[:first].copy(),
        first_due[:first].copy(),
        full,
    )


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
