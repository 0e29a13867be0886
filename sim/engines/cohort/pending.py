"""Payments not yet made, as records: put by the day on which they are ready, and in order where a cap divides a day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.compiling import kernel

Ints = NDArray[np.int64]

PENDING = np.dtype(
    [("due", "i8"), ("ready", "i8"), ("number", "u4"), ("attempt", "u2"), ("payment", "u1"), ("fails", "?")]
)
"""A payment not yet made: its due date (µs), when it is ready for a run, the participant's number, the attempt that
comes next, which payment it is, and whether that attempt will fail."""

Pending = NDArray[np.void]

Words = NDArray[np.uint64]
"""The same payments as whole words [payment; word]: records would be copied field by field, and cut more slowly."""

WORDS = PENDING.itemsize // 8

LARGE = 1 << 14
"""Payments put together from which each day's are copied: a part of them would keep the memory of all."""

TOO_LATE = NEVER
"""In place of a day: not before the end of the run."""


def words_of(pending: Pending) -> Words:
    """Return payments as words."""
    return pending.view(np.uint64).reshape(-1, WORDS)


def together(batches: list[Words]) -> Pending:
    """Return payments as one array of records."""
    words = batches[0] if len(batches) == 1 else np.concatenate(batches)
    records: Pending = words.reshape(-1).view(PENDING)
    return records


def in_order(day: list[Words]) -> Words:
    """Return the payments of a day in order of (ready, number, payment)."""
    pending = together(day)
    ordered = np.empty_like(pending)
    _sort(pending, ordered)
    return words_of(ordered)


NUMBER_BITS = 27
"""Bits of a participant's number; a day's microseconds take 37 more."""


@kernel
def _sort(pending: Pending, ordered: Pending) -> None:
    """Put the payments of a day in order of (ready, number), eleven bits at a time; then of payment, where equal."""
    digits, size = 1 << 11, pending.size
    first = pending[0].ready
    for i in range(size):
        first = min(first, pending[i].ready)
    keys, order, other = np.empty(size, dtype=np.uint64), np.arange(size), np.empty(size, dtype=np.int64)
    counts = np.zeros((6, digits), dtype=np.int64)
    for i in range(size):
        keys[i] = np.uint64(pending[i].ready - first) << np.uint64(NUMBER_BITS) | np.uint64(pending[i].number)
        for d in range(6):
            counts[d, (keys[i] >> np.uint64(11 * d)) & np.uint64(digits - 1)] += 1
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
        order, other = other, order
    for i in range(size):
        one = pending[order[i]]
        at = i
        while at > 0 and keys[order[at - 1]] == keys[order[i]] and ordered[at - 1].payment > one.payment:
            ordered[at] = ordered[at - 1]
            at -= 1
        ordered[at] = one


ByDay = tuple[Pending, Ints, Ints]
"""Payments by partner and by the day on which they are ready, within a day in no order; where the days of each partner
begin, and behind them where the last one's end; and of each day: it or TOO_LATE, and the positions of its first payment
and behind its last."""


@kernel
def by_day(pending: Pending, partner: NDArray[np.uint8], partners: int, begins: int, end: int) -> ByDay:
    """Return payments, each at a partner of so many, by partner and day; days are counted from the instant `begins`.

    Those that are not ready before the end are TOO_LATE.
    """
    first, last = _first_and_last(pending, begins, end)
    late = last + 1 - first
    places = np.zeros((partners, late + 1), dtype=np.int64)
    for i in range(pending.size):
        ready = pending[i].ready
        places[partner[i], (ready - begins) // DAY - first if ready < end else late] += 1
    begins_of = np.empty(partners + 1, dtype=np.int64)
    days = np.empty((min(pending.size, places.size), 3), dtype=np.int64)
    total = count = 0
    for own in range(partners):
        begins_of[own] = count
        for day in range(late + 1):
            size = places[own, day]
            places[own, day] = total
            if size:
                days[count, 0] = first + day if day < late else TOO_LATE
                days[count, 1], days[count, 2] = total, total + size
                count += 1
            total += size
    begins_of[partners] = count
    ordered = np.empty(pending.size, dtype=PENDING)
    for i in range(pending.size):
        ready = pending[i].ready
        day = (ready - begins) // DAY - first if ready < end else late
        ordered[places[partner[i], day]] = pending[i]
        places[partner[i], day] += 1
    return ordered, begins_of, days[:count]


@kernel
def _first_and_last(pending: Pending, begins: int, end: int) -> tuple[int, int]:
    """Return the first and last day on which payments are ready before the end; 0 and -1 where none is."""
    first, last = NEVER, -NEVER
    for i in range(pending.size):
        if pending[i].ready < end:
            first = min(first, pending[i].ready)
            last = max(last, pending[i].ready)
    if last < first:
        return 0, -1
    return (first - begins) // DAY, (last - begins) // DAY
