"""Nothing is lost in the market: seats, rupiah by provider, people at checkouts and in classes, at every day's end."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER, moment
from sim.journey.money import Benefit
from sim.journey.route import CERTIFICATES, CHECKOUT
from sim.rules.choosing import SELF_PACED, patience_for_class
from tests.building import ENGINES, Engine, law, on_both, run, run_on
from tests.engine.journal_of_rows import TWO_TRIES, journal_of
from tests.engine.promises import hold
from tests.engine.random_programmes import wib
from tests.equality.random_markets import course, hostile, live, market, platform
from tests.market.recount import Seen, classes, seen, week_of

BUSY = hostile(
    market(
        {
            "one": platform(share=2 / 3, checkout={"rate": 1}, until=wib(24 * 10 + 1)),
            "two": platform(share=1 / 3, checkout={"rate": 0.7}, certificates={"cap": 1.5}),
        },
        [
            live(provider="A", platforms="one two", seats=3, price=300_000),
            live(provider="A", platforms="two", seats=2, classes_per_week=3.5, price=450_000),
            live(provider="B", platforms="one two", seats=9, classes_per_week=2, price=100_000, until=wib(24 * 15)),
            course(provider="C", platforms="one", popularity=0.3, price=250_000),
            course(provider="B", platforms="two", popularity=0.3, price=700_000, first=wib(24 * 9)),
        ],
        instructors_share=0.8,
        tries=5,
    )
)
"""Two platforms, one of which leaves; live courses of two providers who teach less than their classes offer."""

ONE_COURSE = hostile(
    market(
        {
            "one": platform(checkout={"rate": 1 / 3, "steps": [{"from": wib(24 * 12), "rate": 0}]}),
            "two": platform(checkout={"rate": 1}, until=wib(24 * 9)),
        },
        [live(seats=4, platforms="one two"), course(popularity=0.1, until=wib(24 * 11), platforms="one two")],
        tries=2,
    ),
    purchase__further={"appetite": 0, "courses": 1, "delay": law("constant", 1, "days")},
)
"""One course each, at checkouts that are slow and close."""

MARKETS: dict[str, dict[str, Any]] = {
    "busy": BUSY,
    "busy, cut": BUSY | {"clock.end": wib(24 * 13 + 5)},
    "one course each": ONE_COURSE,
}

on_markets = pytest.mark.parametrize(("engine", "name"), [(engine, name) for engine in ENGINES for name in MARKETS])


@cache
def market_of(engine: Engine, name: str) -> Seen:
    return seen(engine, MARKETS[name])


@on_markets
def test_seats_taken_and_free_are_those_offered(engine: Engine, name: str) -> None:
    """Catches a seat sold twice, in no class, or beyond what instructors teach, at every day's end; or not counted."""
    made = market_of(engine, name)
    table, counts = made.table, made.observations.market
    assert counts is not None
    # Rows leave out what lies beyond the end of a run.
    taken = Counter((each.course, each.begins) for each in made.bought() if each.begins < NEVER)
    weeks: Counter[tuple[int, int]] = Counter()
    for number, offer in enumerate(table.courses):
        if offer["seats"] == SELF_PACED:
            continue
        begin = {at: taken.pop((number, at), 0) for at in classes(table, number, made.end)}
        assert max(begin.values()) <= offer["seats"]
        for at, seats in begin.items():
            weeks[int(offer["provider"]), week_of(table, at)] += seats
        for now, *_ in made.days:
            so_far = [seats for at, seats in begin.items() if at < now]
            free = sum(int(offer["seats"]) - seats for seats in so_far)
            assert sum(so_far) + free == counts.classes.offered(0, now)[number], moment(now)
        assert counts.taken[number] == sum(begin.values())
    assert all(table.courses[number]["seats"] == SELF_PACED for number, _ in taken)  # every seat was one of a class
    if table.weeks.size:
        assert all(seats <= table.weeks[week] for week, seats in weeks.items())
        assert name != "busy" or any(seats == table.weeks[week] > 0 for week, seats in weeks.items())
    live = [each.begins for each in made.bought() if table.courses[each.course]["seats"] != SELF_PACED]
    for day, (now, *_) in enumerate(made.days):
        assert counts.taken_by_day[: day + 1].sum() == sum(at < now for at in live)
    assert sum(at < made.end for at in live) > 20


