"""Daily runs: on working days at a set hour, those who came strictly before, up to a cap, first come first served.

A run starts and ends at its instant. Unused capacity lapses; the fraction of a person that is left is carried over, so
that a scaled cap gives whole people: the kth run takes up to the floor of the cumulative cap less the floor of the one
before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER, time_of_day
from sim.journey.kinds import Kind
from sim.journey.order import ProgrammeAct
from sim.rules.compiling import kernel, rule
from sim.stations.bank import by_instance, lay, put_back, take
from sim.stations.blocks import Block, Blocks, Calendar, block_schedule, never_binds, one_each
from sim.stations.plan import EMPTY, Ints, Kernel, Plan, Served
from sim.stations.resource import StationResource
from sim.stations.schedule import MILLION, UNLIMITED, Schedule
from sim.stations.timeline import Timeline, Wait


def plan_daily_runs(blocks: Blocks, scale: float, calendar: Calendar) -> DailyRunsPlan | None:
    """Return the plan of daily runs; None where the cap never binds. Raise ValueError where hours of runs differ."""
    schedules = one_each(blocks, lambda block: _cap_schedule(block, scale, calendar))
    if all(never_binds(block, "cap") for block in blocks):
        return None
    hours = {block.run_hour for block in blocks}
    if len(hours) > 1:
        raise ValueError(f"the runs of one bank must be at one hour: {sorted(hours)}")
    return DailyRunsPlan(schedules, run_instants(calendar.work, time_of_day(hours.pop())))


def cap_schedule(block: Block, scale: float, calendar: Calendar) -> Schedule | None:
    """Return the schedule of a block's cap, in millionths, scaled; None where it never binds."""
    return None if never_binds(block, "cap") else _cap_schedule(block, scale, calendar)


def _cap_schedule(block: Block, scale: float, calendar: Calendar) -> Schedule:
    def cap(value: float | None) -> int:
        return UNLIMITED if value is None else min(round(value * scale * MILLION), UNLIMITED)

    return block_schedule(block, "cap", cap, calendar)


def run_instants(work: Ints, clock: int) -> Ints:
    """Return the instants of the runs of working days, at a time of the day, µs."""
    return work[work >= 0] * DAY + clock


class CapsOfRuns:
    """What the runs of one instance take at most, one run after the other; the fraction of a person is carried over."""

    def __init__(self, schedule: Schedule | None) -> None:
        self._schedule = schedule
        self._gathered = 0
        """Caps of all runs so far, millionths."""

    def take(self, at: int) -> int | None:
        """Return how many the run at an instant takes at most, None for all; each run is asked for once, in order."""
        cap = UNLIMITED if self._schedule is None else self._schedule.at(at)
        if cap == UNLIMITED:
            return None
        before = self._gathered
        self._gathered += cap
        return self._gathered // MILLION - before // MILLION


