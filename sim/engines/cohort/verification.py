"""The second stretch of the way: registry, third layer, screening, and the test."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sim.engines.cohort.entrance import Entered
from sim.engines.cohort.flows import Flow, Ints, People
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Recent
from sim.engines.cohort.stretch import Stretch
from sim.engines.cohort.threads import threads_of
from sim.observers.observations import Observations
from sim.programme.places import Place, Refusal
from sim.programme.programme import Programme
from sim.rules import verifying
from sim.rules.compiling import rule
from sim.rules.luck import Group, luck
from sim.stations.servers import SERVERS_START, pass_servers, scaled_servers

BATCHES_ENTERING = 16
"""Windows whose people may still be entering the pool."""


class Verification(Stretch):
    """Everyone from the registry check to the pool."""

    STATIONS = ("registry", "registry_retry", "third_layer", "third_layer_retry", "screening")
    CHECKS = ("registry", "third_layer")

    def __init__(
        self, programme: Programme, seen: Observations, recorder: Recorder, pool: Pool, recent: Recent
    ) -> None:
        super().__init__(programme, seen, recorder, pool, recent)
        self._thread = ThreadPoolExecutor(1) if threads_of(programme) > 1 else None
        self._entering: deque[Future[None]] = deque()
        self._pooled = 0
        self.last_tested = -1
        """When the last of the tests taken so far is done."""
        screening = programme.stations["screening"]
        assert screening is not None
        scaled = [scaled_servers(int(n), programme.parameters.population.scale) for n in screening.values]
        self._servers = np.array([m for m, _ in scaled], dtype=np.int64)
        self._slower = np.array([factor for _, factor in scaled])
        self._servers_state = np.array(SERVERS_START, dtype=np.int64)
        most = int(self._servers.max()) + 1
        self._busy = (np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64))

    def is_idle(self) -> bool:
        """Return whether nothing will happen here unless someone comes."""
        return super().is_idle() and not self._servers_state[0]

    def places(self) -> dict[Place, int]:
        """Return how many stand in each place, have been refused or given up here, or have come to the pool."""
        return super().places() | {Place.POOL: self._pooled}

    def advance(self, entered: Entered, until: int) -> None:
        """Take in those who come from the entrance, and everyone here to an instant."""
        self._recent.remember(entered.first, entered.registered_at)
        if entered.flow[0].size or not self.is_idle():
            flow = entered.flow
            for check in self.CHECKS:
                flow = self._check(check, flow, until)
            self._screen(flow, until)

    def _screen(self, flow: Flow, until: int) -> None:
        """Take arrivals through screening; who leaves before an instant is refused, or goes to the test."""
        programme, schedule = self._programme, self._programme.stations["screening"]
        assert schedule is not None
        arrived, persons = flow
        service = np.empty(arrived.size, dtype=np.int64)
        _services(programme.key, programme.screening, persons, service)
        bears = self._bears("screening", flow)
        started, left, gave_up = np.empty_like(arrived), np.empty_like(arrived), np.empty_like(bears)
        room = arrived.size + int(self._servers_state[0])
        out_time, out_people = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.uint32)
        count = pass_servers(
            schedule.starts,
            self._servers,
            self._slower,
            self._servers_state,
            *self._busy,
            persons,
            arrived,
            service,
            bears,
            started,
            left,
            gave_up,
            out_time,
            out_people,
            until,
        )
        self._inside["screening"] += arrived.size
        self._observe("screening", persons, arrived, started, left, gave_up)
        if bears.size:
            self._renege("screening", persons, gave_up)
        self._departures["screening"].put((out_time[:count], out_people[:count]))
        self._leave_unserved("screening", until)
        times, persons = self._departures["screening"].take(until)
        self._inside["screening"] -= times.size
        self._seen.stamp_ascending("screening_left", times)
        out = tuple(np.empty(times.size, dtype=column.dtype) for column in (times, persons) * 3)
        tested, not_screened, not_tested = _test(
            programme.key, programme.screening, programme.test, times, persons, *out
        )
        self._refuse(Refusal.SCREENING, out[2][:not_screened], out[3][:not_screened])
        self._refuse(Refusal.TEST, out[4][:not_tested], out[5][:not_tested])
        if tested:
            self._pooled += tested
            self.last_tested = max(self.last_tested, int(out[0][:tested].max()))
            times, persons = out[0][:tested], out[1][:tested]
            self._enter_pool(times, persons, self._recent.of(persons))

    def _enter_pool(self, times: Ints, persons: People, registered: Ints) -> None:
        """Hand people on to the pool, on a thread of its own where there is one: it hands nobody back."""
        if self._thread is None:
            self._pool.enter(times, persons, registered)
            return
        self._entering.append(self._thread.submit(self._pool.enter, times, persons, registered))
        if len(self._entering) > BATCHES_ENTERING:
            self._entering.popleft().result()

    def wait_for_pool(self) -> None:
        """Wait until all who were handed on have entered the pool."""
        while self._entering:
            self._entering.popleft().result()

    def stop(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)


@rule
def _services(key: NDArray[np.void], screening: NDArray[np.void], persons: People, service: Ints) -> None:
    for i in range(persons.size):
        service[i] = verifying.screen(key, screening, np.int64(persons[i]))[0]


@rule
def _test(
    key: NDArray[np.void],
    screening: NDArray[np.void],
    test: NDArray[np.void],
    times: Ints,
    persons: People,
    tested_at: Ints,
    tested: People,
    screened_out_at: Ints,
    screened_out: People,
    untested_at: Ints,
    untested: People,
) -> tuple[int, int, int]:
    """Part those who take the test, at the instant it is done, from those screened out and those who do not."""
    t = s = u = 0
    for i in range(persons.size):
        words = luck(key, Group.SCREENING.value, np.int64(persons[i]), 0)
        if not verifying.passes_screening(words, screening):
            screened_out_at[s] = times[i]
            screened_out[s] = persons[i]
            s += 1
            continue
        if verifying.takes_test(words, test):
            tested_at[t] = times[i] + verifying.test_takes(words, test)
            tested[t] = persons[i]
            t += 1
        else:
            untested_at[u] = times[i]
            untested[u] = persons[i]
            u += 1
    return t, s, u
