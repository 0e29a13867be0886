"""The queue of a payment partner in SimPy: its daily runs take those ready strictly before, first ready first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import simpy

from sim.stations.timeline import Timeline


class Queued(NamedTuple):
    """A payment in a partner's queue, in the order in which it is taken."""

    ready: int
    number: int
    payment: int
    attempt: int
    event: simpy.Event


class PaymentQueue:
    """The queue of a payment partner; a failed payment goes back into it, by a later stamp."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._queue: list[Queued] = []

    def __len__(self) -> int:
        """Return how many wait, those whose repair delay runs included."""
        return len(self._queue)

    def submit(self, number: int, payment: int, ready: int, attempt: int = 0) -> simpy.Event:
        """Queue a payment that is ready at an instant; the event is its payment."""
        event = simpy.Event(self.timeline)
        heapq.heappush(self._queue, Queued(ready, number, payment, attempt, event))
        return event

    def take(self, cap: int) -> Iterator[Queued]:
        """Remove and yield up to `cap` payments ready strictly before now."""
        now = self.timeline.now
        for _ in range(cap):
            if not self._queue or self._queue[0].ready >= now:
                return
            yield heapq.heappop(self._queue)

    def put_back(self, queued: Queued, ready: int) -> None:
        """Queue a failed payment again, by its new stamp."""
        heapq.heappush(self._queue, queued._replace(ready=ready, attempt=queued.attempt + 1))
