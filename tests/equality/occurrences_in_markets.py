"""What happened in the market of a run, by name: shows that the cases that are hard for two engines were there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from sim.journey.route import CERTIFICATES, CHECKOUT
from sim.programme.market import MarketTable
from sim.rules.choosing import SELF_PACED, patience_for_class
from sim.rules.platforms import NOWHERE

Ints = NDArray[np.int64]

IN_MARKETS = frozenset({
    "nobody comes",
    "somebody comes where no platform is there",
    "somebody comes as a platform enters or leaves, or a share steps",
    "somebody leaves a checkout as the platform leaves",
    "somebody is left at a checkout when the platform leaves",
    "somebody is revoked for want of a checkout",
    "somebody is revoked for want of a seat",
    "somebody is revoked for want of a course to buy",
    "somebody is revoked for want of a platform",
    "somebody is in service at a checkout at the deadline",
    "a further purchase ends at a checkout as the account closes",
    "somebody stands at a checkout at the end",
    "a checkout never opens",
    "two come to one platform at one instant",
    "two book at one instant on different platforms",
    "a course has no class soon enough",
    "a next choice is taken",
    "a class is sold out",
    "a class begins at the last instant of patience",
    "a course is bought at a later try",
    "a course is bought at the tenth try, or later",
    "the balance buys no further course",
    "the last course on sale is taken",
    "a course that has ended is listed",
    "a week of a provider is full",
    "a further course is bought on another platform",
    "a class begins after the account has closed",
    "a certificate waits",
    "a certificate is issued on completion",
    "a certificate is issued after its platform has left",
    "a certificate is completed at the instant of a run",
    "a certificate is never issued",
    "somebody completes two courses at one instant",
    "cut by a date",
})  # fmt: skip
"""What must occur among markets, or the property was tried on easy ones only."""


def in_market(journal: Journal) -> Iterator[str]:
    """Yield the names of what happened in the market of a run."""
    table = journal.programme.seats
    assert table is not None
    yield from _at_platforms(journal, table)
    yield from _at_checkouts(journal, table)
    yield from _in_classes(journal, table)
    yield from _certified(journal, table)
    if journal.programme.parameters.clock.end is not None:
        yield "cut by a date"


def bookings(journal: Journal) -> Iterator[tuple[int, int, int]]:
    """Yield (participant's number, purchase, instant) of every course that was booked."""
    own = journal.participants
    for purchase in range(journal.programme.courses):
        at = own[f"bought_{purchase + 1}"]
        for number in np.flatnonzero(at < NEVER).tolist():
            yield number, purchase, int(at[number])


def _at_platforms(journal: Journal, table: MarketTable) -> Iterator[str]:
    came_at, came_to = journal.market["came_at"], journal.market["came_to"]
    if not came_at.size:
        yield "nobody comes"
    if np.any(came_to == NOWHERE):
        yield "somebody comes where no platform is there"
    if np.isin(came_at, table.share_since).any():
        yield "somebody comes as a platform enters or leaves, or a share steps"
    pairs = list(zip(came_to.tolist(), came_at.tolist(), strict=True))
    if len(set(pairs)) < len(pairs):
        yield "two come to one platform at one instant"
    own = journal.participants
    for code, want in enumerate(("a checkout", "a seat", "a course to buy", "a platform"), start=1):
        if np.any((own["revoked_for"] == code) & (own["revoked"] < NEVER)):
            yield f"somebody is revoked for want of {want}"
    tries = np.array([own[f"tries_{purchase + 1}"][number] for number, purchase, _ in bookings(journal)])
    if np.any(tries > 1):
        yield "a course is bought at a later try"
    if np.any(tries >= 10):
        yield "a course is bought at the tenth try, or later"


def _at_checkouts(journal: Journal, table: MarketTable) -> Iterator[str]:
    visits = journal.visits[CHECKOUT]
    exits, number = table.exit[visits["instance"]], journal.people["participant"][visits["person"]]
    own = journal.participants
    deadline = journal.programme.waves.waves["deadline"][own["wave"][number]]
    closing = journal.people["awarded"][visits["person"]] + journal.programme.closing_after
    left, gave_up, started = visits["left"], visits["gave_up"], visits["started"]
    if np.any(left == exits):
        yield "somebody leaves a checkout as the platform leaves"
    if np.any((gave_up == exits) & (gave_up < NEVER)):
        yield "somebody is left at a checkout when the platform leaves"
    if np.any((started < deadline) & (left >= deadline) & (left < NEVER) & (own["revoked_for"][number] == 1)):
        yield "somebody is in service at a checkout at the deadline"
    if np.any((gave_up == closing) & (gave_up < NEVER)):
        yield "a further purchase ends at a checkout as the account closes"
    if np.any((gave_up == NEVER) & (left == NEVER)):
        yield "somebody stands at a checkout at the end"
    if started.size and np.all(started == NEVER):
        yield "a checkout never opens"


def _in_classes(journal: Journal, table: MarketTable) -> Iterator[str]:
    own, programme = journal.participants, journal.programme
    offers = table.courses
    if journal.market["turned_away"].any():
        yield "a course has no class soon enough"
    platforms: dict[int, set[int]] = {}
    of_class: dict[tuple[int, int], int] = {}
    of_week: dict[tuple[int, int], int] = {}
    for number, purchase, at in sorted(bookings(journal), key=lambda each: each[2]):
        course, begins = (int(own[f"{name}_{purchase + 1}"][number]) for name in ("course", "begun"))
        platform, choice = (int(own[f"{name}_{purchase + 1}"][number]) for name in ("platform", "choice"))
        platforms.setdefault(at, set()).add(platform)
        offer = offers[course]
        if choice > 0:
            yield "a next choice is taken"
        if purchase and platform != own["platform_1"][number]:
            yield "a further course is bought on another platform"
        here = table.listed[slice(*table.bounds[platform].tolist())]
        if np.any(offers["until"][here] <= at):
            yield "a course that has ended is listed"
        if here.size == purchase + 1:
            yield "the last course on sale is taken"
        if begins == NEVER:
            continue
        closing = journal.people["awarded"][own["person"][number]] + programme.closing_after
        if begins > closing:
            yield "a class begins after the account has closed"
        if offer["seats"] == SELF_PACED:
            continue
        if begins == at + patience_for_class(programme.key, table.rules, int(own["person"][number]), purchase):
            yield "a class begins at the last instant of patience"
        of_class[course, begins] = of_class.get((course, begins), 0) + 1
        if of_class[course, begins] == offer["seats"]:
            yield "a class is sold out"
        if table.weeks.size:
            week = int(offer["provider"]), (begins - table.first_week) // (7 * 86_400_000_000)
            of_week[week] = of_week.get(week, 0) + 1
            if of_week[week] == table.weeks[week]:
                yield "a week of a provider is full"
    if any(len(at_once) > 1 for at_once in platforms.values()):
        yield "two book at one instant on different platforms"
    yield from _too_dear(journal, table)


def _too_dear(journal: Journal, table: MarketTable) -> Iterator[str]:
    own, programme = journal.participants, journal.programme
    balance = programme.parameters.budget.training_balance
    spent = np.zeros(own.rows, dtype=np.int64)
    for purchase in range(programme.courses):
        bought = own[f"bought_{purchase + 1}"]
        if np.any((spent > 0) & (bought == NEVER) & (balance - spent < table.courses["price"].min())):
            yield "the balance buys no further course"
        spent += np.where(bought < NEVER, own[f"price_{purchase + 1}"], 0)


def _certified(journal: Journal, table: MarketTable) -> Iterator[str]:
    visits = journal.visits[CERTIFICATES]
    if np.any(visits["started"] > visits["arrived"]):
        yield "a certificate waits"
    if np.any((visits["left"] > table.exit[visits["instance"]]) & (visits["left"] < NEVER)):
        yield "a certificate is issued after its platform has left"
    if np.isin(visits["arrived"], visits["left"]).any():
        yield "a certificate is completed at the instant of a run"
    if np.any(visits["left"] == NEVER):
        yield "a certificate is never issued"
    if len(set(zip(visits["person"].tolist(), visits["arrived"].tolist(), strict=True))) < visits["arrived"].size:
        yield "somebody completes two courses at one instant"
    completed = sum(
        int(np.count_nonzero(journal.participants[f"completed_{purchase + 1}"] < NEVER))
        for purchase in range(journal.programme.courses)
    )
    if completed > visits["arrived"].size:
        yield "a certificate is issued on completion"
