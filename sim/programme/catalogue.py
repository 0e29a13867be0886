"""The catalogue of courses: read from the planner's file, or made from a few numbers by luck of its own.

The luck of the catalogue is no person's: it depends on the catalogue's seed and on what is drawn, and the number of a
course or of a provider, so that one more moves no other, and every replication has the same courses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER, instant, length
from sim.parameters import Parameters
from sim.parameters.capacity import multiplied
from sim.parameters.market import Catalogue as Described
from sim.parameters.market import Market
from sim.parameters.market_file import MarketFile
from sim.programme.laws import law_record
from sim.rules.laws import draw_each

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_CLASSES, MOST_CLASSES = 1e-3, 10_080.0
"""Classes of a course a week: one in twenty years, and one a minute."""


@dataclass(frozen=True)
class Catalogue:
    """The courses of a run at full population, an entry each; `listed` is [course, platform]."""

    providers: tuple[str, ...]
    names: tuple[str, ...]
    provider: Ints
    listed: Bools
    live: Bools
    seats: Ints
    """Of a class; nothing is meant where the course is not live."""
    classes_a_week: Floats
    since: Ints
    until: Ints
    wait: Floats
    """From the first day on sale to the first class, as a share of the interval between classes."""
    wait_scaled: Floats
    """The same of what a scaled interval has beyond that of full population."""
    price: Ints
    popularity: Floats
    duration: Ints
    completion: Floats

    @property
    def seats_a_week(self) -> Floats:
        """Return the live seats that each provider's classes offer a week."""
        each = np.where(self.live, self.seats * self.classes_a_week, 0.0)
        found: Floats = np.bincount(self.provider, weights=each, minlength=len(self.providers)).astype(np.float64)
        return found


def catalogue(parameters: Parameters, market: Market) -> Catalogue:
    """Return the courses of a market, its levers not yet applied but that all courses are live."""
    if market.file is not None:
        found = _read(market.file, tuple(market.platforms))
    else:
        assert market.catalogue is not None
        found = _made(market.catalogue, market, instant(parameters.clock.start))
    return _live_only(found) if market.live_only else found


def with_seats(found: Catalogue, multiplier: float) -> Catalogue:
    """Return the catalogue with the seats of every class multiplied."""
    seats = [int(multiplied("seats", number, multiplier)) for number in found.seats.tolist()]
    return replace(found, seats=np.array(seats, dtype=np.int64))


def _live_only(found: Catalogue) -> Catalogue:
    """Return the catalogue with every course live; the others have the median seats and classes of the live."""
    among = found.live if found.live.any() else np.ones_like(found.live)
    return replace(
        found,
        live=np.ones_like(found.live),
        seats=np.where(found.live, found.seats, round(float(np.median(found.seats[among])))),
        classes_a_week=np.where(found.live, found.classes_a_week, np.median(found.classes_a_week[among])),
    )


# From a file


def _read(file: MarketFile, platforms: tuple[str, ...]) -> Catalogue:
    rows = file.rows
    providers = tuple(dict.fromkeys(row.provider for row in rows))
    number = {name: k for k, name in enumerate(providers)}

    def ints(value: Callable[[Any], int]) -> Ints:
        return np.array([value(row) for row in rows], dtype=np.int64)

    def floats(value: Callable[[Any], float]) -> Floats:
        return np.array([value(row) for row in rows], dtype=np.float64)

    return Catalogue(
        providers=providers,
        names=tuple(row.course for row in rows),
        provider=ints(lambda row: number[row.provider]),
        listed=np.array([[key in row.platforms for key in platforms] for row in rows], dtype=np.bool_),
        live=np.array([row.kind == "live" for row in rows], dtype=np.bool_),
        seats=ints(lambda row: row.seats or 0),
        classes_a_week=floats(lambda row: row.classes_per_week or 1.0),
        since=ints(lambda row: instant(row.first)),
        until=ints(lambda row: NEVER if row.until is None else instant(row.until)),
        wait=np.ones(len(rows)),
        wait_scaled=_uniforms(0, "wait for the first class", len(rows)),
        price=ints(lambda row: row.price),
        popularity=floats(lambda row: row.popularity),
        duration=ints(lambda row: max(length(row.duration), 1)),
        completion=floats(lambda row: row.completion),
    )


# From a few numbers


