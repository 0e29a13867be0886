"""Luck in both engines: the same run twice, one person's luck changed, another seed."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.calendar.instants import DAY
from tests.building import INSTITUTIONS, SMALL, UNLIMITED, Engine, Run, history, on_both, run, run_on
from tests.engine.everyone import everyone, moved, who_differ


@cache
def small(engine: Engine) -> Run:
    """Return a small run of history; read it, do not write in it."""
    return run_on(engine, SMALL)


@on_both
def test_the_same_command_gives_the_same_run(engine: Engine) -> None:
    """Catches chance, or an order, that comes from anywhere but the seed."""
    one, other = small(engine), run_on(engine, SMALL)
    assert moved(everyone(one), everyone(other)) == {}
    assert one.participants["person"].tolist() == other.participants["person"].tolist()
    assert (one.days, one.runs, one.waves) == (other.days, other.runs, other.waves)


def test_the_same_command_makes_the_same_visits() -> None:
    """Catches a line in which people stand in another order the second time."""
    one, other = history(), run(SMALL, INSTITUTIONS)
    for station in one.programme.journey.names:
        for what, column in one.visits[station].items():
            assert np.array_equal(column, other.visits[station][what])


@on_both
def test_another_seed_or_replication_is_another_run(engine: Engine) -> None:
    """Catches a seed or a replication that luck ignores."""
    plain = small(engine)
    for other in (run_on(engine, SMALL, "run.seed=1"), run_on(engine, SMALL, "run.replication=1")):
        assert len(who_differ(everyone(plain), everyone(other))) > 0.99 * plain.programme.people


@cache
def plenty(engine: Engine, changed_person: int = -1) -> Run:
    return run_on(engine, SMALL, changes=UNLIMITED, changed_person=changed_person)


@on_both
def test_where_nobody_queues_only_the_person_whose_luck_changed_changes(engine: Engine) -> None:
    """Catches luck dealt in turn, and a person's journey that leans on others where nothing is scarce."""
    for person in (0, 42, 777, 1599):
        assert who_differ(everyone(plenty(engine)), everyone(plenty(engine, person))) == {person}


def test_where_people_queue_only_those_behind_can_change() -> None:
    """Catches a change that reaches those ahead: the stations in turn are the only thing that is shared.

    Three who fail the email check are given other luck; whom that reaches was behind one of them in a line.
    """
    crowded = UNLIMITED | {
        "processing.email.rate": 500_000,
        "processing.email.retry.rate": 30_000,
        "processing.email.retry.share": 1,
    }
    plain = run(SMALL, changes=crowded)
    reached = 0
    for person in np.flatnonzero(plain.people["email_tries"] > 1)[[0, 5, 20]].tolist():
        other = run(SMALL, changes=crowded, changed_person=person)
        found = who_differ(everyone(plain), everyone(other))
        assert person in found
        behind: set[int] = set()
        for journal in (plain, other):
            for station in ("email", "email_retry"):
                line = journal.visits[station]["person"].tolist()
                if person in line:
                    behind |= set(line[line.index(person) + 1 :])
        assert found - {person} <= behind
        reached += len(found) - 1
    assert reached > 0  # somebody was behind, else this test could not fail


@on_both
def test_a_scenario_changes_nobody_whom_its_change_does_not_reach(engine: Engine) -> None:
    """Catches a change that deals other people's luck anew: a payment cap moves nothing but payments."""
    plain, other = small(engine), run_on(engine, SMALL, changes={"payment.partners.ovo.cap": 1000})
    one, capped = everyone(plain), everyone(other)
    assert moved(one, capped, [name for name in one if name.startswith(("incentive", "survey"))]) == {}
    people = sorted(who_differ(one, capped))
    assert people
    assert set(one["partner"][people]) == {"ovo"}


@on_both
def test_before_the_change_nothing_changes(engine: Engine) -> None:
    """Catches a step that is felt before its date: everything until 8 August 2020 is the same."""
    step = {"processing.steps": [{"from": "2020-08-08T00:00", "rate": 300_000}]}
    plain, stepped = small(engine), run_on(engine, SMALL, changes=step)
    august = next(k for k, day in enumerate(plain.days) if day.now >= 119 * DAY)
    assert plain.days[: august + 1] == stepped.days[: august + 1]
    assert plain.days[-1] != stepped.days[-1]
