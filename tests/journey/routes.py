"""Routes with further stations: of every kind, with and without a check and retries, at any place of the route."""

from __future__ import annotations

from typing import Any, ClassVar

from sim.journey.journey import Journey
from sim.journey.kinds import Bank, Kind
from sim.journey.route import ROUTE, Route, Station
from sim.parameters import Block, Law, Parameters
from sim.parameters.station import Checks, DailyRuns, Offices, RateStation, Retries, Seats, Servers
from tests.building import law


class RateWithCheck(RateStation, Checks):
    """A rate that checks."""


class RateWithRetries(RateStation, Retries):
    """A rate that checks, and lets some try again."""


class ServersWithCheck(Servers, Checks):
    """Servers that check."""


class ServersWithRetries(Servers, Retries):
    """Servers that check, and let some try again."""


class SeatsWithCheck(Seats, Checks):
    """Classes that check."""


class SeatsWithRetries(Seats, Retries):
    """Classes that check, and let some try again."""


class RunsWithCheck(DailyRuns, Checks):
    """Daily runs that check."""


class RunsWithRetries(DailyRuns, Retries):
    """Daily runs that check, and let some try again."""


class OfficesWithCheck(Offices, Checks):
    """Offices that check."""


class OfficesWithRetries(Offices, Retries):
    """Offices that check, and let some try again."""


class FurtherBlocks(Block):
    """The blocks of all further stations, whether a route has them or not."""

    patience: Law | None
    queue: RateStation
    queue_check: RateWithCheck
    queue_again: RateWithRetries
    counters: Servers
    counters_check: ServersWithCheck
    counters_again: ServersWithRetries
    briefing: Seats
    briefing_check: SeatsWithCheck
    briefing_again: SeatsWithRetries
    post: DailyRuns
    post_check: RunsWithCheck
    post_again: RunsWithRetries
    office: Offices
    office_check: OfficesWithCheck
    office_again: OfficesWithRetries


class Further(Parameters):
    """Parameters with the blocks of further stations, on the route of the programme."""

    further: FurtherBlocks


KINDS: dict[str, Kind] = {
    "queue": Kind.RATE,
    "counters": Kind.SERVERS,
    "briefing": Kind.SEATS,
    "post": Kind.DAILY_RUNS,
    "office": Kind.SERVERS,
}
"""The further stations, by name; the office is a bank of one in each regency."""

VARIANTS = ("", "_check", "_again")
"""Without a check, with one, and with one that some may try again."""

_NO_CHANGES: dict[str, Any] = {"steps": [], "outages": []}
_BLOCKS: dict[str, dict[str, Any]] = {
    "queue": {"rate": None, "per": "hour"} | _NO_CHANGES,
    "counters": {"servers": 1_000_000, "service": law("constant", 0, "seconds", 0.000001)} | _NO_CHANGES,
    "briefing": {
        "seats": 1_000_000, "first": "2020-04-11T00:00", "every_days": 0.25, "service": law("constant", 1, "hours")
    },
    "post": {"cap": None, "run_hour": 9} | _NO_CHANGES,
    "office": {"servers": 1000, "service": law("constant", 15, "minutes"), "hours": None} | _NO_CHANGES,
}  # fmt: skip
_RETRY: dict[str, Any] = {
    "share": 0.8,
    "passes": 0.7,
    "attempts": 3,
    "delay": law("exponential", 0.5, "days", 1),  # no shorter than any window
    "rate": None,
    "per": "hour",
}
_OF_VARIANT: dict[str, dict[str, Any]] = {
    "": {},
    "_check": {"passes": 0.9, "passes_steps": []},
    "_again": {"passes": 0.8, "passes_steps": [], "retry": _RETRY},
}

BLOCKS: dict[str, Any] = {
    "further": {"patience": None}
    | {f"{name}{variant}": block | _OF_VARIANT[variant] for name, block in _BLOCKS.items() for variant in VARIANTS}
}
"""The blocks of the further stations as a config has them: plenty of a rate and of daily runs, much of the others."""


def further(name: str, variant: str = "", *, patient: bool = True, bank: bool | None = None) -> Station:
    """Return a further station; those who wait there are patient for ever, or as `further.patience` says.

    `bank` makes it one in each regency, or not; None: an office is.
    """
    return Station(
        f"{name}{variant}",
        f"The {name}",
        KINDS[name],
        f"further.{name}{variant}",
        patience=None if patient else "further.patience",
        checks=bool(variant),
        retries=variant == "_again",
        bank=Bank.REGENCY if (name == "office" if bank is None else bank) else None,
    )


def route_with(station: Station, position: int) -> Route:
    """Return the route with one more station before that of a number; at the end if there is none of it."""
    return (*ROUTE[:position], station, *ROUTE[position:])


def on_route(route: Route) -> type[Parameters]:
    """Return the parameters of a route with further stations."""

    class OnRoute(Further):
        journey: ClassVar[Journey] = Journey(route)

    return OnRoute
