"""A stretch of the way from the portal to the pool: stations in a row, taken a window at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.calendar.order import STATIONS
from sim.engines.cohort.flows import EMPTY, NO_FLOW, NO_RETRY, Departures, Flow, Ints, Later, People, merge
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Recent
from sim.observers.observations import Observations
from sim.programme.places import Place, Refusal
from sim.programme.programme import Programme
from sim.rules import verifying
from sim.rules.compiling import rule
from sim.rules.luck import luck
from sim.rules.verifying import PEOPLE_CHECKS
from sim.stations.throughput import THROUGHPUT_START, pass_throughput


class Stretch:
    """What both stretches have in common: stations, checks with retries, patience and refusals."""

    STATIONS: tuple[str, ...]
    CHECKS: tuple[str, ...]

    def __init__(
        self, programme: Programme, seen: Observations, recorder: Recorder, pool: Pool, recent: Recent
    ) -> None:
        self._programme, self._seen, self._recorder = programme, seen, recorder
        self._pool, self._recent = pool, recent
        self._departures = {
            name: Departures(NO_RETRY if name.endswith("_retry") else NO_FLOW) for name in self.STATIONS
        }
        self._later = {check: Later() for check in self.CHECKS}
        self._inside = dict.fromkeys(self.STATIONS, 0)
        self._refused = self._gave_up = 0
        self._state = {name: np.array(THROUGHPUT_START, dtype=np.int64) for name in self.STATIONS}
        self._renegings: list[Ints] = []

    def is_empty(self) -> bool:
        """Return whether nobody is on this stretch of the way."""
        return not any(self._inside.values()) and not any(len(later) for later in self._later.values())

    def is_idle(self) -> bool:
        """Return whether nothing will happen here unless someone comes."""
        on_the_way = any(self._departures.values()) or any(len(later) for later in self._later.values())
        return not on_the_way and not self._renegings

    def places(self) -> dict[Place, int]:
        """Return how many stand in each place, and have been refused or given up here."""
        places = {Place[name.upper()]: count for name, count in self._inside.items()}
        for check, later in self._later.items():
            places[Place[f"{check}_retry".upper()]] += len(later)
        return places | {Place.REFUSED: self._refused, Place.GAVE_UP_PROCESSING: self._gave_up}

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
            self._departures[name].put(flow)
        self._leave_unserved(name, until)
        leaving = self._departures[name].take(until)
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
            self._pool.turn_away(persons[left], gave_up[left], self._recent)
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
            self._pool.turn_away(persons, times, self._recent)
            self._recorder.put("refused", persons, times)
            self._recorder.put("refused_by", persons, int(by))


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
