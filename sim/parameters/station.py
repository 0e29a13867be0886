"""Stations: one block for each kind of the route, its capacity by dates, and the checks at its door."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from sim.calendar.instants import HOUR
from sim.journey import limits
from sim.journey.kinds import Kind
from sim.journey.route import Station
from sim.parameters.block import Block, block_at
from sim.parameters.dates import Wib
from sim.parameters.law import Law
from sim.parameters.problems import Fault, Problem, raise_any
from sim.parameters.quantities import ANY, MOST_DAYS, Share, choice, days, number, whole
from sim.parameters.steps import Outage, Since, apart, rising

PER_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}

CLOSED_OR_MORE = "must be 0 (closed) or more, or null (plenty)"
Rate = Annotated[
    float, number(0, ANY, "Set a number of registrants a minute, hour, day or week, as `per` says.", CLOSED_OR_MORE)
]
Cap = Annotated[float, number(0, 1e12, "Set a number of people or payments a working day.", CLOSED_OR_MORE)]
MOST_SERVERS = 1_000_000
NumberOfServers = Annotated[int, whole(0, MOST_SERVERS, "Set a number of servers; 0 is closed.")]
NumberOfSeats = Annotated[int, whole(0, 1_000_000, "Set the seats of a class; 0 is closed.")]
Per = Annotated[Literal["minute", "hour", "day", "week"], choice(*PER_SECONDS, do="Choose one.")]
RunHour = Annotated[
    float, number(0, math.nextafter(24, 0), "Set the hour of the daily run.", "must be from 0 to below 24")
]
HourOfDay = Annotated[float, number(0, 24, "Set an hour of the day.")]


def _lasts(service: Law) -> Law:
    if service.least < 1:
        allowed = "must never be under 1 microsecond"
        raise Fault([Problem("minimum", service.minimum, allowed, "Set a minimum, such as 1 second.")])
    return service


Service = Annotated[Law, AfterValidator(_lasts)]
"""How long one is served: never nothing, or a server could serve for ever at one instant."""


class RateStep(Since):
    """Change a rate from a date on."""

    rate: Rate | None


class ServersStep(Since):
    """Change a number of servers from a date on."""

    servers: NumberOfServers


class CapStep(Since):
    """Change a daily cap from a date on."""

    cap: Cap | None


def too_fast(path: str, rate: float | None, per: str) -> Iterator[Problem]:
    """Find a rate whose interval is under a microsecond, the clock's own step."""
    most = PER_SECONDS[per] * 1_000_000
    if rate is not None and rate > most:
        allowed = f"must be at most {most:,} a {per} (one each microsecond), or null (plenty)"
        yield Problem(path, rate, allowed, "Write null where capacity never binds.")


class RateStation(Block):
    """Describe a station that people pass at a rate: null is plenty, 0 is closed."""

    rate: Rate | None
    per: Per
    steps: Annotated[tuple[RateStep, ...], AfterValidator(rising)]
    outages: Annotated[tuple[Outage, ...], AfterValidator(apart)]

    @model_validator(mode="after")
    def _check_rates(self) -> Self:
        found = list(too_fast("rate", self.rate, self.per))
        for index, step in enumerate(self.steps):
            found += too_fast(f"steps[{index}].rate", step.rate, self.per)
        raise_any(found)
        return self


class Servers(Block):
    """Describe parallel servers with a drawn service: 0 is closed."""

    servers: NumberOfServers
    steps: Annotated[tuple[ServersStep, ...], AfterValidator(rising)]
    outages: Annotated[tuple[Outage, ...], AfterValidator(apart)]
    service: Service


class OfficeHours(Block):
    """Give the hours of the working days between which an office is open."""

    opens: HourOfDay
    closes: HourOfDay

    @model_validator(mode="after")
    def _check_hours(self) -> Self:
        if round(self.closes * HOUR) <= round(self.opens * HOUR):
            allowed = f"must be after the office opens ({self.opens:g})"
            raise Fault([Problem("closes", self.closes, allowed, "Close it later, or open it earlier.")])
        return self


class Offices(Servers):
    """Describe offices: the servers (counters) of each one, and its hours; null is open day and night."""

    hours: OfficeHours | None


class Capped(Block):
    """Give what a daily run takes at most: null is plenty, 0 is closed."""

    cap: Cap | None
    steps: Annotated[tuple[CapStep, ...], AfterValidator(rising)]
    outages: Annotated[tuple[Outage, ...], AfterValidator(apart)]


class DailyRuns(Capped):
    """Describe a station that takes people in a run each working day, up to a cap."""

    run_hour: RunHour


class Seats(Block):
    """Describe classes of seats: the first class, the days from one to the next, and how long a class lasts."""

    seats: NumberOfSeats
    first: Wib
    every_days: Annotated[float, days(MOST_DAYS)]
    service: Service


BLOCKS: dict[Kind, type[Block]] = {
    Kind.RATE: RateStation,
    Kind.SERVERS: Servers,
    Kind.SEATS: Seats,
    Kind.DAILY_RUNS: DailyRuns,
}
"""The block that a station of the route has, by its kind; it may add office hours and a check."""


class Retry(Block):
    """Describe the retries of who failed, at a station of their own."""

    share: Share
    passes: Share
    attempts: Annotated[int, whole(1, limits.ATTEMPTS, "Set the tries in all, the first one counted.")]
    delay: Law
    rate: Rate | None
    per: Per

    @model_validator(mode="after")
    def _check_rate(self) -> Self:
        raise_any(too_fast("rate", self.rate, self.per))
        return self


class PassesStep(Since):
    """Multiply the odds of passing a check at the first try, share / (1 - share), of who registers from a date on."""

    odds: Annotated[float, number(0, 1_000, "Set a factor of the odds, such as 1.2.")]


class Checks(Block):
    """Add a check to a station: the share who pass at the first try, the others are refused."""

    passes: Share
    passes_steps: Annotated[tuple[PassesStep, ...], AfterValidator(rising)]


class Retries(Checks):
    """Add a check to a station that lets some of those who failed try again."""

    retry: Retry


def hold_declaration(station: Station, parameters: Block) -> None:
    """Raise TypeError unless a station of the route has the block in the parameters that its line declares."""
    line = f"sim/journey/route.py: station {station.name!r}"
    try:
        block = block_at(parameters, station.config)
        patience = None if station.patience is None else block_at(parameters, station.patience)
    except AttributeError as error:
        raise TypeError(f"{line}: the parameters have no such block ({error})") from None
    has = f"{line} has its block at {station.config!r}, a {type(block).__name__}"
    kind = BLOCKS[station.kind]
    if not isinstance(block, kind):
        raise TypeError(f"{has}: the kind {station.kind.name} asks for a class of {kind.__name__}")
    for flag, declared, mixin in (("checks", station.checks, Checks), ("retries", station.retries, Retries)):
        if isinstance(block, mixin) != declared:
            told = f"is also a class of {mixin.__name__}" if declared else f"is no class of {mixin.__name__}"
            raise TypeError(f"{has}: {flag}={declared} asks for one that {told}")
    if not isinstance(patience, Law | None):
        raise TypeError(f"{line}: its patience at {station.patience!r} is no law")
