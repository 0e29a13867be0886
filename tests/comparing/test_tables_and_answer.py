"""Tables and the answer of comparisons made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from sim.report.comparing import IN_FULL, answer, screen
from sim.report.comparing.wide import WIDTH
from sim.results.comparison import Comparison, LeftOut, Precision
from sim.results.table import Table
from sim.results.tables.comparing import tables_of
from tests.comparing.hand_made import comparison, scenario, without

CLEAR, MEDIAN, GROUP = "processing.weeks_to_clear", "wait.place.median_days_got_it", "bottleneck"
SHARES = ("bottleneck.processing.share", "bottleneck.places.share")
EIGHT = range(8)


def rated(rate: int, weeks: float, processing: float) -> Any:
    """Return a scenario of a processing rate, its weeks to clear, and the share of the days waited for processing."""
    figures: dict[str, Any] = {
        CLEAR: [weeks + world / 10 + (world % 3) / 100 * weeks / 100 for world in EIGHT],
        "funnel.awarded": [1e6 + world for world in EIGHT],
        GROUP: ["processing" if processing > 0.5 else "places"] * 8,
        SHARES[0]: [processing] * 8,
        SHARES[1]: [1 - processing] * 8,
    }
    return scenario(f"rate_{rate}", figures, f"processing.rate={rate}")


@pytest.fixture(scope="module")
def rates() -> Comparison:
    each = (rated(200_000, 400, 0.9), rated(800_000, 100, 0.8), rated(1_600_000, 95, 0.3))
    return comparison(*each, figures=[CLEAR, "funnel.awarded"])


def unwrapped(text: str) -> str:
    """Return an answer as one line."""
    return " ".join(text.split())


def row_of(table: Table, **cells: Any) -> dict[str, Any]:
    (row,) = [row for row in table.rows if all(row[name] == value for name, value in cells.items())]
    return row


def test_the_tables_of_rates(rates: Comparison) -> None:
    """Catches a difference from the wrong side, a best of the wrong direction, and a change at the wrong value."""
    tables = tables_of(rates)
    assert [row["best"] for row in tables["kpis"].rows if row["figure"] == CLEAR] == [False, False, True]
    assert not any(row["best"] for row in tables["kpis"].rows if row["figure"] == "funnel.awarded")
    found = row_of(tables["differences"], scenario="rate_800000", figure=CLEAR)
    assert found["difference"] == pytest.approx(-300, abs=0.1)
    assert (found["better_in"], found["worse_in"], found["told_in"]) == (8, 0, 8)
    assert found["low_95"] < -300 + 0.1 and found["chance_together"] < 1e-9
    (change,) = tables["changes"].rows
    assert (change["key"], change["before"], change["after"]) == ("processing.rate", "processing", "places")
    assert change["at"] == pytest.approx(800_000 + 800_000 * 0.6 / (0.6 + 0.4))
    ranked = [(row["rank"], row["group"], row["first_in"]) for row in tables["bottlenecks"].rows]
    assert ranked[:2] == [(1, "processing", 8), (2, "places", 0)] and ranked[4:] == [
        (1, "places", 8),
        (2, "processing", 0),
    ]


def test_the_answer_of_rates(rates: Comparison) -> None:
    """Catches a finding, a mark, a bottleneck or a change that the screen does not say."""
    text = answer(rates, tables_of(rates))
    assert "rate_1600000 is the best" in text and "better in 8 of 8 worlds" in text
    assert "one simulated person stands for 100" in text
    assert "From processing.rate of some 1,300,000 (between 800,000 and 1,600,000)" in text
    marked = [line for line in text.splitlines() if line.startswith("  Weeks until all")]
    assert [line.split()[-1].endswith("*") and line.count("*") == 1 for line in marked] == [True]
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_screen_has_the_finding_and_one_table(rates: Comparison) -> None:
    """Catches a screen with several tables, and one that does not say where most is waited."""
    tables = tables_of(rates)
    text = screen(rates, tables)
    assert text.startswith(answer(rates, tables).split("\n\n  ")[0])
    assert sum("(reference)" in line for line in text.splitlines()) == 1
    (waited,) = (line for line in text.splitlines() if line.startswith("  Most days are waited at"))
    assert "Processing" in waited and "Places" in waited
    assert "Bottlenecks  " not in text and text.endswith(IN_FULL.format("Bottlenecks"))
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_best_by_itself_says_so_where_all_figures_together_do_not_tell() -> None:
    """Catches a finding of "the best" above a line that says the same figure is not told apart."""
    names = [f"station.{name}.peak_queue" for name in ("bni", "ovo", "gopay", "linkaja", "dana", "portal", "screening")]
    others = {name: [5.0 + (k * number) % 3 for k in range(5)] for number, name in enumerate(names, 1)}
    slow = scenario("slow", {CLEAR: [9.0, 9.1, 9.2, 9.1, 9.0], **others})
    fast = scenario("fast", {CLEAR: [8.5, 8.9, 8.6, 8.9, 8.7], **{k: [*x[1:], x[0]] for k, x in others.items()}})
    found = comparison(slow, fast, figures=[CLEAR, *others])
    tables = tables_of(found)
    row = row_of(tables["differences"], scenario="fast", figure=CLEAR)
    text = unwrapped(screen(found, tables))
    assert row["chance_together"] >= 0.05, "the case that is tried"
    assert "fast is the best" in text and "by itself, though not once all figures are told together." in text


def test_many_scenarios_stand_in_blocks_with_the_reference_in_each() -> None:
    """Catches a table wider than the screen, or a scenario that is left out of it."""
    each = [rated(100_000 * number, 400 - number, 0.9) for number in range(1, 9)]
    whole = comparison(*each, figures=[CLEAR], reference=2)
    text = answer(whole, tables_of(whole))
    heads = [line for line in text.split("Bottlenecks")[0].splitlines() if line.startswith("   ") and "rate_" in line]
    assert len(heads) > 1 and all("rate_300000" in line.split() for line in heads)
    assert all(sum(name in line.split() for line in heads) >= 1 for name in (one.compared.name for one in each))
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.filterwarnings("error")
def test_one_replication_has_no_range_and_no_best() -> None:
    """Catches a range or an interval of a single run."""
    each = [scenario(name, {CLEAR: [weeks], MEDIAN: [3.0]}) for name, weeks in (("slow", 9.0), ("fast", 5.0))]
    tables = tables_of(comparison(*each))
    assert not any(row["best"] or row["low"] is not None for row in tables["kpis"].rows)
    assert {row["said"] for row in tables["differences"].rows} == {"one replication: no interval"}
    text = answer(comparison(*each), tables)
    assert "no range, and none is called the best" in unwrapped(text)
    assert "fast has 4.0 weeks less than slow (one world: no interval)" in unwrapped(text)


@pytest.mark.filterwarnings("error")
def test_what_is_lacking_is_said_and_never_a_number() -> None:
    """Catches a figure that one scenario lacks, one that is not reached, and runs that another does not have."""
    some = scenario("some", {CLEAR: [10.0, None, 12.0], "market.courses_sold": [1, 2, 3], MEDIAN: [None] * 3})
    none = scenario("none", {CLEAR: [None] * 3, MEDIAN: [2.0, 3.0, 4.0]})
    both = comparison(some, without(none, 3))
    tables = tables_of(both)
    assert row_of(tables["kpis"], scenario="some", figure=CLEAR)["said"] == "not reached in 1 of 2"
    assert row_of(tables["kpis"], scenario="none", figure=CLEAR)["said"] == "not reached"
    lacking = row_of(tables["differences"], figure="market.courses_sold")
    assert lacking["said"] == "none: no such figure" and lacking["difference"] is None and lacking["better_in"] is None
    cells = [value for table in tables.values() for row in table.rows for value in row.values()]
    assert not any(isinstance(value, float) and math.isnan(value) for value in cells)
    text = answer(both, tables)
    assert "no such figure" in text and "not reached" in text and "1 of some" in text
    assert "nan" not in text.lower().replace("nanti", "")


def test_the_finding_is_of_a_figure_that_tells_them_apart() -> None:
    """Catches a finding of 0.0005 weeks, where the next figure differs by thousands; one not reached is not alike."""
    slow = scenario("slow", {CLEAR: [9.0, 9.1], "funnel.awarded": [5000, 5100]})
    fast = scenario("fast", {CLEAR: [8.9995, 9.0995], "funnel.awarded": [9000, 9100]})
    text = unwrapped(answer(comparison(slow, fast), tables_of(comparison(slow, fast))))
    assert "fast has 4,000 more than slow" in text and "weeks less than slow" not in text
    never = scenario("never", {CLEAR: [9.05, None], "funnel.awarded": [9000, 9100]})
    text = unwrapped(answer(comparison(slow, never), tables_of(comparison(slow, never))))
    assert "4,000 more than slow" not in text


@pytest.mark.filterwarnings("error")
def test_scenarios_that_are_alike() -> None:
    """Catches a best, or a division by nothing, where nothing tells two scenarios apart."""
    each = [scenario(name, {CLEAR: [9.0, 9.0], "funnel.awarded": [0, 0]}) for name in ("one", "other")]
    text = answer(comparison(*each), tables_of(comparison(*each)))
    assert "the same in all scenarios, 9.0" in text and "*" not in text


def test_what_was_left_out_and_the_precision_are_said() -> None:
    """Catches a run that is missing without a word, and a precision that was not reached."""
    each = [scenario(name, {CLEAR: [9.0, 8.0]}) for name in ("one", "other")]
    found = comparison(*each)
    told = Comparison(
        None, found.scenarios, 0, True, (CLEAR,), 1.0, "Which?", (LeftOut("other", 3, "it ended its worker twice"),),
        Precision(0.02, (CLEAR,), 40, 0.031, "other, weeks until all are processed"),
    )  # fmt: skip
    text = unwrapped(answer(told, tables_of(told)))
    assert "Which?" in text and "Not made: other, 3: it ended its worker twice." in text
    assert "not reached, and no more than 40 were allowed" in text and "Scaled" not in text
    assert "hold the mean less often" not in text


@pytest.mark.parametrize(("first", "said"), [(1, True), (2, False)])
def test_intervals_that_ended_the_runs_are_told_to_be_less_sure(first: int, said: bool) -> None:
    """Catches optional stopping that is kept silent: what is stopped when narrow covers less than 95 %."""
    each = [scenario(name, {CLEAR: [9.0, 8.0]}) for name in ("one", "other")]
    enough = Precision(0.2, (CLEAR,), 40, 0.1, "other, weeks", first)
    found = replace(comparison(*each), precision=enough)
    assert ("hold the mean less often than 95 %" in unwrapped(answer(found, tables_of(found)))) == said


def test_what_is_hardly_ever_reached_is_not_ahead() -> None:
    """Catches a scenario ahead by the mean of the one world in which it is reached, and is low there."""
    one, other = scenario("one", {CLEAR: [70.0, None, None]}), scenario("other", {CLEAR: [90.0, 91.0, 92.0]})
    text = unwrapped(answer(comparison(one, other), tables_of(comparison(one, other))))
    assert "other is ahead, 91.0" in text
    assert "before one, 70.0 where it has a value, in 1 of 3" in text


def test_the_range_of_few_is_the_least_and_the_greatest() -> None:
    """Catches "90 % of two worlds", which are all of them."""
    for many, said in ((19, "the least and the greatest"), (20, "from the 5th to the 95th percentile")):
        each = [scenario(name, {CLEAR: [9.0 + k for k in range(many)]}) for name in ("one", "other")]
        rows = {row["scenario"]: row for row in tables_of(comparison(*each))["kpis"].rows}
        assert (rows["one"]["low"] == 9.0) == (many == 19)
        assert said in unwrapped(answer(comparison(*each), tables_of(comparison(*each))))


def test_runs_that_end_on_other_days_are_told() -> None:
    """Catches counts of a run that was cut off beside those of one that went on, without a word."""
    each = [scenario("history", {CLEAR: [9.0, 8.0]}), scenario("on", {CLEAR: [9.0, 8.0]}, "clock.end=null")]
    text = unwrapped(answer(comparison(*each), tables_of(comparison(*each))))
    assert "not of one day: history on 9 February 2022" in text and "; on when nothing is left to do." in text
    assert "of one day" not in answer(comparison(each[0], each[0]), tables_of(comparison(each[0], each[0])))


def test_too_few_worlds_to_tell_are_not_said_to_be_alike() -> None:
    """Catches "not told apart" of waits that differ the same way in all of four worlds, which four can never tell."""
    one = scenario("one", {MEDIAN: [9.0, 9.5, 9.2, 9.1], "funnel.awarded": [5, 7, 6, 5]})
    other = scenario("other", {MEDIAN: [19.0, 21.5, 23.2, 18.1], "funnel.awarded": [6, 5, 6, 7]})
    text = unwrapped(answer(comparison(one, other), tables_of(comparison(one, other))))
    assert "Too few worlds to tell once all are taken together: " in text and "Not told apart: awarded (other)." in text
