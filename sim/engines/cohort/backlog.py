"""Those who come, or leave, at instants in no order: kept as records by day, given out in order of time and number.

Records of one number at one instant, of a participant who completes two courses at once, come out as they were put.
A day's records stand in a chain of blocks, so that putting one touches nothing but the last block of its day, and the
blocks of days that are over are used again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER
from sim.rules.compiling import kernel
from sim.rules.whole import Whole

Records = NDArray[np.void]
"""Of a type of whole words that begins with `at`, an instant (µs, i8), and `number`, a person's (u4)."""

Words = NDArray[np.uint64]
"""The same as words [record; word]: records would be copied field by field, and more slowly."""

BLOCK = 64
"""Records of a block."""

PLACE_BITS = 27
"""Bits of a place among records; 37 more hold the microseconds of a day and a half, as in windows of a day. Records of
a longer time, of few people, are sorted more slowly."""

MOVES = 16
"""Records that each may be put before, on average, when those of one instant are ordered; else all are sorted anew."""

FEW = 64
"""Records that are ordered one by one: to prepare a sort takes longer."""

NUMBER = np.uint64(0xFFFF_FFFF)
"""The bits of a number in the second word."""


class Backlog:
    """Records by the instants at which they come, until they are taken."""

    def __init__(self, of: np.dtype[np.void], horizon: int) -> None:
        self._dtype, self._width = of, of.itemsize // 8
        days = horizon // DAY + 2  # whoever comes after the run shares the last one
        self._words = np.empty((0, self._width), dtype=np.uint64)
        """Of all blocks, end to end; the first is not used."""
        self._before = np.zeros(0, dtype=np.int32)
        """By block, the one of the same day before it, or the next that is free; 0: none."""
        self._ends, self._counts = (np.zeros(days, dtype=np.int64) for _ in range(2))
        """By day, the place behind its last record (at the end of a block: it is full), and its records."""
        self._free, self._used = 0, 1
        """The first block that is free again (0: none), and how many have been used so far."""
        self._first = days
        """No record is of an earlier day."""
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, records: Records) -> None:
        """Add records; who never comes is not kept."""
        if records.size:
            self._put(words_of(records))

    def _put(self, words: Words) -> None:
        first, last = span_of(words, self._ends.size - 1)
        if last < first:
            return
        # Every day's last block may be full, and a day's records fill whole ones; but each record takes one at most.
        self._grow(min(len(words), len(words) // BLOCK + int(last - first) + 1))
        self._first = min(self._first, int(first))
        self._free, self._used, kept = put_words(
            words, self._words, self._before, self._ends, self._counts, self._free, self._used
        )
        self._size += kept

    def _grow(self, blocks: int) -> None:
        """Make room for some more blocks."""
        room = self._before.size
        if room - self._used < blocks:
            room = max(self._used + blocks, room + room // 4)
            # In place: a copy would for a moment take the memory twice.
            self._words.resize((room * BLOCK, self._width), refcheck=False)
            self._before.resize(room, refcheck=False)

    def take(self, until: int) -> Records:
        """Remove and return those who come before an instant, in order of (time, number), then as they were put."""
        end = min(-(-until // DAY), self._ends.size)
        count = int(self._counts[self._first : end].sum()) if self._size else 0
        if not count:
            return np.empty(0, dtype=self._dtype)
        taken = np.empty((count, self._width), dtype=np.uint64)
        late = np.empty((int(self._counts[end - 1]), self._width), dtype=np.uint64)
        some, later, self._free = take_words(
            self._first, end, until, self._words, self._before, self._ends, self._counts, self._free, taken, late
        )
        self._first = end
        self._size -= some + later
        if later:
            self._put(late[len(late) - later :])
        records: Records = in_order(taken[count - some :]).reshape(-1).view(self._dtype)
        return records


def words_of(records: Records) -> Words:
    """Return records as words."""
    return np.ascontiguousarray(records).view(np.uint64).reshape(records.size, -1)


def in_order(words: Words) -> Words:
    """Return records, of words, in order of (time, number); those of the same stay in their order."""
    if len(words) < 2:
        return words
    if len(words) <= FEW:
        few = np.empty_like(words)
        put_few_in_order(words, few)
        return few
    times: Words = words[:, 0]
    first = times.min()
    if not (int(times.max() - first) >> (64 - PLACE_BITS) or len(words) >> PLACE_BITS):
        # Words of time and place are sorted faster than places by their times.
        keys = (times - first) << np.uint64(PLACE_BITS) | np.arange(len(words), dtype=np.uint64)
        keys.sort()
        ordered = np.empty_like(words)
        if put_in_order(words, keys, ordered):
            return ordered
    order: NDArray[np.intp] = np.lexsort((words[:, 1] & NUMBER, times))
    return words[order]


@kernel
def put_few_in_order(words: Words, ordered: Words) -> None:
    """Fill few records in order of (time, number), each put before those that come later; of the same as they stand."""
    for i in range(words.shape[0]):
        time, number, at = words[i, 0], words[i, 1] & NUMBER, i
        while at > 0 and (
            ordered[at - 1, 0] > time or (ordered[at - 1, 0] == time and ordered[at - 1, 1] & NUMBER > number)
        ):
            for word in range(words.shape[1]):
                ordered[at, word] = ordered[at - 1, word]
            at -= 1
        for word in range(words.shape[1]):
            ordered[at, word] = words[i, word]


@kernel
def put_in_order(words: Words, keys: NDArray[np.uint64], ordered: Words) -> bool:
    """Fill the records in order of keys, of time and place; those of one instant in order of number.

    Return whether that is done: it is given up where so many come at one instant that to move each before those with
    higher numbers would take too long.
    """
    place, bits = np.uint64((1 << PLACE_BITS) - 1), np.uint64(PLACE_BITS)
    moves = MOVES * keys.size
    for i in range(keys.size):
        mine = np.int64(keys[i] & place)
        number, at = words[mine, 1] & NUMBER, i
        while at > 0 and keys[at - 1] >> bits == keys[i] >> bits and ordered[at - 1, 1] & NUMBER > number:
            for word in range(words.shape[1]):
                ordered[at, word] = ordered[at - 1, word]
            at -= 1
        moves -= i - at
        if moves < 0:
            return False
        for word in range(words.shape[1]):
            ordered[at, word] = words[mine, word]
    return True


@kernel
def span_of(words: Words, last_day: int) -> tuple[Whole, Whole]:
    """Return the first and last day on which records come, those that never come left out."""
    first: Whole = NEVER
    last: Whole = -1
    for i in range(words.shape[0]):
        at: Whole = np.int64(words[i, 0])
        if at < NEVER:
            first, last = min(first, at), max(last, at)
    return min(first // DAY, last_day), min(last // DAY, last_day)


@kernel
def put_words(
    words: Words,
    kept: Words,
    before: NDArray[np.int32],
    ends: NDArray[np.int64],
    counts: NDArray[np.int64],
    free: int,
    used: int,
) -> tuple[int, int, int]:
    """Put records, of words, into the blocks of their days; return the first free block, those used, and how many."""
    number = 0
    for i in range(words.shape[0]):
        at: Whole = np.int64(words[i, 0])
        if at >= NEVER:
            continue
        day = min(int(at) // DAY, ends.size - 1)
        end = ends[day]
        if end % BLOCK == 0:
            if free:
                new = free
                free = int(before[free])
            else:
                new = used
                used += 1
            before[new] = (end - 1) // BLOCK if end else 0
            end = new * BLOCK
        for word in range(words.shape[1]):
            kept[end, word] = words[i, word]
        ends[day] = end + 1
        counts[day] += 1
        number += 1
    return free, used, number


@kernel
def take_words(
    first: int,
    until_day: int,
    until: int,
    kept: Words,
    before: NDArray[np.int32],
    ends: NDArray[np.int64],
    counts: NDArray[np.int64],
    free: int,
    taken: Words,
    late: Words,
) -> tuple[int, int, int]:
    """Empty the days from a first to before another; fill those who come before an instant, and who comes later.

    Both are filled from behind, as the chains are walked: those of a day stand in the order in which they were put.
    Return how many of each, and the first free block.
    """
    some = later = 0
    for day in range(until_day - 1, first - 1, -1):
        end = ends[day]
        while end:
            block = (end - 1) // BLOCK
            for place in range(end - 1, block * BLOCK - 1, -1):
                if np.int64(kept[place, 0]) < until:
                    some += 1
                    for word in range(kept.shape[1]):
                        taken[taken.shape[0] - some, word] = kept[place, word]
                else:
                    later += 1
                    for word in range(kept.shape[1]):
                        late[late.shape[0] - later, word] = kept[place, word]
            end = (np.int64(before[block]) + 1) * BLOCK if before[block] else 0
            before[block] = free
            free = block
        ends[day] = 0
        counts[day] = 0
    return some, later, free
