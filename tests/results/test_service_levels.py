"""Service levels are a planner's: any wait, any days, any share; each says for whom it failed and since when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sim.experiments.run import evaluate
from sim.parameters import BadInput
from sim.report.answer import level_lines
from sim.report.text import beside, percent
from sim.results.table import Table
from sim.results.tables.service_levels import COLUMNS, first_day, kept
from tests.building import ENGINES, NOT_HELD, SMALL, THOUSANDS, Engine, parameters

SIZE: dict[Engine, str] = {"person": SMALL, "cohort": THOUSANDS}


def level(wait: str, counted_from: str | None, days: int = 7, share: float = 0.9) -> dict[str, Any]:
    return {"wait": wait, "from": counted_from, "days": days, "share": share}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_partner_that_is_down_fails_its_own_people_from_that_month_on(engine: Engine) -> None:
    """Catch a level that speaks of one wait alone, of all together, or that does not say since when it failed.

    OVO makes no payment from November 2020 to the end of February 2021; all else pays at once.
    """
    outage = [{"from": "2020-11-01T00:00", "until": "2021-03-01T00:00"}]
    caps: dict[str, Any] = {f"payment.partners.{name}.cap": None for name in ("bni", "ovo", "gopay", "linkaja", "dana")}
    asked = {"mine": level("incentive_due_to_paid", "ready"), "joined": level("place", None, 3_000, 0.0)}
    changes = caps | NOT_HELD | {"payment.partners.ovo.outages": outage, "service_levels": asked, "payment.fails": 0}
    made = evaluate(parameters(SIZE[engine], f"engine={engine}", changes=changes))
    rows = [row for row in made.tables["service_levels"].rows if row["level"] == "mine"]
    whole = rows[0]
    assert (whole["by"], whole["label"]) == ("all", "Incentive paid within 7 days of being ready")
    # Who was ready in the last week of October still waits as the outage begins.
    assert f"{whole['failed_since']:%Y-%m}" in ("2020-10", "2020-11")
    assert date(2020, 10, 24) < whole["failed_since_day"] < date(2020, 12, 1)
    assert made.figures["service_level.mine.failed_since_day"].value == whole["failed_since_day"].isoformat()
    assert 1 <= whole["months_failed"] <= 5 < whole["months"]
    failed = {row["value"] for row in rows if row["by"] == "partner" and row["kept"] is False}
    assert failed == {"OVO"}
    by_group = [row for row in rows if row["by"] == "e_money"]
    assert by_group[0]["share"] == 1 > by_group[1]["share"]
    assert sum(row["began"] for row in by_group) == whole["began"]
    assert made.figures["service_level.mine"].value == whole["share"]
    assert made.figures["service_level.mine.asked"].value == 0.9
    assert made.figures["service_level.joined"].value is None, "nobody joined 3,000 days before the end"


@pytest.mark.parametrize(
    ("in_time", "month", "day"),
    [
        # Ten began on each day but the third, 0.9 asked. The level fails from the sixth day on ...
        ([10, 10, 0, 10, 9, 8, 0, 0, 0], 4, 5),
        # ... although a day long before was as bad; or before the month that first failed began.
        ([8, 10, 0, 10, 9, 8, 0, 0, 0], 4, 5),
        ([10, 10, 0, 10, 9, 8, 0, 0, 0], 7, 5),
        # A day on which nobody began ends no row of days.
        ([10, 8, 0, 7, 8, 8, 0, 0, 0], 4, 1),
        ([8, 8, 0, 7, 8, 8, 0, 0, 0], 0, 0),
        # The last day alone.
        ([10, 10, 0, 10, 10, 10, 10, 10, 0], 4, 8),
    ],
)
def test_the_day_from_which_on_it_failed_is_known(in_time: list[int], month: int, day: int) -> None:
    """Catch a day of bad luck taken for the beginning, and a beginning that is put off to the month's first day."""
    began = [10, 10, 0, 10, 10, 10, 10, 10, 10]
    assert first_day(began, in_time, 0.9, from_day=month) == day


def test_the_shipped_level_is_of_the_first_incentive() -> None:
    """Catch another default."""
    (name,) = parameters(SMALL).service_levels
    found = parameters(SMALL).service_levels[name]
    assert name == "first_incentive_within_30_days"
    assert (found.wait, found.counted_from, found.days, found.share) == ("first_incentive_due_to_paid", "due", 30, 0.95)


