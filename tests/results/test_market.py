"""The tables of the market: recounted from the rows of people, and the same of both engines."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER, WEEK, moment
from sim.engines.person.model import rows as rows_of_everyone
from sim.experiments.run import Result, evaluate
from sim.journey.money import Benefit
from sim.programme.market import MarketTable
from sim.results.codebook import codebook
from sim.results.people import people_rows
from sim.rules.choosing import SELF_PACED
from tests.building import ENGINES, INSTITUTIONS, SMALL, Engine, Run, on_both, parameters, run, run_on
from tests.equality import random_markets as small

RUNS: dict[str, dict[str, Any]] = {
    "few_seats": {"market.seats": 0.3, "market.choices": 2},
    "instructors_bind": {"market.instructors_share": 0.02},
    "checkout_short": {"market.checkout_capacity": 0.01},
    "platform_leaves": {
        "market.checkout_capacity": 0.01,
        "market.platforms.marketplace_1.until": "2020-10-01T00:00",
    },
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
def rows_of(name: str) -> Run:
    """Return the rows of the same run; those of both engines are the same, as the tests of equality hold."""
    return run_on("person", SMALL, INSTITUTIONS, changes=RUNS[name])


def monday(at: int, market: MarketTable) -> date:
    """Return the Monday of an instant's week, by the calendar alone."""
    day = moment(at).date()
    assert moment(market.first_week).weekday() == 0
    return day - timedelta(days=day.weekday())


@pytest.mark.parametrize("name", RUNS)
def test_engines_say_the_same(name: str) -> None:
    """Catch a count that one engine makes on another day, or twice."""
    one, other = (made(engine, name) for engine in ENGINES)
    for table in ("market", "sales", "providers", "seats", "courses"):
        assert one.tables[table].rows == other.tables[table].rows, table
    assert one.figures == other.figures


@on_both
@pytest.mark.parametrize("name", RUNS)
def test_weeks_are_what_the_rows_say(name: str, engine: Engine) -> None:
    """Catch a seat that is booked or taken in another week, and someone revoked for want of something else."""
    result, run = made(engine, name), rows_of(name)
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
    for code, want in ((1, "checkout"), (2, "seat"), (3, "course"), (4, "platform")):
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
        reasons = [row[f"found_{why}"] for why in ("no_seat", "nothing_to_buy", "platform_gone", "no_platform")]
        assert min(reasons) >= 0
        assert sum(reasons) == row["found_nothing"]
    live = [row for row in courses.rows if row["kind"] == "live"]
    assert sum(weeks["seats_taken"]) == sum(row["seats_taken"] for row in live)
    assert sum(weeks["turned_away"]) == sum(courses["turned_away"])
    figures = {name.removeprefix("market."): figure.value for name, figure in result.figures.items()}
    for what in ("came", "found_nothing"):
        assert figures[what] == sum(weeks[what])
    for what in ("found_no_seat", "found_nothing_to_buy", "found_platform_gone"):
        assert figures[what] == sum(weeks[what]) == sum(months[what]), what
    assert sum(weeks["found_no_platform"]) == figures["found_no_platform"]
    left = int(figures["found_nothing"] or 0) - int(figures["found_no_platform"] or 0)
    assert left == sum(months["found_nothing"])
    assert (int(figures["found_no_platform"] or 0) > 0) == (name == "no_platform")
    assert sum(months["rupiah"]) == sum(courses["rupiah"]) == figures["rupiah"]
    if name != "instructors_bind":
        assert sum(weeks["seats_offered"]) == sum(row["seats_offered"] for row in live)


def by(rows: list[dict[str, Any]], columns: tuple[str, ...], what: str) -> Counter[Any]:
    """Return the sums of a column by others; nothing is left out as zero is."""
    sums: Counter[Any] = Counter()
    for row in rows:
        sums[tuple(row[column] for column in columns)] += row[what]
    return +sums


