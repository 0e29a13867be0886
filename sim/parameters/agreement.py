"""Rules between the blocks: each takes the blocks it names and says where they disagree.

A rule that names `station` is asked once for every station of the route, with its `block` and that of its `lever`; one
may name the `route`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from sim.calendar.instants import EPOCH, HOUR
from sim.journey.measures import PAYMENT_WAITS, WAITS
from sim.journey.route import MARKET, Route, Station
from sim.parameters.block import Block, block_at
from sim.parameters.budget import Budget
from sim.parameters.capacity import multiplied
from sim.parameters.demand import Demand
from sim.parameters.law import Law
from sim.parameters.market import Market
from sim.parameters.payment import KINDS, Payment
from sim.parameters.problems import Problem, shown, suggestion
from sim.parameters.published import Published
from sim.parameters.run import Clock, Run
from sim.parameters.service_levels import ServiceLevel
from sim.parameters.station import MOST_SERVERS, PER_SECONDS, Retry
from sim.parameters.steps import ShareStep
from sim.parameters.training import Purchase
from sim.parameters.waves import Joining, Selection, Waves


def begins_with_the_programme(clock: Clock) -> Iterator[Problem]:
    """Refuse a start before the zero of the simulated clock."""
    if clock.start < EPOCH:
        allowed = f"must not be before {shown(EPOCH)}, the zero of the simulated clock"
        yield Problem("clock.start", clock.start, allowed, "Start later.")


def joining_holds_from_the_start(clock: Clock, joining: Joining) -> Iterator[Problem]:
    """Refuse propensities to join that are not known at the start."""
    yield from _known_at_start("joining.newcomers", joining.newcomers, clock)
    yield from _known_at_start("joining.losers", joining.losers, clock)


def eligibility_holds_from_the_start(clock: Clock, selection: Selection) -> Iterator[Problem]:
    """Refuse a share of the eligible that is not known at the start."""
    yield from _known_at_start("selection.eligible", selection.eligible, clock)


def _known_at_start(path: str, steps: tuple[ShareStep, ...], clock: Clock) -> Iterator[Problem]:
    if steps[0].since > clock.start:
        allowed = f"must be at or before clock.start ({shown(clock.start)})"
        yield Problem(f"{path}[0].from", steps[0].since, allowed, "Say what holds from the start on.")


def nobody_registers_before_the_start(clock: Clock, demand: Demand) -> Iterator[Problem]:
    """Refuse registrations before the start."""
    if demand.points[0].at < clock.start:
        allowed = f"must not be before clock.start ({shown(clock.start)})"
        yield Problem("demand.points[0].at", demand.points[0].at, allowed, "Start the clock earlier.")


def no_wave_opens_before_the_start(clock: Clock, waves: Waves) -> Iterator[Problem]:
    """Refuse waves of the calendar that open before the start."""
    for name, wave in (waves.calendar or {}).items():
        if wave.open < clock.start:
            allowed = f"must not be before clock.start ({shown(clock.start)})"
            yield Problem(f"waves.calendar.{name}.open", wave.open, allowed, "Start the clock earlier.")


def a_partner_of_each_kind_from_the_start(clock: Clock, payment: Payment) -> Iterator[Problem]:
    """Refuse a start without a payment partner of each kind."""
    for kind in KINDS:
        ready = [p for p in payment.partners.values() if p.kind == kind and p.since <= clock.start and p.share]
        if not ready:
            entered = {name: p.since for name, p in payment.partners.items() if p.kind == kind and p.share}
            allowed = f"one {kind} partner with a share must have entered by clock.start ({shown(clock.start)})"
            yield Problem("payment.partners", entered, allowed, "Let one of them enter earlier.")


def feedback_is_no_shorter_than_the_window(run: Run, station: Station, block: Any) -> Iterator[Problem]:
    """Refuse retries that come back within a window of the cohort engine, which would miss them."""
    if not station.retries:
        return
    retry: Retry = block.retry
    if retry.share > 0:
        allowed = "a retry must not come back sooner than"
        yield from _within_the_window(run, f"{station.retry.config}.delay", retry.delay, allowed)


def capacity_stays_within_the_clock(station: Station, block: Any, lever: Any) -> Iterator[Problem]:
    """Refuse a multiplier of capacity by which a rate passes more than one a microsecond, or servers are too many."""
    path, multiplier = f"{station.lever}.capacity", getattr(lever, "capacity", 1)
    for each, own in ((station, block), *(((station.retry, block.retry),) if station.retries else ())):
        for part in (own, *getattr(own, "steps", ())):
            rate, servers = getattr(part, "rate", None), getattr(part, "servers", None)
            if rate is not None and rate * multiplier > PER_SECONDS[own.per] * 1_000_000:
                most = PER_SECONDS[own.per] * 1_000_000 / rate
                allowed = f"must be at most {most:.6g}, or {each.config} would pass more than one each microsecond"
                yield Problem(path, multiplier, allowed, "Write null for a rate that never binds.")
            if servers is not None and multiplied("servers", servers, multiplier) > MOST_SERVERS:
                allowed = f"must leave {each.config} at most {MOST_SERVERS:,} servers"
                yield Problem(path, multiplier, allowed, "Set fewer, or a shorter service.")


def the_balance_buys_every_course(budget: Budget, purchase: Purchase, market: Market | None) -> Iterator[Problem]:
    """Refuse courses of an open market that are dearer than the training balance."""
    if market is None and purchase.price.most > budget.training_balance:
        allowed = f"must be at most budget.training_balance ({budget.training_balance:,})"
        yield Problem("purchase.price.most", purchase.price.most, allowed, "Lower the price, or raise the balance.")


def the_balance_returns_after_the_deadline(budget: Budget, purchase: Purchase) -> Iterator[Problem]:
    """Refuse a balance that returns before the first course must be bought."""
    if budget.unspent_returns_days <= purchase.deadline_days:
        allowed = f"must be more than purchase.deadline_days ({purchase.deadline_days})"
        yield Problem("budget.unspent_returns_days", budget.unspent_returns_days, allowed, "Return it later.")


def who_found_nothing_comes_back_after_the_window(run: Run, market: Market | None) -> Iterator[Problem]:
    """Refuse buyers who come back to the market within a window of the cohort engine, which would miss them."""
    if market is not None and market.tries > 1:
        yield from _within_the_window(run, "market.comes_back", market.comes_back)


def the_next_purchase_is_after_the_window(run: Run, market: Market | None, purchase: Purchase) -> Iterator[Problem]:
    """Refuse further purchases within a window of the last one, where buyers compete for seats."""
    if market is not None and purchase.further.courses > 1 and purchase.further.appetite > 0:
        yield from _within_the_window(run, "purchase.further.delay", purchase.further.delay)


def _within_the_window(run: Run, path: str, law: Law, refused: str = "must not be shorter than") -> Iterator[Problem]:
    if law.least < int(run.window_hours * HOUR):
        least = "mean" if law.law == "constant" else "minimum"
        allowed = f"{refused} run.window_hours ({run.window_hours:g} hours)"
        do = "Lengthen it, or shorten the window (down to 0.1 hours)."
        yield Problem(f"{path}.{least}", getattr(law, least), allowed, do)


def the_balance_buys_every_course_of_the_market(budget: Budget, market: Market | None) -> Iterator[Problem]:
    """Refuse courses of the market that are dearer than the training balance."""
    if market is None:
        return
    if market.file is not None:
        yield from (problem.below("market.file") for problem in market.file.dearer_than(budget.training_balance))
    elif market.catalogue is not None and market.catalogue.price.most > budget.training_balance:
        allowed = f"must be at most budget.training_balance ({budget.training_balance:,})"
        do = "Lower the price, or raise the balance."
        yield Problem("market.catalogue.price.most", market.catalogue.price.most, allowed, do)


def checkouts_stay_within_the_clock(market: Market | None) -> Iterator[Problem]:
    """Refuse a multiplier by which a checkout passes more than one order a microsecond."""
    for key, platform in ({} if market is None else market.platforms).items():
        most = PER_SECONDS[platform.checkout.per] * 1_000_000
        rates = [platform.checkout.rate, *(step.rate for step in platform.checkout.steps)]
        rate = max((rate for rate in rates if rate is not None), default=0)
        if market is not None and rate * market.checkout_capacity > most:
            path = f"market.platforms.{key}.checkout"
            allowed = f"must be at most {most / rate:.6g}, or {path} would pass more than one each microsecond"
            do = "Write null for a rate that never binds."
            yield Problem("market.checkout_capacity", market.checkout_capacity, allowed, do)


def published_waves_are_in_the_calendar(waves: Waves, published: Published) -> Iterator[Problem]:
    """Refuse published figures of waves that the calendar does not have."""
    if waves.calendar is None:
        return
    figures: list[tuple[str, int]] = []
    for key in ("joined", "selected"):
        figures += [(f"{key}[{i}].wave", row.wave) for i, row in enumerate(getattr(published, key))]
    for key in ("revocations", "eligible_of_joined"):
        figures += [(f"{key}[{i}].last_wave", row.last_wave) for i, row in enumerate(getattr(published, key))]
    for path, wave in figures:
        if wave > len(waves.calendar):
            allowed = f"must be one of the {len(waves.calendar)} waves of waves.calendar"
            yield Problem(f"published.{path}", wave, allowed, "Add the wave, or leave the figure out.")


def _stations(route: Route) -> list[str]:
    return [name for each in route for name in ((each.name, each.retry.name) if each.retries else (each.name,))]


def service_levels_speak_of_waits(
    service_levels: dict[str, ServiceLevel], payment: Payment, market: Market | None, route: Route
) -> Iterator[Problem]:
    """Refuse service levels of a wait that nobody observes, and one counted from where it does not begin."""
    of_market = [] if market is None else [station.name for station in MARKET]
    known = [*WAITS, *_stations(route), *of_market, *payment.partners]
    for name, level in service_levels.items():
        path = f"service_levels.{name}"
        if level.wait not in known:
            near = _wait_of_label(level.wait) or suggestion(level.wait, known).partition("Known")[0]
            yield Problem(f"{path}.wait", level.wait, "is no wait", f"{near}Waits are: {', '.join(known)}.")
            continue
        of_payments = level.wait in PAYMENT_WAITS or level.wait in payment.partners
        if of_payments and level.counted_from is None:
            allowed = "must be due or ready: payments wait"
            yield Problem(f"{path}.from", None, allowed, "Say from when a payment is counted.")
        if not of_payments and level.counted_from is not None:
            allowed = f"must be null: {level.wait} is no wait of payments"
            yield Problem(f"{path}.from", level.counted_from, allowed, "Write from: null.")


def _wait_of_label(told: str) -> str:
    """Return the advice to write the name of a wait that is told by its label on the screen, if it is one."""
    labels = {wait.label.lower(): name for name, wait in WAITS.items()}
    name = labels.get(told.lower().replace("_", " "))
    return f"Did you mean {name}? " if name else ""


RULES: tuple[Callable[..., Iterator[Problem]], ...] = (
    begins_with_the_programme,
    joining_holds_from_the_start,
    eligibility_holds_from_the_start,
    nobody_registers_before_the_start,
    no_wave_opens_before_the_start,
    a_partner_of_each_kind_from_the_start,
    feedback_is_no_shorter_than_the_window,
    capacity_stays_within_the_clock,
    the_balance_buys_every_course,
    the_balance_returns_after_the_deadline,
    who_found_nothing_comes_back_after_the_window,
    the_next_purchase_is_after_the_window,
    the_balance_buys_every_course_of_the_market,
    checkouts_stay_within_the_clock,
    published_waves_are_in_the_calendar,
    service_levels_speak_of_waits,
)


def disagreements(parameters: Block, route: Route, partial: bool = False) -> Iterator[Problem]:
    """Apply every rule; with partial parameters, those that need nothing which is not there."""
    for rule in RULES:
        needs = inspect.signature(rule).parameters.keys() - {"route"}
        for station in route if "station" in needs else (None,):
            try:
                asked = {name: _needed(name, parameters, station) for name in needs}
                if "route" in inspect.signature(rule).parameters:
                    asked["route"] = route
                yield from list(rule(**asked))
            except AttributeError:  # the rule looked at a key that had a fault of its own, already told
                if not partial:
                    raise


PLACE = {"block": "config", "lever": "lever"}
"""Where a station says the path of its block, and of the block with the lever of its capacity."""


def _needed(name: str, parameters: Block, station: Station | None) -> Any:
    """Return what a rule asks for by its name: the station, its block, or a block of the parameters."""
    if station is not None and name in ("station", "block", "lever"):
        return station if name == "station" else block_at(parameters, getattr(station, PLACE[name]))
    return getattr(parameters, name)
