"""What every kind of station offers: a plan, which makes SimPy resources and a kernel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.journey.kinds import Kind
from sim.stations.schedule import UNLIMITED, Schedule
from sim.stations.timeline import Timeline

Ints = NDArray[np.int64]
EMPTY: Ints = np.zeros(0, dtype=np.int64)


class Resource(Protocol):
    """One instance of a station in SimPy, as a visit uses it."""

    def request(self, patience: int | None = None) -> Any:
        """Return the request for a place, in a `with` statement; it is triggered as service starts."""

    def patience_ends(self, place: Any, patience: int) -> int:
        """Return the instant at which one who has just requested a place gives up, if it is not triggered by then."""

    def departure(self, service: int) -> int:
        """Return the instant at which a service that starts now ends; `service` is what the person brings, µs."""


class Served(NamedTuple):
    """What becomes of a batch of arrivals, in µs, by arrival; NEVER where it does not happen."""

    started: Ints
    left: Ints
    gave_up: Ints
    """Empty where everyone waits for ever."""
    departures: tuple[NDArray[Any], ...] | None
    """(times, people) and, where these are tracked, attempts, in order of (time, person), each behind those of the
    batch before: all that leave before `until`, perhaps some after it. None: take them from `left`."""


class Kernel(ABC):
    """A station that takes people in batches; its state goes on from one batch to the next."""

    def __init__(self, instances: int) -> None:
        self.instances = instances

    @property
    def pending(self) -> int:
        """Return how many departures are not yet told: serve an empty batch until a later instant to be told."""
        return 0

    @abstractmethod
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
        """Take arrivals in order of (time, person), none before an earlier batch's, all before `until`.

        Each array is by arrival; empty means: attempts are not tracked, there is one instance, nobody brings a
        service, everyone waits for ever. Times, service and patience are µs. Raise ValueError where a column that
        the station needs is missing, or an instance is unknown.
        """

    def _column(self, name: str, column: NDArray[Any], arrived: Ints) -> None:
        if column.size != arrived.size:
            raise ValueError(f"{name}: {column.size} given for {arrived.size} arrivals")

    def _instances_of(self, instance: NDArray[Any], arrived: Ints) -> Ints:
        """Return the checked instances of a bank's arrivals; compiled code does not check them."""
        self._column("instance", instance, arrived)
        if instance.size and not 0 <= instance.min() <= instance.max() < self.instances:
            raise ValueError(f"instance: must be 0 to {self.instances - 1}, found up to {instance.max()}")
        return instance.astype(np.int64, copy=False)


@dataclass(frozen=True, eq=False)
class Plan(ABC):
    """A station as the config means it, scaled; both engines make their form of it from here."""

    kind: ClassVar[Kind]

    schedules: tuple[Schedule, ...]
    """Capacity by instance, zero where closed; instances that are alike share one. What it counts, each kind says."""

    @property
    def instances(self) -> int:
        """Return how many instances the station has: more than one is a bank."""
        return len(self.schedules)

    def alone(self, instance: int) -> Plan | None:
        """Return the plan of one instance by itself; None where it never binds."""
        schedule = self.schedules[instance]
        return None if schedule.values.min() >= UNLIMITED else replace(self, schedules=(schedule,))

    @property
    def service(self) -> Any | None:
        """Return the config's law of the service that a person brings; None where the station sets it."""
        return None

    @property
    def ordered(self) -> bool:
        """Return whether people leave in the order in which they came, so that `left` ascends."""
        return False

    @property
    def puts_out_departures(self) -> bool:
        """Return whether the kernel puts out departures itself, or they are to be taken from `left`."""
        return False

    @abstractmethod
    def resources(self, timeline: Timeline) -> tuple[Resource, ...]:
        """Return the SimPy resource of each instance."""

    @abstractmethod
    def kernel(self) -> Kernel:
        """Return a kernel for all instances, before anyone has come."""

    @abstractmethod
    def offered(self, until: int) -> float | None:
        """Return the work that could be done from 0 to an instant: people, or µs of servers. None: without limit."""

    def utilisation(self, served: int, busy: int, until: int, since: int = 0) -> float | None:
        """Return the share of the work offered between two instants that was done.

        `served` are people whose service began, `busy` the µs in service of all. None where nothing was offered, or
        without limit.
        """
        return self.utilisations([served], [busy], [since, until])[0]

    def utilisations(self, served: Sequence[int], busy: Sequence[int], edges: Sequence[int]) -> list[float | None]:
        """Return the same of each span between two instants that follow one another."""
        offered = [self.offered(at) if at > 0 else 0 for at in edges]
        return [
            # Who is begun counts whole, and a service goes on into an outage: no more than all there was time for.
            None if b is None or a is None or b <= a else min(self._done(people, time) / (b - a), 1.0)
            for people, time, (a, b) in zip(served, busy, pairwise(offered), strict=True)
        ]

    def _done(self, served: int, busy: int) -> int:
        return served

    def _over_instances(self, measure: Callable[[Schedule], int]) -> int:
        """Return the sum over instances of a measure of their schedules, each taken once."""
        schedules = {id(schedule): schedule for schedule in self.schedules}
        return sum(count * measure(schedules[key]) for key, count in Counter(map(id, self.schedules)).items())
