"""Buyers of the person engine: what becomes of each on markets in which it is known, and what must hold on any."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.journal import Journal
from sim.engines.observed import observe
from sim.observers.audit import audit
from sim.rules import buying
from sim.rules.choosing import SELF_PACED, comes_back_after, train_at_pace
from sim.rules.platforms import NOWHERE, choose_platform
from tests.building import NO_FIGURES, UNLIMITED_STATIONS, law, run
from tests.engine.random_programmes import EASY, programmes, wib
from tests.market.random_markets import catalogue, market, markets, platform

PEOPLE = 400

NOTHING, CHECKOUT, SEAT = 0, 1, 2
"""The outcome `revoked_for`."""


def simulated(of_market: Any, **changes: Any) -> Journal:
    """Return a run of 400 people, all awarded within weeks, on a market; `a__b` is the key a.b."""
    return run(
        changes={
            **NO_FIGURES, **UNLIMITED_STATIONS, **EASY,
            "purchase.waves": [{"from_wave": 1, "buys": 0.9, "delay": law("exponential", 4)}],
            "clock.end": None, "clock.longest_years": 2, "population.applicants": PEOPLE, "population.scale": 1.0,
            "demand.points": [{"at": wib(19), "registered": 0}, {"at": wib(100), "registered": 10}],
            "waves.rule": {"first_day": 5, "every_days": 7, "open_days": 4, "quota_share": 1.0, "places": None},
            "market": of_market, **{name.replace("__", "."): value for name, value in changes.items()},
        }
    )  # fmt: skip


def bought(journal: Journal, course: int = 1) -> np.ndarray[Any, Any]:
    """Return who has bought a course."""
    return journal.participants[f"bought_{course}"] < NEVER


def numbers(journal: Journal, station: str) -> np.ndarray[Any, Any]:
    """Return the participant's number of every visit of a station."""
    return journal.people["participant"][journal.visits[station]["person"]]


@cache
def plain() -> Journal:
    """Return a run on a market of one platform with plenty of everything; read it, do not write in it."""
    return simulated(market())


def test_plenty_changes_nobodys_purchase() -> None:
    """Catches a market that moves a first purchase, an account or an award, and luck that is drawn elsewhere."""
    on_market, without = plain(), simulated(None)
    for name in ("link_tried", "linked", "bought_1", "revoked", "closed", "person", "wave", "partner"):
        assert (on_market.participants[name] == without.participants[name]).all(), name
    own = on_market.participants
    assert bought(on_market).sum() > 100
    assert set(own["revoked_for"].tolist()) == {-1, NOTHING}
    assert (own["sought_1"] == own["bought_1"]).all()
    assert (own["begun_1"] == own["bought_1"]).all()
    assert set(own["choice_1"][bought(on_market)].tolist()) == {0}
    assert set(own["tries_1"][bought(on_market)].tolist()) == {1}


def test_a_closed_checkout_revokes_for_want_of_checkout() -> None:
    """Catches one who stands at checkout at the deadline and is not revoked, or for another reason."""
    closed = platform(checkout={"rate": 0, "per": "hour", "steps": [], "outages": []})
    journal = simulated(market(platforms={"one": closed}))
    own, visits = journal.participants, journal.visits["checkout"]
    sought = own["sought_1"] < NEVER
    assert not bought(journal).any()
    assert (own["revoked_for"] == np.where(sought, CHECKOUT, NOTHING)).all()
    deadline = journal.programme.waves.waves["deadline"][own["wave"]]
    assert (own["revoked"] == deadline).all()
    assert (visits["gave_up"] == deadline[numbers(journal, "checkout")]).all()
    assert sorted(numbers(journal, "checkout").tolist()) == np.flatnonzero(sought).tolist()