def test_a_provider_teaches_whole_seats_that_add_up_to_its_share() -> None:
    """Catches weeks whose seats are rounded one by one, or begin with another fraction than none."""
    table = market_of("person", "busy").table
    offered = {"A": 3 * 7 + 2 * 3.5, "B": 9 * 2, "C": 0}
    for provider, weeks in zip(table.providers, table.weeks.tolist(), strict=True):
        share = Fraction(8, 10) * Fraction(offered[provider])
        assert weeks == [int((week + 1) * share) - int(week * share) for week in range(len(weeks))]


@on_markets
def test_every_booking_is_the_earliest_free_seat_of_what_can_be_bought(engine: Engine, name: str) -> None:
    """Catches a booking out of turn, a free seat passed over, a course that was not on sale there, or was too dear."""
    made = market_of(engine, name)
    table, programme = made.table, made.programme
    taken: Counter[tuple[int, int]] = Counter()
    weeks: Counter[tuple[int, int]] = Counter()
    balance = np.full(made.participants.rows, programme.parameters.budget.training_balance)
    courses: dict[int, set[int]] = {}
    for each in made.bought():
        offer, own = table.courses[each.course], courses.setdefault(each.number, set())
        assert each.course in table.listed[slice(*table.bounds[each.platform].tolist())]
        assert table.entry[each.platform] <= each.at < table.exit[each.platform]
        assert offer["since"] <= each.at < offer["until"]
        assert each.price == offer["price"] <= balance[each.number]
        assert each.course not in own
        assert len(own) == each.purchase
        own.add(each.course)
        balance[each.number] -= each.price
        if offer["seats"] == SELF_PACED:
            assert each.begins in (each.at, NEVER)
            continue
        person = int(made.participants["person"][each.number])
        latest = each.at + patience_for_class(programme.key, table.rules, person, each.purchase)
        provider = int(offer["provider"])
        free = next(
            at
            for at in classes(table, each.course, latest + 1)
            if at > each.at
            and taken[each.course, at] < offer["seats"]
            and (
                not table.weeks.size or weeks[provider, week_of(table, at)] < table.weeks[provider, week_of(table, at)]
            )
        )
        assert each.begins == (free if free < made.end else NEVER), each
        taken[each.course, free] += 1
        weeks[provider, week_of(table, free)] += 1


@on_markets
def test_rupiah_to_providers_are_the_prices_that_people_paid(engine: Engine, name: str) -> None:
    """Catches a price that is not the course's, a sale that no table has, or rupiah that a provider got from nobody."""
    made = market_of(engine, name)
    table, bought = made.table, made.bought()
    to_provider, on_platform, sold = Counter[str](), Counter[str](), Counter[int]()
    for each in bought:
        to_provider[table.providers[int(table.courses[each.course]["provider"])]] += each.price
        on_platform[table.keys[each.platform]] += each.price
        sold[each.course] += 1
    told: Counter[str] = Counter()
    for row in made.tables["courses"].rows:
        told[str(row["provider"])] += int(row["rupiah"] or 0)
        assert row["sold"] == sold[int(row["course"] or 0)]
    assert +told == +to_provider
    platforms: Counter[str] = Counter()
    for row in made.tables["market"].rows:
        platforms[str(row["platform"])] += int(row["rupiah"] or 0)
    assert +platforms == +on_platform
    for day in made.days:
        assert day.paid[Benefit.TRAINING] == sum(each.price for each in bought if each.at < day.now), moment(day.now)
    assert len(to_provider) == len(table.providers)


