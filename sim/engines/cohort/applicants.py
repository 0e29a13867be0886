"""The first half of the journey, window by window: from the portal through processing and the test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, HOUR, NEVER
from sim.calendar.order import STATIONS
from sim.engines.cohort.flows import EMPTY, NO_RETRY, Flow, Ints, Later, Line, People, merge
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Registrations
from sim.observers.observations import Observations
from sim.programme.ledger import BrokenPromise
from sim.programme.places import Place, Refusal
from sim.programme.programme import Programme
from sim.rules import verifying
from sim.rules.compiling import rule
from sim.rules.luck import Group, luck
from sim.rules.verifying import PEOPLE_CHECKS
from sim.stations.servers import SERVERS_START, pass_servers, scaled_servers
from sim.stations.throughput import THROUGHPUT_START, pass_throughput


class Applicants:
    """Everyone from registration to the pool; `advance` takes them to an instant."""

    def __init__(
        self,
        programme: Programme,
        seen: Observations,
        traits: NDArray[np.uint32],
        recorder: Recorder,
        registrations: Registrations,
        pool: Pool,
    ) -> None:
        self._programme, self._seen, self._traits = programme, seen, traits
        self._recorder, self._pool = recorder, pool
        self._window = int(programme.parameters.run.window_hours * HOUR)
        self.now = 0
        self._stopped = False
        self._registrations = registrations
        self._ahead: Ints = EMPTY
        """Registrations already drawn, of people from number `registered` on."""
        self.registered = 0
        self.processed = 0
        self._lines = {name: Line(NO_RETRY) if name.endswith("_retry") else Line() for name in STATIONS}
        self._later = {check: Later() for check in PEOPLE_CHECKS}
        self._inside = dict.fromkeys(STATIONS, 0)
        self._refused = self._gave_up = self._pooled = 0
        self._last_tested = -1
        self.empty_since = NEVER
        """The first day's end at which everyone had registered and nobody was on the way."""
        self._state = {name: np.array(THROUGHPUT_START, dtype=np.int64) for name in STATIONS}
        self._renegings: list[Ints] = []
        screening = programme.stations["screening"]
        assert screening is not None
        scaled = [scaled_servers(int(n), programme.parameters.population.scale) for n in screening.values]
        self._servers = np.array([m for m, _ in scaled], dtype=np.int64)
        self._stretches = np.array([stretch for _, stretch in scaled])
        self._servers_state = np.array(SERVERS_START, dtype=np.int64)
        most = int(self._servers.max()) + 1
        self._busy = (np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64))
        self.days: list[dict[Place, int]] = []
        """At each day's end, how many stand in each place up to the test, refused or given up."""

    # The clock

    def advance(self, until: int) -> None:
        """Take everyone to an instant, in windows no longer than the shortest feedback and cut at midnight."""
        while self.now < until and not self._stopped:
            end = min(until, (self.now // self._window + 1) * self._window, (self.now // DAY + 1) * DAY)
            self._advance_window(end)
            self.now = end
            if end % DAY == 0:
                self._close_day()

    def stop(self) -> None:
        """Let a thread that takes them further come to its end: the run is over."""
        self._stopped = True

    def is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is on the way to the pool."""
        return (
            self.registered == self._programme.people
            and not any(self._inside.values())
            and not any(len(later) for later in self._later.values())
            and self._last_tested < self.now
        )

    def _advance_window(self, until: int) -> None:
        programme = self._programme
        if self.registered == programme.people and not any(self._lines.values()):
            idle = not any(len(later) for later in self._later.values()) and not self._renegings
            if idle and not self._servers_state[0]:
                return
        flow = self._through("portal", self._register(until), until)
        self._seen.stamp_ascending("portal_left", flow[0])
        flow = self._through("processing", flow, until, patient=False)
        self._seen.stamp_ascending("processing_left", flow[0])
        self.processed += flow[0].size
        for check in PEOPLE_CHECKS:
            flow = self._check(check, flow, until)
        self._screen(flow, until)

    # Parts of the journey

    def _register(self, until: int) -> Flow:
        taken: list[Ints] = []
        while True:
            count = int(np.searchsorted(self._ahead, until))
            taken.append(self._ahead[:count])
            self._ahead = self._ahead[count:]
            if self._ahead.size or self._registrations.everyone_is_drawn():
                break
            self._ahead = self._registrations.draw()
        times = np.concatenate(taken)
        first, last = self.registered, self.registered + times.size
        self.registered = last
        self._seen.stamp_ascending("registered", times)
        if times.size:
            self._seen.people("applicants", self._traits[first:last])
        return times, np.arange(first, last, dtype=np.uint32)

    def _through(self, name: str, flow: Flow, until: int, *, patient: bool = True) -> Flow:
        """Take arrivals before an instant through a throughput station; return who leaves before it."""
        schedule = self._programme.stations[name]
        arrived, persons = flow[:2]
        if schedule is None:
            self._seen.stations[name].add_plenty(arrived, end=self._seen.end)
            for what in ("arrived", "started", "left"):
                self._recorder.put(f"{name}_{what}", persons, arrived)
            return flow
        if arrived.size:
            bears = EMPTY if patient else self._bears(name, flow)
            started, left = np.empty_like(arrived), np.empty_like(arrived)
            gave_up = np.empty_like(bears)
            pass_throughput(schedule.starts, schedule.values, self._state[name], arrived, bears, started, left, gave_up)
            self._inside[name] += arrived.size
            self._observe(name, persons, arrived, started, left, gave_up)
            flow = (left, *flow[1:])
            if bears.size:
                self._renege(name, persons, gave_up)
                served = gave_up == NEVER
                flow = tuple(column[served] for column in flow)
            self._lines[name].put(flow)
        self._leave_unserved(name, until)
        leaving = self._lines[name].take(until)
        self._inside[name] -= leaving[0].size
        return leaving

    def _check(self, check: str, flow: Flow, until: int) -> Flow:
        """Verify those who leave a check's station and its retry's before an instant; return who passes."""
        first = self._through(check, flow, until, patient=False)
        again = self._through(f"{check}_retry", self._later[check].take(until), until, patient=False)
        passed = merge(self._verify(check, first), self._verify(check, again))
        self._seen.stamp_ascending(f"{check}_passed", passed[0])
        self._recorder.put(f"{check}_passed", passed[1], passed[0])
        return passed

    def _verify(self, check: str, flow: Flow) -> Flow:
        """Return who passes; who fails tries again later or is refused."""
        times, persons = flow[:2]
        if times.size == 0:
            return times, persons
        programme = self._programme
        attempts = flow[2] if len(flow) > 2 else EMPTY
        self._recorder.put(f"{check}_tries", persons, attempts + 1 if attempts.size else 1)
        out = tuple(np.empty(times.size, dtype=column.dtype) for column in (times, persons) * 3)
        next_attempts = np.empty(times.size, dtype=np.int64)
        passed, retrying, refused = _verify(
            programme.key,
            PEOPLE_CHECKS[check].value,
            programme.checks[check],
            times,
            persons,
            attempts,
            *out,
            next_attempts,
        )
        if retrying:
            self._later[check].put((out[2][:retrying], out[3][:retrying], next_attempts[:retrying]))
        self._refuse(Refusal[check.upper()], out[4][:refused], out[5][:refused])
        return out[0][:passed], out[1][:passed]

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
            self._stretches,
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
        self._lines["screening"].put((out_time[:count], out_people[:count]))
        self._leave_unserved("screening", until)
        times, persons = self._lines["screening"].take(until)
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
            self._last_tested = max(self._last_tested, int(out[0][:tested].max()))
            self._pool.enter(out[0][:tested], out[1][:tested])

    # What parts have in common

    def _bears(self, name: str, flow: Flow) -> Ints:
        law, persons = self._programme.patience, flow[1]
        if law is None:
            return EMPTY
        attempts = flow[2] if len(flow) > 2 else EMPTY
        bears = np.empty(persons.size, dtype=np.int64)
        _patiences(self._programme.key, law, persons, STATIONS.index(name), attempts, bears)
        return bears

    def _observe(self, name: str, persons: People, arrived: Ints, started: Ints, left: Ints, gave_up: Ints) -> None:
        self._seen.stations[name].add(arrived, started, left, gave_up, end=self._seen.end)
        if self._recorder.on:
            for what, stamps in (("arrived", arrived), ("started", started), ("left", left)):
                self._recorder.put(f"{name}_{what}", persons, stamps)

    def _renege(self, name: str, persons: People, gave_up: Ints) -> None:
        left = gave_up < NEVER
        if left.any():
            self._seen.stamp(f"gave_up_at_{name}", gave_up[left])
            self._pool.turn_away(persons[left], gave_up[left])
            self._recorder.put("gave_up", persons[left], gave_up[left])
            self._recorder.put("gave_up_at", persons[left], STATIONS.index(name))
            self._renegings.append(np.stack([gave_up[left], np.full(int(left.sum()), STATIONS.index(name))]))

    def _leave_unserved(self, name: str, until: int) -> None:
        """Count those whose patience at a station ends before an instant."""
        number = STATIONS.index(name)
        kept = []
        for stamps in self._renegings:
            gone = (stamps[1] == number) & (stamps[0] < until)
            self._inside[name] -= int(gone.sum())
            self._gave_up += int(gone.sum())
            if not gone.all():
                kept.append(stamps[:, ~gone])
        self._renegings = kept

    def _refuse(self, by: Refusal, times: Ints, persons: People) -> None:
        if times.size:
            self._refused += times.size
            self._seen.stamp_ascending(f"refused_by_{by.name.lower()}", times)
            self._pool.turn_away(persons, times)
            self._recorder.put("refused", persons, times)
            self._recorder.put("refused_by", persons, int(by))

    def places(self) -> dict[Place, int]:
        """Return how many stand in each place now; everyone registered must stand somewhere."""
        places = {Place[name.upper()]: count for name, count in self._inside.items()}
        for check, later in self._later.items():
            places[Place[f"{check}_retry".upper()]] += len(later)
        places |= {
            Place.REFUSED: self._refused,
            Place.GAVE_UP_PROCESSING: self._gave_up,
            Place.POOL: self._pooled,
        }
        if sum(places.values()) != self.registered:
            raise BrokenPromise(
                f"people do not add up at the end of day {self.now // DAY}: {self.registered} have registered, "
                f"{sum(places.values())} stand somewhere"
            )
        return places

    def _close_day(self) -> None:
        self.days.append(self.places())
        if self.empty_since == NEVER and self.is_empty():
            self.empty_since = self.now


@rule
def _verify(
    key: NDArray[np.void],
    group: int,
    check: NDArray[np.void],
    times: Ints,
    persons: People,
    attempts: Ints,
    passed_at: Ints,
    passed: People,
    again_at: Ints,
    again: People,
    refused_at: Ints,
    refused: People,
    next_attempts: Ints,
) -> tuple[int, int, int]:
    """Part those who pass from those who try again, at a later instant, and those refused; return how many."""
    failed = np.empty(persons.size, dtype=np.int64)
    p = f = a = r = 0
    for i in range(persons.size):
        attempt = attempts[i] if attempts.size else 0
        words = luck(key, group, np.int64(persons[i]), attempt)
        # Written to both sides and counted on one: a branch that nobody can foresee costs more.
        passes = int(verifying.passes_check(words, check, attempt))
        passed_at[p] = times[i]
        passed[p] = persons[i]
        p += passes
        failed[f] = i
        f += 1 - passes
    for i in failed[:f]:
        attempt = attempts[i] if attempts.size else 0
        words = luck(key, group, np.int64(persons[i]), attempt)
        if verifying.tries_again(words, check, attempt):
            again_at[a] = times[i] + verifying.retry_delay(words, check)
            again[a] = persons[i]
            next_attempts[a] = attempt + 1
            a += 1
        else:
            refused_at[r] = times[i]
            refused[r] = persons[i]
            r += 1
    return p, a, r


@rule
def _patiences(
    key: NDArray[np.void], law: NDArray[np.void], persons: People, station: int, attempts: Ints, bears: Ints
) -> None:
    for i in range(persons.size):
        attempt = attempts[i] if attempts.size else 0
        bears[i] = verifying.patience(key, law, np.int64(persons[i]), station, attempt)


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
