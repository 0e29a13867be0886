"""A rate: one server that lets people pass one after the other.

The rate is people a week, in millionths, so that a scaled rate is a whole number. In a busy period the kth departure
lies k intervals after its beginning, rounded to the microsecond: intervals are not rounded one by one, the remainder is
carried. A busy period goes on when a service starts at the instant of the last departure; a change of rate begins a new
count. The rate is read when a service starts.

First come, first served: start, reneging and departure of an arrival follow from the arrivals before it, so the kernel
knows them on arrival, stores no queue, and takes arrivals in batches of any size.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER, WEEK
from sim.journey.kinds import Kind
from sim.rules.compiling import kernel, rule
from sim.stations.bank import by_instance, lay, put_back, take
from sim.stations.blocks import Block, Blocks, Calendar, block_schedule, never_binds, one_each
from sim.stations.plan import EMPTY, Ints, Kernel, Plan, Served
from sim.stations.resource import StationResource, following
from sim.stations.schedule import MILLION, UNLIMITED, Schedule
from sim.stations.timeline import Timeline

PER = {"minute": 7 * 24 * 60, "hour": 7 * 24, "day": 7, "week": 1}
"""How many of a period a week has."""

WORK_OF_A_WEEK = WEEK * MILLION
"""Microseconds of a week times the millionths of a person: this over the rate is the interval in µs."""


def plan_rate(blocks: Blocks, scale: float, calendar: Calendar) -> RatePlan | None:
    """Return the plan of a rate; None where it never binds. Raise ValueError at more than one person a µs."""
    if all(never_binds(block, "rate") for block in blocks):
        return None

    def schedule(block: Block) -> Schedule:
        return block_schedule(block, "rate", partial(_people_a_week, PER[block.per] * scale * MILLION), calendar)

    return RatePlan(one_each(blocks, schedule))


def _people_a_week(factor: float, rate: float | None) -> int:
    """Return a rate in millionths of people a week; an open station lets at least a millionth of one pass."""
    if rate is None:
        return UNLIMITED
    scaled = max(round(rate * factor), 1 if rate > 0 else 0)
    if scaled > WORK_OF_A_WEEK:
        raise ValueError(f"a rate must be at most one person a microsecond: {rate}")
    return scaled


class RatePlan(Plan):
    """A rate; its schedules are people a week in millionths, scaled."""

    kind = Kind.RATE

    @property
    def ordered(self) -> bool:
        """Return whether people leave in the order in which they came: those of one instance do."""
        return self.instances == 1

    def resources(self, timeline: Timeline) -> tuple[RateResource, ...]:
        """Return the SimPy resource of each instance."""
        return following(timeline, self.schedules, partial(RateResource, timeline))

    def kernel(self) -> RateKernel:
        """Return a kernel for all instances, before anyone has come."""
        return RateKernel(self.schedules)

    def offered(self, until: int) -> float:
        """Return how many people could pass from 0 to an instant."""
        return self._over_instances(lambda schedule: schedule.integral(until)) / WORK_OF_A_WEEK


class RateResource(StationResource):
    """A rate in SimPy."""

    def __init__(self, timeline: Timeline, value: int) -> None:
        super().__init__(timeline, value)
        self._last = -1
        self._counted = -1
        self._remainder = 0

    def servers(self, value: int) -> int:
        """Return one server, or none where the station is closed."""
        return min(value, 1)

    def departure(self, service: int = 0) -> int:
        """Return the instant at which a service that starts now ends."""
        now = self.timeline.now
        if now != self._last or self.period != self._counted:
            self._remainder = self.value // 2  # rounds to the nearest microsecond
            self._counted = self.period
        interval, rest = divmod(WORK_OF_A_WEEK, self.value)
        self._remainder += rest
        if self._remainder >= self.value:
            self._remainder -= self.value
            interval += 1
        self._last = now + interval
        return self._last


class RateKernel(Kernel):
    """A rate by its compiled kernel."""

    def __init__(self, schedules: tuple[Schedule, ...]) -> None:
        super().__init__(len(schedules))
        self._laid = lay(schedules, lambda schedule: (schedule.starts, schedule.values))
        self._state = np.tile(np.array(RATE_START, dtype=np.int64), (self.instances, 1))

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
        """Take arrivals; who is served leaves at `left`."""
        started, left, gave_up = np.empty_like(arrived), np.empty_like(arrived), np.empty_like(patience)
        starts, rates = self._laid.columns
        if self.instances == 1:
            pass_rate(starts, rates, self._state[0], arrived, patience, started, left, gave_up)
        else:
            instance = self._instances_of(instance, arrived)
            pass_rates(
                self._laid.bounds, starts, rates, self._state, instance, arrived, patience, started, left, gave_up
            )
        return Served(started, left, gave_up, None)


RATE_START = (-1, 0, -1, 0, -1)
"""The state of a kernel's station before anyone has come: last departure, remainder, period counted, period, and the
instant before which nobody can start (of one who gave up as well)."""


@rule
def pass_rate(
    starts: Ints,
    rates: Ints,
    state: Ints,
    arrived: Ints,
    patience: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
) -> None:
    """Take a batch of arrivals (ascending, µs) through a rate; the state goes on to the next.

    `patience` is how long each waits before giving up (empty: for ever; then `gave_up` is empty as well). Fill
    `started`, `left` and `gave_up`, NEVER where it does not happen.
    """
    last, remainder, counted, period, cursor = state[0], state[1], state[2], state[3], state[4]
    rate = whole = rest = 0
    for i in range(arrived.size):
        start = max(arrived[i], cursor)
        while start < NEVER:
            while period + 1 < starts.size and starts[period + 1] <= start:
                period += 1
            if rates[period] > 0:
                break
            start = starts[period + 1] if period + 1 < starts.size else NEVER
        cursor = start
        if patience.size:
            gave_up[i] = NEVER
            if start > arrived[i] + patience[i]:
                gave_up[i] = arrived[i] + patience[i]
                started[i] = left[i] = NEVER
                continue
        if start >= NEVER:
            started[i] = left[i] = NEVER
            continue
        if rates[period] != rate:
            rate = rates[period]
            whole = WORK_OF_A_WEEK // rate
            rest = WORK_OF_A_WEEK - whole * rate
        if start != last or period != counted:
            remainder = rate // 2
            counted = period
        interval = whole
        remainder += rest
        if remainder >= rate:
            remainder -= rate
            interval += 1
        last = cursor = start + interval
        started[i] = start
        left[i] = last
    state[0], state[1], state[2], state[3], state[4] = last, remainder, counted, period, cursor


@kernel
def pass_rates(
    bounds: Ints,
    starts: Ints,
    rates: Ints,
    state: Ints,
    instance: Ints,
    arrived: Ints,
    patience: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
) -> None:
    """Take a batch of arrivals through a bank of rates: as `pass_rate`, with a row of bounds and state an instance."""
    order, ends = by_instance(instance, bounds.shape[0])
    comes, waits = take(arrived, order), take(patience, order)
    begins, leaves, gives_up = np.empty_like(comes), np.empty_like(comes), np.empty_like(waits)
    first = 0
    for k in range(bounds.shape[0]):
        last, a, b = ends[k], bounds[k, 0], bounds[k, 1]
        if last > first:
            pass_rate(
                starts[a:b],
                rates[a:b],
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
