"""Extremes: nobody comes, everything is closed, there is plenty of everything, everyone fails.

Each with 1,600 people by the person engine and with 4,000 by the cohort engine, whose promises are held as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER
from sim.engines.journal import Journal
from sim.journey.journey import JOURNEY
from sim.journey.money import Benefit
from tests import building
from tests.building import NO_FIGURES, PARTNERS, SMALL, UNLIMITED, UNLIMITED_STATIONS, Engine, law, on_both, run_on
from tests.engine.journal_of_rows import TWO_TRIES, journal_of
from tests.engine.promises import hold

PEOPLE: dict[Engine, int] = {"person": 1_600, "cohort": 4_000}
SIZE: dict[Engine, str] = {"person": SMALL, "cohort": "population.scale=0.00005"}

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
    "payment.survey.answers": 1,
}
"""Nobody is refused, ineligible, revoked, gives up a training or leaves a survey unanswered."""


def run(engine: Engine, *overrides: str, changes: dict[str, Any]) -> Journal:
    """Return what happens in a run, whichever engine makes it."""
    if engine == "person":
        return building.run(*overrides, changes=changes)
    return journal_of(run_on(engine, *overrides, changes=TWO_TRIES | changes))


def at_the_end(journal: Journal) -> dict[str, int]:
    """Return where people stand at the end, by the name of the place."""
    places = journal.programme.journey.places
    return {place: count for place, count in zip(places, journal.days[-1].people, strict=True) if count}


def people_at(journal: Journal, station: str) -> int:
    """Return how many stand at a station at the end: arrived, not left, not given up."""
    visits = journal.visits[station]
    return int(np.count_nonzero((visits["left"] == NEVER) & (visits["gave_up"] == NEVER)))


@on_both
@pytest.mark.parametrize("scenario", ["history", "rate_800k"])
def test_no_applicants(engine: Engine, scenario: str) -> None:
    """Catches a division by nobody, and a run that waits twenty years for the first one."""
    journal = run(engine, SIZE[engine], f"scenario={scenario}", changes={"population.applicants": 0})
    hold(journal)
    assert at_the_end(journal) == {}
    assert sum(journal.days[-1].awarded) == 0
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


@on_both
@pytest.mark.parametrize("station", JOURNEY.names)
def test_a_closed_station_holds_everyone_and_the_run_ends_at_its_horizon(engine: Engine, station: str) -> None:
    """Catches people who slip past a closed station, and a run that never ends because they stand there."""
    few = {"population.applicants": 8_000_000, "clock.end": None, "clock.longest_years": 2}
    journal = run(engine, SIZE[engine], "scenario=rate_800k", changes={**few, **CLOSED[station]})
    hold(journal)
    assert journal.end == journal.programme.horizon == int(2 * 365.25) * DAY
    arrived = journal.visits[station]["person"].size
    assert arrived > 1
    assert people_at(journal, station) == arrived
    assert at_the_end(journal)[station] == arrived
    assert not np.any(journal.visits[station]["started"] < NEVER)
    for behind in JOURNEY.names[JOURNEY.number(station) + 1 :]:
        if behind.removesuffix("_retry") == station or station.endswith("_retry"):
            continue  # those who pass at the first try go past a closed retry
        assert journal.visits[behind]["person"].size == 0


@on_both
def test_plenty_of_everything(engine: Engine) -> None:
    """Catches a wait where nothing is scarce: everyone is awarded and paid all, nobody waits at a station."""
    journal = run(engine, SIZE[engine], changes={**UNLIMITED, **CERTAIN, **TO_THE_END, "demand.points": [
        {"at": "2020-04-11T19:00", "registered": 0}, {"at": "2020-12-01T00:00", "registered": 80_000_000},
    ]})  # fmt: skip
    hold(journal)
    assert at_the_end(journal) == {"participant": PEOPLE[engine]}
    for station in JOURNEY.names:
        visits = journal.visits[station]
        assert np.array_equal(visits["arrived"], visits["started"])
    own = journal.participants
    assert all(np.all(own[name] < NEVER) for name in own.stamps if name.endswith("_paid"))
    assert sum(journal.days[-1].paid) + sum(journal.days[-1].returned) == PEOPLE[engine] * 3_550_000


FRONT_FAILURES = {
    "email": {"processing.email.passes": 0, "processing.email.retry.passes": 0},
    "registry": {"processing.registry.passes": 0},
    "third_layer": {"processing.third_layer.passes": 0},
    "screening": {"processing.screening.passes": 0},
    "test": {"processing.test.taken": 0},
}


@on_both
@pytest.mark.parametrize("check", FRONT_FAILURES)
def test_everyone_fails_a_check(engine: Engine, check: str) -> None:
    """Catches a person who passes although nobody does, and one who is refused by a check behind."""
    ends = {"clock.end": "2020-09-01T00:00"}
    journal = run(engine, SIZE[engine], changes={**UNLIMITED_STATIONS, **FRONT_FAILURES[check], **ends})
    hold(journal)
    assert set(at_the_end(journal)) <= {"refused", "email_retry", "email"}
    reached = journal.people["refused_by"]
    assert reached.max() == JOURNEY.refusals.index(check)
    assert journal.participants.rows == 0


@on_both
def test_nobody_is_eligible_or_completes_or_reviews(engine: Engine) -> None:
    """Catches an award without eligibility, and an incentive without a training completed and reviewed."""
    nobody = [{"from": "2020-04-11T00:00", "share": 0}]
    journal = run(engine, SIZE[engine], changes={"selection.eligible": nobody})
    hold(journal)
    assert journal.participants.rows == 0
    for key in ("training.completes", "training.reviews"):
        journal = run(engine, SIZE[engine], changes={key: 0, "clock.end": None})
        hold(journal)
        assert journal.participants.rows > 200
        assert not np.any(journal.participants["incentive_1_due"] < NEVER)
        returned, benefit = journal.days[-1].returned, journal.programme.benefit
        assert returned[1:] == [journal.participants.rows * kind for kind in benefit[1:]]


@on_both
def test_who_completes_after_a_year_gets_no_incentive(engine: Engine) -> None:
    """Catches a review, or an incentive, after its money was returned, and one withheld just before."""
    for days, entitled in ((366, False), (340, True)):
        slow = {"training.duration": law("constant", days), "training.certificate": law("constant", 0)}
        slow |= {"training.review": law("constant", 0), "purchase.waves": CERTAIN["purchase.waves"]}
        journal = run(engine, SIZE[engine], changes={**slow, "clock.end": None, "clock.longest_years": 5})
        hold(journal)
        own = journal.participants
        assert np.count_nonzero(own["completed_1"] < NEVER) > 200
        reviewed = np.count_nonzero(own["reviewed"] < NEVER)
        assert reviewed > 200 if entitled else reviewed == 0
        assert np.array_equal(own["incentive_1_paid"] < NEVER, own["reviewed"] < NEVER)


@on_both
def test_nobody_buys(engine: Engine) -> None:
    """Catches a revoked award that is paid, or not returned in full."""
    nobody = [{"from_wave": 1, "buys": 0, "delay": law("constant", 1)}]
    journal = run(engine, SIZE[engine], changes={"purchase.waves": nobody, "clock.end": None})
    hold(journal)
    _, _, awarded, paid, returned = journal.days[-1]
    assert set(at_the_end(journal)) & {"awarded", "participant"} == set()
    assert journal.participants.rows > 200
    assert paid == [0, 0, 0]
    assert returned == awarded


@on_both
@pytest.mark.parametrize(
    ("account", "tried"),
    [({"account.delay": law("constant", 60)}, False), ({"account.repair": law("constant", 60)}, True)],
)
def test_whose_award_is_revoked_links_no_account_any_more(engine: Engine, account: dict[str, Any], tried: bool) -> None:
    """Catches an account linked after the revocation, at the first try or once the failure is repaired."""
    changes = {
        "purchase.waves": [{"from_wave": 1, "buys": 0, "delay": law("constant", 1)}],
        "account.fails": 1,
        "population.unbanked": 0,
        "clock.end": "2020-12-31T00:00",
    }
    own = run(engine, SIZE[engine], changes=changes | account).participants
    assert np.count_nonzero(own["revoked"] < NEVER) > 100
    assert np.any(own["link_tried"] < NEVER) == tried
    assert not np.any(own["linked"] < NEVER)


@on_both
def test_who_would_buy_after_the_deadline_is_revoked(engine: Engine) -> None:
    """Catches a purchase at the very deadline: only attempts strictly before it count."""
    awarded_at_noon = {  # 12:00 of 20 April; the deadline is 00:00 of 20 May, 29 and a half days later
        "waves.calendar": {"w01": {"open": "2020-04-11T19:00", "close": "2020-04-16T16:00",
                                   "announced": "2020-04-20T12:00", "places": 2**27, "face_check_fails": 0}},
        "budget.tranches": {"one": {"first_wave": 1, "rupiah": 10**15}}, "clock.end": "2020-06-01T00:00",
        **NO_FIGURES,
    }  # fmt: skip
    for days, place in ((29.5, "revoked"), (29.5 - 1e-9, "participant")):
        buys = [{"from_wave": 1, "buys": 1, "delay": law("constant", days)}]
        journal = run(engine, SIZE[engine], changes={**awarded_at_noon, "purchase.waves": buys})
        assert at_the_end(journal)[place] == journal.participants.rows > 30


@on_both
def test_nobody_joins(engine: Engine) -> None:
    """Catches a wave that is joined with a propensity of nought: everyone who passes stands in the pool."""
    never = [{"from": "2020-04-11T00:00", "share": 0}]
    journal = run(engine, SIZE[engine], changes={"joining.newcomers": never})
    hold(journal)
    assert all(record.joined == 0 for record in journal.waves)
    tested = int(np.count_nonzero(journal.people["tested"] < NEVER))
    assert at_the_end(journal)["pool"] == tested > 500


@on_both
def test_losers_who_never_join_again(engine: Engine) -> None:
    """Catches losers who are taken for newcomers: nobody joins twice."""
    never = [{"from": "2020-04-11T00:00", "share": 0}]
    journal = run(engine, SIZE[engine], changes={"joining.losers": never})
    hold(journal)
    assert np.array_equal(journal.people["first_joined"], journal.people["last_joined"])
    assert sum(record.joined for record in journal.waves) == np.count_nonzero(journal.people["first_joined"] < NEVER)


@on_both
def test_nobody_answers_a_survey(engine: Engine) -> None:
    """Catches a survey that is paid without an answer, or whose rupiah do not return: as the account closes, or later.

    Surveys are offered 30, 90 and 150 days after the first incentive; accounts close 60 days after the award, when the
    first has long been offered to some, and others have yet to review a training.
    """
    changes = {"payment.survey.answers": 0, "budget.unspent_returns_days": 60, "clock.end": None}
    journal = run(engine, SIZE[engine], changes=changes)
    hold(journal)
    own, last = journal.participants, journal.days[-1]
    paid = own["incentive_1_paid"] < NEVER
    assert paid.sum() > 100
    for name in ("survey_1", "survey_2", "survey_3"):
        assert np.array_equal(own[f"{name}_offered"] < NEVER, paid)
        assert np.array_equal(own[f"{name}_answered"], np.where(paid, 0, -1))
        assert not np.any(own[f"{name}_due"] < NEVER)
    closing = journal.people["awarded"][own["person"]] + 60 * DAY
    assert np.any(own["survey_1_offered"][paid] < closing[paid])
    assert np.all(own["survey_3_offered"][paid] > closing[paid])
    assert last.paid[Benefit.SURVEY] == 0
    assert last.returned[Benefit.SURVEY] == last.awarded[Benefit.SURVEY] == own.rows * journal.programme.benefit[2]


@on_both
def test_everyone_answers_a_survey_at_once(engine: Engine) -> None:
    """Catches a survey that falls due before or after its offer where the answer takes no time, or is not paid."""
    at_once = {"payment.survey": {"answers": 1, "delay": law("constant", 0)}, "clock.end": None, "payment.fails": 0}
    journal = run(engine, SIZE[engine], changes=at_once)
    hold(journal)
    own = journal.participants
    for name in ("survey_1", "survey_2", "survey_3"):
        assert np.array_equal(own[f"{name}_due"], own[f"{name}_offered"])
        assert np.array_equal(own[f"{name}_paid"] < NEVER, own["incentive_1_paid"] < NEVER)


@on_both
def test_all_payments_fail(engine: Engine) -> None:
    """Catches a failed payment that counts as made: nobody is paid, still everything adds up."""
    journal = run(engine, SIZE[engine], changes={"payment.fails": 1, "clock.end": "2021-04-11T00:00"})
    hold(journal)
    assert journal.days[-1].paid[1:] == [0, 0]
    tried = np.count_nonzero(journal.participants["incentive_1_ready"] < NEVER)
    assert tried > 100
    assert sum(record.failed for record in journal.runs) > 10 * tried  # every one, every working day again


@on_both
def test_partners_closed(engine: Engine) -> None:
    """Catches a cap of nought that is plenty: payments queue at closed partners until the end."""
    journal = run(engine, SIZE[engine], changes={f"payment.partners.{partner}.cap": 0 for partner in PARTNERS})
    hold(journal)
    assert journal.days[-1].paid[1:] == [0, 0]
    last = [record.waiting for record in journal.runs[-len(PARTNERS) :]]
    assert sum(last) == np.count_nonzero(journal.participants["incentive_1_ready"] < journal.runs[-1].at)


@on_both
def test_no_patience_at_all(engine: Engine) -> None:
    """Catches a wait of those without patience: who is not served at once gives up at once."""
    scarce = {"processing.rate": 2_000_000, "processing.patience": law("constant", 0)}
    journal = run(engine, SIZE[engine], changes=scarce)
    hold(journal)
    for station in JOURNEY.names[1:]:
        visits = journal.visits[station]
        served = visits["started"] < NEVER
        assert np.array_equal(visits["started"][served], visits["arrived"][served])
        assert np.array_equal(visits["gave_up"][~served], visits["arrived"][~served])
    assert np.count_nonzero(journal.people["gave_up_at"] == JOURNEY.number("processing")) > 50


@on_both
def test_patience_that_ends_as_the_turn_comes(engine: Engine) -> None:
    """Catches one who gives up at the instant at which they are served.

    All wait for the portal to open; it lets one through an hour, the processing one in two hours: the kth
    waits k hours at the processing, those with patience of three hours at most three.
    """
    journal = run(engine, changes={
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


@on_both
def test_patience_of_one_wave(engine: Engine) -> None:
    """Catches one who joins again after losing as often as they tolerate."""
    journal = run(engine, SIZE[engine], changes={"joining.patience_waves": 1})
    hold(journal)
    people = journal.people
    told = people["waves_lost"] == 1
    assert np.array_equal(told, people["gave_up_waves"] < NEVER)
    assert told.sum() > 100
    assert people["waves_lost"].max() == 1


@on_both
def test_no_budget(engine: Engine) -> None:
    """Catches an award without a budget; what was refused is told."""
    journal = run(engine, SIZE[engine], changes={"budget.tranches.y2020.rupiah": 0})
    hold(journal)
    assert sum(record.awarded for record in journal.waves[:11]) == 0
    assert sum(record.awarded for record in journal.waves[11:]) > 50
    assert journal.budget_refused == sum(min(r.quota, r.eligible) for r in journal.waves[:11]) > 50
