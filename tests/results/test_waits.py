"""Waits by outcome: those who got it, those who left without it, those who still wait, and who counts."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.calendar.instants import DAY, NEVER
from sim.experiments.run import evaluate
from sim.journey.measures import WAITS
from sim.observers.durations import Durations
from sim.rules.eligibility import is_eligible
from tests.building import ALPHA, ENGINES, SMALL, THOUSANDS, Engine, law, name_of, on_both, parameters, run_on

SIZE: dict[Engine, str] = {"person": SMALL, "cohort": THOUSANDS}


@pytest.fixture(scope="module", params=ENGINES)
def waits(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Return the rows of the waits of history by their names."""
    engine: Engine = request.param
    made = evaluate(parameters(SIZE[engine], f"engine={engine}"))
    rows = {row["wait"]: row for row in made.tables["waits"].rows}
    for name, row in rows.items():
        for what in ("median_days_got_it", "median_days_left_without", "median_days", "still_waiting"):
            assert made.figures[f"wait.{name}.{what}"].value == row[what]
    return rows


def test_outcomes_are_told_apart(waits: dict[str, dict[str, Any]]) -> None:
    """Catch one median over those who were awarded in days and those who gave up after months."""
    place = waits["place"]
    assert place["label"] == "Joined to award"
    assert place["who"] == "those eligible in the first wave they joined"
    assert place["median_days_got_it"] < 30 < 60 < place["median_days_left_without"]
    assert place["left_without"] > place["got_it"] > 0
    assert place["median_days"] is None, "fewer than half of all who began are awarded"
    for row in waits.values():
        assert row["began"] == row["got_it"] + row["left_without"] + row["still_waiting"]
        assert (row["median_days_got_it"] is None) == (not row["got_it"])


def test_from_registration_all_who_registered_count(waits: dict[str, dict[str, Any]]) -> None:
    """Catch a wait from registration of those alone who were awarded in the end."""
    incentive, award = waits["registered_to_incentive"], waits["registered_to_award"]
    assert incentive["began"] == award["began"] == 80_000_000
    assert incentive["who"] == "all who registered"
    assert incentive["got_it"] == waits["award_to_incentive"]["got_it"]
    assert incentive["median_days"] is None
    assert incentive["left_without"] == award["left_without"] + waits["award_to_incentive"]["left_without"]


@on_both
def test_the_funnel_counts_the_reviews_that_end_a_wait(engine: Engine) -> None:
    """Catch people who review after their account has closed: a stage of the funnel that the wait has fewer of."""
    late = {"training.certificate": law("exponential", 300), "clock.end": None}
    made = evaluate(parameters(SIZE[engine], f"engine={engine}", changes=late))
    (stage,) = [row for row in made.tables["funnel"].rows if row["stage"] == "reviewed"]
    (wait,) = [row for row in made.tables["waits"].rows if row["wait"] == "completion_to_review"]
    assert 0 < stage["people"] == wait["got_it"]
    assert wait["left_without"] > 0.1 * wait["began"]


@on_both
def test_who_waits_for_a_place_is_settled_in_the_first_wave_they_joined(engine: Engine) -> None:
    """Catch words that promise more: whom a later share makes eligible, or no longer so, counts as in that wave."""
    steps = [{"from": "2020-04-11T00:00", "share": 0.4}, {"from": "2020-08-15T00:00", "share": 0.9}]
    changes = {"selection.eligible": steps}
    made = evaluate(parameters(SMALL, f"engine={engine}", changes=changes))
    (row,) = (row for row in made.tables["waits"].rows if row["wait"] == "place")
    found = run_on(engine, SMALL, changes=changes)
    people, waves = found.people, found.programme.waves.waves
    joined = np.flatnonzero(people["first_joined"] < NEVER).tolist()
    counted = [
        person
        for person in joined
        if is_eligible(found.programme.key, waves[people["first_wave"][person]]["eligible"], person)
    ]
    assert row["simulated"] == len(counted)
    awarded = people["awarded"] < NEVER
    assert 0 < np.count_nonzero(awarded[counted]) < np.count_nonzero(awarded), "some are eligible only later"
    assert row["who"] == "those eligible in the first wave they joined"
    assert f"Joined to award counts {WAITS['place'].who};" in " ".join(made.answer(name_of(SMALL)).split())


@pytest.mark.parametrize("leaves", ["at once", "by and by"])
def test_half_within_is_the_truth_where_some_leave_and_others_still_wait(leaves: str) -> None:
    """Catch who left counted as if they waited for ever, also beyond the time that anybody could be watched.

    They begin within 100 days, at whose end the run ends. 40 % leave, at once or at a rate of 1 in 30 days beside that
    of 1 in 20 at which the others get it: 60 % x (1 - exp(-t / mean)) have got it after t days. Those watched for so
    long tell it with the error of a share, and the others add to what they know.
    """
    people, luck = 400_000, np.random.default_rng([2020, 4, 11])
    began = luck.integers(0, 100 * DAY, size=people)
    never = luck.random(people) < 0.4
    mean = 20 if leaves == "at once" else 12
    lasts = np.rint(luck.exponential(mean * DAY, size=people)).astype(np.int64)
    leave = began if leaves == "at once" else began + lasts
    found = Durations()
    found.add(began, np.where(never, NEVER, began + lasts), np.where(never, leave, NEVER), end=100 * DAY)
    half = mean * log(6)
    error = stats.norm.isf(ALPHA / 2) * np.sqrt(0.25 / (people * (1 - half / 100)))
    bin_wide = 0.001 * half * 0.6 / mean / 6
    got_it_by_then = 0.6 * (1 - np.exp(-(found.quantile(0.5) or 0) / mean))
    assert abs(got_it_by_then - 0.5) < error + bin_wide


def test_who_left_is_no_longer_among_those_who_could_get_it() -> None:
    """Catch shares that are not those of four people counted by hand.

    One gets it after 1, one leaves after 2, one is watched until 3, one gets it after 4. Whoever is watched for a
    shorter time fares like those watched longer: the third as the fourth, so that three of four get it.
    """
    began, ended, left = ([4, 3, 5, 0], [5, NEVER, NEVER, 4], [NEVER, 5, NEVER, NEVER])
    waits = Durations()
    waits.add(*(np.array(each, dtype=np.int64) for each in (began, ended, left)), end=8)
    assert (waits.ended, waits.gave_up, waits.waiting) == (2, 1, 1)
    assert [waits.quantile(share) for share in (0.25, 0.26, 0.75, 0.76)] == [1 / DAY, 4 / DAY, 4 / DAY, None]
