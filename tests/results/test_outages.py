"""Outages: who was touched, by how much, and when the queue was back, recounted from the rows of two runs."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import BadInput, load
from sim.calendar.instants import DAY, EPOCH, NEVER
from sim.command.main import main
from sim.experiments.memory import needed_by
from sim.experiments.run import Result, evaluate
from sim.journey.measures import BY_ALL, EXACTLY
from sim.observers.paid_days import PaidDays, delays
from sim.parameters.differences import differences
from sim.parameters.outages import left_out, outages_of, without
from sim.report.outages import outage_lines
from sim.results.tables.outages import COLUMNS
from tests.building import PARTNERS, SMALL, Engine, Run, law, on_both, parameters, run_on
from tests.journey.routes import BLOCKS, further, on_route, route_with

ASKED = {"run.without_outages": True}
OVO: dict[str, Any] = {
    "payment.partners.ovo.outages": [{"from": "2020-11-01T00:00", "until": "2020-11-11T00:00"}],
    # It closes while nobody is paid by it yet, and when it would not have been open.
    "payment.partners.dana.outages": [{"from": "2020-07-01T00:00", "until": "2020-08-01T00:00"}],
}
REGISTRY = {"processing.registry.outages": [{"from": "2020-04-13T00:00", "until": "2020-04-16T00:00"}]}
ENDS: dict[str, Any] = {"registry": "2020-06-01T00:00", "ovo": "2021-04-01T00:00", "both": "2021-04-01T00:00"}
"""When runs end: some weeks after the queue is where it would have been."""
CHANGES = {
    what: closed | {"clock.end": ENDS[what]}
    for what, closed in (("ovo", OVO), ("registry", REGISTRY), ("both", OVO | REGISTRY))
}
NONE: dict[str, Any] = {"payment.partners.ovo.outages": [], "processing.registry.outages": []}


@cache
def compared(engine: Engine, what: str) -> Result:
    """Return a small run with outages beside the one without."""
    asked = parameters(SMALL, f"engine={engine}", changes=ASKED | CHANGES[what])
    return evaluate(asked, left_out=left_out(asked, load().parameters))


@cache
def pair(engine: Engine, what: str) -> tuple[Run, Run]:
    """Return the rows of the same two runs."""
    runs = [run_on(engine, SMALL, changes=CHANGES[what] | changes) for changes in ({}, NONE)]
    return runs[0], runs[1]


def row_of(result: Result, place: str) -> dict[str, Any]:
    """Return what is said of the only outage of a place."""
    (row,) = (row for row in result.tables["outages"].rows if row["place"] == place)
    return row


def payments(run: Run, partner: int) -> dict[tuple[int, str], int]:
    """Return the day of each payment of a partner, by person and payment; those not made are not there."""
    own = run.participants
    names = [payment.name for payment in run.programme.payments]
    return {
        (int(own["person"][row]), name): int(own[f"{name}_paid"][row]) // DAY
        for row in np.flatnonzero(own["partner"] == partner).tolist()
        for name in names
        if own[f"{name}_paid"][row] < NEVER
    }


@on_both
def test_who_was_touched_is_what_the_rows_say(engine: Engine) -> None:
    """Catch a payment that is later and not counted, one counted twice, and a delay that is a day off."""
    row, (closed, never) = row_of(compared(engine, "ovo"), "ovo"), pair(engine, "ovo")
    with_it, without_it = (payments(run, PARTNERS.index("ovo")) for run in (closed, never))
    touched = {one for one in with_it.keys() | without_it.keys() if with_it.get(one) != without_it.get(one)}
    end = len(compared(engine, "ovo").tables["daily"].rows) - 1
    later = sorted(
        gone for one in touched if (gone := with_it.get(one, end) - without_it.get(one, end)) > 0 or one not in with_it
    )
    people = {person for person, _ in touched}
    assert len(touched) > 50
    assert row["simulated"] == len(touched)
    full = compared(engine, "ovo").observations.programme.parameters.population.scale
    counts = {
        "touched": len(touched),
        "earlier": sum(with_it.get(one, end) < without_it.get(one, end) for one in touched),
        "unpaid": len(touched - with_it.keys()),
        "people": len(people),
        "people_rural": int(np.count_nonzero(closed.traits[sorted(people)] >> 13 & 1)),
        "days_later": sum(later),
    }
    assert {what: row[what] for what in counts} == {what: round(count / full) for what, count in counts.items()}
    assert row["median_days_later"] == later[-(-len(later) // 2) - 1]
    assert row["p95_days_later"] == later[-(-len(later) * 95 // 100) - 1]
    assert row["share"] == pytest.approx(len(touched) / len(without_it))
    assert row["touched_is"] == "exactly"


@on_both
def test_other_partners_are_not_touched_and_an_outage_in_idle_time_touches_nobody(engine: Engine) -> None:
    """Catch an outage that reaches those it cannot reach, and one that is told of although nothing came of it."""
    closed, never = pair(engine, "ovo")
    for number, partner in enumerate(PARTNERS):
        if partner != "ovo":
            assert payments(closed, number) == payments(never, number), partner
    row = row_of(compared(engine, "ovo"), "dana")
    assert (row["touched"], row["people"], row["days_later"], row["peak_queue"]) == (0, 0, 0, 0)
    assert (row["median_days_later"], row["person_days_more"]) == (None, 0)
    assert row["back_on"] == date(2020, 8, 1), "the day on which it opens"
    assert "  DANA closed 1 to 31 July 2020: no payment was made on another day." in outage_lines(
        compared(engine, "ovo").tables["outages"]
    )


@on_both
def test_a_partner_is_not_blamed_for_what_a_closed_station_did(engine: Engine) -> None:
    """Catch payments that are later because a station was closed, told as what a partner's outage did."""
    alone, both = (row_of(compared(engine, what), "ovo") for what in ("ovo", "both"))
    assert (alone["touched_is"], both["touched_is"]) == (EXACTLY, BY_ALL)
    lines = " ".join(outage_lines(compared(engine, "both").tables["outages"]))
    assert "by this and the other outages together" in " ".join(lines.split())
    assert "together," not in " ".join(outage_lines(compared(engine, "ovo").tables["outages"]))


