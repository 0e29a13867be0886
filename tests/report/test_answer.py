"""The answer on the screen: a planner's words, in 80 columns, that cannot be read as something else."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from sim.engines.observed import observe
from sim.experiments.run import Result, evaluate
from sim.journey.money import OUTCOMES
from sim.observers.audit import audit
from sim.programme.ledger import BrokenPromise
from sim.report.published import waves_in_words
from tests.building import ENGINES, INSTITUTIONS, PARTNERS, SMALL, Engine, history, name_of, parameters

RUNS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "history": ((SMALL,), {}),
    "rate": (("scenario=rate_800k", SMALL), {}),
    "impatient": ((SMALL,), {"processing.rate": 400_000, "processing.patience": {
        "law": "constant", "unit": "days", "minimum": 0, "mean": 20, "spread": 0,
    }}),
    "partner_closed": ((SMALL,), {"payment.partners.ovo.cap": 0}),
    "partners_short": ((SMALL,), {f"payment.partners.{partner}.cap": 20_000 for partner in PARTNERS}),
    "june": ((SMALL, "clock.end=2020-06-01"), {}),
    "between_waves": ((SMALL, "clock.end=2020-07-15"), {"joining.patience_waves": 1}),
    "from_2021": (("scenario=rate_800k", SMALL), {"clock.start": "2021-01-01T00:00", "demand.points": [
        {"at": "2021-01-01T00:00", "registered": 0}, {"at": "2021-02-01T00:00", "registered": 1_000},
    ]}),
    "open_market": (("scenario=open_market", SMALL), {}),
    "few_seats": ((SMALL,), {"market.seats": 0.2, "market.choices": 1}),
    "seats_added": ((SMALL,), {"market.seats": 0.2, "market.adding": {"ratio": 1, "step": 0.5, "most": 2}}),
    "none_added": ((SMALL,), {"market.adding": {"ratio": 1_000, "step": 0.5, "most": 2}}),
    "checkout_short": ((SMALL,), {"market.checkout_capacity": 0.01}),
    "nobody": (("population.applicants=0",), {}),
    "one": (("population.applicants=1", "population.scale=1"), {}),
}  # fmt: skip


@cache
def made(name: str) -> Result:
    """Return what a run gives; the person engine gives the same as the other, and is the faster for so few people."""
    overrides, changes = RUNS[name]
    shipped = () if any(word.startswith("scenario=") for word in overrides) else (INSTITUTIONS,)
    return evaluate(parameters(*shipped, *overrides, "engine=person", changes=changes))


@cache
def shown(name: str) -> str:
    """Return what the screen shows of a run."""
    return made(name).answer(name_of(*RUNS[name][0]))


def words(name: str) -> str:
    """Return the answer without the ends of its lines."""
    return " ".join(shown(name).split())


@pytest.mark.parametrize("name", RUNS)
def test_nothing_wraps_at_80_columns(name: str) -> None:
    """Catch a line that a terminal breaks in the middle of a number."""
    assert [line for line in shown(name).splitlines() if len(line) > 79] == []


def test_who_still_waits_though_nothing_is_left_is_explained() -> None:
    """Catch people who wait for an award beside a run that ended since nothing was left to do."""
    assert "in the pool, and no wave follows" in words("rate")
    assert "in the pool, and no wave follows" in words("history")


def test_waves_that_follow_after_the_end_are_not_denied() -> None:
    """Catch "no wave follows" since nobody waits for a place in the days between two waves."""
    said = words("between_waves")
    assert "of those who still wait for an award are in the pool, and further waves follow" in said
    assert made("between_waves").figures["waves.follow"].value is True
    assert [made(name).figures["waves.follow"].value for name in ("history", "rate")] == [False, False]


def test_what_was_processed_by_a_date_is_not_told_of_a_run_that_ends_before() -> None:
    """Catch "by 9 February 2022" of a run that ends in June 2020."""
    assert "by 9 February 2022" in words("history")
    assert "by 9 February 2022" not in words("june")
    assert made("june").figures["processing.processed_by_2022_02_09"].value is None


def test_the_beginning_is_that_of_the_clock() -> None:
    """Catch 11 April 2020 in a run that starts later, and weeks that are counted from it."""
    assert "From 11 April 2020 to 9 February 2022 20:18 WIB; " in words("history")
    assert "From 1 January 2021 to " in words("from_2021")
    weeks = made("from_2021").figures["processing.weeks_to_clear"].value
    assert isinstance(weeks, float)
    assert 100 <= weeks < 105, "80 million at 800,000 a week"


def test_the_waves_whose_selected_are_an_input_are_those_of_the_run() -> None:
    """Catch "waves 2 to 22 ... all 2 met" where the run ends after the third."""
    assert "Selected in waves 2 and 3 is an input: " in words("june")
    assert "Selected in waves 2 to 22 is an input: " in words("history")
    shares = re.search(r"Eligible of those who joined is an input too: (.*?)\. ", " ".join(words("history").split()))
    assert shares is not None
    assert re.fullmatch(
        r"[\d.]+ %, waves 1-10 \(published 80.0 %\); [\d.]+ %, wave 18 \(published 64.1 %\)", shares.group(1)
    )
    named = {(2,): "wave 2", (2, 3): "waves 2 and 3", (2, 3, 4, 7): "waves 2 to 4 and 7", (1, 3, 5): "waves 1, 3 and 5"}
    assert {waves: waves_in_words(waves) for waves in named} == named


def test_money_of_revocations_is_told_where_there_is_some() -> None:
    """Catch "released 0", and a promise that no wave is left to keep."""
    for name in RUNS:
        assert "released 0" not in words(name), name
        assert "to be awarded again" not in words(name), name
    assert "trillion, which later waves could award." in words("history")


def test_simulated_people_are_shown_only_where_one_stands_for_more() -> None:
    """Catch counts of simulated people that pass for people, and a column that repeats them where all are simulated."""
    assert "Registered 80,000,000 1,600 " in words("history")
    assert "Registered 1 100.0 %" in words("one")
    assert "stands for" not in words("one")


def test_money_that_is_left_says_what_becomes_of_it() -> None:
    """Catch rupiah that return by rule told as a debt, and awards beyond the budget that pass for an error."""
    said = words("history")
    assert "outstanding" not in said
    assert "still to be paid" in said
    assert "will return" in said
    assert "undecided" in said
    assert re.search(
        r"All awards are more than the budget of 41\.20 trillion: revocations released \d\.\d\d trillion", said
    )
    assert "undecided" not in words("rate"), "nothing is left where nothing is left to do"


@pytest.mark.parametrize("scale", [0.00002, 0.000013, 0.00003])
@pytest.mark.parametrize("engine", ENGINES)
def test_money_adds_up(engine: Engine, scale: float) -> None:
    """Catch rupiah that are counted twice, or nowhere, among what is left at the end of a run.

    Where one simulated person does not stand for a whole number, each amount is rounded by itself, as the table says.
    """
    made = evaluate(parameters(f"population.scale={scale}", f"engine={engine}"))
    rupiah = {name: made.figures[f"money.{name}"].value for name in ("awarded", "paid", "returned", *OUTCOMES)}
    left = [int(rupiah[name] or 0) for name in OUTCOMES]
    parts = [int(rupiah["paid"] or 0), int(rupiah["returned"] or 0), *left]
    rounded = 0.0 if scale == 0.00002 else 0.5
    assert abs(int(rupiah["awarded"] or 0) - sum(parts)) <= rounded * (1 + len(parts))
    assert min(left) > 0
    money = made.tables["money"]
    outstanding = [row["outstanding"] for row in money.rows if row["still_to_be_paid"] is not None]
    assert abs(sum(outstanding) - sum(left)) <= rounded * (len(outstanding) + len(left))
    assert "each rounded by itself" in money.columns["simulated"]


def test_the_audit_holds_what_is_left_against_the_outcomes() -> None:
    """Catch an audit that would let money that is counted nowhere pass."""
    journal = history()
    observations = observe(journal)
    audit(observations, journal.days)
    observations.new_counts().account("buys_no_more", 0, 1)
    with pytest.raises(BrokenPromise, match="rupiah of training do not add up at the end"):
        audit(observations, journal.days)


def test_a_service_level_says_what_was_found_for_whom_it_failed_and_since_when() -> None:
    """Catch "the level is missed" alone."""
    kept, missed = words("history"), words("partners_short")
    assert "First incentive paid within 30 days of being due: 100.0 %, 95.0 % asked: kept." in kept
    assert "First incentive paid within 30 days of being due: " in missed
    assert "95.0 % asked: missed; too few in " in missed
    assert "Below it: BNI " in missed or "Below it: OVO " in missed


def test_the_market_is_told_where_there_is_one() -> None:
    """Catch a market told of an open one, and one of which nothing is said."""
    assert "Market" not in words("open_market")
    assert "Market: nobody came to buy a course." in words("nobody")
    own = {name.removeprefix("market."): figure.value for name, figure in made("few_seats").figures.items()}
    said = words("few_seats")
    assert f" {own['courses_sold']:,} courses sold on " in said
    assert f"the ten largest of 180 sell {100 * float(own['share_of_ten_largest'] or 0):.1f} % of the courses." in said
    assert f" {own['seats_taken']:,} of {own['seats_offered']:,} live seats taken, " in said
    assert f"; {own['turned_away']:,} times a chosen class was full or too late. " in said
    assert f"Of {own['came']:,} times that somebody came to buy a course, {own['found_nothing']:,} ended" in said
    assert f" without one: {own['found_no_seat']:,} since no chosen class had a seat soon enough" in said
    checkout = f"{own['revoked_for_checkout']:,}" if own["revoked_for_checkout"] else "nobody"
    told = f"Revoked at the deadline: {checkout} for want of checkout, {own['revoked_for_seat']:,} for want of a seat."
    assert told in said
    assert min(int(own[name] or 0) for name in ("found_no_seat", "revoked_for_seat")) > 0


def test_seats_that_providers_add_are_told_where_they_may_add_some() -> None:
    """Catch seats that were added and are not told, and a word of them where nobody may add any."""
    added = made("seats_added").figures["market.seats_added"].value
    assert f" Providers added {added:,} of the seats offered. " in words("seats_added")
    assert isinstance(added, int)
    assert added > 0
    assert made("none_added").figures["market.seats_added"].value == 0
    assert " No provider added seats. " in words("none_added")
    assert "market.seats_added" not in made("few_seats").figures
    assert "added" not in words("few_seats")


def test_why_a_capacity_has_no_share_is_told() -> None:
    """Catch a bare stroke beside Certificates, and its reason told of what was closed."""
    assert "Certificates - - " in words("history")
    assert "No share (-), without limit at some time or on some platform: Certificates." in words("history")
    assert "No share" not in words("open_market")
    assert "on some platform: Certificates." in words("partner_closed"), "a closed partner offered nothing"


def test_who_stood_at_checkout_is_not_told_as_wanting_a_seat() -> None:
    """Catch those revoked for want of checkout counted among the others, and certificates that wait left out."""
    said = words("checkout_short")
    assert "Revoked at the deadline: nobody" not in said
    assert " for want of checkout, " in said
    assert "Certificates: " in words("history")
