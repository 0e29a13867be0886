"""Luck in the engine: the same run twice, one person's luck changed, another seed."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.calendar.order import STATIONS
from sim.engines.journal import Columns, Journal
from tests.building import PLENTY, SMALL, history, run

ORDER = {"participant"}
"""A participant's number is an order among others, and no outcome of his own."""


def differ(one: Columns, other: Columns, leave_out: set[str] = frozenset()) -> np.ndarray:  # type: ignore[assignment]
    """Return which rows differ in any column."""
    names = [name for name in (*one.stamps, *one.outcomes) if name not in leave_out]
    return np.any([one[name] != other[name] for name in names], axis=0)


def people_who_differ(one: Journal, other: Journal) -> set[int]:
    """Return the people whose journeys differ, payments included."""
    found = set(np.flatnonzero(differ(one.people, other.people, ORDER)).tolist())
    found |= set(np.flatnonzero(one.traits != other.traits).tolist())
    rows = [
        {int(person): number for number, person in enumerate(journal.participants["person"])}
        for journal in (one, other)
    ]
    found |= set(rows[0]) ^ set(rows[1])
    own = one.participants
    names = (*own.stamps, *own.outcomes)
    for person in set(rows[0]) & set(rows[1]):
        journey = [
            [int(journal.participants[name][row[person]]) for name in names]
            for journal, row in zip((one, other), rows, strict=True)
        ]
        if journey[0] != journey[1]:
            found.add(person)
    return found


def test_the_same_command_gives_the_same_run() -> None:
    """Catches chance, or an order, that comes from anywhere but the seed."""
    one, other = history(), run(SMALL)
    assert not np.any(differ(one.people, other.people))
    assert not np.any(differ(one.participants, other.participants))
    assert one.days == other.days
    assert one.runs == other.runs
    assert one.waves == other.waves
    for station in STATIONS:
        for what, column in one.visits[station].items():
            assert np.array_equal(column, other.visits[station][what])


def test_another_seed_or_replication_is_another_run() -> None:
    """Catches a seed or a replication that luck ignores."""
    plain = history()
    for other in (run(SMALL, "run.seed=1"), run(SMALL, "run.replication=1")):
        assert len(people_who_differ(plain, other)) > 0.99 * plain.programme.people


@cache
def plenty(changed_person: int = -1) -> Journal:
    return run(SMALL, changes=PLENTY, changed_person=changed_person)


def test_where_nobody_queues_only_the_person_whose_luck_changed_changes() -> None:
    """Catches luck dealt in turn, and a person's journey that leans on others where nothing is scarce."""
    for person in (0, 42, 777, 1599):
        assert people_who_differ(plenty(), plenty(person)) == {person}


def test_where_people_queue_only_those_behind_can_change() -> None:
    """Catches a change that reaches those ahead: the stations in turn are the only thing that is shared.

    Three who fail the email check are given other luck; whom that reaches was behind one of them in a line.
    """
    crowded = PLENTY | {
        "processing.email.rate": 500_000,
        "processing.email.retry.rate": 30_000,
        "processing.email.retry.share": 1,
    }
    plain = run(SMALL, changes=crowded)
    reached = 0
    for person in np.flatnonzero(plain.people["email_tries"] > 1)[[0, 5, 20]].tolist():
        other = run(SMALL, changes=crowded, changed_person=person)
        found = people_who_differ(plain, other)
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


def test_a_scenario_changes_nobody_whom_its_change_does_not_reach() -> None:
    """Catches a change that deals other people's luck anew: a payment cap moves nothing but payments."""
    plain, other = history(), run(SMALL, changes={"payment.partners.ovo.cap": 1000})
    assert not np.any(differ(plain.people, other.people))
    columns = (*plain.participants.stamps, *plain.participants.outcomes)
    payments = {name for name in columns if name.startswith(("incentive", "survey"))}
    assert not np.any(differ(plain.participants, other.participants, payments))
    moved = differ(plain.participants, other.participants)
    assert moved.any()
    assert set(plain.participants["partner"][moved]) == {1}  # OVO's alone


def test_before_the_change_nothing_changes() -> None:
    """Catches a step that is felt before its date: everything until 8 August 2020 is the same."""
    step = {"processing.steps": [{"from": "2020-08-08T00:00", "rate": 300_000}]}
    plain, stepped = history(), run(SMALL, changes=step)
    august = next(k for k, day in enumerate(plain.days) if day[0] >= 119 * 86_400_000_000)
    assert plain.days[: august + 1] == stepped.days[: august + 1]
    assert plain.days[-1] != stepped.days[-1]
