"""One run of the programme, its people moved by compiled kernels.

SimPy keeps the programme's clock: waves, announcements, payment runs, deadlines and days are its
processes, the same as in the person engine. Applicants know nothing of what comes after the pool, so
they may run ahead on threads of their own, up to each instant at which the programme looks at them.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY
from sim.calendar.order import Act, Part
from sim.engines.cohort.applicants import Applicants
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.payments import Payments
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registry import Registrations
from sim.engines.cohort.threads import threads_of
from sim.engines.rows import Rows
from sim.observers.observations import Observations
from sim.programme.budget import Budget
from sim.programme.payment_runs import PaymentRuns, Report, RunRecord
from sim.programme.places import Place
from sim.programme.programme import Programme
from sim.programme.waves import WaveRecord, Waves
from sim.stations.timeline import Timeline, Wait

Progress = Callable[[int, int], None]

LOOKS_AHEAD = 4
"""Looks of the programme that the applicants may be ahead, on their thread."""


@dataclass(frozen=True)
class Looked:
    """What the programme sees of the applicants at an instant."""

    processed: int
    empty: bool


@dataclass(frozen=True)
class Outcome:
    """What a run of the cohort engine gives."""

    seen: Observations
    waves: list[WaveRecord]
    runs: list[RunRecord]
    days: list[tuple[int, list[int], list[int], list[int], list[int]]]
    rows: Rows
    participants: NDArray[np.uint32]
    """Numbers of those awarded, by participant's number."""


def simulate(
    programme: Programme,
    progress: Progress = lambda now, people: None,
    record: NDArray[np.int64] | None = None,
) -> Outcome:
    """Run the programme once; write down the rows of the people with the numbers to `record`, ascending."""
    outcome = Model(programme, progress, np.zeros(0, dtype=np.int64) if record is None else record).run()
    # The model and its processes refer to one another: without this the memory of a run would wait to be freed.
    gc.collect()
    return outcome


