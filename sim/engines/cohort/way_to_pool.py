"""From registration to the pool, window by window: two sections of the route and the test, each on a thread.

Nobody comes back from a later section to an earlier one, so with threads the first runs ahead of the second. Those who
try again pass a station of their own, by steps no longer than the shortest feedback; so a window may last longer: of
few people a week, since every window costs some calls whoever is in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.cohort.census import NOWHERE, Census
from sim.engines.cohort.flow_kernels import new_checked, test_people
from sim.engines.cohort.flows import EMPTY, Flow, Ints, People
from sim.engines.cohort.gathered import Gathered
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import REMEMBERED, Recent, Registrations
from sim.engines.cohort.section import Section
from sim.engines.cohort.standing import Standing
from sim.engines.cohort.threads import thread_ahead, threads_of
from sim.journey.places import Place
from sim.journey.route import PROCESSED_AT, Route
from sim.observers.observations import Observations
from sim.programme.programme import Programme

WINDOWS_AHEAD = 16
"""Windows that the first section may be ahead of the second."""

FEW = REMEMBERED
"""People of whom a window lasts a week; of more it lasts a day, so that those in it stay in the processor's cache, and
the registrations of a window are all remembered."""

BATCHES_ENTERING = 16
"""Windows whose people may still be entering the pool."""


@dataclass(frozen=True)
class Passed:
    """What a window of the first section hands on: who passes, who registered, and how things stand at its end."""

    flow: Flow
    first: int
    """Number of the first who registered in the window."""
    registered_at: Ints
    """When each of them registered."""
    processed: int
    """How many have left the processing-rate station."""
    empty: bool
    """Whether everyone has registered and nobody is in the first section."""
    last_turned_away: int
    """When the last of those known so far was refused there, or gave up: the last of all, once it is empty."""


def two_sections(route: Route) -> tuple[Route, Route]:
    """Return the route in two: up to the first check from where people are counted as processed, and the rest."""
    processed = next((k for k, station in enumerate(route) if station.name == PROCESSED_AT), len(route))
    cut = next((k for k, station in enumerate(route, start=1) if station.checks and k > processed), len(route))
    return route[:cut], route[cut:]


class WayToPool:
    """Everyone from registration to the pool; `advance` takes them to an instant."""

    def __init__(
        self,
        programme: Programme,
        observations: Observations,
        census: Census,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
        standing: Standing,
        pool: Pool,
        sync_points: list[int],
    ) -> None:
        self._programme, self._pool, self._traits, self._recorder = programme, pool, traits, recorder
        self._registrations = registrations
        first, second = two_sections(programme.journey.route)
        self._first_counts, counts = observations.new_counts(), observations.new_counts()
        self._arrivals = Gathered(self._count_arrivals)
        self._first, self._second = (
            Section(programme, some, traits, own, census.sheet(), recorder, Recent(registrations), standing)
            for some, own in ((first, self._first_counts), (second, counts))
        )
        self._sheet = census.sheet()
        threads = threads_of(programme) > 1
        self._first_thread = thread_ahead() if threads else None
        self._pool_thread = thread_ahead() if threads else None
        self._ends = self._window_ends(sync_points)
        self._ahead: deque[tuple[int, Future[Passed]]] = deque()
        self._entering: deque[Future[None]] = deque()
        self._tested = Gathered(self._enter_pool)
        self._drawn: Ints = EMPTY
        """Registrations already drawn, of people from number `registered` on."""
        self._registered = 0
        self._last_tested = -1
        self._last = Passed((EMPTY, EMPTY), 0, EMPTY, 0, empty=programme.people == 0, last_turned_away=-1)
        self._stopped = False
        self.now = 0
        self.registered_on_day = np.zeros(-(-programme.horizon // DAY), dtype=np.int64)
        """How many registered on each day, so far as the first section has come."""

    def _window_ends(self, sync_points: list[int]) -> Iterator[int]:
        """Yield the ends of windows, cut at each sync point."""
        window, now = WEEK if self._programme.people <= FEW else DAY, 0
        for sync in sync_points:
            while now < sync:
                now = min(sync, (now // window + 1) * window)
                yield now

    # The clock

    def advance(self, until: int) -> None:
        """Take everyone to an instant: a sync point exactly, of others to the end of the window they lie in."""
        while self.now < until and not self._stopped:
            end, passed = self._next_window()
            self._second.recent.remember(passed.first, passed.registered_at)
            self._test(self._second.advance(passed.flow, end))
            self._last, self.now = passed, end
        self._tested.finish()
        while self._entering:
            self._entering.popleft().result()

    def _next_window(self) -> tuple[int, Passed]:
        """Return the end of the next window, and what the first section hands on in it."""
        if self._first_thread is None:
            end = next(self._ends)
            return end, self._pass_first_section(end)
        while len(self._ahead) <= WINDOWS_AHEAD and (end := next(self._ends, NEVER)) < NEVER:
            self._ahead.append((end, self._first_thread.submit(self._pass_first_section, end)))
        end, future = self._ahead.popleft()
        return end, future.result()

    def stop(self) -> None:
        """Let the threads that take people further come to their end: the run is over."""
        self._stopped = True
        for thread in (self._first_thread, self._pool_thread):
            if thread is not None:
                thread.shutdown(wait=True, cancel_futures=True)

    def finish(self) -> None:
        """Observe what was gathered, once everyone has come to the end."""
        for each in (self._arrivals, self._first, self._second):
            each.finish()

    # The first section

    def _pass_first_section(self, until: int) -> Passed:
        first = self._registered
        times, people = self._register(until)
        flow = self._first.advance((times, people), until)
        return Passed(
            flow=flow,
            first=first,
            registered_at=times,
            processed=self._first.processed,
            empty=self._registered == self._programme.people and self._first.is_empty(),
            last_turned_away=self._first.last_turned_away,
        )

    def _register(self, until: int) -> Flow:
        """Return who registers before an instant."""
        taken: list[Ints] = []
        while True:
            count = int(self._drawn.searchsorted(until))
            taken.append(self._drawn[:count])
            self._drawn = self._drawn[count:]
            if self._drawn.size or self._registrations.everyone_is_drawn():
                break
            self._drawn = self._registrations.draw()
        times = np.concatenate(taken)
        first, last = self._registered, self._registered + times.size
        self._registered = last
        self._first.recent.remember(first, times)
        self._arrivals.put(times, self._traits[first:last])
        if times.size:
            days = slice(int(times[0]) // DAY, int(times[-1]) // DAY + 1)
            self.registered_on_day[days] += np.diff(times.searchsorted(np.arange(days.start, days.stop + 1) * DAY))
        return times, np.arange(first, last, dtype=np.uint32)

    def _count_arrivals(self, times: Ints, packed: NDArray[np.uint32]) -> None:
        self._first_counts.stamp_ascending("registered", times)
        self._first_counts.people("applicants", packed)

    # The test

    def _test(self, flow: Flow) -> None:
        """Let those who leave the last station take the test, and then enter the pool."""
        times, people = flow[:2]
        if times.size == 0:
            return
        programme, checked = self._programme, new_checked(times.size)
        tested, refused = test_people(programme.key, programme.test, times, people, checked)
        self._sheet.move(times, NOWHERE, Place.TEST)
        if refused:
            self._sheet.move(checked.refused_at[:refused], Place.TEST, NOWHERE)
            self._second.refuse("test", checked.refused_at[:refused], checked.refused[:refused])
        if tested:
            self._sheet.move_some(checked.passed_at[:tested], Place.TEST, Place.POOL)
            self._last_tested = max(self._last_tested, int(checked.passed_at[:tested].max()))
            times, people = checked.passed_at[:tested], checked.passed[:tested]
            self._tested.put(times, people)

    def _enter_pool(self, times: Ints, people: People) -> None:
        """Hand people on to the pool, on a thread of its own where there is one: it hands nobody back."""
        registered = self._second.recent.of(people)
        if self._pool_thread is None:
            self._pool.enter(times, people, registered)
            return
        self._entering.append(self._pool_thread.submit(self._pool.enter, times, people, registered))
        if len(self._entering) > BATCHES_ENTERING:
            self._entering.popleft().result()

    # What the programme sees

    @property
    def processed(self) -> int:
        """Return how many have left the processing-rate station."""
        return self._last.processed

    def is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is on the way to the pool."""
        return self._last.empty and self._second.is_empty() and self._last_tested < self.now

    @property
    def empty_since(self) -> int:
        """Return the first day's end at which everyone had registered and nobody was on the way; else NEVER."""
        if not self.is_empty():
            return NEVER
        last = max(self._last.last_turned_away, self._second.last_turned_away, self._last_tested)
        return (last // DAY + 1) * DAY