def test_no_seats_revoke_for_want_of_a_seat_after_all_tries() -> None:
    """Catches a try too many or too few, one that comes back at another time, and a wrong cause."""
    journal = simulated(market(catalogue=catalogue(live=1.0, seats_a_week=0)))
    own, programme = journal.participants, journal.programme
    assert programme.seats is not None
    sought = own["sought_1"] < NEVER
    assert not bought(journal).any()
    assert (own["revoked_for"] == np.where(sought, SEAT, NOTHING)).all()
    arrived = Counter(journal.visits["checkout"]["arrived"].tolist())
    for number in np.flatnonzero(sought).tolist():
        at, deadline = int(own["sought_1"][number]), int(programme.waves.waves["deadline"][own["wave"][number]])
        tries = 0
        while at >= 0 and at < deadline:
            arrived[at] -= 1
            tries += 1
            back = comes_back_after(programme.key, programme.seats.rules, int(own["person"][number]), 0, tries - 1)
            at = at + back if back >= 0 else -1
        assert own["tries_1"][number] == tries
    assert not +arrived
    assert max(own["tries_1"]) == 3


def test_who_stands_at_checkout_when_the_platform_leaves_comes_back_to_another() -> None:
    """Catches one who is lost with a platform, waits there beyond its exit, or books there after it."""
    leaves = wib(24 * 14)
    never = {"rate": 0, "per": "hour", "steps": [], "outages": []}
    going = platform(until=leaves, share=0.5, checkout=never)
    journal = simulated(market(platforms={"going": going, "staying": platform(share=0.5)}, tries=50))
    own, visits = journal.participants, journal.visits["checkout"]
    assert set(own["platform_1"][bought(journal)].tolist()) == {1}
    exit_at = 14 * DAY
    gone = visits["instance"] == 0
    assert gone.any()
    assert (visits["gave_up"][gone] == exit_at).all()
    again = np.isin(own["person"], visits["person"][gone])
    assert (own["tries_1"][again] == 2).all()
    assert bought(journal)[again].mean() > 0.5