def whole_caps(schedule: Schedule, runs: Ints) -> Ints:
    """Return how many each of some runs takes at most, UNLIMITED for all: what `CapsOfRuns` gives, at once."""
    caps = schedule.values[np.searchsorted(schedule.starts, runs, side="right") - 1]
    # Millionths are gathered without the whole people, whose sum could be too large for 64 bits.
    left_over = np.cumsum(np.where(caps == UNLIMITED, 0, caps % MILLION)) // MILLION
    return np.where(caps == UNLIMITED, UNLIMITED, caps // MILLION + np.diff(left_over, prepend=0))


@dataclass(frozen=True, eq=False)
class DailyRunsPlan(Plan):
    """Daily runs; the schedules are caps in millionths, scaled."""

    kind = Kind.DAILY_RUNS

    runs: Ints
    """The instants of the runs, of all instances."""

    def resources(self, timeline: Timeline) -> tuple[DailyRunsResource, ...]:
        """Return the SimPy resource of each instance."""
        resources = tuple(DailyRunsResource(timeline) for _ in self.schedules)
        caps = {id(schedule): whole_caps(schedule, self.runs).tolist() for schedule in self.schedules}
        timeline.process(self._run(timeline, resources, [caps[id(schedule)] for schedule in self.schedules]))
        return resources

    def _run(
        self, timeline: Timeline, resources: tuple[DailyRunsResource, ...], caps: list[list[int]]
    ) -> Generator[Wait, None, None]:
        for at, *of_this_run in zip(self.runs.tolist(), *caps, strict=True):
            yield timeline.act(at, ProgrammeAct.RUN)
            for resource, cap in zip(resources, of_this_run, strict=True):
                resource.run(cap)

    def kernel(self) -> DailyRunsKernel:
        """Return a kernel for all instances, before anyone has come."""
        return DailyRunsKernel(self)

    def offered(self, until: int) -> float | None:
        """Return how many people the runs before an instant could take; None where one was without limit."""
        total = self._taken[int(np.searchsorted(self.runs, until))]
        return total if total < UNLIMITED else None

    @cached_property
    def _taken(self) -> list[int]:
        """By run, how many all before it could take: whole numbers of any size; one more, of all of them."""
        caps = {id(schedule): whole_caps(schedule, self.runs).tolist() for schedule in self.schedules}
        counts = Counter(map(id, self.schedules))
        of_run = (sum(map(mul, counts.values(), some)) for some in zip(*(caps[key] for key in counts), strict=True))
        return [0, *accumulate(of_run)]


class DailyRunsResource(StationResource):
    """Daily runs in SimPy: places are given out in a run alone."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline, 0)

    def run(self, cap: int) -> None:
        """Give places to up to `cap` of those who have come before now; they leave at this instant."""
        self.open(cap)
        self.open(0)

    def departure(self, service: int = 0) -> int:
        """Return this instant: a run takes no time."""
        return self.timeline.now


class DailyRunsKernel(Kernel):
    """Daily runs by their compiled kernel."""

    def __init__(self, plan: DailyRunsPlan) -> None:
        super().__init__(plan.instances)
        self._runs = plan.runs
        self._laid = lay(plan.schedules, lambda schedule: (whole_caps(schedule, plan.runs),))
        self._state = np.tile(np.array(DAILY_RUNS_START, dtype=np.int64), (self.instances, 1))

    def serve(
        self,
        arrived: Ints,
        people: NDArray[Any],
        attempts: Ints = EMPTY,
        instance: NDArray[Any] = EMPTY,
        service: Ints = EMPTY,
        patience: Ints = EMPTY,
        until: int = NEVER,
    ) -> Served:
        """Take arrivals; who is served starts and leaves at the instant of their run."""
        started, left, gave_up = np.empty_like(arrived), np.empty_like(arrived), np.empty_like(patience)
        caps = self._laid.columns[0]
        if self.instances == 1:
            pass_daily_runs(self._runs, caps, self._state[0], arrived, patience, started, left, gave_up)
        else:
            instance = self._instances_of(instance, arrived)
            pass_daily_run_bank(
                self._laid.bounds, self._runs, caps, self._state, instance, arrived, patience, started, left, gave_up
            )
        return Served(started, left, gave_up, None)


DAILY_RUNS_START = (0, 0)
"""The state of a kernel's runs before anyone has come: the run that takes the next, and whom it takes already."""


@rule
def pass_daily_runs(
    runs: Ints,
    caps: Ints,
    state: Ints,
    arrived: Ints,
    patience: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
) -> None:
    """Take a batch of arrivals (ascending, µs) through daily runs; the state goes on to the next.

    `runs` are instants and `caps` people, by run; `patience`, `started`, `left` and `gave_up` are as of `pass_rate`.
    """
    run, taken = state[0], state[1]
    for i in range(arrived.size):
        while run < runs.size and (runs[run] <= arrived[i] or taken >= caps[run]):
            run += 1
            taken = 0
        start = runs[run] if run < runs.size else NEVER
        if patience.size:
            gave_up[i] = NEVER
            if start > arrived[i] + patience[i]:
                gave_up[i] = arrived[i] + patience[i]
                started[i] = left[i] = NEVER
                continue
        started[i] = left[i] = start
        taken += 1
    state[0], state[1] = run, taken


@kernel
def pass_daily_run_bank(
    bounds: Ints,
    runs: Ints,
    caps: Ints,
    state: Ints,
    instance: Ints,
    arrived: Ints,
    patience: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
) -> None:
    """Take a batch of arrivals through a bank of daily runs, with a row of bounds of `caps` and state an instance."""
    order, ends = by_instance(instance, bounds.shape[0])
    comes, waits = take(arrived, order), take(patience, order)
    begins, leaves, gives_up = np.empty_like(comes), np.empty_like(comes), np.empty_like(waits)
    first = 0
    for k in range(bounds.shape[0]):
        last = ends[k]
        if last > first:
            pass_daily_runs(
                runs,
                caps[bounds[k, 0] : bounds[k, 1]],
                state[k],
                comes[first:last],
                waits[first:last],
                begins[first:last],
                leaves[first:last],
                gives_up[first:last],
            )
        first = last
    put_back(begins, order, started)
    put_back(leaves, order, left)
    put_back(gives_up, order, gave_up)
