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


def by_day(pending: Pending, ends: Ints, begins: int, end: int) -> list[tuple[int, int, Words]]:
    """Return payments by partner and the day, counted from an instant, on which they are ready.

    They stand partner by partner, `ends` behind each one's. Those that are not ready before the end of the run are of
    the day TOO_LATE. Within a day they are in no order.
    """
    first, last = _first_and_last(pending, begins, end)
    ordered, places = np.empty(pending.size, dtype=PENDING), np.zeros((ends.size, last - first + 2), dtype=np.int64)
    groups = np.empty((min(pending.size, places.size), 4), dtype=np.int64)
    count = _by_day(pending, ends, begins, end, first, places, ordered, groups)
    words, large = words_of(ordered), pending.size > LARGE
    return [
        (partner, day, words[start:stop].copy() if large else words[start:stop])
        for partner, day, start, stop in groups[:count].tolist()
    ]


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


@kernel
def _first_and_last(pending: Pending, begins: int, end: int) -> tuple[int, int]:
    """Return the first and last day, counted from an instant, on which payments are ready before the end of the run."""
    first, last = NEVER, np.int64(-1)
    for i in range(pending.size):
        if pending[i].ready < end:
            first = min(first, pending[i].ready)
            last = max(last, pending[i].ready)
    if last < 0:
        return 0, -1
    return (first - begins) // DAY, (last - begins) // DAY


@kernel
def _by_day(
    pending: Pending, ends: Ints, begins: int, end: int, first: int, places: Ints, ordered: Pending, groups: Ints
) -> int:
    """Put payments in order of the day on which they are ready, partner by partner.

    `places` are zeros by partner and day, from `first`, the last column for those too late. Fill `groups` with partner,
    day, and the positions of its first and behind its last, where there are any; return how many.
    """
    late = places.shape[1] - 1
    start = 0
    for partner in range(ends.size):
        for i in range(start, ends[partner]):
            at = pending[i].ready
            places[partner, (at - begins) // DAY - first if at < end else late] += 1
        start = ends[partner]
    total = count = 0
    for partner in range(ends.size):
        for day in range(late + 1):
            size = places[partner, day]
            places[partner, day] = total
            if size:
                groups[count, 0], groups[count, 1] = partner, first + day if day < late else TOO_LATE
                groups[count, 2], groups[count, 3] = total, total + size
                count += 1
            total += size
    start = 0
    for partner in range(ends.size):
        for i in range(start, ends[partner]):
            at = pending[i].ready
            day = (at - begins) // DAY - first if at < end else late
            ordered[places[partner, day]] = pending[i]
            places[partner, day] += 1
        start = ends[partner]
    return count