@on_markets
def test_people_at_checkouts_add_up(engine: Engine, name: str) -> None:
    """Catches one who came to a checkout and neither left it, gave up, nor stands there, at every day's end."""
    made = market_of(engine, name)
    counts, checkout = made.observations.market, made.observations.stations[CHECKOUT]
    assert counts is not None
    days = made.observations.days
    came, nothing = counts.came[:-1, :days].sum(axis=0), counts.found_nothing[:-1, :days].sum(axis=0)
    assert np.array_equal(came, checkout.arrivals)
    inside = np.cumsum(checkout.arrivals - checkout.departures - checkout.renegings)
    assert inside.min() >= 0
    assert np.all(checkout.queue() <= inside)
    assert inside[-1] == checkout.inside_at_end
    assert inside.max() > 10
    booked = np.bincount([each.at // DAY for each in made.bought()], minlength=days)
    # Who has left a checkout has booked, found nothing, or was too late; of first purchases these are revoked.
    too_late = np.cumsum(checkout.departures + checkout.renegings - booked - nothing)
    assert np.all(np.diff(too_late, prepend=0) >= 0)
    own = made.participants
    if made.programme.courses == 1:
        for now, late, standing in zip((day.now for day in made.days), too_late, inside, strict=True):
            for_want = np.count_nonzero((own["revoked"] < now) & (own["revoked_for"] == 1))
            assert late <= for_want <= late + standing, moment(now)
        assert too_late[-1] == np.count_nonzero(own["revoked_for"] == 1) > 10


@on_markets
def test_people_in_classes_add_up(engine: Engine, name: str) -> None:
    """Catches one who begins before the class, ends at another instant than the class, or was never counted."""
    made = market_of(engine, name)
    table, observed = made.table, made.observations
    bought = made.bought()
    for each in bought:
        offer = table.courses[each.course]
        if each.completed < NEVER:
            assert each.completed > each.begins >= each.at
            if offer["seats"] != SELF_PACED:
                assert each.completed == each.begins + offer["duration"]
    completes = np.cumsum(observed.by_day("completed"))
    sold = np.cumsum(observed.by_day("bought"))
    for day, (now, *_) in enumerate(made.days):
        begun = [each for each in bought if each.begins < now]
        over = sum(each.completed < now for each in begun)
        still = sum(each.completed >= now for each in begun)
        to_begin = sum(each.at < now <= each.begins for each in bought)
        assert completes[day] == over, moment(now)
        assert sold[day] == over + still + to_begin, moment(now)
    assert counts_of(made) == Counter((each.course, each.platform) for each in bought)


def counts_of(made: Seen) -> Counter[tuple[int, int]]:
    """Return the courses sold by (course, platform), as they were observed."""
    counts = made.observations.market
    assert counts is not None
    sold = counts.sold_by_course
    return Counter({tuple(map(int, at)): int(sold[*at]) for at in np.argwhere(sold)})


@on_markets
def test_certificates_add_up(engine: Engine, name: str) -> None:
    """Catches a certificate lost in the queue, issued twice, or above the cap of a run, at every day's end."""
    made = market_of(engine, name)
    table, station = made.table, made.observations.stations[CERTIFICATES]
    if table.certificates is None:
        assert not station.arrivals.any()
        return
    waits = [each for each in made.bought() if each.completed < NEVER and not table.issues_at_once[each.platform]]
    arrived = np.bincount([each.completed // DAY for each in waits], minlength=station.arrivals.size)
    assert np.array_equal(arrived, station.arrivals)
    inside = np.cumsum(station.arrivals - station.departures)
    assert inside.min() >= 0
    assert inside[-1] == station.inside_at_end
    assert station.departures.max() == 2  # of a cap of one and a half
    pairs = station.departures[:-1] + station.departures[1:]
    assert pairs.max() == 3


@on_both
def test_the_promises_of_every_run_are_kept(engine: Engine) -> None:
    """Catches a market that moves someone before they are awarded, keeps no deadline, or pays out of turn."""
    changes = BUSY | TWO_TRIES
    journal = run(changes=changes) if engine == "person" else journal_of(run_on(engine, changes=changes))
    hold(journal)
    assert np.count_nonzero(journal.participants["incentive_1_paid"] < NEVER) > 10
