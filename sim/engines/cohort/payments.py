"""Payments: those that will be ready, by partner and day, and the partners' queues that the runs serve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.engines.cohort.flows import EMPTY, Ints
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.recorder import Recorder
from sim.engines.journal import payment_names
from sim.observers.observations import Observations
from sim.programme.programme import Programme
from sim.rules import paying
from sim.rules.compiling import rule

Queue = tuple[Ints, NDArray[np.uint32], NDArray[np.uint32]]
"""(ready µs, participant's number, payment << 16 | attempt): in the order in which they are paid."""

_NOBODY = np.zeros(0, dtype=np.uint32)
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
        self._coming: list[dict[int, list[Queue]]] = [{} for _ in partners]
        """By partner and by day, counted from the runs' time of the day, in no order."""
        self._queue: list[list[Queue]] = [[] for _ in partners]
        self._failed = [0 for _ in partners]
        """By partner, how many failed and will queue again."""
        self.paid_rupiah = [0, 0]
        """Incentives, surveys."""

    def fall_due(self, numbers: Ints, due: Ints, payment: int) -> None:
        """Add payments of one kind with their due dates; those beyond the end of the run never fall due."""
        before_the_end = due < self._seen.end
        numbers, due = numbers[before_the_end], due[before_the_end]
        if numbers.size == 0:
            return
        own, programme = self._participants, self._programme
        ready = np.empty(numbers.size, dtype=np.int64)
        _ready(
            programme.key,
            programme.lags,
            programme.work,
            programme.work_until,
            own.persons,
            numbers,
            payment,
            due,
            ready,
        )
        kind = "incentive" if payment < self._incentives else "survey"
        partner = own.partner[numbers]
        self._seen.stamp(f"{kind}_due", due)
        self._seen.stamp(f"{kind}_ready", ready)
        for what, stamps in (("due", due), ("ready", ready)):
            self._record(f"{self._names[payment]}_{what}", numbers, stamps)
        for number, each in enumerate(programme.partners):
            here = partner == number
            self._seen.stamp(f"{each.key}_{kind}_due", due[here])
            self._seen.stamp(f"{each.key}_{kind}_ready", ready[here])
            codes = np.full(int(here.sum()), payment << 16, dtype=np.uint32)
            self._come(number, (ready[here], numbers[here].astype(np.uint32), codes))

    def _come(self, partner: int, queue: Queue) -> None:
        if queue[0].size == 0:
            return
        days = (queue[0] - self._programme.run_clock) // DAY
        order = np.argsort(days, kind="stable")
        days = days[order]
        firsts = np.flatnonzero(np.diff(days, prepend=-(1 << 40)))
        for first, last in zip(firsts.tolist(), [*firsts[1:].tolist(), days.size], strict=True):
            some = order[first:last]
            part = (queue[0][some], queue[1][some], queue[2][some])
            self._coming[partner].setdefault(int(days[first]), []).append(part)

    def run_partner(self, partner: int, cap: int, now: int) -> tuple[int, int, int]:
        """Pay up to `cap` payments ready strictly before now; return (paid, failed, left waiting)."""
        queue = self._ripe(partner, now)
        waiting = queue[0].size
        taken = min(cap, waiting)
        self._queue[partner] = [(queue[0][taken:], queue[1][taken:], queue[2][taken:])] if taken < waiting else []
        if taken == 0:
            return 0, 0, self._waiting(partner)
        own, programme = self._participants, self._programme
        ready, numbers, codes = queue[0][:taken], queue[1][:taken], queue[2][:taken]
        mending = np.empty(taken, dtype=np.int64)
        _fails(programme.key, programme.payment, own.persons, numbers, codes, mending)
        failed = mending >= 0
        if failed.any():
            again = (now + mending[failed], numbers[failed], codes[failed] + np.uint32(1))
            self._come(partner, again)
            self._failed[partner] += again[0].size
            ready, numbers, codes = ready[~failed], numbers[~failed], codes[~failed]
        self._pay(partner, now, ready, numbers.astype(np.int64), codes)
        return ready.size, int(failed.sum()), self._waiting(partner)

    def _ripe(self, partner: int, now: int) -> Queue:
        """Return the queue of those ready strictly before now, in order of (ready, number, payment)."""
        today = (now - self._programme.run_clock) // DAY
        coming = self._coming[partner]
        parts = self._queue[partner]
        for day in sorted(day for day in coming if day < today):
            part = _sorted(coming.pop(day))
            self._failed[partner] -= int(((part[2] & _ATTEMPT) > 0).sum())
            parts.append(part)
        if not parts:
            return EMPTY, _NOBODY, _NOBODY
        if len(parts) == 1:
            return parts[0]
        ready, numbers, codes = (np.concatenate([part[k] for part in parts]) for k in range(3))
        return ready, numbers, codes

    def _waiting(self, partner: int) -> int:
        """Return how many were ready and are not paid, those that failed included."""
        return self._failed[partner] + sum(part[0].size for part in self._queue[partner])

    def _pay(self, partner: int, now: int, ready: Ints, numbers: Ints, codes: NDArray[np.uint32]) -> None:
        own, seen, programme = self._participants, self._seen, self._programme
        key = programme.partners[partner].key
        payments = (codes >> np.uint32(16)).astype(np.int64)
        seen.wait(f"run_{key}", self._first_ready(ready, numbers, codes), np.full(ready.size, now))
        total = len(self._names)
        seen.stamp("fully_paid", np.full(_count_paid(own.times_paid, numbers, total), now))
        for payment, name in enumerate(self._names):
            mine = payments == payment
            count = int(mine.sum())
            if count == 0:
                continue
            kind = "incentive" if payment < self._incentives else "survey"
            some, paid = numbers[mine], np.full(count, now)
            for stamp in (f"{kind}_paid", f"{key}_{kind}_paid", f"{name}_paid"):
                seen.stamp(stamp, paid)
            seen.money("paid", kind, paid, programme.amount(payment))
            self.paid_rupiah[0 if kind == "incentive" else 1] += count * programme.amount(payment)
            self._record(f"{name}_paid", some, paid)
            self._record(f"{name}_attempts", some, (codes[mine] & _ATTEMPT).astype(np.int64) + 1)
            due = self._due(payment, some)
            seen.wait(f"{kind}_due_to_paid", due, paid)
            if payment == 0:
                own.first_paid[some] = now
                for survey, step in enumerate(programme.survey_steps):
                    self.fall_due(some, np.full(count, now + step), self._incentives + survey)
            if payment + 1 < self._incentives:
                following = np.maximum(due + programme.incentive_step, now)
                own.due[some] = following
                self.fall_due(some, following, payment + 1)
        own.payments_left -= numbers.size

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
            parts = [*self._queue[number], *(part for day in self._coming[number].values() for part in day)]
            for ready, numbers, codes in parts:
                never = np.full(ready.size, NEVER)
                first_ready = self._first_ready(ready, numbers, codes)
                seen.wait(f"run_{partner.key}", first_ready, never)
                payments = (codes >> np.uint32(16)).astype(np.int64)
                for payment in np.unique(payments).tolist():
                    due = self._due(payment, numbers[payments == payment].astype(np.int64))
                    kind = "incentive" if payment < self._incentives else "survey"
                    seen.wait(f"{kind}_due_to_paid", due, np.full(due.size, NEVER))

    def _first_ready(self, ready: Ints, numbers: NDArray[Any], codes: NDArray[np.uint32]) -> Ints:
        """Return when payments were first ready: a failed one queues by a later stamp."""
        again = (codes & _ATTEMPT) > 0
        if not again.any():
            return ready
        own, programme = self._participants, self._programme
        first = ready.copy()
        for code in np.unique(codes[again] >> np.uint32(16)).tolist():
            some = again & (codes >> np.uint32(16) == code)
            who = numbers[some].astype(np.int64)
            stamps = np.empty(who.size, dtype=np.int64)
            due = self._due(code, who)
            _ready(
                programme.key, programme.lags, programme.work, programme.work_until, own.persons, who, code, due, stamps
            )
            first[some] = stamps
        return first


def _sorted(parts: list[Queue]) -> Queue:
    """Return the payments of a day in order of (ready, number, payment)."""
    ready, numbers, codes = (np.concatenate([part[k] for part in parts]) for k in range(3))
    order = np.lexsort((codes, numbers, ready))
    return ready[order], numbers[order], codes[order]


@rule
def _ready(
    key: NDArray[np.void],
    lags: NDArray[np.void],
    work: Ints,
    work_until: Ints,
    persons: NDArray[np.uint32],
    numbers: Ints,
    payment: int,
    due: Ints,
    ready: Ints,
) -> None:
    for i in range(numbers.size):
        ready[i] = paying.ready(key, lags, work, work_until, np.int64(persons[numbers[i]]), payment, due[i])


@rule
def _fails(
    key: NDArray[np.void],
    payment: NDArray[np.void],
    persons: NDArray[np.uint32],
    numbers: NDArray[np.uint32],
    codes: Any,
    mending: Ints,
) -> None:
    """Fill the µs that mending takes, -1 where the attempt succeeds."""
    for i in range(numbers.size):
        number, attempt = np.int64(codes[i] >> np.uint32(16)), np.int64(codes[i] & _ATTEMPT)
        fails, takes = paying.fails(key, payment, np.int64(persons[numbers[i]]), number, attempt)
        mending[i] = takes if fails else -1


@rule
def _count_paid(times_paid: NDArray[np.uint8], numbers: Ints, total: int) -> int:
    """Count a payment of each participant; return how many have now been paid in full."""
    full = 0
    for i in range(numbers.size):
        times_paid[numbers[i]] += 1
        full += times_paid[numbers[i]] == total
    return full