def test_certificates_are_issued_first_completed_first_under_a_cap_a_working_day() -> None:
    """Catches a certificate issued at once under a cap, out of order, or of another platform's capacity."""
    slow = platform(share=0.5, certificates={"cap": 3, "steps": [], "outages": []})
    journal = simulated(market(platforms={"slow": slow, "quick": platform(share=0.5)}))
    own, visits = journal.participants, journal.visits["certificates"]
    at_slow = visits["instance"] == 0
    assert at_slow.all()  # the other platform has no cap: nobody queues there
    issued = at_slow & (visits["left"] < NEVER)
    runs = Counter(visits["left"][issued].tolist())
    assert max(runs.values()) == 3
    assert {at % DAY for at in runs} == {9 * DAY // 24}
    own_numbers = numbers(journal, "certificates")
    order = np.lexsort((own_numbers[at_slow], visits["arrived"][at_slow]))
    assert (np.diff(visits["left"][at_slow][order]) >= 0).all()
    of_first = issued & (visits["arrived"] == own["completed_1"][own_numbers])
    assert of_first.sum() > 20
    assert (own["certified"][own_numbers[of_first]] >= visits["left"][of_first]).all()
    assert (visits["left"][issued] > visits["arrived"][issued]).all()


def test_less_of_each_makes_the_right_thing_worse_and_changes_no_luck() -> None:
    """Catches a lever that moves nothing, or moves what lies before it."""
    queue = {"rate": 4, "per": "hour", "steps": [], "outages": []}
    few = {"cap": 20, "steps": [], "outages": []}
    crowded = platform(checkout=queue, certificates=few)
    seats = catalogue(live=1.0, seats_a_week=90, courses=6)
    base = market(platforms={"one": crowded}, catalogue=seats, instructors_share=1.0)
    journal = simulated(base)

    def waits(of: Journal, station: str) -> float:
        visits = of.visits[station]
        ends = np.minimum(np.minimum(visits["started"], visits["gave_up"]), of.end)
        return float((ends - visits["arrived"]).mean())

    for lever, station in (("checkout_capacity", "checkout"), ("certificates", "certificates")):
        less = simulated(base | {lever: 0.5})
        assert waits(less, station) > waits(journal, station), lever
    for lever in ("seats", "instructors"):
        less = simulated(base | {lever: 0.5})
        assert bought(less).sum() < bought(journal).sum(), lever
        assert (less.participants["sought_1"] == journal.participants["sought_1"]).all()
        assert (less.people["awarded"] == journal.people["awarded"]).all()


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_what_holds_on_any_market(data: st.DataObject) -> None:
    """Catches seats taken twice, rupiah that do not add up, a purchase without time, money or a platform, and a stamp
    that does not follow from the one before.
    """
    changes = data.draw(programmes())
    own_changes = data.draw(markets(changes["population.scale"]))
    journal = run(changes=changes | own_changes)
    audit(observe(journal), journal.days)
    programme, own = journal.programme, journal.participants
    table = programme.seats
    assert table is not None
    of_class: Counter[tuple[int, int]] = Counter()
    of_week: Counter[tuple[int, int]] = Counter()
    for number in range(own.rows):
        row = {name: int(own[name][number]) for name in (*own.stamps, *own.outcomes)}
        person, spent, taken = row["person"], 0, set()
        deadline = int(programme.waves.waves["deadline"][row["wave"]])
        for k in range(1, programme.courses + 1):
            if k > 1 and programme.benefit[0] - spent < table.courses["price"].min():
                assert row[f"sought_{k}"] == NEVER  # who has too little for any course does not come
            if row[f"bought_{k}"] == NEVER:
                event(f"course {k} not bought after {row[f'tries_{k}']} tries")
                assert row[f"course_{k}"] == row[f"platform_{k}"] == row[f"choice_{k}"] == row[f"price_{k}"] == -1
                continue
            at, course, where = row[f"bought_{k}"], row[f"course_{k}"], row[f"platform_{k}"]
            offer = table.courses[course]
            assert row[f"sought_{k}"] <= at
            assert at < deadline or k > 1
            assert table.entry[where] <= at < table.exit[where]
            assert offer["since"] <= at < offer["until"]
            assert course in table.listed[slice(*table.bounds[where])]
            assert course not in taken
            taken.add(course)
            assert row[f"price_{k}"] == offer["price"]
            spent += row[f"price_{k}"]
            assert spent <= programme.benefit[0]
            live = offer["seats"] != SELF_PACED
            begins = row[f"begun_{k}"]
            if begins < NEVER and live:
                assert at < begins < offer["until"]
                assert (begins - offer["first"]) % offer["interval"] == 0
                of_class[course, begins] += 1
                of_week[int(offer["provider"]), (begins - table.first_week) // WEEK] += 1
            elif begins < NEVER:
                assert begins == at
            takes, completes = train_at_pace(
                programme.key, table.rules, int(offer["duration"]), float(offer["completion"]), live, person, k - 1,
                *programme.waves.learning[row["wave"]].tolist(),
            )  # fmt: skip
            assert row[f"completed_{k}"] in ({begins + takes, NEVER} if completes else {NEVER})
        if row["revoked"] < NEVER:
            wants, delay = buying.first_purchase(programme.key, programme.waves.waves, row["wave"], person)
            sought = wants and int(journal.people["awarded"][person]) + delay < deadline
            assert (row["revoked_for"] == NOTHING) == (not sought)
    for (course, _), seats in of_class.items():
        assert seats <= table.courses[course]["seats"]
    if table.weeks.size:
        assert all(seats <= table.weeks[each] for each, seats in of_week.items())
    _hold_platforms(journal)


def _hold_platforms(journal: Journal) -> None:
    """Hold the platform of every visit of a checkout against the shares in force, and its time against the exit."""
    table, visits = journal.programme.seats, journal.visits["checkout"]
    assert table is not None
    own, of_visit = journal.participants, numbers(journal, "checkout")
    of_first = own["tries_2"][of_visit] < 0 if journal.programme.courses > 1 else np.ones(of_visit.size, dtype=bool)
    for person, where, at in zip(
        *(visits[name][of_first].tolist() for name in ("person", "instance", "arrived")), strict=True
    ):
        expected = choose_platform(journal.programme.key, table.share_since, table.shares, person, 0, at)
        assert expected != NOWHERE
        assert expected == where
    exits = table.exit[visits["instance"]]
    assert (visits["arrived"] < exits).all()
    gave_up = visits["gave_up"] < NEVER
    assert (visits["gave_up"][gave_up] <= exits[gave_up]).all()