class Model:
    """The programme's clock over the kernels."""

    def __init__(self, programme: Programme, progress: Progress, record: NDArray[np.int64]) -> None:
        self.programme = programme
        self.timeline = Timeline()
        self.ended = self.timeline.event()
        self._progress = progress
        self.recorder = Recorder(programme, record)
        self.traits = np.empty(programme.people, dtype=np.uint32)
        self._seen_entering = Observations(programme, programme.horizon)
        self.seen = Observations(programme, programme.horizon)
        threads = threads_of(programme)
        self._applicants_thread = ThreadPoolExecutor(1) if threads > 1 else None
        self._drawing_thread = ThreadPoolExecutor(1) if threads > 1 else None
        drawn = Registrations(programme, self.traits, self._drawing_thread)
        self.pool = Pool(programme, self._seen_entering, self.seen, self.traits, self.recorder, drawn)
        table = programme.waves.waves
        looks = set(table["close"].tolist())
        if programme.parameters.waves.rule is not None:
            looks |= set(table["open"].tolist())
        self._looks = [*sorted(at for at in looks if at < programme.horizon), programme.horizon]
        """When the programme looks at the applicants."""
        self.applicants = Applicants(
            programme, self._seen_entering, self.traits, self.recorder, drawn, self.pool, self._looks
        )
        self.participants = Participants(programme, self.seen, self.traits, self.recorder, drawn)
        self._seen_paying = Observations(programme, programme.horizon)
        self.payments = Payments(programme, self._seen_paying, self.participants, self.recorder)
        self._paying_thread = ThreadPoolExecutor(1) if threads > 1 else None
        self._paying: deque[Future[None]] = deque()
        self.budget = Budget(programme)
        self.waves = Waves(self.timeline, programme, self, self.budget)
        self.runs = PaymentRuns(self.timeline, programme, self)
        self.timeline.process(self._days())
        self._after_award: list[tuple[int, int, int, int, list[int], list[int], list[int]]] = []
        self._seen_looks = self._sent = 0
        self._ahead: dict[int, Future[Looked]] = {}
        self._looked: dict[int, Looked] = {}

    # The run

    def run(self) -> Outcome:
        """Run to the end: a date, or until nothing is left to do."""
        try:
            self._send_ahead()
            if self.programme.parameters.clock.end is not None:
                self.timeline.run(until=self.programme.horizon)
                self._look(self.programme.horizon)
                self._close_day()
            else:
                self.timeline.run(until=self.ended)
            self._stop_applicants()
            self._wait_for_payments()
            return self._outcome()
        finally:
            self._stop_applicants()
            if self._paying_thread is not None:
                self._paying_thread.shutdown(wait=True, cancel_futures=True)

    def _stop_applicants(self) -> None:
        """Stop what runs ahead of the programme: in a run without a date, beyond its end."""
        self.applicants.stop()
        for thread in (self._applicants_thread, self._drawing_thread):
            if thread is not None:
                thread.shutdown(wait=True, cancel_futures=True)

    def _on_paying_thread(self, task: Callable[[], None]) -> None:
        """Let the payments' thread do a task after those before it, or do it now where there is no such thread."""
        if self._paying_thread is None:
            task()
            return
        self._paying.append(self._paying_thread.submit(task))
        while self._paying[0].done():
            self._paying.popleft().result()
            if not self._paying:
                break

    def _wait_for_payments(self) -> None:
        while self._paying:
            self._paying.popleft().result()

    def _send_ahead(self) -> None:
        """Let the applicants go on to the next instants at which the programme looks at them.

        Not much further: whoever comes early to the pool only takes memory there.
        """
        furthest = min(self._seen_looks + LOOKS_AHEAD, len(self._looks))
        while self._applicants_thread is not None and self._sent < furthest:
            at = self._looks[self._sent]
            self._ahead[at] = self._applicants_thread.submit(self._advance, at)
            self._sent += 1

    def _advance(self, at: int) -> Looked:
        self.applicants.advance(at)
        return Looked(self.applicants.processed, self.applicants.is_empty())

    def _look(self, at: int) -> Looked:
        """Return what the programme sees of the applicants at an instant, once they have come to it."""
        while self._seen_looks < len(self._looks) and self._looks[self._seen_looks] <= at:
            self._seen_looks += 1
            self._send_ahead()
            now = self._looks[self._seen_looks - 1]
            self._looked[now] = self._ahead.pop(now).result() if self._applicants_thread else self._advance(now)
        return self._looked[at]

    def _outcome(self) -> Outcome:
        end = self.timeline.now
        seen = self.seen
        for each in (self._seen_entering, self._seen_paying, seen):
            each.finish(end)
        self._on_paying_thread(self.payments.finish)
        self._on_paying_thread(self.participants.finish)
        table = self.programme.waves.waves
        open_waves = frozenset(
            k for k, record in enumerate(self.waves.records) if record.opened and int(table[k]["close"]) >= end
        )
        self.pool.finish(self.waves.last_announcement(), open_waves)
        self._wait_for_payments()
        for each in (self._seen_entering, self._seen_paying):
            seen.merge(each)
        seen.stations = self._seen_entering.stations
        return Outcome(
            seen=seen,
            waves=self.waves.records,
            runs=self.runs.records,
            days=self._census(),
            rows=self.recorder.rows(self.traits, end),
            participants=self.participants.persons.copy(),
        )

    # Days

    def _days(self) -> Generator[Wait, None, None]:
        while True:
            yield self.timeline.act((self.timeline.now // DAY + 1) * DAY, Act.DAY_END)
            now = self.timeline.now
            self._close_day()
            self._progress(now, self._registered(now))
            if now >= self.programme.horizon:
                self._advance_to(now)  # what is unfinished then is counted as it stands
            if self._nothing_is_left(now) or now >= self.programme.horizon:
                self.ended.succeed()
                return

    def _registered(self, now: int) -> int:
        """Return how many have registered before now by the demand: their thread may be ahead of this instant."""
        times, demand, _ = self.programme.curve
        return int(self.programme.people * np.interp(now, times, demand) / demand[-1]) if demand[-1] > 0 else 0

    def _nothing_is_left(self, now: int) -> bool:
        own = self.participants
        return (
            self.programme.parameters.clock.end is None
            and self.waves.all_announced()
            and own.undecided(now) == 0
            and own.last_course_end < now
            and own.last_closing < now
            and self._everything_is_paid()
            and self._empty_at(now)
        )

    def _everything_is_paid(self) -> bool:
        self._wait_for_payments()
        return self.payments.made == self.participants.payments_due

    def _empty_at(self, now: int) -> bool:
        """Return whether everyone had registered and nobody was on the way at a day's end."""
        self._advance_to(now)
        return self.applicants.empty_since <= now

    def _advance_to(self, now: int) -> None:
        if self._applicants_thread is None:
            self._advance(now)
        else:
            self._applicants_thread.submit(self._advance, now).result()

    def _close_day(self) -> None:
        """Take the census of those awarded, and of the rupiah."""
        own, now = self.participants, self.timeline.now
        undecided = own.undecided(now)
        flows = [[int(self.seen.rupiah[flow, kind][: -(-now // DAY)].sum()) for kind in RUPIAH_KINDS] for flow in FLOWS]
        self._on_paying_thread(self.payments.close_day)
        counts = (undecided, own.bought_people, own.revoked_people, self.pool.gave_up_people)
        self._after_award.append((*counts, *flows))  # type: ignore[arg-type]

    def _census(self) -> list[tuple[int, list[int], list[int], list[int], list[int]]]:
        """Return where everyone stands, and the rupiah, at each day's end."""
        found = []
        end = self.timeline.now
        for day, (undecided, bought, revoked, gave_up, *flows) in enumerate(self._after_award):
            now = min((day + 1) * DAY, end)
            flows[1][1:] = self.payments.days[day]
            if now % DAY and now == end:
                places = dict(self.applicants.places())
            else:
                places = dict(self.applicants.days[day])
            awarded = undecided + bought + revoked
            places[Place.POOL] -= awarded + gave_up
            places |= {
                Place.AWARDED: undecided,
                Place.PARTICIPANT: bought,
                Place.REVOKED: revoked,
                Place.GAVE_UP_WAVES: gave_up,
            }
            found.append((now, [places.get(place, 0) for place in Place], *flows))
        return found  # type: ignore[return-value]

    # What the programme's own processes ask of the people

    def joined(self, wave: int) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        self._look(self.timeline.now)
        return self.pool.joined(wave)

    def announce(self, wave: int, people: NDArray[Any], outcome: NDArray[np.uint8]) -> None:
        """Award, and tell everyone who waits for the wave."""
        now = self.timeline.now
        winners = self.pool.announce(wave, outcome, now)
        numbers, due = self.participants.award(wave, winners, now)
        self._on_paying_thread(partial(self.payments.fall_due, numbers, due, 0))
        self.timeline.process(self._deadline(wave, winners.size))

    def _deadline(self, wave: int, awards: int) -> Generator[Wait, None, None]:
        """Release what a wave's revoked awards had committed, in people's turn at the deadline."""
        own = self.participants
        revoked = int(own.revoked[own.size - awards : own.size].sum())
        yield self.timeline.turn(int(self.programme.waves.waves[wave]["deadline"]), Part.REVOKE, 0)
        self.budget.release(wave, revoked)

    def processed(self) -> int:
        """Return how many have left the processing-rate station before now."""
        return self._look(self.timeline.now).processed

    def processing_is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is between the portal and the pool."""
        return self._look(self.timeline.now).empty

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        return self.pool.could_take_a_place(eligible)

    def undecided(self) -> int:
        """Return how many awards have neither bought nor been revoked."""
        return self.participants.undecided(self.timeline.now)

    def run_partner(self, partner: int, cap: int, report: Report) -> None:
        """Make a partner's daily run."""
        now = self.timeline.now
        self._on_paying_thread(lambda: report(*self.payments.run_partner(partner, cap, now)))


RUPIAH_KINDS = ("training", "incentive", "survey")
FLOWS = ("awarded", "paid", "returned")
