"""One run of the programme, its people moved by compiled kernels.

SimPy keeps the programme's clock: waves, announcements, payment runs, deadlines and days are its processes, the same
as in the person engine. People on the way to the pool know nothing of what comes after it, so they may run ahead on
threads of their own, up to each sync point: an instant at which the programme reads them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, WEEK
from sim.engines.cohort.after_award import AfterAward
from sim.engines.cohort.ahead import Ahead, InTurn
from sim.engines.cohort.census import Census
from sim.engines.cohort.day_ends import DayEnds
from sim.engines.cohort.heap import give_back, keep_for_few
from sim.engines.cohort.participants import Participants
from sim.engines.cohort.payments import Payments
from sim.engines.cohort.pool import Pool
from sim.engines.cohort.recorder import Recorder
from sim.engines.cohort.registrations import Registrations
from sim.engines.cohort.standing import new_standing
from sim.engines.cohort.threads import threads_of
from sim.engines.cohort.training import Training
from sim.engines.cohort.way_to_pool import WayToPool
from sim.engines.rows import Rows
from sim.journey.order import PersonAct, ProgrammeAct
from sim.observers.observations import Observations
from sim.observers.paid_days import PaidDays
from sim.observers.places import Places
from sim.programme.adding import adds, mondays
from sim.programme.budget import Budget
from sim.programme.ledger import Day
from sim.programme.market import MarketTable
from sim.programme.payment_runs import PaymentRuns, Report, RunRecord
from sim.programme.programme import Programme
from sim.programme.waves import WaveRecord, Waves
from sim.stations.timeline import Timeline, Wait

Progress = Callable[[int, int], None]
"""Is told an instant that all have come to and how many have registered, perhaps on another thread."""

FREED_EVERY = 4 * WEEK
"""How often memory that is free is given back (µs of the programme): more often takes time, to ask for it again."""

WORTH_FREEING = 1_000_000
"""People from which there is much to give back (some 25 bytes each): to ask how much takes half a millisecond."""


@dataclass(frozen=True)
class Result:
    """What a run of the cohort engine gives."""

    observations: Observations
    waves: list[WaveRecord]
    runs: list[RunRecord]
    days: list[Day]
    rows: Rows
    participants: NDArray[np.uint32]
    """Numbers of those awarded, by participant's number."""
    paid_days: PaidDays | None
    """The day of each payment, where the run is compared with another."""
    places: Places
    """Who has a place at the end, by participant's number."""


def simulate(
    programme: Programme,
    progress: Progress = lambda now, people: None,
    record: NDArray[np.int64] | None = None,
) -> Result:
    """Run the programme once; write down the rows of the people with the numbers to `record`, ascending."""
    keep_for_few(programme.people < WORTH_FREEING)
    result = Model(programme, progress, np.zeros(0, dtype=np.int64) if record is None else record).run()
    # The model and its processes refer to one another: without this the memory of a run would wait to be freed.
    gc.collect()
    return result


