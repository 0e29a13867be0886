"""Extremes: nobody comes, everything is closed, there is plenty of everything, everyone fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER
from sim.calendar.order import STATIONS
from sim.engines.journal import Journal
from sim.programme.places import Place
from tests.building import NO_FIGURES, PARTNERS, PLENTY, PLENTY_OF_STATIONS, SMALL, law, run
from tests.engine.promises import hold

TO_THE_END = {"clock.end": None, "clock.longest_years": 4}
CERTAIN: dict[str, Any] = {
    "processing.email.passes": 1,
    "processing.registry.passes": 1,
    "processing.third_layer.passes": 1,
    "processing.screening.passes": 1,
    "processing.test.taken": 1,
    "joining.newcomers": [{"from": "2020-04-11T00:00", "share": 1}],
    "selection.eligible": [{"from": "2020-04-11T00:00", "share": 1}],
    "waves.calendar.w01.face_check_fails": 0,
    "purchase.waves": [{"from_wave": 1, "buys": 1, "delay": law("constant", 1)}],
    "training.completes": 1,
    "training.reviews": 1,
}
"""Nobody is refused, ineligible, revoked or gives up a training."""


def at_the_end(journal: Journal) -> dict[Place, int]:
    """Return where people stand at the end."""
    return {place: count for place, count in zip(Place, journal.days[-1][1], strict=True) if count}


def people_at(journal: Journal, station: str) -> int:
    """Return how many stand at a station at the end: arrived, not left, not given up."""
    visits = journal.visits[station]
    return int(np.count_nonzero((visits["left"] == NEVER) & (visits["gave_up"] == NEVER)))


@pytest.mark.parametrize("scenario", ["history", "rate_800k"])
def test_no_applicants(scenario: str) -> None:
    """Catches a division by nobody, and a run that waits twenty years for the first one."""
    journal = run(SMALL, f"scenario={scenario}", changes={"population.applicants": 0})
    hold(journal)
    assert at_the_end(journal) == {}
    assert sum(journal.days[-1][2]) == 0
    if scenario == "rate_800k":
        assert journal.end == 8 * DAY  # the first wave does not open on day 7, which is then the last


CLOSED = {
    "portal": {"portal.rate": 0},
    "processing": {"processing.rate": 0},
    **{check: {f"processing.{check}.rate": 0} for check in ("email", "registry", "third_layer")},
    **{
        f"{check}_retry": {f"processing.{check}.retry.rate": 0, f"processing.{check}.retry.share": 1}
        for check in ("email", "registry", "third_layer")
    },
    "screening": {"processing.screening.servers": 0},
}


@pytest.mark.parametrize("station", STATIONS)
def test_a_closed_station_holds_everyone_and_the_run_ends_at_its_horizon(station: str) -> None:
    """Catches people who slip past a closed station, and a run that never ends because they stand there."""
    few = {"population.applicants": 8_000_000, "clock.end": None, "clock.longest_years": 2}
    journal = run(SMALL, "scenario=rate_800k", changes={**few, **CLOSED[station]})
    hold(journal)
    assert journal.end == journal.programme.horizon == int(2 * 365.25) * DAY
    arrived = journal.visits[station]["person"].size
    assert arrived > 1
    assert people_at(journal, station) == arrived
    assert at_the_end(journal)[Place[station.upper()]] == arrived
    assert not np.any(journal.visits[station]["started"] < NEVER)
    for behind in STATIONS[STATIONS.index(station) + 1 :]:
        if behind.removesuffix("_retry") == station or station.endswith("_retry"):
            continue  # those who pass at the first try go past a closed retry
        assert journal.visits[behind]["person"].size == 0


def test_plenty_of_everything() -> None:
    """Catches a wait where nothing is scarce: everyone is awarded and paid all, nobody waits at a station."""
    journal = run(SMALL, changes={**PLENTY, **CERTAIN, **TO_THE_END, "demand.points": [
        {"at": "2020-04-11T19:00", "registered": 0}, {"at": "2020-12-01T00:00", "registered": 80_000_000},
    ]})  # fmt: skip
    hold(journal)
    assert at_the_end(journal) == {Place.PARTICIPANT: 1600}
    for station in STATIONS:
        visits = journal.visits[station]
        assert np.array_equal(visits["arrived"], visits["started"])
    own = journal.participants
    assert all(np.all(own[name] < NEVER) for name in own.stamps if name.endswith("_paid"))
    assert sum(journal.days[-1][3]) + sum(journal.days[-1][4]) == 1600 * 3_550_000


FRONT_FAILURES = {
    "EMAIL": {"processing.email.passes": 0, "processing.email.retry.passes": 0},
    "REGISTRY": {"processing.registry.passes": 0},
    "THIRD_LAYER": {"processing.third_layer.passes": 0},
    "SCREENING": {"processing.screening.passes": 0},
    "TEST": {"processing.test.taken": 0},
}


@pytest.mark.parametrize("check", FRONT_FAILURES)
def test_everyone_fails_a_check(check: str) -> None:
    """Catches a person who passes although nobody does, and one who is refused by a check behind."""
    journal = run(SMALL, changes={**PLENTY_OF_STATIONS, **FRONT_FAILURES[check]})
    hold(journal)
    assert set(at_the_end(journal)) <= {Place.REFUSED, Place.EMAIL_RETRY, Place.EMAIL}
    reached = journal.people["refused_by"]
    assert reached.max() == ["", "EMAIL", "REGISTRY", "THIRD_LAYER", "SCREENING", "TEST"].index(check)
    assert journal.participants.rows == 0


def test_nobody_is_eligible_or_completes_or_reviews() -> None:
    """Catches an award without eligibility, and an incentive without a training completed and reviewed."""
    nobody = [{"from": "2020-04-11T00:00", "share": 0}]
    journal = run(SMALL, changes={"selection.eligible": nobody})
    hold(journal)
    assert journal.participants.rows == 0
    for key in ("training.completes", "training.reviews"):
        journal = run(SMALL, changes={key: 0, "clock.end": None})
        hold(journal)
        assert journal.participants.rows > 200
        assert not np.any(journal.participants["incentive_1_due"] < NEVER)
        returned, benefit = journal.days[-1][4], journal.programme.benefit
        assert returned[1:] == [journal.participants.rows * kind for kind in benefit[1:]]


def test_who_completes_after_a_year_gets_no_incentive() -> None:
    """Catches an incentive for a training completed after its money was returned, and one withheld just before."""
    for days, entitled in ((366, False), (340, True)):
        slow = {"training.duration": law("constant", days), "training.certificate": law("constant", 0)}
        slow |= {"training.review": law("constant", 0), "purchase.waves": CERTAIN["purchase.waves"]}
        journal = run(SMALL, changes={**slow, "clock.end": None, "clock.longest_years": 5})
        hold(journal)
        own = journal.participants
        assert np.count_nonzero(own["reviewed"] < NEVER) > 200
        assert np.array_equal(own["incentive_1_paid"] < NEVER, (own["reviewed"] < NEVER) & entitled)


def test_nobody_buys() -> None:
    """Catches a revoked award that is paid, or not returned in full."""
    nobody = [{"from_wave": 1, "buys": 0, "delay": law("constant", 1)}]
    journal = run(SMALL, changes={"purchase.waves": nobody, "clock.end": None})
    hold(journal)
    awarded, paid, returned = journal.days[-1][2:]
    assert set(at_the_end(journal)) & {Place.AWARDED, Place.PARTICIPANT} == set()
    assert journal.participants.rows > 200
    assert paid == [0, 0, 0]
    assert returned == awarded


@pytest.mark.parametrize(
    ("account", "tried"),
    [({"account.delay": law("constant", 60)}, False), ({"account.mending": law("constant", 60)}, True)],
)
def test_whose_award_is_revoked_links_no_account_any_more(account: dict[str, Any], tried: bool) -> None:
    """Catches an account linked after the revocation, at the first try or when the failure is mended."""
    changes = {
        "purchase.waves": [{"from_wave": 1, "buys": 0, "delay": law("constant", 1)}],
        "account.fails": 1,
        "population.unbanked": 0,
        "clock.end": "2020-12-31T00:00",
    }
    own = run(SMALL, changes=changes | account).participants
    assert np.count_nonzero(own["revoked"] < NEVER) > 100
    assert np.any(own["link_tried"] < NEVER) == tried
    assert not np.any(own["linked"] < NEVER)


def test_who_would_buy_after_the_deadline_is_revoked() -> None:
    """Catches a purchase at the very deadline: only attempts strictly before it count."""
    awarded_at_noon = {  # 12:00 of 20 April; the deadline is 00:00 of 20 May, 29 and a half days later
        "waves.calendar": {"w01": {"open": "2020-04-11T19:00", "close": "2020-04-16T16:00",
                                   "announced": "2020-04-20T12:00", "places": 2**27, "face_check_fails": 0}},
        "budget.tranches": {"one": {"first_wave": 1, "rupiah": 10**15}}, "clock.end": "2020-06-01T00:00",
        **NO_FIGURES,
    }  # fmt: skip
    for days, place in ((29.5, Place.REVOKED), (29.5 - 1e-9, Place.PARTICIPANT)):
        buys = [{"from_wave": 1, "buys": 1, "delay": law("constant", days)}]
        journal = run(SMALL, changes={**awarded_at_noon, "purchase.waves": buys})
        assert at_the_end(journal)[place] == journal.participants.rows > 30


def test_nobody_joins() -> None:
    """Catches a wave that is joined with a propensity of nought: everyone who passes stands in the pool."""
    never = [{"from": "2020-04-11T00:00", "share": 0}]
    journal = run(SMALL, changes={"joining.newcomers": never})
    hold(journal)
    assert all(record.joined == 0 for record in journal.waves)
    tested = int(np.count_nonzero(journal.people["tested"] < NEVER))
    assert at_the_end(journal)[Place.POOL] == tested > 500


def test_losers_who_never_join_again() -> None:
    """Catches losers who are taken for newcomers: nobody joins twice."""
    never = [{"from": "2020-04-11T00:00", "share": 0}]
    journal = run(SMALL, changes={"joining.losers": never})
    hold(journal)
    assert np.array_equal(journal.people["first_joined"], journal.people["last_joined"])
    assert sum(record.joined for record in journal.waves) == np.count_nonzero(journal.people["first_joined"] < NEVER)


def test_all_payments_fail() -> None:
    """Catches a failed payment that counts as made: nobody is paid, still everything adds up."""
    journal = run(SMALL, changes={"payment.fails": 1})
    hold(journal)
    assert journal.days[-1][3][1:] == [0, 0]
    tried = np.count_nonzero(journal.participants["incentive_1_ready"] < NEVER)
    assert tried > 100
    assert sum(record.failed for record in journal.runs) > 10 * tried  # every one, every working day again


def test_partners_closed() -> None:
    """Catches a cap of nought that is plenty: payments queue at closed partners until the end."""
    journal = run(SMALL, changes={f"payment.partners.{partner}.cap": 0 for partner in PARTNERS})
    hold(journal)
    assert journal.days[-1][3][1:] == [0, 0]
    last = [record.waiting for record in journal.runs[-len(PARTNERS) :]]
    assert sum(last) == np.count_nonzero(journal.participants["incentive_1_ready"] < journal.runs[-1].at)


def test_no_patience_at_all() -> None:
    """Catches a wait of those without patience: who is not served at once gives up at once."""
    scarce = {"processing.rate": 2_000_000, "processing.patience": law("constant", 0)}
    journal = run(SMALL, changes=scarce)
    hold(journal)
    for station in STATIONS[1:]:
        visits = journal.visits[station]
        served = visits["started"] < NEVER
        assert np.array_equal(visits["started"][served], visits["arrived"][served])
        assert np.array_equal(visits["gave_up"][~served], visits["arrived"][~served])
    assert np.count_nonzero(journal.people["gave_up_at"] == STATIONS.index("processing")) > 50


def test_patience_that_ends_as_the_turn_comes() -> None:
    """Catches one who gives up at the instant at which he is served.

    All wait for the portal to open; it lets one through an hour, the processing one in two hours: the kth
    waits k hours at the processing, those with patience of three hours at most three.
    """
    journal = run(changes={
        "population.applicants": 40, "population.scale": 1, "clock.end": "2020-05-01T00:00",
        "demand.points": [
            {"at": "2020-04-11T19:00", "registered": 0}, {"at": "2020-04-12T00:00", "registered": 40}
        ],
        "portal.per": "hour", "portal.rate": 1,
        "portal.outages": [{"from": "2020-04-11T00:00", "until": "2020-04-13T00:00"}],
        "processing.rate": 84, "processing.patience": law("constant", 3, "hours"),
    })  # fmt: skip
    hold(journal)
    visits = journal.visits["processing"]
    waits = (visits["started"] - visits["arrived"])[visits["started"] < NEVER] // (DAY // 24)
    assert waits.tolist()[:4] == [0, 1, 2, 3]
    assert waits.max() == 3
    assert np.count_nonzero(waits == 3) > 5
    assert np.count_nonzero(visits["gave_up"] < NEVER) == 40 - waits.size > 10


def test_patience_of_one_wave() -> None:
    """Catches one who joins again after losing as often as he bears."""
    journal = run(SMALL, changes={"joining.patience_waves": 1})
    hold(journal)
    people = journal.people
    told = people["waves_lost"] == 1
    assert np.array_equal(told, people["gave_up_waves"] < NEVER)
    assert told.sum() > 100
    assert people["waves_lost"].max() == 1


def test_no_budget() -> None:
    """Catches an award without a budget; what was refused is told."""
    journal = run(SMALL, changes={"budget.tranches.y2020.rupiah": 0})
    hold(journal)
    assert sum(record.awarded for record in journal.waves[:11]) == 0
    assert sum(record.awarded for record in journal.waves[11:]) > 50
    assert journal.budget_refused == sum(min(r.quota, r.eligible) for r in journal.waves[:11]) > 50