def _uniforms(seed: int, what: str, number: int) -> Floats:
    """Return uniforms of what is drawn, from 0 to below 1: the first are the same however many there are."""
    digest = hashlib.blake2b(f"catalogue {seed}: {what}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little"))).random(number)


def _made(told: Described, market: Market, start: int) -> Catalogue:
    courses, seed = told.courses, told.seed

    def drawn(what: str, number: int = courses) -> Floats:
        return _uniforms(seed, what, number)

    counts = _courses_of_providers(told, drawn("size of a provider", told.providers))
    provider = np.repeat(np.arange(told.providers), counts)
    listed = _listings(told, market)[provider]
    popularity = _pareto(drawn("popularity"), told.popularity)
    live = drawn("live") < told.live
    seats = _between(told.seats.least, told.seats.most, drawn("seats") ** told.seats.shape)
    wait = 1.0 - drawn("wait for the first class")
    expected = _expected_sales(popularity, listed, np.array([each.share for each in market.platforms.values()]))
    duration = np.empty(courses, dtype=np.int64)
    draw_each(law_record(told.duration), np.maximum(drawn("duration"), 2.0**-53), duration)
    return Catalogue(
        providers=tuple(f"Provider {k + 1}" for k in range(told.providers)),
        names=tuple(f"Course {k + 1}" for k in range(courses)),
        provider=provider,
        listed=listed,
        live=live,
        seats=seats if told.seats_a_week > 0 else np.zeros_like(seats),
        classes_a_week=_classes(told, expected, live, seats),
        since=np.full(courses, start),
        until=np.full(courses, NEVER),
        wait=wait,
        wait_scaled=wait,
        price=_between(told.price.least, told.price.most, drawn("price") ** told.price.shape),
        popularity=popularity,
        duration=np.maximum(duration, 1),
        completion=told.completion.least + (told.completion.most - told.completion.least) * drawn("completion"),
    )


def _pareto(u: Floats, exponent: float) -> Floats:
    """Return weights of a Pareto law, 1 at the least, cut where sums would lose the others."""
    with np.errstate(over="ignore"):
        weights: Floats = (1.0 - u) ** (-1.0 / exponent)
    return np.minimum(weights, 1e9)


def _between(least: int, most: int, share: Floats) -> Ints:
    return np.minimum(least + ((most - least + 1) * share).astype(np.int64), most)


def _courses_of_providers(told: Described, u: Floats) -> Ints:
    """Return how many courses each provider has: one, and of the others as its size is, by largest remainders."""
    weights = _pareto(u, told.sizes)
    due = (told.courses - told.providers) * weights / weights.sum()
    counts = due.astype(np.int64)
    left = told.courses - told.providers - int(counts.sum())
    counts[np.argsort(counts - due, kind="stable")[:left]] += 1
    return np.asarray(counts + 1)


def _listings(told: Described, market: Market) -> Bools:
    """Return where each provider lists its courses [provider, platform]: more often where more people buy."""
    platforms = len(market.platforms)
    most, least = (min(number, platforms) for number in (told.platforms.most, told.platforms.least))
    number = _between(least, most, _uniforms(told.seed, "number of platforms", told.providers))
    keys = np.empty((told.providers, platforms))
    for k, (key, platform) in enumerate(market.platforms.items()):
        share = max([platform.share, *(step.share for step in platform.share_steps)])
        waits = -np.log1p(-_uniforms(told.seed, f"listing on {key}", told.providers))
        keys[:, k] = waits / max(share, 1e-12)
    ranks = np.argsort(np.argsort(keys, axis=1, kind="stable"), axis=1)
    return np.asarray(ranks < number[:, None])


def _expected_sales(popularity: Floats, listed: Bools, shares: Floats) -> Floats:
    """Return the share of all sales that each course would have were there seats for everyone."""
    weights = popularity[:, None] * listed
    totals = weights.sum(axis=0)
    of_platform = np.divide(shares, totals, out=np.zeros(shares.size), where=totals > 0)
    return np.asarray(weights @ of_platform)


def _classes(told: Described, expected: Floats, live: Bools, seats: Ints) -> Floats:
    """Return the classes a week by which the live courses share out the seats of a week."""
    weights = np.where(live, expected**told.follow, 0.0)
    total = float(weights.sum())
    if total <= 0 or told.seats_a_week <= 0:
        return np.ones(seats.size)
    return np.clip(told.seats_a_week * weights / total / seats, FEWEST_CLASSES, MOST_CLASSES)
