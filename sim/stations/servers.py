"""Parallel servers with a drawn service; scaled, fewer servers of a stretched service offer the same work.

The kernel keeps those in service in a heap of (departure, person). Whoever leaves does so from its top, so departures
come out in order and nothing is sorted between stations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.journey.kinds import Kind
from sim.rules.compiling import kernel, rule
from sim.stations.bank import by_instance, lay, put_back, take
from sim.stations.blocks import Block, Blocks, Calendar, block_schedule, one_each
from sim.stations.heap import pop, push
from sim.stations.plan import EMPTY, Ints, Kernel, Plan, Served
from sim.stations.resource import StationResource, following
from sim.stations.scaling import scaled_number, stretched
from sim.stations.schedule import Schedule
from sim.stations.timeline import Timeline


def plan_servers(blocks: Blocks, scale: float, calendar: Calendar) -> ServersPlan:
    """Return the plan of parallel servers."""

    def schedule(block: Block) -> Schedule:
        return block_schedule(block, "servers", int, calendar)

    return ServersPlan(one_each(blocks, schedule), scale, blocks[0].service)


@dataclass(frozen=True, eq=False)
class ServersPlan(Plan):
    """Parallel servers; their schedules are the number of servers before scaling."""

    kind = Kind.SERVERS

    scale: float = 1.0
    law: Any = None
    """The config's law of the service, of all instances."""

    @property
    def service(self) -> Any | None:
        """Return the config's law of the service that a person brings."""
        return self.law

    @property
    def puts_out_departures(self) -> bool:
        """Return whether the kernel puts out departures itself: those of one instance, in order."""
        return self.instances == 1

    def resources(self, timeline: Timeline) -> tuple[ServersResource, ...]:
        """Return the SimPy resource of each instance."""
        return following(timeline, self.schedules, partial(ServersResource, timeline, self.scale))

    def kernel(self) -> ServersKernel:
        """Return a kernel for all instances, before anyone has come."""
        return ServersKernel(self.schedules, self.scale)

    def offered(self, until: int) -> float:
        """Return the time of the simulated servers from 0 to an instant, µs."""
        return self._over_instances(lambda schedule: scaled_servers(schedule, self.scale)[0].integral(until))

    def _done(self, served: int, busy: int) -> int:
        return busy


def scaled_servers(schedule: Schedule, scale: float) -> tuple[Schedule, NDArray[np.float64]]:
    """Return the schedule of the simulated servers, and the stretch of a service in each of its periods."""
    scaled = [scaled_number(number, scale) for number in schedule.values.tolist()]
    servers = np.array([simulated for simulated, _ in scaled], dtype=np.int64)
    return Schedule(schedule.starts, servers), np.array([stretch for _, stretch in scaled])


class ServersResource(StationResource):
    """Parallel servers in SimPy; the value is their number before scaling."""

    def __init__(self, timeline: Timeline, scale: float, value: int) -> None:
        self._scale = scale
        super().__init__(timeline, value)

    def servers(self, value: int) -> int:
        """Return the simulated number of servers."""
        return scaled_number(value, self._scale)[0]

    def departure(self, service: int) -> int:
        """Return the instant at which a service that starts now ends; its stretch is read now."""
        return self.timeline.now + stretched(service, scaled_number(self.value, self._scale)[1])


ATTEMPT_BITS = 16
"""An attempt lies in the low bits of what the heap keeps of a person, so that people keep their order."""


class ServersKernel(Kernel):
    """Parallel servers by their compiled kernel; one instance puts its departures out in order."""

    def __init__(self, schedules: tuple[Schedule, ...], scale: float) -> None:
        super().__init__(len(schedules))
        self._laid = lay(schedules, lambda schedule: _columns(schedule, scale))
        self._state = np.tile(np.array(SERVERS_START, dtype=np.int64), (self.instances, 1))
        most = int(self._laid.columns[1].max())
        self._busy = np.zeros((self.instances, most), dtype=np.int64)
        self._busy_people = np.zeros((self.instances, most), dtype=np.int64)
        self._tracks: bool | None = None

    @property
    def pending(self) -> int:
        """Return how many departures are not yet told."""
        return int(self._state[0, 0]) if self.instances == 1 else 0

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
        """Take arrivals; one instance puts out departures, of a bank they are in `left`."""
        self._column("service", service, arrived)
        started, left, gave_up = np.empty_like(arrived), np.empty_like(arrived), np.empty_like(patience)
        starts, servers, stretches = self._laid.columns
        if self.instances > 1:
            instance = self._instances_of(instance, arrived)
            pass_server_bank(
                self._laid.bounds, starts, servers, stretches, self._state, self._busy, self._busy_people, instance,
                people, arrived, service, patience, started, left, gave_up, until,
            )  # fmt: skip
            return Served(started, left, gave_up, None)
        tags = self._tags(people, attempts)
        most = arrived.size + self.pending
        out_time, out_tags = np.empty(most, dtype=np.int64), np.empty(most, dtype=tags.dtype)
        count = pass_servers(
            starts, servers, stretches, self._state[0], self._busy[0], self._busy_people[0], tags,
            arrived, service, patience, started, left, gave_up, out_time, out_tags, until,
        )  # fmt: skip
        return Served(started, left, gave_up, self._departures(out_time[:count], out_tags[:count], people.dtype))

    def _tags(self, people: NDArray[Any], attempts: Ints) -> NDArray[Any]:
        """Return what the heap keeps of people: their numbers, with the attempts in the low bits where tracked."""
        if people.size:
            tracks = attempts.size > 0
            if self._tracks not in (None, tracks):
                raise ValueError("attempts: either of all who come to a station or of none")
            self._tracks = tracks
        if not self._tracks:
            return people
        self._column("attempts", attempts, people)
        if attempts.size and not 0 <= attempts.min() <= attempts.max() < 1 << ATTEMPT_BITS:
            raise ValueError(f"attempts: must be below {1 << ATTEMPT_BITS:,}, found {attempts.max():,}")
        return people.astype(np.int64) << ATTEMPT_BITS | attempts

    def _departures(self, times: Ints, tags: NDArray[Any], number: np.dtype[Any]) -> tuple[NDArray[Any], ...]:
        if not self._tracks:
            return times, tags
        return times, (tags >> ATTEMPT_BITS).astype(number), tags & (1 << ATTEMPT_BITS) - 1


