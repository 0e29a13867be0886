"""Every cell of every table against the journal; names that nobody declared are errors at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.engines.journal import Columns, Journal
from sim.engines.observed import observe
from sim.engines.person.model import rows as rows_of
from sim.journey.measures import partner_stamp
from sim.journey.money import Benefit
from sim.observers.counts import Counts
from sim.observers.observations import GROUP_TRAITS, Observations
from sim.observers.span import Span
from sim.observers.station import StationObserver
from sim.results.codebook import codebook
from sim.results.key_figures import key_figures
from sim.results.people import people_rows
from sim.results.table import Table
from sim.results.tables import tables
from sim.stations.schedule import compile_schedule
from tests.building import OPEN, PARTNERS, SMALL, law, programme, run
from tests.engine.recount import RECOUNT
from tests.engine.recount.journal import since_epoch
from tests.equality.awkward_programmes import CROWDS, OVERLAPS, PAYMENTS

SLOW = {
    "clock.end": "2022-03-01T12:34",
    "processing.rate": 700_000,
    "processing.email.rate": 650_000,
    "processing.email.retry.rate": 40_000,
    "processing.registry.rate": 450_000,
    "processing.registry.passes": 0.6,
    "processing.registry.retry.share": 0.5,
    "processing.registry.retry.rate": 30_000,
    "processing.third_layer.rate": 300_000,
    "processing.third_layer.retry.share": 0.3,
    "processing.third_layer.retry.rate": 10_000,
    "processing.screening.servers": 20,
    "processing.patience": law("exponential", 60),
    "population.provinces.jawa_barat.lagging": 27,
    "selection.shares.priority": 0.4,
    "selection.shares.regional": 0.15,
    "selection.shares.affirmative": 0.3,
    **{f"payment.partners.{partner}.cap": 10_000 for partner in PARTNERS},
}
"""Queues everywhere, waves by rule into 2022, an end at no midnight, regencies that lag, partners that fall behind."""

NONE_ANSWER = PAYMENTS | {"payment.survey.answers": 0.0, "payment.survey_days": [1, 40], "clock.end": None}
RUNS: dict[str, Callable[[], Journal]] = {
    "open_market": lambda: run(SMALL),
    "slow stations": lambda: run(SMALL, OPEN, "scenario=rate_800k", changes=SLOW),
    "crowds": lambda: run(changes=CROWDS),
    "overlapping waves": lambda: run(changes=OVERLAPS),
    "failing payments": lambda: run(changes=PAYMENTS),
    "surveys that nobody answers": lambda: run(changes=NONE_ANSWER),
    "nobody": lambda: run("population.applicants=0"),
}


@cache
def journal_of(name: str) -> Journal:
    return RUNS[name]()


@cache
def tables_of(name: str) -> dict[str, Table]:
    journal = journal_of(name)
    return tables(observe(journal), journal.waves, journal.runs)


@pytest.mark.parametrize("table", RECOUNT)
@pytest.mark.parametrize("name", RUNS)
def test_every_cell_is_what_the_journal_says(name: str, table: str) -> None:
    """Catches a column that counts another stamp than it says, a stamp that nobody counts, a day or a person off."""
    found, expected = tables_of(name)[table].rows, RECOUNT[table](journal_of(name))
    assert len(found) == len(expected)
    for number, (row, should_be) in enumerate(zip(found, expected, strict=True)):
        assert list(row) == list(should_be)
        wrong = {column: (row[column], should_be[column]) for column in row if not same(row[column], should_be[column])}
        assert wrong == {}, f"row {number} of {table}"


def same(cell: Any, should_be: Any) -> bool:
    """Return whether two cells say the same; sums of floats may differ in their last bits."""
    if isinstance(cell, float) and isinstance(should_be, int | float):
        return math.isclose(cell, should_be, rel_tol=1e-12, abs_tol=1e-15)
    return bool(cell == should_be) and isinstance(cell, bool) == isinstance(should_be, bool)


def test_the_tables_are_all_recounted_and_not_empty() -> None:
    """Catches a table that no recount covers, and columns of zeros in which no error would be observed."""
    assert set(tables_of("open_market")) == set(RECOUNT)
    filled = {
        (table.name, column)
        for name in RUNS
        for table in tables_of(name).values()
        for column in table.columns
        if any(cell not in (None, 0) for cell in table.column(column))
    }
    always = {(table.name, column) for table in tables_of("open_market").values() for column in table.columns}
    assert sorted(always - filled) == [], "no run has any"


@pytest.mark.parametrize("name", RUNS)
def test_key_figures_are_what_the_journal_says(name: str) -> None:
    """Catches a service level, a backlog, money outstanding or participants that leave people or rupiah out."""
    journal = journal_of(name)
    figures = key_figures(observe(journal), journal.waves, tables_of(name))
    people = journal.people
    (level,) = (row for row in tables_of(name)["service_levels"].rows if row["by"] == "all")
    assert figures["service_level.first_incentive_within_30_days"].value == level["share"]
    processed = people["processing_left"][people["processing_left"] < NEVER]
    weeks = processed.max() / WEEK if processed.size == journal.programme.people and processed.size else None
    assert figures["processing.weeks_to_clear"].value == weeks
    days = tables_of(name)["daily"].rows
    scale = journal.programme.parameters.population.scale
    backlog = max(row["queue_portal"] + row["queue_processing"] for row in days)
    assert figures["processing.peak_backlog"].value == backlog
    article = since_epoch(datetime(2022, 2, 9, 20, 18))
    awarded, revoked = (
        int(np.count_nonzero(stamps < article)) for stamps in (people["awarded"], journal.participants["revoked"])
    )
    breaks_off = journal.end < article and journal.programme.parameters.clock.end is not None
    by_then = None if breaks_off else round((awarded - revoked) / scale)
    assert figures["participants.by_2022_02_09"].value == by_then
    last = journal.days[-1]
    for what, rupiah in (("awarded", last.awarded), ("paid", last.paid), ("returned", last.returned)):
        assert figures[f"money.{what}"].value == round(sum(rupiah) / scale)


def test_surveys_that_nobody_answers_are_never_due_and_return() -> None:
    """Catches surveys paid without an answer, and rupiah that never return, or return before the offer."""
    journal = journal_of("surveys that nobody answers")
    rows = tables_of("surveys that nobody answers")
    offered = sum(row["surveys_offered"] for row in rows["daily"].rows)
    assert offered == sum(row["surveys_unanswered"] for row in rows["daily"].rows) > 30
    assert sum(row["surveys_due"] + row["surveys_paid"] for row in rows["daily"].rows) == 0
    # The second is offered after the account has closed: its rupiah return only then, and all rupiah in the end.
    last = journal.participants["survey_2_offered"]
    assert np.any(last < NEVER)
    assert [row for row in rows["money"].rows if row["kind"] == "survey"][-1]["outstanding"] == 0


def some_counts() -> tuple[Observations, Counts]:
    observations = Observations(programme(SMALL), 10 * DAY)
    return observations, observations.new_counts()


AT = np.array([5], dtype=np.int64)

MISSPELT: dict[str, tuple[Callable[[Observations, Counts], object], str]] = {
    "stamp": (lambda observed, counts: counts.stamp("registerd", AT), "registered"),
    "stamps in order": (lambda observed, counts: counts.stamp_ascending("portal-left", AT), "processing_left"),
    "stamps at once": (lambda observed, counts: counts.stamp_at("reviewd", 5, 1), "reviewed"),
    "stamps of a kernel": (lambda observed, counts: counts.counts_of("incentive_5_paid"), "incentive_4_paid"),
    "stamps of a wave": (lambda observed, counts: counts.stamp_of_wave("joined", 0, 5, 1), "awarded, revoked"),
    "wait": (lambda observed, counts: counts.wait("award_to_acount", AT, AT), "award_to_account"),
    "waits of a kernel": (lambda observed, counts: counts.waits_of("run_bnI"), "run_bni"),
    "people": (lambda observed, counts: counts.people("awarded_2023", AT.astype(np.uint32)), "awarded_2022"),
    "people of a kernel": (lambda observed, counts: counts.groups_of("joiners"), "joined"),
    "money": (lambda observed, counts: counts.money("payed", Benefit.SURVEY, AT, 1), "paid"),
    "benefit": (lambda observed, counts: counts.money("paid", "surveys", AT, 1), "SURVEY"),  # type: ignore[arg-type]
    "station": (lambda observed, counts: counts.station("registri"), "registry"),
    "read by day": (lambda observed, counts: observed.by_day("gave_up"), "gave_up_waves"),
    "read before": (lambda observed, counts: observed.before("paid", observed.snapshots[0]), "fully_paid"),
    "read the last": (lambda observed, counts: observed.last("processed"), "processing_left"),
    "read by wave": (lambda observed, counts: observed.by_wave("refused"), "awarded, revoked"),
    "read rupiah": (lambda observed, counts: observed.rupiah("outstanding", Benefit.TRAINING), "returned"),
    "read waits": (lambda observed, counts: observed.waits("portal"), "registered_to_pool"),
    "column": (lambda observed, counts: Columns(["tested"], ["wave"])["testd"], "tested, wave"),
}  # fmt: skip


@pytest.mark.parametrize("what", MISSPELT)
def test_a_name_that_is_not_declared_is_an_error_that_says_which_are(what: str) -> None:
    """Catches a misspelt stamp, wait, stage or flow, which would be a column of zeros."""
    use, known = MISSPELT[what]
    with pytest.raises(KeyError, match=known):
        use(*some_counts())


def test_counts_of_threads_are_added_up() -> None:
    """Catches a thread whose counts are left out or counted twice, and a run that ends earlier than was thought."""
    whole, parts = Observations(programme(SMALL), 40 * DAY), Observations(programme(SMALL), 40 * DAY)
    once = whole.new_counts()
    several = [parts.new_counts() for _ in range(3)]
    luck = np.random.default_rng(8)
    snapshot = parts.snapshots[0]
    for number in range(9):
        at = np.sort(luck.integers(0, 30 * DAY, size=50))
        at[0] = snapshot - number % 2
        traits = luck.integers(0, 1 << 32, size=50, dtype=np.uint32)
        for counts in (once, several[number % 3]):
            (counts.stamp if number % 2 else counts.stamp_ascending)("registered", at)
            counts.stamp_of_wave("revoked", 2, int(at[0]), number)
            counts.wait("place", at, at + DAY, at + 2 * DAY * (number % 2))
            counts.money("paid", Benefit.INCENTIVE, at, 600)
            counts.people("pool", traits)
    for observations in (whole, parts):
        observations.finish(30 * DAY)
    assert whole.total("registered") == 450
    reads: list[Callable[[Observations], object]] = [
        lambda observed: observed.by_day("registered").tolist(),
        lambda observed: [observed.before("registered", at) for at in observed.snapshots],
        lambda observed: observed.last("registered"),
        lambda observed: observed.by_wave("revoked").tolist(),
        lambda observed: observed.rupiah("paid", Benefit.INCENTIVE).tolist(),
        lambda observed: [observed.waits("place").quantile(q / 20) for q in range(20)],
        lambda observed: [observed.group("pool", which).tolist() for which in GROUP_TRAITS],
    ]
    for read in reads:
        assert read(whole) == read(parts)
    assert whole.waits("place").time == parts.waits("place").time > 0


def test_the_last_stamp_of_a_kernel_is_not_made_up() -> None:
    """Catches a last instant that leaves out those whom a kernel counts."""
    observations, counts = some_counts()
    counts.stamp("tested", AT)
    assert observations.last("tested") == 5
    assert observations.last("awarded") == -1
    observations.new_counts().counts_of("tested")
    with pytest.raises(ValueError, match="a kernel counts it"):
        observations.last("tested")


def test_a_bank_of_names_is_counted_as_each_name_by_itself() -> None:
    """Catches a payment that is counted of another partner or beyond a snapshot, and counts that are lost."""
    alone, together = (Observations(programme(SMALL), 700 * DAY) for _ in range(2))
    names = [partner_stamp(partner, Benefit.INCENTIVE, "paid") for partner in PARTNERS]
    counts, of_bank = alone.new_counts(), together.new_counts()
    bank, numbers = of_bank.bank_of(names), np.arange(len(names))
    for snapshot in alone.snapshots[:3]:
        for at in (snapshot - 1, snapshot, snapshot + 1):
            of_bank.stamp_bank_at(bank, at, numbers)
            for name, number in zip(names, numbers.tolist(), strict=True):
                counts.stamp_at(name, at, number)
    for number, name in enumerate(names):
        assert together.total(name) == 9 * number
        assert together.by_day(name).tolist() == alone.by_day(name).tolist()
        assert [together.before(name, at) for at in alone.snapshots] == [
            alone.before(name, at) for at in alone.snapshots
        ]
    with pytest.raises(AssertionError, match="would be lost"):
        of_bank.bank_of(names[-1:])


def test_a_station_is_observed_by_one_thread() -> None:
    """Catches visits counted out of order: the time with a queue would be wrong."""
    observations, counts = some_counts()
    counts.station("email").add(AT, AT, AT)
    with pytest.raises(ValueError, match="another thread"):
        observations.new_counts().station("email")


def test_a_bank_has_the_queues_of_its_instances() -> None:
    """Catches waits at one instance that hide those at another, and opening hours of one taken for all."""
    weekdays = compile_schedule(3, outages=[(DAY, 2 * DAY)])
    schedules = [weekdays, compile_schedule(1, outages=[(0, 3 * DAY)]), weekdays]
    span, luck = Span(9 * DAY, []), np.random.default_rng(8)
    bank, alone = StationObserver(schedules, span), [StationObserver([each], span) for each in schedules]
    arrived = np.sort(luck.integers(0, 10 * DAY, size=400))
    started = arrived + luck.integers(0, 2, size=400) * luck.integers(0, DAY // 8, size=400)
    gave_up = np.where(luck.random(400) < 0.1, started, NEVER)
    started[gave_up < NEVER] = NEVER
    left = np.where(started < NEVER, started + DAY // 9, NEVER)
    instance = luck.integers(0, 3, size=400)
    for some in (slice(150), slice(150, None)):
        bank.add(arrived[some], started[some], left[some], gave_up[some], instance[some])
    for number, observer in enumerate(alone):
        here = instance == number
        observer.add(arrived[here], started[here], left[here], gave_up[here])
    assert bank.over_capacity == sum(observer.over_capacity for observer in alone) > 0
    assert bank.busy() == sum(observer.busy() for observer in alone) > 0
    days = np.array([0, 2, 4])
    each = [observer.busy_from(days) for observer in alone]
    assert bank.busy_from(days) == [sum(of_days) for of_days in zip(*each, strict=True)]
    assert sum(bank.busy_from(days)) == bank.busy()
    assert bank.last_departure == max(observer.last_departure for observer in alone)
    assert bank.longest_wait == max(observer.longest_wait for observer in alone)
    assert bank.open_time() == sum(observer.open_time() for observer in alone) == (8 + 6 + 8) * DAY
    assert bank.queue().tolist() == np.sum([observer.queue() for observer in alone], axis=0).tolist()
    assert [bank.waits.ended, bank.waits.gave_up] == [
        sum(observer.waits.ended for observer in alone), sum(observer.waits.gave_up for observer in alone)
    ]  # fmt: skip


def test_the_codebook_has_every_column_of_people_s_rows() -> None:
    """Catches a column without a meaning, and a meaning of a column that is not there."""
    journal = journal_of("open_market")
    rows = people_rows(rows_of(journal))
    assert list(rows) == list(codebook(journal.programme))
    assert all(all(column) for column in codebook(journal.programme).values())
    gave_up = people_rows(rows_of(journal_of("crowds")))
    assert {where for where in gave_up["gave_up_at"] if where} <= set(journal.programme.journey.names)
    refused = journal.people["refused_by"] == journal.programme.journey.refusal("registry")
    assert set(rows["refused_by"][refused]) == {"registry"}


def test_snapshots_are_those_of_the_published_figures() -> None:
    """Catches a published date before which nothing is counted."""
    observations, _ = some_counts()
    figures = observations.programme.parameters.published
    moments = [*(row.at for row in figures.funnel), *(row.at for row in figures.revocations), *figures.predictions]
    assert {since_epoch(at) for at in moments} <= set(observations.snapshots)
