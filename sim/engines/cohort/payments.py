"""Payments: those that will be ready, by partner and day, and the partners' queues that the runs serve."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.flows import EMPTY, NOBODY, Flow, Ints, People, by_period, together
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.journal import payment_names
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules import paying
from sim.rules.compiling import rule

Codes = NDArray[np.uint32]
"""payment << 16 | attempt"""
NO_QUEUE: Flow = (EMPTY, NOBODY, NOBODY)
"""A queue: (ready µs, participant's number, code), in the order in which it is paid."""
_ATTEMPT = np.uint32(0xFFFF)


class Payments:
    """Every payment from its due date to the run that makes it."""

    def __init__(
        self, programme: Programme, seen: Observations, participants: Participants, recorder: Recorder
    ) -> None:
        self._programme, self._seen = programme, seen
        self._participants, self._recorder = participants, recorder
        self._names = payment_names(programme)
        self._incentives = programme.parameters.budget.incentives
        partners = range(len(programme.partners))
        self._coming: list[dict[int, list[Flow]]] = [{} for _ in partners]
        """By partner and by day, counted from the runs' time of the day, in no order."""
        self._queue: list[list[Flow]] = [[] for _ in partners]
        self._surveys: list[list[deque[tuple[int, People]]]] = [
            [deque() for _ in programme.survey_steps] for _ in partners
        ]
        """By partner and survey, when it falls due, and of whom: those whose first incentive one run has paid."""
        self._failed = [0 for _ in partners]
        """By partner, how many failed and will queue again."""
        self.paid_rupiah = [0, 0]
        """Incentives, surveys."""

    def fall_due(self, numbers: Ints, due: Ints, payment: int) -> None:
        """Add payments of one kind with their due dates, to participants of any partner."""
        partner = self._participants.partner[numbers]
        for each in range(len(self._programme.partners)):
            here = partner == each
            self._fall_due(each, numbers[here], due[here], payment)

    def _fall_due(self, partner: int, numbers: Ints, due: Ints, payment: int) -> None:
        """Add payments of one kind at one partner; those beyond the end of the run never fall due."""
        before_the_end = due < self._seen.end
        if not before_the_end.all():
            numbers, due = numbers[before_the_end], due[before_the_end]
        if numbers.size == 0:
            return
        ready = self._ready(payment, self._participants.persons[numbers], due)
        kind, key = self._kind(payment), self._programme.partners[partner].key
        for what, stamps in (("due", due), ("ready", ready)):
            self._seen.stamp(f"{key}_{kind}_{what}", stamps)
            self._record(f"{self._names[payment]}_{what}", numbers, stamps)
        codes = np.full(numbers.size, payment << 16, dtype=np.uint32)
        self._come(partner, (ready, numbers.astype(np.uint32), codes))

    def _ready(self, payment: int, persons: People, due: Ints) -> Ints:
        programme = self._programme
        ready = np.empty(due.size, dtype=np.int64)
        _ready(programme.key, programme.lags, programme.work, programme.work_until, persons, payment, due, ready)
        return ready

    def _kind(self, payment: int) -> str:
        return "incentive" if payment < self._incentives else "survey"

    def _come(self, partner: int, queue: Flow) -> None:
        coming = self._coming[partner]
        for day, part in by_period(queue, self._programme.run_clock, DAY):
            coming.setdefault(day, []).append(part)

    def run_partner(self, partner: int, cap: int, now: int) -> tuple[int, int, int]:
        """Pay up to `cap` payments ready strictly before now; return (paid, failed, left waiting)."""
        self._surveys_fall_due(partner, now)
        queue = self._ripe(partner, now)
        waiting = queue[0].size
        taken = min(cap, waiting)
        self._queue[partner] = [tuple(column[taken:] for column in queue)] if taken < waiting else []
        if taken == 0:
            return 0, 0, self._waiting(partner)
        programme = self._programme
        ready, numbers, codes = (column[:taken] for column in queue)
        paid, failed = _attempt(
            programme.key,
            programme.payment,
            self._participants.persons[numbers],
            now,
            out := tuple(np.empty_like(column) for column in (ready, numbers, codes) * 2),
            ready,
            numbers,
            codes,
        )
        if failed:
            self._come(partner, tuple(column[:failed] for column in out[3:]))
            self._failed[partner] += failed
        ready, numbers, codes = (column[:paid] for column in out[:3])
        self._pay(partner, now, ready, numbers.astype(np.int64), codes)
        return paid, failed, self._waiting(partner)

    def _ripe(self, partner: int, now: int) -> Flow:
        """Return the queue of those ready strictly before now, in order of (ready, number, payment)."""
        today = (now - self._programme.run_clock) // DAY
        coming, parts = self._coming[partner], self._queue[partner]
        for day in sorted(day for day in coming if day < today):
            part = _sorted(together(coming.pop(day), NO_QUEUE))
            self._failed[partner] -= int(((part[2] & _ATTEMPT) > 0).sum())
            parts.append(part)
        return together(parts, NO_QUEUE)

    def _surveys_fall_due(self, partner: int, now: int) -> None:
        """Add the surveys that have fallen due; until then only their participants' numbers are kept."""
        for survey, coming in enumerate(self._surveys[partner]):
            while coming and coming[0][0] < now:
                due, numbers = coming.popleft()
                payment = self._incentives + survey
                self._fall_due(partner, numbers.astype(np.int64), np.full(numbers.size, due), payment)

    def _waiting(self, partner: int) -> int:
        """Return how many were ready and are not paid, those that failed included."""
        return self._failed[partner] + sum(part[0].size for part in self._queue[partner])

    def _pay(self, partner: int, now: int, ready: Ints, numbers: Ints, codes: Codes) -> None:
        own, seen, programme = self._participants, self._seen, self._programme
        key = programme.partners[partner].key
        seen.wait(f"run_{key}", self._first_ready(ready, numbers, codes), np.full(ready.size, now))
        seen.stamp_at("fully_paid", now, _count_paid(own.times_paid, numbers, len(self._names)))
        own.payments_left -= numbers.size
        payments = (codes >> np.uint32(16)).astype(np.uint8)
        order = np.argsort(payments, kind="stable")
        counts = np.bincount(payments, minlength=len(self._names))
        begin = 0
        for payment, count in enumerate(counts.tolist()):
            if count:
                mine = order[begin : begin + count]
                begin += count
                self._pay_one_kind(partner, now, payment, numbers[mine], codes[mine])

    def _pay_one_kind(self, partner: int, now: int, payment: int, numbers: Ints, codes: Codes) -> None:
        own, seen, programme = self._participants, self._seen, self._programme
        name, kind, count = self._names[payment], self._kind(payment), numbers.size
        for stamp in (f"{programme.partners[partner].key}_{kind}_paid", f"{name}_paid"):
            seen.stamp_at(stamp, now, count)
        paid = np.full(count, now)
        seen.money("paid", kind, paid[:1], count * programme.amount(payment))
        self.paid_rupiah[0 if kind == "incentive" else 1] += count * programme.amount(payment)
        self._record(f"{name}_paid", numbers, paid)
        self._record(f"{name}_attempts", numbers, (codes & _ATTEMPT).astype(np.int64) + 1)
        due = self._due(payment, numbers)
        seen.wait(f"{kind}_due_to_paid", due, paid)
        if payment == 0:
            own.first_payment(numbers, due, now)
            surveyed = numbers.astype(np.uint32)
            for survey, step in enumerate(programme.survey_steps):
                self._surveys[partner][survey].append((now + step, surveyed))
        if payment + 1 < self._incentives:
            following = np.maximum(due + programme.incentive_step, now)
            own.due[numbers] = following
            self._fall_due(partner, numbers, following, payment + 1)

    def _due(self, payment: int, numbers: Ints) -> Ints:
        own = self._participants
        if payment < self._incentives:
            return own.due[numbers]
        return own.first_paid[numbers] + self._programme.survey_steps[payment - self._incentives]

    def _record(self, name: str, numbers: Ints, values: Ints) -> None:
        if self._recorder.on:
            self._recorder.put_participant(name, self._participants.persons[numbers], values)

    def finish(self) -> None:
        """Observe the payments that are due and not paid at the end of the run."""
        seen, programme = self._seen, self._programme
        for number, partner in enumerate(programme.partners):
            self._surveys_fall_due(number, seen.end)
            parts = [*self._queue[number], *(part for day in self._coming[number].values() for part in day)]
            for ready, numbers, codes in parts:
                never = np.full(ready.size, NEVER)
                first_ready = self._first_ready(ready, numbers.astype(np.int64), codes)
                seen.wait(f"run_{partner.key}", first_ready, never)
                payments = (codes >> np.uint32(16)).astype(np.int64)
                for payment in np.unique(payments).tolist():
                    due = self._due(payment, numbers[payments == payment].astype(np.int64))
                    seen.wait(f"{self._kind(payment)}_due_to_paid", due, np.full(due.size, NEVER))

    def _first_ready(self, ready: Ints, numbers: Ints, codes: Codes) -> Ints:
        """Return when payments were first ready: a failed one queues by a later stamp."""
        again = (codes & _ATTEMPT) > 0
        if not again.any():
            return ready
        first = ready.copy()
        for payment in np.unique(codes[again] >> np.uint32(16)).tolist():
            some = again & (codes >> np.uint32(16) == payment)
            who = numbers[some]
            first[some] = self._ready(payment, self._participants.persons[who], self._due(payment, who))
        return first


def _sorted(queue: Flow) -> Flow:
    """Return the payments of a day in order of (ready, number, payment)."""
    ready, numbers, codes = queue
    order = np.argsort((codes >> np.uint32(16)).astype(np.uint8), kind="stable").astype(np.int32)
    keys = (ready - ready.min()).astype(np.uint64) << np.uint64(_NUMBER_BITS) | numbers.astype(np.uint64)
    _radix_sort(keys, order)
    return ready[order], numbers[order], codes[order]


_NUMBER_BITS = 27
"""Bits of a participant's number; a day's microseconds take 37 more."""


@rule
def _radix_sort(keys: NDArray[np.uint64], order: NDArray[np.int32]) -> None:
    """Put positions in order of their keys, those of equal keys as they stand, eleven bits at a time."""
    digits, size = 1 << 11, keys.size
    counts = np.zeros((6, digits), dtype=np.int64)
    for i in range(size):
        for d in range(6):
            counts[d, (keys[i] >> np.uint64(11 * d)) & np.uint64(digits - 1)] += 1
    other = np.empty_like(order)
    for d in range(6):
        shift = np.uint64(11 * d)
        if counts[d, (keys[0] >> shift) & np.uint64(digits - 1)] == size:
            continue
        begin = 0
        for digit in range(digits):
            count = counts[d, digit]
            counts[d, digit] = begin
            begin += count
        for i in range(size):
            digit = (keys[order[i]] >> shift) & np.uint64(digits - 1)
            other[counts[d, digit]] = order[i]
            counts[d, digit] += 1
        order[:] = other


@rule
def _ready(
    key: NDArray[np.void],
    lags: NDArray[np.void],
    work: Ints,
    work_until: Ints,
    persons: People,
    payment: int,
    due: Ints,
    ready: Ints,
) -> None:
    for i in range(persons.size):
        ready[i] = paying.ready(key, lags, work, work_until, np.int64(persons[i]), payment, due[i])


@rule
def _attempt(
    key: NDArray[np.void],
    payment: NDArray[np.void],
    persons: People,
    now: int,
    out: Any,
    ready: Ints,
    numbers: People,
    codes: Codes,
) -> tuple[int, int]:
    """Part the payments made from those that failed, which are ready again when mended; return how many."""
    paid_ready, paid_numbers, paid_codes, again_ready, again_numbers, again_codes = out
    p = f = 0
    for i in range(persons.size):
        number, attempt = np.int64(codes[i] >> np.uint32(16)), np.int64(codes[i] & np.uint32(0xFFFF))
        fails, mending = paying.fails(key, payment, np.int64(persons[i]), number, attempt)
        if fails:
            again_ready[f] = now + mending
            again_numbers[f] = numbers[i]
            again_codes[f] = codes[i] + np.uint32(1)
            f += 1
        else:
            paid_ready[p] = ready[i]
            paid_numbers[p] = numbers[i]
            paid_codes[p] = codes[i]
            p += 1
    return p, f


@rule
def _count_paid(times_paid: NDArray[np.uint8], numbers: Ints, total: int) -> int:
    """Count a payment of each participant; return how many have now been paid in full."""
    full = 0
    for i in range(numbers.size):
        times_paid[numbers[i]] += 1
        full += times_paid[numbers[i]] == total
    return full
