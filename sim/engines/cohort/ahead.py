"""What runs beside the programme's clock: tasks in turn on a thread, and the way to the pool ahead of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from sim.engines.cohort.threads import thread_ahead
from sim.engines.cohort.way_to_pool import WayToPool

SYNC_POINTS_AHEAD = 30
"""Sync points that the way to the pool may be ahead: whoever comes early to the pool only takes memory there."""


OUTSTANDING = 256
"""Tasks that may wait to be done."""

HandOn = Callable[[Callable[[], None]], None]
"""How a task is handed on, to be done after those handed on before."""


class InTurn:
    """Does tasks one after the other, on a thread of its own or at once; `ahead` says that it may run ahead."""

    def __init__(self, on_a_thread: bool, *, ahead: bool = False) -> None:
        self.thread: Executor | None = None
        if on_a_thread:
            self.thread = thread_ahead() if ahead else ThreadPoolExecutor(1)
        self._tasks: deque[Future[None]] = deque()

    def do(self, task: Callable[[], None]) -> None:
        """Do a task after those before it; raise what an earlier one raised."""
        if self.thread is None:
            task()
            return
        self._tasks.append(self.thread.submit(task))
        # Whoever hands on much faster than it is done waits: what waits to be done takes memory.
        while self._tasks and (self._tasks[0].done() or len(self._tasks) > OUTSTANDING):
            self._tasks.popleft().result()

    def wait(self) -> None:
        """Wait until all tasks are done."""
        while self._tasks:
            self._tasks.popleft().result()

    def stop(self) -> None:
        """End the thread; tasks that are not begun are not done."""
        if self.thread is not None:
            self.thread.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class Snapshot:
    """What the programme reads of the way to the pool at an instant."""

    processed: int
    empty: bool


class Ahead:
    """The way to the pool, at sync points ahead of the programme's clock."""

    def __init__(self, way: WayToPool, sync_points: list[int], on_a_thread: bool) -> None:
        self._way, self._sync_points = way, sync_points
        self._thread = thread_ahead() if on_a_thread else None
        self._reached = self._sent = 0
        self._coming: dict[int, Future[Snapshot]] = {}
        self._taken: dict[int, Snapshot] = {}

    def send_ahead(self) -> None:
        """Let people go on to the next sync points."""
        furthest = min(self._reached + SYNC_POINTS_AHEAD, len(self._sync_points))
        while self._thread is not None and self._sent < furthest:
            at = self._sync_points[self._sent]
            self._coming[at] = self._thread.submit(self._advance, at)
            self._sent += 1

    def snapshot(self, at: int) -> Snapshot:
        """Return what the programme reads at a sync point, once people have come to it."""
        while self._reached < len(self._sync_points) and self._sync_points[self._reached] <= at:
            self._reached += 1
            self.send_ahead()
            now = self._sync_points[self._reached - 1]
            self._taken[now] = self._coming.pop(now).result() if self._thread else self._advance(now)
        return self._taken[at]

    def advance_to(self, now: int) -> None:
        """Take people to an instant, a midnight, at the least."""
        if self._thread is None:
            self._advance(now)
        else:
            self._thread.submit(self._advance, now).result()

    def empty_at(self, now: int) -> bool:
        """Return whether everyone had registered and nobody was on the way at a day's end."""
        self.advance_to(now)
        return self._way.empty_since <= now

    def stop(self) -> None:
        """Let people come to their end: the run is over."""
        self._way.stop()
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)

    def finish(self) -> None:
        """Observe what was gathered of them, once they have stopped."""
        self._way.finish()

    def _advance(self, at: int) -> Snapshot:
        self._way.advance(at)
        return Snapshot(self._way.processed, self._way.is_empty())
