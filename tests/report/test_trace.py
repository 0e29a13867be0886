"""A person's journey through the market in dated sentences: what is told is what the engines wrote down."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER, moment
from sim.engines.cohort import model as cohort
from sim.engines.cohort.model import Result
from sim.engines.person import model as person
from sim.report.text import days
from sim.report.trace import sentences
from sim.report.trace_market import ordinal, turned_away_by
from sim.rules.choosing import SELF_PACED
from tests.building import INSTITUTIONS, SMALL, programme

RUNS: dict[str, dict[str, Any]] = {
    "few_seats": {"market.seats": 0.3},
    "checkout_short": {"market.checkout_capacity": 0.01},
}


@cache
def traced(name: str) -> Result:
    """Return a small run with the rows of everyone."""
    compiled = programme(SMALL, INSTITUTIONS, changes=RUNS[name])
    return cohort.simulate(compiled, record=np.arange(compiled.people))


def journey(result: Result, number: int) -> list[str]:
    """Return the sentences of a participant."""
    return sentences(result.rows, int(result.rows.participants["person"][number]))


@pytest.mark.parametrize("name", RUNS)
def test_every_purchase_is_told_with_its_platform_course_choice_and_try(name: str) -> None:
    """Catch another platform, course, price or try, and a class that begins on another day."""
    result = traced(name)
    own, market = result.rows.participants, result.rows.programme.seats
    assert market is not None
    tries = choices = waits = 0
    for number in np.flatnonzero(own["bought_1"] < NEVER).tolist():
        told = {line.partition(": ")[0]: line for line in journey(result, number) if " buys course " in line}
        for k in range(result.rows.programme.courses):
            at = int(own[f"bought_{k + 1}"][number])
            if at == NEVER:
                continue
            said, course = told[f"{moment(at):%d %B %Y, %H:%M:%S}"], int(own[f"course_{k + 1}"][number])
            platform = market.platforms[int(own[f"platform_{k + 1}"][number])]
            attempt = int(own[f"tries_{k + 1}"][number])
            assert f"buys course {k + 1}{f' at try {attempt}' if attempt > 1 else ''} on {platform}" in said
            assert f": {market.course_names[course]} of " in said
            assert f" for {int(own[f'price_{k + 1}'][number]):,} rupiah; the " in said
            assert ("the first choice" in said) == (own[f"choice_{k + 1}"][number] == 0)
            tries, choices = tries + (attempt > 1), choices + ("since" in said)
            waits += " at the checkout" in said
    assert waits > 0
    assert name != "few_seats" or min(tries, choices) > 0


def test_what_turned_a_buyer_away_is_what_the_engines_counted() -> None:
    """Catch courses told as full or too late that the booking did not choose.

    Where nobody leaves for want of a seat, the courses that turned the buyers away are all that turned anybody away.
    """
    for name, changes in RUNS.items():
        result = traced(name)
        rows, observed = result.rows, result.observations.market
        assert observed is not None, changes
        market = observed.table
        tally = np.zeros(market.courses.size, dtype=np.int64)
        for k in range(rows.programme.courses):
            for number in np.flatnonzero(rows.participants[f"bought_{k + 1}"] < NEVER).tolist():
                away = turned_away_by(rows, number, k, market)
                assert len(away) == rows.participants[f"choice_{k + 1}"][number]
                tally[away] += 1
        assert (market.courses["seats"][tally > 0] != SELF_PACED).all()
        assert (tally <= observed.turned_away).all()
        if not observed.found_no_seat.any():
            assert tally.tolist() == observed.turned_away.tolist()
            assert tally.sum() > 0


def test_a_live_class_begins_after_the_booking_and_the_certificate_waits() -> None:
    """Catch a self-paced course that begins twice, and a wait for a certificate counted from another day."""
    result = traced("few_seats")
    own, market = result.rows.participants, result.rows.programme.seats
    assert market is not None
    live = market.courses["seats"] != SELF_PACED
    for number in np.flatnonzero(own["certified"] < NEVER).tolist():
        told = "\n".join(journey(result, number))
        assert (" begins course 1, " in told) == bool(live[own["course_1"][number]])
        waited = days((int(own["certified"][number]) - int(own["completed_1"][number])) / DAY)
        assert f"gets the certificate, {waited} after completing the course." in told
        assert told.count("begins course") <= told.count("buys course")


@pytest.mark.parametrize(("name", "code", "why"), [("few_seats", 2, "a seat"), ("checkout_short", 1, "checkout")])
def test_who_is_revoked_is_told_why(name: str, code: int, why: str) -> None:
    """Catch those who found no seat told as those who never tried, and a try that is not told."""
    result = traced(name)
    own = result.rows.participants
    some = np.flatnonzero(own["revoked_for"] == code).tolist()
    assert some
    for number in some:
        told = journey(result, number)
        assert f"is revoked: no course was bought before the deadline, for want of {why}: " in told[-2]
        (comes,) = [line for line in told if "comes to the market for course 1" in line]
        tries = int(own["tries_1"][number])
        assert (f"the first of {tries} times" in comes) == (tries > 1)
        assert "none is bought by the end of the run" not in comes
    untried = np.flatnonzero(own["revoked_for"] == 0).tolist()
    told = journey(result, untried[0])
    assert told[-2].endswith("is revoked: no course was bought before the deadline.")
    assert not any("comes to the market" in line for line in told)


def test_every_coming_back_is_told_with_its_date() -> None:
    """Catch a try that is not told, one told twice or of another purchase, and places counted wrongly."""
    result = traced("few_seats")
    own, returns = result.rows.participants, result.rows.returns
    assert returns.size
    most = 0
    for number in np.flatnonzero(result.rows.participants["sought_1"] < NEVER).tolist():
        told = [line for line in journey(result, number) if "comes back to the market" in line]
        mine = returns[returns[:, 0] == own["person"][number]]
        for k in range(result.rows.programme.courses):
            some = [line for line in told if f" for course {k + 1}, the " in line]
            tries = int(own[f"tries_{k + 1}"][number])
            assert len(some) == max(tries - 1, 0)
            most = max(most, tries)
            for place, (line, at) in enumerate(zip(some, sorted(mine[mine[:, 1] == k, 2].tolist()), strict=True), 1):
                assert line.startswith(f"{moment(at):%d %B %Y, %H:%M:%S}: ")
                assert line.endswith(f", the {ordinal(place)} time.")
                assert own[f"sought_{k + 1}"][number] < at <= own[f"bought_{k + 1}"][number]
    assert most > 2


def test_places_are_told_in_words_and_figures() -> None:
    """Catch a 21th and a 12nd."""
    assert [ordinal(n) for n in (0, 1, 4, 5, 10, 11, 12, 20, 21, 110)] == [
        "first", "second", "fifth", "6th", "11th", "12th", "13th", "21st", "22nd", "111th",
    ]  # fmt: skip


def test_certificates_of_all_courses_are_told() -> None:
    """Catch a certificate of a later course that is not told, another platform's, and one before the course is over."""
    result = traced("few_seats")
    own, market = result.rows.participants, result.rows.programme.seats
    assert market is not None
    later = waits = 0
    for number in np.flatnonzero(own["completed_1"] < NEVER).tolist():
        told = [line for line in journey(result, number) if " issues the certificate of course " in line]
        issued = 0
        for k in range(result.rows.programme.courses):
            at, completed = int(own[f"issued_{k + 1}"][number]), int(own[f"completed_{k + 1}"][number])
            if at == NEVER:
                assert completed == NEVER or not market.issues_at_once[own[f"platform_{k + 1}"][number]]
                continue
            issued, later, waits = issued + 1, later + (k > 0), waits + (at > completed)
            assert at >= completed
            assert (at == completed) or not market.issues_at_once[own[f"platform_{k + 1}"][number]]
            (line,) = [line for line in told if f" course {k + 1}" in line]
            platform = market.platforms[own[f"platform_{k + 1}"][number]]
            assert line.startswith(f"{moment(at):%d %B %Y, %H:%M:%S}: {platform} issues")
        assert len(told) == issued
        assert own["issued_1"][number] <= own["certified"][number]
    assert min(later, waits) > 0


def test_both_engines_tell_the_same() -> None:
    """Catch an engine that tells another story, and a number or a column's name told in place of a word."""
    result = traced("few_seats")
    rows = person.rows(person.simulate(result.rows.programme))
    awarded = np.flatnonzero(result.rows.participant_row >= 0)
    for who in awarded[::7].tolist():
        told = sentences(rows, who)
        assert told == sentences(result.rows, who)
        assert not any(re.search(r"course_|platform_|-1\b", line) for line in told)
