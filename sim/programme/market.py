"""The training market as both engines read it: platforms, checkouts, certificates, courses and rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import DAY, EPOCH, NEVER, WEEK, instant
from sim.journey.route import CERTIFICATES, CHECKOUT, MARKET, Station
from sim.parameters import Parameters
from sim.parameters.capacity import times
from sim.parameters.market import Market, Pace, Platform
from sim.parameters.station import DailyRuns
from sim.programme.catalogue import Catalogue, catalogue, with_seats
from sim.programme.laws import LawFields, law
from sim.programme.work_calendar import WorkCalendar
from sim.rules.choosing import MARKET_RULES, OFFER, PACE_OF_ONE, SELF_PACED, MarketRules
from sim.rules.laws import LAWS
from sim.rules.records import record
from sim.stations.blocks import Blocks, never_binds
from sim.stations.classes import scaled_classes
from sim.stations.courses import Listings
from sim.stations.kinds import Plan, plan_station
from sim.stations.schedule import MILLION, UNLIMITED, Schedule

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKS_BEYOND = 104
"""Weeks after the latest end of a run of which the seats are known: later classes are not offered."""

MOST_A_WEEK = 1e9
"""Seats of a provider a week, more than there are people: those of all weeks add up in 64 bits."""


@dataclass(frozen=True, eq=False)
class MarketTable:
    """The market of a run, scaled. Platforms, providers and courses are known by their numbers, from 0."""

    keys: tuple[str, ...]
    """Of the platforms in the config; `platforms` are their names."""
    platforms: tuple[str, ...]
    kinds: tuple[str, ...]
    entry: Ints
    exit: Ints
    """When each platform leaves, µs; NEVER: it stays."""
    share_since: Ints
    shares: Floats
    """Cumulative shares [row, platform] of those that are there, each row in force from `share_since` on; all zero
    where none is."""
    checkout: Plan | None
    certificates: Plan | None
    """The stations on the platforms, an instance each; None: they never bind."""
    issues_at_once: NDArray[np.bool_]
    """Platforms whose certificates have no cap at any time: they are issued on completion, without a run."""

    providers: tuple[str, ...]
    course_names: tuple[str, ...]
    courses: NDArray[np.void]
    """Of `OFFER`: the courses, seats and intervals scaled."""
    seats_of_all: Ints
    interval_of_all: Ints
    """Of each live course at full population: seats a class, and the interval between classes, µs."""
    listed: Ints
    bounds: Ints
    """The courses of each platform, laid end to end, and where each platform's begin and end."""
    popularity: Floats
    """Cumulative within a platform, 1 at its end, in the order of `listed`."""
    weeks: Ints
    """Live seats that each provider can teach [provider, week], scaled; without rows where nobody is limited."""
    first_week: int
    """The Monday on which the first week begins, µs."""
    rules: MarketRules

    @property
    def listings(self) -> Listings:
        """Return the courses as those who book read them."""
        return self.courses, self.listed, self.bounds, self.popularity, self.weeks, self.first_week

    @cached_property
    def cheapest(self) -> int:
        """Return the price of the cheapest course that the run ever lists, rupiah: who has less buys no more."""
        return int(self.courses["price"].min())

    @property
    def stations(self) -> dict[str, Plan | None]:
        """Return the plan of each station after the award."""
        return {CHECKOUT: self.checkout, CERTIFICATES: self.certificates}


