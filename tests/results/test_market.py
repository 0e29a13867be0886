"""The tables of the market: recounted from the rows of people, and the same of both engines."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import NEVER, WEEK, moment
from sim.engines.person.model import rows as rows_of_everyone
from sim.experiments.run import Result, evaluate
from sim.programme.market import MarketTable
from sim.results.codebook import codebook
from sim.results.people import people_rows
from sim.rules.choosing import SELF_PACED
from tests.building import ENGINES, INSTITUTIONS, SMALL, Engine, Run, on_both, parameters, run, run_on

RUNS: dict[str, dict[str, Any]] = {
    "few_seats": {"market.seats": 0.3, "market.choices": 2},
    "instructors_bind": {"market.instructors_share": 0.02},
    "checkout_short": {"market.checkout_capacity": 0.01},
    "no_platform": {
        **{
            f"market.platforms.{kind}_{number}.until": "2020-09-01T00:00"
            for kind, most in (("marketplace", 6), ("store", 4))
            for number in range(1, most + 1)
        }
    },
}


@cache
def made(engine: Engine, name: str) -> Result:
    """Return the results of a small run at full population, of which nothing is rounded: 1 stands for 50,000."""
    return evaluate(parameters(SMALL, INSTITUTIONS, f"engine={engine}", changes=RUNS[name]))


@cache
def rows_of(engine: Engine, name: str) -> Run:
    """Return the rows of the same run."""
    return run_on(engine, SMALL, INSTITUTIONS, changes=RUNS[name])


def monday(at: int, market: MarketTable) -> date:
    """Return the Monday of an instant's week, by the calendar alone."""
    day = moment(at).date()
    assert moment(market.first_week).weekday() == 0
    return day - timedelta(days=day.weekday())


@pytest.mark.parametrize("name", RUNS)
def test_engines_say_the_same(name: str) -> None:
    """Catch a count that one engine makes on another day, or twice."""
    one, other = (made(engine, name) for engine in ENGINES)
    for table in ("market", "seats", "courses"):
        assert one.tables[table].rows == other.tables[table].rows, table
    assert one.figures == other.figures


@on_both
@pytest.mark.parametrize("name", RUNS)
def test_weeks_are_what_the_rows_say(name: str, engine: Engine) -> None:
    """Catch a seat that is booked or taken in another week, and someone revoked for want of something else."""
    result, run = made(engine, name), rows_of(engine, name)
    own, market, scale = run.participants, run.programme.seats, run.programme.parameters.population.scale
    assert market is not None
    booked, taken, revoked = (dict[date, int]() for _ in range(3))
    for k in range(run.programme.courses):
        for number in np.flatnonzero(own[f"bought_{k + 1}"] < NEVER).tolist():
            if market.courses["seats"][own[f"course_{k + 1}"][number]] != SELF_PACED:
                for counts, what in ((booked, "bought"), (taken, "begun")):
                    at = int(own[f"{what}_{k + 1}"][number])
                    if at < NEVER:
                        counts[monday(at, market)] = counts.get(monday(at, market), 0) + 1
    for number in np.flatnonzero(own["revoked_for"] == 2).tolist():
        week = monday(int(own["revoked"][number]), market)
        revoked[week] = revoked.get(week, 0) + 1
    table = result.tables["seats"]
    for column, counts in (("seats_booked", booked), ("seats_taken", taken), ("revoked_for_seat", revoked)):
        expected = {week: round(count / scale) for week, count in counts.items()}
        assert {row["week"]: row[column] for row in table.rows if row[column]} == expected, column
    for code, want in ((1, "checkout"), (2, "seat")):
        people = round(np.count_nonzero(own["revoked_for"] == code) / scale)
        assert result.figures[f"market.revoked_for_{want}"].value == people == sum(table[f"revoked_for_{want}"])


@on_both
@pytest.mark.parametrize("name", RUNS)
def test_seats_are_conserved(name: str, engine: Engine) -> None:
    """Catch a seat taken that was not offered, and tables that count seats, sales or those who left otherwise."""
    result = made(engine, name)
    weeks, months, courses = (result.tables[table] for table in ("seats", "market", "courses"))
    for row in weeks.rows:
        assert row["seats_taken"] + row["seats_unused"] == row["seats_offered"]
        assert min(row["seats_taken"], row["seats_unused"]) >= 0
        assert 0 <= row["found_no_seat"] <= row["found_nothing"]
    live = [row for row in courses.rows if row["kind"] == "live"]
    assert sum(weeks["seats_taken"]) == sum(row["seats_taken"] for row in live)
    assert sum(weeks["turned_away"]) == sum(courses["turned_away"])
    figures = {name.removeprefix("market."): figure.value for name, figure in result.figures.items()}
    for what in ("came", "found_nothing"):
        assert figures[what] == sum(weeks[what])
    left = int(figures["found_nothing"] or 0) - int(figures["found_no_platform"] or 0)
    assert left == sum(months["found_nothing"])
    assert (int(figures["found_no_platform"] or 0) > 0) == (name == "no_platform")
    assert sum(months["rupiah"]) == sum(courses["rupiah"]) == figures["rupiah"]
    if name != "instructors_bind":
        assert sum(weeks["seats_offered"]) == sum(row["seats_offered"] for row in live)


def test_offered_is_what_classes_and_instructors_both_allow() -> None:
    """Catch seats that nobody could have taught counted as offered, and a week that begins on another day."""
    result, market = made("cohort", "instructors_bind"), rows_of("cohort", "instructors_bind").programme.seats
    assert market is not None
    end, scale = result.observations.end, result.observations.programme.parameters.population.scale
    offered: dict[tuple[int, int], int] = {}
    for course in market.courses:
        if course["seats"] == SELF_PACED:
            continue
        for begins in range(int(course["first"]), min(end, int(course["until"])), int(course["interval"])):
            if begins >= 0:
                key = int(course["provider"]), (begins - market.first_week) // WEEK
                offered[key] = offered.get(key, 0) + int(course["seats"])
    by_week: dict[int, int] = {}
    for (provider, week), seats in offered.items():
        by_week[week] = by_week.get(week, 0) + min(seats, int(market.weeks[provider, week]))
    rows = result.tables["seats"].rows
    assert [row["seats_offered"] for row in rows] == [round(by_week.get(week, 0) / scale) for week in range(len(rows))]
    assert sum(by_week.values()) < sum(offered.values())


def test_the_codebook_has_every_column_of_a_market() -> None:
    """Catch a run with people's rows that ends in an error, and a reason or a platform told by its number."""
    journal = run(SMALL, INSTITUTIONS, changes=RUNS["few_seats"])
    rows = people_rows(rows_of_everyone(journal))
    assert list(rows) == list(codebook(journal.programme))
    assert all(all(column) for column in codebook(journal.programme).values())
    market = journal.programme.seats
    assert market is not None
    bought = journal.participants["bought_1"][journal.participants["bought_1"] < NEVER].size
    told = [where for where in rows["platform_1"] if where is not None]
    assert len(told) == bought > 0
    assert set(told) <= set(market.keys)
    reasons = {why for why in rows["revoked_for"] if why is not None}
    assert {"nothing_tried", "seat"} <= reasons <= {"nothing_tried", "checkout", "seat"}
    assert np.array_equal(np.array([why is not None for why in rows["revoked_for"]]), ~np.isnat(rows["revoked"]))