def _columns(schedule: Schedule, scale: float) -> tuple[NDArray[Any], ...]:
    servers, stretches = scaled_servers(schedule, scale)
    return servers.starts, servers.values, stretches


SERVERS_START = (0, 0, 0)
"""The state of a kernel's servers before anyone has come: in service, last start, period."""


@rule
def pass_servers(
    starts: Ints,
    servers: Ints,
    stretches: NDArray[np.float64],
    state: Ints,
    busy: Ints,
    busy_people: Ints,
    people: NDArray[Any],
    arrived: Ints,
    service: Ints,
    patience: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
    out_time: Ints,
    out_people: NDArray[Any],
    until: int,
) -> int:
    """Take a batch of arrivals (ascending, µs) through parallel servers; the state goes on to the next.

    `busy` and `busy_people` are the heap, as long as the most servers. Departures are put out in order of
    (time, person): all before `until`, and those after it that made room for a start. Return how many.
    """
    size, cursor, period = state[0], state[1], state[2]
    out = 0
    for i in range(arrived.size):
        start = max(arrived[i], cursor)
        while True:
            while period + 1 < starts.size and starts[period + 1] <= start:
                period += 1
            while size > 0 and busy[0] <= start:
                out_time[out] = busy[0]
                out_people[out] = busy_people[0]
                out += 1
                pop(busy, busy_people, size)
                size -= 1
            if size < servers[period] or start >= NEVER:
                break
            following = starts[period + 1] if period + 1 < starts.size else NEVER
            start = min(following, busy[0]) if size > 0 else following
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
        started[i] = start
        left[i] = start + stretched(service[i], stretches[period])
        push(busy, busy_people, size, left[i], np.int64(people[i]))
        size += 1
    while size > 0 and busy[0] < until:
        out_time[out] = busy[0]
        out_people[out] = busy_people[0]
        out += 1
        pop(busy, busy_people, size)
        size -= 1
    state[0], state[1], state[2] = size, cursor, period
    return out


@kernel
def pass_server_bank(
    bounds: Ints,
    starts: Ints,
    servers: Ints,
    stretches: NDArray[np.float64],
    state: Ints,
    busy: Ints,
    busy_people: Ints,
    instance: Ints,
    people: NDArray[Any],
    arrived: Ints,
    service: Ints,
    patience: Ints,
    started: Ints,
    left: Ints,
    gave_up: Ints,
    until: int,
) -> None:
    """Take a batch of arrivals through a bank: as `pass_servers`, with a row of bounds, state and heap an instance."""
    order, ends = by_instance(instance, bounds.shape[0])
    who, comes, brings, waits = take(people, order), take(arrived, order), take(service, order), take(patience, order)
    begins, leaves, gives_up = np.empty_like(comes), np.empty_like(comes), np.empty_like(waits)
    out_time = np.empty(arrived.size + busy.shape[1], dtype=np.int64)
    out_people = np.empty(arrived.size + busy.shape[1], dtype=np.int64)
    first = 0
    for k in range(bounds.shape[0]):
        last, a, b = ends[k], bounds[k, 0], bounds[k, 1]
        if last > first:
            pass_servers(
                starts[a:b],
                servers[a:b],
                stretches[a:b],
                state[k],
                busy[k],
                busy_people[k],
                who[first:last],
                comes[first:last],
                brings[first:last],
                waits[first:last],
                begins[first:last],
                leaves[first:last],
                gives_up[first:last],
                out_time,
                out_people,
                until,
            )
        first = last
    put_back(begins, order, started)
    put_back(leaves, order, left)
    put_back(gives_up, order, gave_up)