def compile_market(parameters: Parameters, calendar: WorkCalendar) -> MarketTable | None:
    """Return the market of parameters; None where it is the open one."""
    market, scale = parameters.market, parameters.population.scale
    if market is None:
        return None
    platforms = tuple(market.platforms.values())
    entry = np.array([instant(platform.since) for platform in platforms], dtype=np.int64)
    exits = np.array([NEVER if p.until is None else instant(p.until) for p in platforms], dtype=np.int64)
    since, shares = _shares(platforms, entry, exits)
    certificates = [_certificates(platform, market) for platform in platforms]
    found = with_seats(courses := catalogue(parameters, market), market.seats)
    listed, bounds, popularity = _listings(found)
    plans = _plans(market, certificates, scale, calendar)
    checkout = plans[CHECKOUT]
    first_week = -EPOCH.weekday() * DAY
    return MarketTable(
        keys=tuple(market.platforms),
        platforms=tuple(platform.name for platform in platforms),
        kinds=tuple(platform.kind for platform in platforms),
        entry=entry,
        exit=exits,
        share_since=since,
        shares=shares,
        checkout=checkout and _while_there(checkout, entry, exits),
        certificates=plans[CERTIFICATES],
        issues_at_once=np.array([never_binds(block, "cap") for block in certificates]),
        providers=found.providers,
        course_names=found.names,
        courses=_offers(found, scale),
        seats_of_all=found.seats,
        interval_of_all=_intervals(found),
        listed=listed,
        bounds=bounds,
        popularity=popularity,
        weeks=_weeks(courses, market, scale, (calendar.horizon - first_week) // WEEK + 1 + WEEKS_BEYOND),
        first_week=first_week,
        rules=_rules(market),
    )


# Platforms


def _shares(platforms: tuple[Platform, ...], entry: Ints, exits: Ints) -> tuple[Ints, Floats]:
    """Return the cumulative shares of the platforms that are there, a row for each time in which none changes."""
    steps = {instant(step.since) for platform in platforms for step in platform.share_steps}
    since = sorted({-NEVER} | steps | set(entry.tolist()) | (set(exits.tolist()) - {NEVER}))
    shares = np.zeros((len(since), len(platforms)))
    for row, at in enumerate(since):
        each = np.array([_share(platform, at) for platform in platforms])
        each[(entry > at) | (exits <= at)] = 0.0
        if each.any():
            shares[row] = np.cumsum(each / each.sum())
            shares[row, np.flatnonzero(each)[-1] :] = 1.0
    return np.array(since, dtype=np.int64), shares


def _share(platform: Platform, at: int) -> float:
    share = platform.share
    for step in platform.share_steps:
        if instant(step.since) <= at:
            share = step.share
    return share


def _certificates(platform: Platform, market: Market) -> DailyRuns:
    own = platform.certificates
    block = DailyRuns.model_construct(
        cap=own.cap, steps=own.steps, outages=own.outages, run_hour=market.certificates_hour
    )
    return times(block, market.certificates)


def _plans(
    market: Market, certificates: list[DailyRuns], scale: float, calendar: WorkCalendar
) -> dict[str, Plan | None]:
    def plan(station: Station) -> Plan | None:
        blocks: Blocks = certificates
        if station.name == CHECKOUT:
            blocks = [times(each.checkout, market.checkout_capacity) for each in market.platforms.values()]
        return plan_station(station, blocks, scale, calendar)

    return {station.name: plan(station) for station in MARKET}


def _while_there(checkout: Plan, entry: Ints, exits: Ints) -> Plan:
    """Return the checkouts closed while a platform is not there: nothing can be done, so nothing is offered."""
    stays = zip(checkout.schedules, entry.tolist(), exits.tolist(), strict=True)
    return replace(checkout, schedules=tuple(_within(*stay) for stay in stays))


def _within(schedule: Schedule, since: int, until: int) -> Schedule:
    """Return a schedule closed outside a stay; one without limit, or of one who stays, as it is."""
    stays = since <= 0 and until == NEVER
    return schedule if stays or schedule.values.min() >= UNLIMITED else schedule.within(since, until)


# Courses


def _listings(found: Catalogue) -> tuple[Ints, Ints, Floats]:
    """Return the courses by platform end to end, where each platform's begin and end, and cumulative popularity."""
    of_platform = [np.flatnonzero(listed) for listed in found.listed.T]
    ends = np.cumsum([0, *(courses.size for courses in of_platform)])
    popularity = [_cumulative(found.popularity[courses]) for courses in of_platform]
    return np.concatenate(of_platform), np.array(list(pairwise(ends.tolist()))), np.concatenate(popularity)


def _cumulative(weights: Floats) -> Floats:
    if not weights.size:
        return weights
    total = np.cumsum(weights)
    total /= total[-1]
    total[-1] = 1.0
    return total


def _offers(found: Catalogue, scale: float) -> NDArray[np.void]:
    """Return the courses with seats and intervals scaled."""
    offers = np.zeros(len(found.names), dtype=OFFER)
    for name in ("since", "until", "price", "duration", "completion", "provider"):
        offers[name] = getattr(found, name)
    whole = _intervals(found)
    scaled = [scaled_classes(*each, scale) for each in zip(found.seats.tolist(), whole.tolist(), strict=True)]
    seats, interval = np.array(scaled, dtype=np.int64).reshape(-1, 2).T
    waits = np.rint(found.wait * whole + found.wait_scaled * (interval - whole)).astype(np.int64)
    offers["interval"] = interval
    offers["seats"] = np.where(found.live, seats, SELF_PACED)
    offers["first"] = np.where(found.live, found.since + np.maximum(waits, 1), found.since)
    return offers


def _intervals(found: Catalogue) -> Ints:
    """Return the intervals between classes at full population, µs."""
    return np.maximum(np.rint(WEEK / found.classes_a_week).astype(np.int64), 1)


def _weeks(found: Catalogue, market: Market, scale: float, weeks: int) -> Ints:
    """Return the live seats that each provider can teach in each week: the whole part of all weeks' so far, less."""
    if market.instructors_share is None:
        return np.zeros((0, 0), dtype=np.int64)
    caps = found.seats_a_week * market.instructors_share * market.instructors * scale
    millionths = np.rint(np.minimum(caps, MOST_A_WEEK) * MILLION).astype(np.int64)
    gathered = millionths[:, None] * np.arange(weeks + 1) // MILLION
    return np.asarray(np.diff(gathered, axis=1))


# Rules


def _rules(market: Market) -> MarketRules:
    return MarketRules(
        record(
            MARKET_RULES,
            choices=market.choices,
            tries=market.tries,
            patience=law(market.patience),
            comes_back=law(market.comes_back),
            pace=_pace(market.pace),
        )
    )


def _pace(pace: Pace) -> LawFields:
    return LAWS[pace.law], pace.minimum * PACE_OF_ONE, pace.mean * PACE_OF_ONE, pace.spread
