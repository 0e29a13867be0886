"""One payment partner's payments: those that will be ready, by day, and the queue that the runs serve."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from sim.calendar.instants import DAY
from sim.engines.cohort.pending import LARGE, TOO_LATE, Pending, Words, in_order, together


class PaymentQueue:
    """Payments of one partner, in the order of days; within a day in order only where a cap has divided it."""

    def __init__(self, run_clock: int) -> None:
        self._run_clock = run_clock
        self._coming: dict[int, list[Words]] = defaultdict(list)
        """By day, counted from the runs' time of the day, in no order."""
        self._too_late: list[Words] = []
        """Those that are ready after the end of the run, or never."""
        self._queue: deque[list[Words]] = deque()
        """By day, those ready: in no order but for a day that a cap has divided."""
        self._queued = 0
        """How many are in the queue."""
        self._divided = False
        """Whether a cap has divided the first day in the queue."""
        self._failed = 0
        """How many failed and will queue again."""
        self._failed_of_day: dict[int, int] = defaultdict(int)
        """The same by the day on which they will be ready again."""

    def put(self, words: Words, days: Iterable[Sequence[int]], *, failed: bool = False) -> None:
        """Keep payments: of each day on which they will be ready, or TOO_LATE, from where to where they stand."""
        coming, large = self._coming, len(words) > LARGE
        for day, begin, end in days:
            pending = words[begin:end]
            if day == TOO_LATE:
                self._too_late.append(pending.copy())  # kept to the end: a part would keep the memory of all
            else:
                coming[day].append(pending.copy() if large else pending)
            if failed:
                self._failed += end - begin
                if day != TOO_LATE:
                    self._failed_of_day[day] += end - begin

    def queue_up(self, now: int) -> None:
        """Queue those ready strictly before a run."""
        today = (now - self._run_clock) // DAY
        for day in sorted(day for day in self._coming if day < today):
            self._queue.append(self._coming.pop(day))
            self._queued += _size(self._queue[-1])
            self._failed -= self._failed_of_day.pop(day, 0)

    def take(self, cap: int | None) -> list[Words]:
        """Take the first of the queue up to a cap, in order of (ready, number, payment) where it divides a day."""
        taken: list[Words] = []
        left = self._queued if cap is None else min(cap, self._queued)
        self._queued -= left
        while self._queue and left > 0:
            day = self._queue.popleft()
            size = _size(day)
            if size > left:
                # A day that was divided before stands in order, in one piece.
                pending = day[0] if self._divided else in_order(day)
                self._queue.appendleft([pending[left:]])
                self._divided = True
                taken.append(pending[:left])
                break
            taken += day
            left -= size
            self._divided = False
        return taken

    def waiting(self) -> int:
        """Return how many wait for the next run, those being repaired included."""
        return self._failed + self._queued

    def unpaid(self) -> Iterator[Pending]:
        """Yield all that are queued, will be, or would be after the end of the run."""
        for day in [*self._queue, *self._coming.values(), self._too_late]:
            yield from (together([pending]) for pending in day)


def _size(day: list[Words]) -> int:
    """Return how many payments a day has."""
    return sum(map(len, day))