class Model:
    """The programme's clock over the kernels."""

    def __init__(self, programme: Programme, progress: Progress, record: NDArray[np.int64]) -> None:
        self.programme = programme
        self.timeline = Timeline()
        self.ended = self.timeline.event()
        self._progress, self._registered = progress, _registered(programme)
        self.recorder = Recorder(programme, record)
        self.traits = np.empty(programme.people, dtype=np.uint32)
        self.observations = Observations(programme, programme.horizon, self.traits)
        self._drawing = InTurn(threads_of(programme) > 1, ahead=True)
        drawn = Registrations(programme, self.traits, self._drawing.thread)
        standing = new_standing(programme.people)
        self.pool = Pool(programme, self.observations, self.traits, self.recorder, drawn, standing)
        census = Census(programme)
        sync_points = _sync_points(programme)
        way = WayToPool(
            programme,
            self.observations,
            census,
            self.traits,
            self.recorder,
            drawn,
            standing,
            self.pool,
            sync_points,
        )
        self.way = Ahead(way, sync_points, threads_of(programme) > 1)
        self.participants = Participants(programme)
        self._buying, self._paying = (InTurn(threads_of(programme) > 1) for _ in range(2))
        """The threads of those awarded who buy courses, and of training and payments, which follow them."""
        whom = self.observations, self.traits, self.recorder
        self._training = Training(programme, self.participants, *whom, drawn)
        self._after_award = AfterAward(programme, self.participants, *whom, self._training, self._paying.do)
        self.payments = Payments(programme, self.observations, self.participants, self.recorder)
        self.budget = Budget(programme)
        self._revoked: list[tuple[int, list[int]]] = []
        """By wave, the awards revoked at a deadline that has passed, once those awarded have come to it."""
        self.waves = Waves(self.timeline, programme, self, self.budget)
        self.runs = PaymentRuns(self.timeline, programme, self)
        self._runs_of_day: list[Callable[[], None]] = []
        """The runs since the last day's end, to be made at the next."""
        self._day_ends = DayEnds(programme, census, way, self.participants, self.payments)
        self.timeline.process(self._days())
        if programme.seats is not None and adds(programme):
            self.timeline.process(self._add_seats(programme.seats))

    # The run

    def run(self) -> Result:
        """Run to the end: a date, or until nothing is left to do."""
        try:
            self.way.send_ahead()
            if self.programme.parameters.clock.end is not None:
                self.timeline.run(until=self.programme.horizon)
                self.way.snapshot(self.programme.horizon)
                self._close_day()
            else:
                self.timeline.run(until=self.ended)
            self._stop_ahead()
            self._wait()
            return self._result()
        finally:
            self._stop_ahead()
            self._buying.stop()
            self._paying.stop()

    def _stop_ahead(self) -> None:
        """Stop what runs ahead of the programme: in a run without a date, beyond its end."""
        self.way.stop()
        self._drawing.stop()

    def _result(self) -> Result:
        end = self.timeline.now
        self.way.finish()
        self.observations.finish(end)
        self._pay(partial(self.payments.finish, end))
        self._wait()
        self._do(self._after_award.finish)
        self._pay(self._training.finish)
        table = self.programme.waves.waves
        open_waves = frozenset(
            k for k, record in enumerate(self.waves.records) if record.opened and int(table[k]["close"]) >= end
        )
        self.pool.finish(self.waves.last_announcement(), open_waves)
        self._wait()
        return Result(
            observations=self.observations,
            waves=self.waves.records,
            runs=self.runs.records,
            days=self._day_ends.days(end),
            rows=self.recorder.rows(self.traits, end),
            participants=self.participants.persons.copy(),
            paid_days=self._paid_days(),
            places=self.participants.places(self.observations.total("registered")),
        )

    def _paid_days(self) -> PaidDays | None:
        own, paid = self.participants, self.payments.paid_days
        if paid is None:
            return None
        return PaidDays(own.persons.copy(), own.people["partner"][: own.size].copy(), paid[: own.size])

    # Days

    def _days(self) -> Generator[Wait, None, None]:
        while True:
            yield self.timeline.act((self.timeline.now // DAY + 1) * DAY, ProgrammeAct.DAY_END)
            now = self.timeline.now
            self._close_day()
            self._pay(partial(self._tell_progress, now))
            if now >= self.programme.horizon:
                self.way.advance_to(now)  # what is unfinished then is counted as it stands
            if self._nothing_is_left(now) or now >= self.programme.horizon:
                self.ended.succeed()
                return

    def _tell_progress(self, now: int) -> None:
        """Say how far those have come who are the last to come to a day's end."""
        if now % FREED_EVERY == 0 and self.programme.people >= WORTH_FREEING:
            give_back()
        self._progress(now, int(self._registered[now // DAY]))

    def _close_day(self) -> None:
        now = self.timeline.now
        self._do(partial(self._day_ends.close, now, self.pool.gave_up_people))
        runs, self._runs_of_day = self._runs_of_day, []
        self._pay(partial(self._close_payments, now, runs))

    def _close_payments(self, now: int, runs: list[Callable[[], None]]) -> None:
        """Make the runs of a day, and close it, on the thread of payments."""
        for run in runs:
            run()
        self.payments.close_day(now)

    def _add_seats(self, market: MarketTable) -> Generator[Wait, None, None]:
        for event in mondays(self.timeline, market, self.programme.horizon):
            yield event
            self._do(partial(self._after_award.add_seats, self.timeline.now))

    def _do(self, task: Callable[[], None]) -> None:
        """Do a task of those awarded, on their thread, once they have come to this instant."""
        self._buying.do(partial(self._come_to, self.timeline.now))
        self._buying.do(task)

    def _pay(self, task: Callable[[], None]) -> None:
        """Do a task of payments, on their thread, once all that those awarded have earned so far is known there."""
        self._do(partial(self._paying.do, task))

    def _come_to(self, now: int) -> None:
        self._after_award.advance(now)
        self._paying.do(self._fall_due)

    def _fall_due(self) -> None:
        self.payments.fall_due(*self._training.due(), 0)

    def _wait(self) -> None:
        """Wait until those awarded, and then their payments, have come to this instant."""
        self._buying.wait()
        self._paying.wait()

    def _nothing_is_left(self, now: int) -> bool:
        own = self.participants
        if self.programme.parameters.clock.end is not None or not self.waves.all_announced():
            return False
        self._wait()
        return (
            own.undecided(now) == 0
            and own.last_course_end < now
            and own.last_closing < now
            and self.payments.settled == own.payments_due
            and self.way.empty_at(now)
        )

    # What the programme's own processes ask of the people

    def joined(self, wave: int) -> tuple[NDArray[Any], NDArray[np.uint32]]:
        """Return who has joined a wave that closes now, and their traits."""
        self.way.snapshot(self.timeline.now)
        return self.pool.joined(wave)

    def announce(self, wave: int, people: NDArray[Any], verdict: NDArray[np.uint8]) -> None:
        """Award, and tell everyone who waits for the wave."""
        now = self.timeline.now
        winners = self.pool.announce(wave, verdict, now)
        self._do(partial(self._after_award.award, wave, winners, now))
        self.timeline.process(self._deadline(wave))

    def _deadline(self, wave: int) -> Generator[Wait, None, None]:
        """Revoke the awards of a wave that have bought nothing, in people's turn at the deadline."""
        deadline = int(self.programme.waves.waves[wave]["deadline"])
        yield self.timeline.turn(deadline, self.programme.journey.turn(PersonAct.REVOKE), 0)
        revoked: list[int] = []
        self._do(lambda: revoked.append(self._after_award.revoke(wave, deadline)))
        self._revoked.append((wave, revoked))

    def processed(self) -> int:
        """Return how many have left the processing-rate station before now."""
        return self.way.snapshot(self.timeline.now).processed

    def processing_is_empty(self) -> bool:
        """Return whether everyone has registered and nobody is between the portal and the pool."""
        return self.way.snapshot(self.timeline.now).empty

    def could_take_a_place(self, eligible: float) -> bool:
        """Return whether someone eligible stands in the pool or has joined a wave not yet announced."""
        return self.pool.could_take_a_place(eligible)

    def undecided(self) -> int:
        """Return how many awards have neither bought nor been revoked."""
        undecided: list[int] = []
        self._do(lambda: undecided.append(self.participants.undecided(self.timeline.now)))
        self._buying.wait()
        return undecided[0]

    def tell_revoked(self) -> None:
        """Say of all awards that have been revoked so far that they are: wait until those awarded have come so far."""
        if self._revoked:
            self._buying.wait()
        for wave, revoked in self._revoked:
            self.waves.revoke(wave, revoked[0])
        self._revoked = []

    def make_runs(self, caps: list[int | None], report: Report) -> None:
        """Make the run of every partner, when those awarded have come to the day's end.

        What a run pays was ready before it, and moves nobody but the payments that follow: so nobody needs to come to
        the run's own instant.
        """
        self._runs_of_day.append(partial(self.payments.make_runs, caps, self.timeline.now, report))


def _sync_points(programme: Programme) -> list[int]:
    """Return the instants at which the programme reads the people on the way to the pool, ascending."""
    table = programme.waves.waves
    points = set(table["close"].tolist())
    if programme.parameters.waves.rule is not None:
        points |= set(table["open"].tolist())
    return [*sorted(at for at in points if at < programme.horizon), programme.horizon]


def _registered(programme: Programme) -> NDArray[np.int64]:
    """Return how many have registered before each day's beginning by the demand: their thread may be ahead of it."""
    times, demand, _ = programme.curve
    days = np.arange(-(-programme.horizon // DAY) + 1) * DAY
    if demand[-1] <= 0:
        return np.zeros(days.size, dtype=np.int64)
    return (programme.people * np.interp(days, times, demand) / demand[-1]).astype(np.int64)
