"""Stations: a capacity, the dates at which it steps, and its outages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from sim.parameters.dates import Wib
from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem, raise_any, shown
from sim.parameters.quantities import Part, Share, choice, number, whole

PER_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}

Rate = Annotated[
    float,
    number(
        "must be 0 (closed) or more, or null (plenty)",
        "Set a number of registrants a minute, hour, day or week, as `per` says.",
        lambda x: x >= 0,
    ),
]
Cap = Annotated[
    float,
    number(
        "must be 0 (closed) or more, or null (plenty)",
        "Set a number of payments a working day.",
        lambda x: 0 <= x <= 1e12,
    ),
]
Servers = Annotated[int, whole(0, 1_000_000, "Set a number of servers; 0 is closed.")]
Per = Annotated[Literal["minute", "hour", "day", "week"], choice(*PER_SECONDS, do="Choose one.")]


class Since(Part):
    """Hold from a date on, which the configs call `from`."""

    since: Wib = Field(alias="from")


class RateStep(Since):
    """Change a rate from a date on."""

    rate: Rate | None


class ServersStep(Since):
    """Change a number of servers from a date on."""

    servers: Servers


class CapStep(Since):
    """Change a partner's daily cap from a date on."""

    cap: Cap | None


class ShareStep(Since):
    """Change a share from a date on."""

    share: Share


class Outage(Since):
    """Close a station for a while; work begun is finished."""

    until: Wib


S = TypeVar("S", bound=Since)


def rising(steps: tuple[S, ...]) -> tuple[S, ...]:
    """Refuse steps whose dates do not strictly increase."""
    raise_any(
        Problem(
            f"[{index}].from",
            later.since,
            f"must be after the step before it ({shown(earlier.since)})",
            "Put the steps in the order of time, one for each date.",
        )
        for index, (earlier, later) in enumerate(pairwise(steps), start=1)
        if later.since <= earlier.since
    )
    return steps


def some_rising(steps: tuple[S, ...]) -> tuple[S, ...]:
    """Refuse an empty list of steps, and dates that do not strictly increase."""
    if not steps:
        raise Fault([Problem("", [], "must have one step at least", "Say what holds from the start on.")])
    return rising(steps)


def apart(outages: tuple[Outage, ...]) -> tuple[Outage, ...]:
    """Refuse outages that end before they begin, or overlap."""
    found = [
        Problem(
            f"[{index}].until",
            outage.until,
            f"must be after the outage's beginning ({shown(outage.since)})",
            "Change one of the two.",
        )
        for index, outage in enumerate(outages)
        if outage.until <= outage.since
    ]
    order = sorted(range(len(outages)), key=lambda index: outages[index].since)
    for first, second in pairwise(order):
        if outages[second].since < outages[first].until and outages[second].until > outages[second].since:
            found.append(
                Problem(
                    f"[{second}].from",
                    outages[second].since,
                    f"must not lie inside the outage before it, which ends at {shown(outages[first].until)}",
                    "Make one outage of the two, or move one.",
                )
            )
    raise_any(found)
    return outages


def too_fast(path: str, rate: float | None, per: str) -> Iterator[Problem]:
    """Find a rate whose interval is under a microsecond, the clock's own step."""
    most = PER_SECONDS[per] * 1_000_000
    if rate is not None and rate > most:
        allowed = f"must be at most {most:,} a {per} (one each microsecond), or null (plenty)"
        yield Problem(path, rate, allowed, "Write null where capacity never binds.")


class Retry(Part):
    """Describe the retries of who failed, at a station of their own."""

    share: Share
    passes: Share
    attempts: Annotated[int, whole(1, 1_000, "Set the tries in all, the first one counted.")]
    delay: Law
    rate: Rate | None
    per: Per

    @model_validator(mode="after")
    def _check(self) -> Self:
        raise_any(too_fast("rate", self.rate, self.per))
        return self


class Station(Part):
    """Describe a station with a rate: null is plenty, 0 is closed."""

    rate: Rate | None
    per: Per
    steps: Annotated[tuple[RateStep, ...], AfterValidator(rising)]
    outages: Annotated[tuple[Outage, ...], AfterValidator(apart)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        found = list(too_fast("rate", self.rate, self.per))
        for index, step in enumerate(self.steps):
            found += too_fast(f"steps[{index}].rate", step.rate, self.per)
        raise_any(found)
        return self


class Check(Station):
    """Describe a station that passes a share at the first try and lets some of the others retry."""

    passes: Share
    retry: Retry
