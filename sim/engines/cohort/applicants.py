"""The first half of the journey, window by window: from the portal to the pool, each stretch of the way on a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, HOUR, NEVER
from sim.engines.cohort.entrance import Entered, Entrance
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Recent, Registrations
from sim.engines.cohort.threads import threads_of
from sim.engines.cohort.verification import Verification
from sim.observers.observations import Observations
from sim.programme.ledger import BrokenPromise
from sim.programme.places import Place
from sim.programme.programme import Programme

WINDOWS_AHEAD = 16
"""Windows that the entrance may be ahead of verification."""


class Applicants:
    """Everyone from registration to the pool; `advance` takes them to an instant.

    Nobody comes back from verification to the entrance, so with threads the entrance runs ahead of it.
    """

    def __init__(
        self,
        programme: Programme,
        seen: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
        pool: Pool,
        looks: list[int],
    ) -> None:
        self._programme = programme
        self._entrance = Entrance(programme, seen, recorder, pool, traits, registrations)
        self._verification = Verification(programme, seen, recorder, pool, Recent(registrations))
        self._thread = ThreadPoolExecutor(1) if threads_of(programme) > 1 else None
        self._ends = self._window_ends(looks)
        self._ahead: deque[tuple[int, Future[Entered]]] = deque()
        self._last = self._entrance.stands()
        self.now = 0
        self._stopped = False
        self.empty_since = NEVER
        """The first day's end at which everyone had registered and nobody was on the way."""
        self.days: list[dict[Place, int]] = []
        """At each day's end, how many stand in each place up to the test, refused or given up."""

    def _window_ends(self, looks: list[int]) -> Iterator[int]:
        """Yield the ends of windows no longer than the shortest feedback, cut at midnight and at each look."""
        window, now = int(self._programme.parameters.run.window_hours * HOUR), 0
        for look in looks:
            while now < look:
                now = min(look, (now // window + 1) * window, (now // DAY + 1) * DAY)
                yield now

    # The clock

    def advance(self, until: int) -> None:
        """Take everyone to an instant, which must be a midnight or a look."""
        while self.now < until and not self._stopped:
            end, entered = self._enter()
            self._verification.advance(entered, end)
            self._last, self.now = entered, end
            if end % DAY == 0:
                self._close_day()
        self._verification.wait_for_pool()

    def _enter(self) -> tuple[int, Entered]:
        """Return the end of the next window, and what the entrance hands on in it."""
        if self._thread is None:
            end = next(self._ends)
            return end, self._entrance.advance(end)
        while len(self._ahead) <= WINDOWS_AHEAD and (end := next(self._ends, NEVER)) < NEVER:
            self._ahead.append((end, self._thread.submit(self._entrance.advance, end)))
        end, future = self._ahead.popleft()
        return end, future.result()

    def stop(self) -> None:
        """Let the threads that take them further come to their end: the run is over."""
        self._stopped = True
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
        self._verification.stop()

    # What the programme sees of them

    @property
    def processed(self) -> int:
        """Return how many have left the processing-rate station."""
        return self._last.processed

    def is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is on the way to the pool."""
        return self._last.empty and self._verification.is_empty() and self._verification.last_tested < self.now

    def places(self) -> dict[Place, int]:
        """Return how many stand in each place now; everyone registered must stand somewhere."""
        places = dict(self._verification.places())
        for place, count in self._last.places.items():
            places[place] = places.get(place, 0) + count
        registered = self._last.first + self._last.registered_at.size
        if sum(places.values()) != registered:
            raise BrokenPromise(
                f"people do not add up at the end of day {self.now // DAY}: {registered} have registered, "
                f"{sum(places.values())} stand somewhere"
            )
        return places

    def _close_day(self) -> None:
        self.days.append(self.places())
        if self.empty_since == NEVER and self.is_empty():
            self.empty_since = self.now