@on_both
@pytest.mark.parametrize("name", RUNS)
def test_sales_are_those_of_every_table_and_of_the_ledger(name: str, engine: Engine) -> None:
    """Catch a sale of another month, platform or provider, and rupiah that were not paid from a training balance."""
    result, run = made(engine, name), rows_of(name)
    own, market, scale = run.participants, run.programme.seats, run.programme.parameters.population.scale
    assert market is not None
    expected: dict[str, Counter[Any]] = {"sold": Counter(), "rupiah": Counter()}
    for k in range(run.programme.courses):
        for number in np.flatnonzero(own[f"bought_{k + 1}"] < NEVER).tolist():
            platform, course, price, at = (
                int(own[f"{what}_{k + 1}"][number]) for what in ("platform", "course", "price", "bought")
            )
            provider = market.providers[int(market.courses["provider"][course])]
            row = moment(at).date().replace(day=1), market.keys[platform], provider
            expected["sold"][row] += round(1 / scale)
            expected["rupiah"][row] += round(price / scale)
    tables = {table: result.tables[table].rows for table in ("sales", "market", "providers", "courses")}
    columns = "month", "platform", "provider"
    assert len(tables["sales"]) == len(expected["sold"]) > 5
    for what, sums in expected.items():
        assert by(tables["sales"], columns, what) == sums
        assert by(tables["sales"], columns[:2], what) == by(tables["market"], columns[:2], what)
        for table in ("courses", "providers"):
            assert by(tables["sales"], columns[2:], what) == by(tables[table], columns[2:], what)
    observed = result.observations.rupiah("paid", Benefit.TRAINING).sum()
    assert (
        sum(result.tables["sales"]["rupiah"]) == round(int(observed) / scale) == result.figures["market.rupiah"].value
    )


@on_both
@pytest.mark.parametrize("name", RUNS)
def test_providers_are_their_courses(name: str, engine: Engine) -> None:
    """Catch seats of one provider told of another, seats nobody could teach, and instructors used where none bind."""
    result = made(engine, name)
    courses, weeks = result.tables["courses"].rows, result.tables["seats"]
    rows = {row["provider"]: row for row in result.tables["providers"].rows}
    assert len(rows) == 180
    for name_of, row in rows.items():
        own = [course for course in courses if course["provider"] == name_of]
        live = [course for course in own if course["kind"] == "live"]
        assert (row["courses"], row["live_courses"]) == (len(own), len(live))
        assert row["turned_away"] == sum(course["turned_away"] for course in own)
        if not live:
            assert [row[seats] for seats in row if "seats" in seats or "used" in seats] == [None] * 5
            continue
        assert row["seats_taken"] == sum(course["seats_taken"] for course in live)
        assert row["seats_taken"] + row["seats_unused"] == row["seats_offered"]
        offered = sum(course["seats_offered"] for course in live)
        if name == "instructors_bind":
            assert row["seats_offered"] <= min(offered, row["seats_teachable"])
            assert row["instructors_used"] is None or 0 <= row["instructors_used"] <= 1
        else:
            assert row["seats_offered"] == offered
            assert row["seats_teachable"] is row["instructors_used"] is None
    assert sum(row["seats_offered"] or 0 for row in rows.values()) == sum(weeks["seats_offered"])
    if name == "instructors_bind":
        used = [row["instructors_used"] for row in rows.values() if row["instructors_used"] is not None]
        assert max(used) > 0.5


def class_waits(name: str) -> list[tuple[int, str, int, int]]:
    """Return of every booking of a live course its number, provider, when it is booked and when the class begins."""
    run = rows_of(name)
    own, market = run.participants, run.programme.seats
    assert market is not None
    found = []
    for k in range(run.programme.courses):
        for number in np.flatnonzero(own[f"bought_{k + 1}"] < NEVER).tolist():
            course, at, begins = (int(own[f"{what}_{k + 1}"][number]) for what in ("course", "bought", "begun"))
            if market.courses["seats"][course] != SELF_PACED:
                found.append((course, market.providers[int(market.courses["provider"][course])], at, begins))
    return found