WRONG = {
    "unknown wait": (
        level("incentive_due_to_payed", "due"),
        "Did you mean incentive_due_to_paid? Waits are: ",
    ),
    "a wait by its label": (level("joined_to_award", None), "Did you mean place? Waits are: "),
    "no beginning": (level("bni", None), "must be due or ready"),
    "no payment": (level("screening", "due"), "must be null: screening is no wait of payments"),
    "share": (level("place", None, share=95), "must be from 0 to 1"),
    "days": (level("place", None, days=0), "must be a whole number from 1"),
    "beginning": (level("bni", "paid"), "must be one of due, ready"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_level_that_cannot_be_held_is_refused(case: str) -> None:
    """Catch a level of a wait that nobody observes, which would be held of nobody."""
    asked, said = WRONG[case]
    with pytest.raises(BadInput, match=r"service_levels\.mine") as refused:
        parameters(SMALL, changes={"service_levels": {"mine": asked}})
    assert said in refused.value.text
    assert len(refused.value.problems) == 1


def test_levels_are_added_on_the_command_line_and_may_be_none() -> None:
    """Catch a level that replaces the shipped one unasked, and a list that may not be empty."""
    added = parameters(SMALL, "+service_levels.fast={wait: bni, from: ready, days: 7, share: 0.99}").service_levels
    assert list(added) == ["first_incentive_within_30_days", "fast"]
    assert parameters(SMALL, "~service_levels.first_incentive_within_30_days").service_levels == {}


def test_what_is_exactly_the_share_is_kept() -> None:
    """Catch 55 of 100 that miss 0.55, and 7 of 100 that miss 0.07, by the last bit of a product."""
    for hundredths in range(101):
        assert kept(hundredths, 100, hundredths / 100), hundredths
        assert not kept(hundredths - 1, 100, hundredths / 100), hundredths
        assert kept(hundredths * 123_457, 12_345_700, hundredths / 100), hundredths
    assert kept(1, 3, 0.3333)
    assert not kept(1, 3, 0.3334)


SHARES = [
    (0.94137, 0.9414, "94.137 %", "94.140 %"),
    (0.9996, 1, "over 99.9 %", "100.0 %"),
    (0.99999, 0.9999, "over 99.99 %", "99.99 %"),
    (1, 0.9999, "100.00 %", "99.99 %"),
    (0.95, 0.95, "95.0 %", "95.0 %"),
    (0.55, 0.9, "55.0 %", "90.0 %"),
    (0, 0, "0.0 %", "0.0 %"),
]


@pytest.mark.parametrize(("found", "asked", "first", "second"), SHARES)
def test_a_share_is_told_until_it_differs_from_what_was_asked(
    found: float, asked: float, first: str, second: str
) -> None:
    """Catch "94.1 %, 94.1 % asked: missed", and 100 % of what is less."""
    assert beside(found, asked) == (first, second)


def test_less_than_all_is_never_told_as_all() -> None:
    """Catch 100.0 % of whom some are left out."""
    assert [percent(share) for share in (1, 0.9995, 0.99949, None)] == ["100.0 %", "over 99.9 %", "99.9 %", "-"]
    assert percent(0.99999999, 0) == "over 99 %"


def test_a_level_of_one_partner_is_not_below_itself() -> None:
    """Catch "Below it: OVO" of a level that speaks of OVO alone, and a partner that is left out beside others."""
    row = dict.fromkeys(COLUMNS) | {"level": "mine", "label": "Paid", "share_asked": 0.9, "began": 100, "kept": False}
    of_all = row | {"by": "all", "share": 0.7}
    ovo = row | {"by": "partner", "value": "OVO", "share": 0.7}
    women = row | {"by": "woman", "value": "yes", "share": 0.6, "began": 40}
    assert level_lines(Table("service_levels", COLUMNS, [of_all, ovo, women]))[1:] == ["  Below it: woman 60.0 %."]
    some = ovo | {"began": 60}
    assert level_lines(Table("service_levels", COLUMNS, [of_all, some]))[1:] == ["  Below it: OVO 70.0 %."]


def test_the_screen_tells_a_level_that_is_just_missed() -> None:
    """Catch a line that says of one figure both that it is asked and that it is missed, of all or of a group."""
    row = dict.fromkeys(COLUMNS) | {"level": "mine", "label": "Paid", "share_asked": 0.9414}
    of_all = row | {"by": "all", "share": 0.94137, "kept": False}
    women = row | {"by": "woman", "value": "yes", "share": 0.94138, "kept": False}
    assert level_lines(Table("service_levels", COLUMNS, [of_all, women])) == [
        "Paid: 94.137 %, 94.140 % asked: missed.",
        "  Below it: woman 94.138 %.",
    ]