@on_both
def test_the_queue_is_back_when_no_run_leaves_more_behind_for_a_week(engine: Engine) -> None:
    """Catch a queue that is back too early, by a day on which no run was made or one good day, and one too late."""
    row, (closed, never) = row_of(compared(engine, "ovo"), "ovo"), pair(engine, "ovo")
    ovo = PARTNERS.index("ovo")
    behind = [
        {run.at // DAY: run.waiting - run.failed for run in each.runs if run.partner == ovo} for each in (closed, never)
    ]
    more = {day for day in behind[0] if behind[0][day] > behind[1][day]}
    opens = (datetime(2020, 11, 11) - EPOCH).days
    back = (datetime.combine(row["back_on"], datetime.min.time()) - EPOCH).days
    # The day follows one that had more, or is that on which the partner opens; and a week of none begins with it.
    assert back == opens or max(day for day in behind[0] if day < back) in more
    assert not more & set(range(back, back + 7))
    assert all(more & set(range(day, day + 7)) for day in range(opens, back) if day in behind[0])
    assert row["back_on"] > date(2020, 11, 11)
    days = [each for each in compared(engine, "ovo").tables["outage_days"].rows if each["place"] == "ovo"]
    assert [days[0]["date"], days[-1]["date"]] == [date(2020, 11, 1), row["back_on"]]
    daily = {each["date"]: each for each in compared(engine, "ovo").tables["daily"].rows}
    for each in days:
        assert each["served"] == daily[each["date"]]["paid_ovo"]
        assert daily[each["date"]]["queue_ovo"] in (None, each["queue"])
    assert max(each["queue"] for each in days) == row["peak_queue"] > 0
    assert max(each["queue_without"] for each in days) == row["peak_queue_without"]
    assert all(each["served"] == 0 for each in days if each["date"] < date(2020, 11, 11))
    assert sum(each["served_without"] for each in days if each["date"] < date(2020, 11, 11)) > 0


def started(run: Run, station: str) -> list[int]:
    """Return the day on which each person's service began at a station; the run's last one where it had not yet."""
    last = (run.end - 1) // DAY + 1
    return [min(at // DAY, last) for at in run.people[f"{station}_started"].tolist()]


def held(run: Run, other: Run, station: str) -> dict[str, Any]:
    """Return what an outage of a station did, person by person."""
    came = (run.people[f"{station}_arrived"] < run.end).tolist()
    days = [
        pair
        for pair, here in zip(zip(started(run, station), started(other, station), strict=True), came, strict=True)
        if here
    ]
    last = (run.end - 1) // DAY
    touched = [(day, before) for day, before in days if day != before]
    later = sorted(min(day, last) - before for day, before in touched if day > before)
    return {
        "touched": len(touched),
        "earlier": len(touched) - len(later),
        "unpaid": sum(day > last for day, _ in touched),
        "days_later": sum(later),
        "median_days_later": later[-(-len(later) // 2) - 1],
        "p95_days_later": later[-(-len(later) * 95 // 100) - 1],
        "share": pytest.approx(len(touched) / sum(before <= last for _, before in days)),
    }


STATIONS: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "civil registry, for days": ("registry", (SMALL,), CHANGES["registry"]),
    "officers at screening, whose services differ": (
        "screening",
        (SMALL,),
        {
            "processing.screening.outages": [{"from": "2020-04-20T09:00", "until": "2020-05-02T00:00"}],
            "clock.end": "2020-07-01T00:00",
        },
    ),
    "a queue of months, each of whom is later": (
        "processing",
        ("scenario=rate_800k", "processing.rate=1600000", "population.scale=1e-5"),
        {"processing.outages": [{"from": "2020-09-10T00:00", "until": "2020-10-10T00:00"}]},
    ),
    "and not yet served at the end": (
        "processing",
        ("scenario=rate_800k", "population.scale=1e-5"),
        {
            "processing.outages": [{"from": "2020-06-01T00:00", "until": "2020-07-01T00:00"}],
            "clock.end": "2020-12-01T00:00",
        },
    ),
}


@on_both
@pytest.mark.parametrize("what", STATIONS)
def test_whom_a_closed_station_touched_is_what_the_rows_say(engine: Engine, what: str) -> None:
    """Catch the largest backlog told as the people touched, and a day off."""
    station, words, changes = STATIONS[what]
    asked = parameters(*words, f"engine={engine}", changes=ASKED | changes)
    row = row_of(evaluate(asked, left_out=left_out(asked, load().parameters)), station)
    open_again = {path: [] if path.endswith("outages") else value for path, value in changes.items()}
    closed, never = (run_on(engine, *words, changes=each) for each in (changes, open_again))
    found, full = held(closed, never, station), asked.population.scale
    assert found["touched"] > 20
    for name in ("touched", "earlier", "unpaid", "days_later"):
        assert row[name] == round(found[name] / full), name
    for name in ("median_days_later", "p95_days_later", "share"):
        assert row[name] == found[name], name
    assert (row["touched_is"], row["people"], row["kind"]) == ("exactly", row["touched"], "station")
    assert row["simulated"] == found["touched"]
    waited = [
        np.minimum(run.people[f"{station}_started"], run.end) - np.minimum(run.people[f"{station}_arrived"], run.end)
        for run in (closed, never)
    ]
    assert row["person_days_more"] == pytest.approx((int(waited[0].sum()) - int(waited[1].sum())) / DAY / full)


@on_both
def test_where_order_or_arrivals_differ_those_behind_at_once_are_told(engine: Engine) -> None:
    """Catch days held against those of somebody else: of who came later, gave up, or queued at another instance."""
    closed = [{"from": "2020-04-13T00:00", "until": "2020-04-16T00:00"}]
    queue = {"further.queue.rate": 10_000.0, "further.queue.per": "week", "further.queue.outages": closed}
    told: dict[str, tuple[str, dict[str, Any]]] = {
        "came later": ("registry", REGISTRY | {"processing.email.outages": closed}),
        "gave up": ("registry", REGISTRY | {"processing.patience": law("exponential", 1)}),
        "each in a queue of their own": ("queue", queue),
    }
    bank = on_route(route_with(further("queue", bank=True), 1))
    for place, changes in told.values():
        of_bank: dict[str, Any] = {"model": bank, "blocks": BLOCKS} if place == "queue" else {}
        changes |= {"clock.end": ENDS["registry"]}
        asked = parameters(SMALL, f"engine={engine}", changes=ASKED | changes, **of_bank)
        table = evaluate(asked, left_out=left_out(asked, load().parameters)).tables["outages"]
        (row,) = (row for row in table.rows if row["place"] == place)
        assert (row["touched_is"], row["people"], row["share"]) == ("behind at once", None, None)
        assert row["median_days_later"] is None
        said = " ".join(" ".join(outage_lines(table)).split())
        assert f"up to {row['touched']:,} people were behind at once" in said
    assert row_of(compared(engine, "registry"), "registry")["touched_is"] == "exactly"


@on_both
def test_outages_are_told_together_until_the_queue_is_back(engine: Engine) -> None:
    """Catch what one outage did told of the next one, and two that are apart told as one."""
    spans = [("2020-11-02", "2020-11-07"), ("2020-11-10", "2020-11-14"), ("2021-06-01", "2021-06-03"), *AFTER]
    closed = [{"from": f"{since}T00:00", "until": f"{until}T00:00"} for since, until in spans]
    asked = parameters(SMALL, f"engine={engine}", changes=ASKED | {"payment.partners.ovo.outages": closed})
    table = evaluate(asked, left_out=left_out(asked, load().parameters)).tables["outages"]
    assert [(row["number"], row["from"].date(), row["until"].date(), row["outages"]) for row in table.rows] == [
        (1, date(2020, 11, 2), date(2020, 11, 14), 2), (2, date(2021, 6, 1), date(2021, 6, 3), 1),
        (3, date(2022, 2, 1), date(2022, 3, 1), 1),
    ]  # fmt: skip
    assert [row["person_days_more"] is None for row in table.rows] == [False, True, True], "of all three together"
    last = table.rows[-1]
    assert (last["back_on"], last["unpaid"]) == (None, last["touched"])
    said = outage_lines(table)
    assert max(map(len, said)) < 80
    assert "not made by the end of the run" in " ".join(" ".join(said).split())


AFTER = [("2022-02-01", "2022-03-01"), ("2022-05-01", "2022-05-02")]
"""An outage that the run does not see the end of, and one that it does not see."""


@on_both
def test_the_run_itself_is_the_same_whether_it_is_compared_or_not(engine: Engine) -> None:
    """Catch a comparison that changes what is compared."""
    alone = evaluate(parameters(SMALL, f"engine={engine}", changes=CHANGES["ovo"]))
    beside = compared(engine, "ovo")
    assert [name for name in beside.tables if name not in alone.tables] == ["outages", "outage_days"]
    for name, table in alone.tables.items():
        assert beside.tables[name].rows == table.rows, name
    assert list(beside.tables["outages"].columns)[:-1] == list(COLUMNS)
    figures = beside.figures
    assert {name: figure for name, figure in figures.items() if not name.startswith("outage.")} == alone.figures
    assert figures["outage.ovo.1.touched"].value == row_of(beside, "ovo")["touched"]
    assert figures["outage.ovo.1.touched"].unit == "payments"
    assert figures["outage.ovo.1.days_later"].unit == "payment-days"
    assert figures["outage.ovo.person_days_more"].value == row_of(beside, "ovo")["person_days_more"] > 0
    assert "outage.ovo.1.person_days_more" not in figures
    assert list(figures) == sorted(figures)


def test_engines_say_the_same() -> None:
    """Catch days of payments that one engine notes otherwise."""
    for what in ("ovo", "registry"):
        for table in ("outages", "outage_days"):
            one, other = (compared(engine, what).tables[table].rows for engine in ("person", "cohort"))
            assert one == other


def test_only_those_count_who_were_awarded_in_both() -> None:
    """Catch payments held against those of somebody else, and a payment made in one run alone that is left out."""

    def paid(rows: dict[int, list[int]]) -> PaidDays:
        persons = np.array(list(rows), dtype=np.uint32)
        partner = np.array([person % 2 for person in rows], dtype=np.uint8)
        return PaidDays(persons, partner, np.array(list(rows.values()), dtype=np.uint16)).of(1)

    run = paid({7: [11, 0], 3: [5, 30], 9: [6, 7], 2: [1, 1], 11: [12, 20]})
    other = paid({1: [1, 1], 3: [5, 30], 7: [9, 40], 11: [14, 20]})
    first, second = delays(run, other, [0, 9], days=50)
    assert (first.touched, first.persons.tolist(), first.days, first.quantile(0.5)) == (1, [7], 2, 2)
    assert (second.touched, second.persons.tolist()) == (2, [7, 11])
    assert (second.earlier, second.not_by_end, second.days) == (1, 1, 10), "the one not made is counted until the end"


def test_outages_of_the_base_are_in_both_runs_unless_the_question_adds_none() -> None:
    """Catch the portal's outages of history counted as what OVO's did, and other keys that change with the outages."""
    base = load().parameters
    held = {f"payment.partners.{partner}" for partner in PARTNERS if partner != "dana"}  # in June 2020
    assert set(outages_of(base)) == {"portal", *held}
    assert load("history", ASKED).outages == outages_of(base)
    asked = load("history", {**ASKED, **OVO})
    assert set(asked.outages) == {"payment.partners.ovo", "payment.partners.dana"}
    apart = without(asked.parameters, asked.outages)
    assert {one.path for one in differences(asked.parameters, apart)} == {f"{path}.outages" for path in asked.outages}
    in_base = outages_of(base)
    del in_base["payment.partners.ovo"]  # its list was written anew: the hold of June is in neither run
    assert outages_of(apart) == in_base
    more = [{"from": "2020-04-11T21:00", "until": "2020-04-11T22:00"}, {"from": "2020-05-01", "until": "2020-05-02"}]
    added = load("history", {**ASKED, "portal.outages": more})
    assert [one.since for one in added.outages["portal"]] == [datetime(2020, 5, 1)]
    assert load("history", OVO).outages == {}, "only where it is asked for"


def test_without_an_outage_there_is_nothing_to_leave_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Catch a comparison of a run with itself, after twice the time."""
    held = [f"payment.partners.{partner}.outages=[]" for partner in PARTNERS]
    assert main(["run", "portal.outages=[]", *held, "run.without_outages=true"]) == 2
    said = capsys.readouterr().err
    assert "run.without_outages = true: has no outage to leave out. Add one, such as " in said
    with pytest.raises(BadInput, match="must be true or false"):
        load("history", {"run.without_outages": "maybe"})


def test_what_it_costs_is_said_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catch a planner who waits twice as long as expected, and an estimate that does not know of the second run."""
    monkeypatch.chdir(tmp_path)
    words = ["population.scale=2e-6", "run.folder=mine", "run.without_outages=true", "run.figures=none"]
    assert main(["run", *words, "payment.partners.ovo.outages=[{from: 2020-11-01, until: 2020-11-11}]"]) == 0
    shown, said = capsys.readouterr()
    assert said.startswith(
        "Then the same is simulated again without OVO closed 1 to 10 November 2020: twice the time, and about 0.4 GB"
    )
    assert "Outages, beside the same run without them" in shown
    assert max(map(len, shown.splitlines())) < 81
    assert {"outages.csv", "outage_days.parquet"} <= {path.name for path in (tmp_path / "mine" / "tables").iterdir()}
    for engine in ("person", "cohort"):
        once, twice = (needed_by(load("history", {"engine": engine, **more}).parameters) for more in ({}, ASKED))
        assert twice > once + 80_000_000 * 4