@on_both
@pytest.mark.parametrize("name", RUNS)
def test_the_wait_for_a_class_is_what_the_rows_say(name: str, engine: Engine) -> None:
    """Catch a wait of first purchases alone, of self-paced courses, or counted beyond the end of the run."""
    result, found = made(engine, name), class_waits(name)
    end, scale = result.observations.end, result.observations.programme.parameters.population.scale
    over = [begins - at for _, _, at, begins in found if begins < end]
    (row,) = (row for row in result.tables["waits"].rows if row["wait"] == "booking_to_class")
    assert row["simulated"] == len(found) > 0
    assert row["left_without"] == 0
    assert (row["got_it"], row["still_waiting"]) == (round(len(over) / scale), round((len(found) - len(over)) / scale))
    assert row["mean_days_got_it"] == pytest.approx(sum(over) / len(over) / DAY)
    waited: dict[str, Counter[Any]] = {"course": Counter(), "provider": Counter()}
    for course, provider, at, begins in found:
        for of, which in (("course", course), ("provider", provider)):
            waited[of][which] += min(begins, end) - at
    in_all = sum(waited["course"].values()) / DAY / scale
    assert row["person_days"] == pytest.approx(in_all)
    for of, table in (("course", "courses"), ("provider", "providers")):
        for each in result.tables[table].rows:
            assert (each["person_days_waited"] is None) == (each["seats_taken"] is None)
            days = waited[of][each[of]] / DAY / scale
            assert (each["person_days_waited"] or 0) == pytest.approx(days), each[of]
    whole, *members = (row for row in result.tables["bottlenecks"].rows if row["group"] == "providers")
    assert whole["person_days"] == pytest.approx(in_all)
    assert {row["member"]: row["person_days"] for row in members if row["person_days"]} == pytest.approx(
        {provider: time / DAY / scale for provider, time in waited["provider"].items()}
    )
    assert [row["person_days"] for row in members] == sorted((row["person_days"] for row in members), reverse=True)
    ends = [(day + 1) * DAY for day in range(result.observations.days)]
    queue = [sum(at < min(now, end) and begins >= min(now, end) for _, _, at, begins in found) for now in ends]
    assert result.tables["daily"]["queue_classes"].tolist() == [round(waiting / scale) for waiting in queue]
    assert max(queue) > 0 or name != "few_seats"


@on_both
def test_who_found_nothing_is_told_why(engine: Engine) -> None:
    """Catch who could afford nothing counted as one who found no seat, or a platform's exit as either."""
    found = {name: made(engine, name).figures for name in RUNS}
    assert int(found["few_seats"]["market.found_no_seat"].value or 0) > 0
    gone = {name: int(figures["market.found_platform_gone"].value or 0) for name, figures in found.items()}
    assert {name for name, times in gone.items() if times} <= {"platform_leaves", "no_platform"}
    assert gone["platform_leaves"] > 0
    # Where no course has seats, what is not found is not on sale, or too dear: on the second platform 600,000 rupiah.
    two = {"one": small.platform(), "two": small.platform()}
    dear = small.market(two, [small.course(), small.course(platforms="two", price=600_000)])
    no_seats = evaluate(parameters(SMALL, INSTITUTIONS, f"engine={engine}", changes={"market": dear}))
    own = {name: figure.value for name, figure in no_seats.figures.items()}
    assert own["market.found_no_seat"] == own["market.turned_away"] == 0
    assert own["market.found_nothing"] == own["market.found_nothing_to_buy"] != 0


def test_offered_is_what_classes_and_instructors_both_allow() -> None:
    """Catch seats that nobody could have taught counted as offered, and a week that begins on another day."""
    result, market = made("cohort", "instructors_bind"), rows_of("instructors_bind").programme.seats
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
