"""Person by person: who gains and who loses between two runs of the same people under the same luck."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from sim.experiments.comparing.people import PeopleRecord, changes_of, read, record_of, why_other_people, written
from sim.experiments.run import Result, evaluate
from sim.observers.change_counting import Change
from sim.observers.people_changes import PeopleChanges, people_changes
from sim.observers.places import PAID_ON_NO_DAY, Places
from sim.parameters import Parameters
from sim.programme.people import who_people_are
from sim.report.comparing.numbers import amounts
from sim.report.comparing.people import people_lines
from sim.results.paired import FAMILY_WISE, holm, least_to_tell, sign_chance
from sim.results.people import people_rows
from sim.results.table import Table
from sim.results.tables.comparing.people_changes import Held, groups_of
from sim.results.tables.comparing.people_changes import people_changes as table_of
from tests.building import ALPHA, SMALL, law, parameters

PLENTY = {"budget.tranches.y2021.rupiah": 10**15}
RUNS: dict[str, dict[str, Any]] = {
    "history": {},
    "payments_short": {"payment.partners.bni.cap": 500, "payment.partners.ovo.cap": 90_000},
    "until_march": {"clock.end": "2021-03-01T00:00"},
    "until_march_otherwise": {
        "clock.end": "2021-03-01T00:00",
        "waves.calendar.w05.places": 60_000,
        "account.delay": law("uniform", 30),
    },
    "until_june": {"clock.end": "2020-06-15T00:00"},
    "few_places": PLENTY | {"waves.calendar.w22.places": 100_000},
    "many_places": PLENTY | {"waves.calendar.w22.places": 2_000_000},
}
PAIRS = (
    ("history", "payments_short"),
    ("payments_short", "history"),
    ("until_march", "until_march_otherwise"),
    ("until_june", "until_march"),
    ("until_march", "until_june"),
    ("few_places", "many_places"),
)


@cache
def asked(name: str) -> Parameters:
    return parameters(SMALL, "engine=person", "run.people=all", changes=RUNS[name])


@cache
def run(name: str) -> Result:
    """Return a small run of history; each is simulated once."""
    return evaluate(asked(name), with_places=True)


@cache
def changes(reference: str, other: str) -> PeopleChanges:
    return changes_of(record_of(run(reference)), record_of(run(other)), asked(other))


@cache
def rows(name: str) -> dict[str, Any]:
    """Return the columns of everyone's rows, as they are written for people to read."""
    (part,) = run(name).rows()
    return people_rows(part)


WORDS = {
    "urban_rural": ("rural", "Urban", "Rural"),
    "sex": ("woman", "Men", "Women"),
    "disability": ("disability", "Without a disability", "With a disability"),
    "returned_migrant": ("returned_migrant", "Not a returned migrant worker", "Returned migrant worker"),
    "listed_worker": ("listed_worker", "Not a listed worker", "Listed worker (priority)"),
}


def group(columns: dict[str, Any], grouping: str, person: int) -> str:
    """Return a person's group in words, from their row."""
    if grouping in WORDS:
        column, no, yes = WORDS[grouping]
        return yes if columns[column][person] else no
    if grouping == "education":
        return str(columns["education"][person]).replace("_", " ").capitalize()
    return str(columns["province"][person]) if grouping == "province" else "Everyone"


def recounted(reference: str, other: str) -> Iterator[tuple[str, str, str, int | None]]:
    """Yield each person's group, and what changes for the person, by the rows of both runs: another way to count."""
    both = rows(reference), rows(other)
    groupings = list(dict.fromkeys(each[0] for each in groups_of(asked(other))))
    for person in both[0]["person"].tolist():
        registered, place, paid = (
            [not np.isnat(each["portal_arrived"][person]) for each in both],
            [not np.isnat(each["awarded"][person]) and np.isnat(each["revoked"][person]) for each in both],
            [each["incentive_1_paid"][person] for each in both],
        )
        if not any(registered):
            continue
        was, now = (None if np.isnat(at) else int(at.astype("datetime64[D]").astype(int)) for at in paid)
        later = None
        if place == [True, True]:
            if was == now:
                change = "SAME"
            elif was is None:
                change = "ONLY_HERE"
            elif now is None:
                change = "ONLY_REFERENCE"
            else:
                change, later = "EARLIER" if now < was else "LATER", now - was
        else:
            change = {(False, False): "NO_PLACE", (False, True): "GAINED", (True, False): "LOST"}[tuple(place)]
        # Who has not registered has traits all the same: a person is the same in every run.
        for grouping in groupings:
            yield grouping, group(both[1], grouping, person), change, later


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_same_is_counted_from_the_rows_of_people(pair: tuple[str, str]) -> None:
    """Catches a wrong group, change or day: everything is counted again, otherwise, from what is written of people."""
    found, people, days = changes(*pair), Counter[tuple[str, str, str]](), Counter[tuple[str, str, int]]()
    for grouping, label, change, later in recounted(*pair):
        people[grouping, label, change] += 1
        if later is not None:
            days[grouping, label, later] += 1
    for grouping, _, label, row in groups_of(asked(pair[1])):
        for change in Change:
            assert found.count(row, change) == people.pop((grouping, label, change.name), 0), (label, change)
        for sign, each in ((1, found.later(row)), (-1, found.earlier(row))):
            for day, count in enumerate(each.tolist(), 1):
                assert count == days.pop((grouping, label, sign * day), 0), (label, sign * day)
    assert (people, days) == ({}, {})


def test_the_pairs_show_every_change() -> None:
    """Catches runs so alike that the tests above would count nothing."""
    seen = sum(changes(*pair).people[:, 0] for pair in PAIRS)
    assert np.all(seen > 0), dict(zip(Change, seen, strict=True))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_gained_less_lost_is_the_difference_of_places(pair: tuple[str, str]) -> None:
    """Catches somebody who is lost between the two runs, in all or in a group."""
    found = changes(*pair)
    kept = [run(name).observations.total("awarded") - run(name).observations.total("revoked") for name in pair]
    assert found.count(0, Change.GAINED) - found.count(0, Change.LOST) == kept[1] - kept[0]
    assert found.everyone(0) == max(run(name).observations.total("registered") for name in pair)
    by_grouping: dict[str, Any] = {}
    for grouping, _, _, row in groups_of(asked(pair[1])):
        by_grouping[grouping] = by_grouping.get(grouping, 0) + found.people[:, row]
    for grouping, people in by_grouping.items():
        assert people.tolist() == found.people[:, 0].tolist(), grouping
    assert int(found.days[0].sum()) == found.count(0, Change.EARLIER, Change.LATER)


def test_the_same_run_touches_nobody() -> None:
    """Catches a change that is made up."""
    found = changes("history", "history")
    assert found.everyone(0) == found.count(0, Change.NO_PLACE, Change.SAME) == 1600
    assert found.days.shape[1] == 1


def test_more_places_in_the_last_wave_take_none_away() -> None:
    """Catches luck that moves with a quota: those drawn before are drawn again, and others with them."""
    found = changes("few_places", "many_places")
    assert found.count(0, Change.GAINED) > 10
    assert found.count(0, Change.LOST) == 0


# Blocks of people

PEOPLE = 900


@st.composite
def held(draw: st.DrawFn) -> Places:
    """Return places of some of 900 people."""
    registered = draw(st.sampled_from([PEOPLE, 611, 0]))
    chance, seed = draw(st.sampled_from([0.0, 0.1, 0.9, 1.0])), draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    persons = np.flatnonzero(random.random(registered) < chance).astype(np.uint32)
    return Places(persons, random.integers(0, draw(st.sampled_from([1, 4, 2000])), persons.size, np.uint16), registered)


@settings(max_examples=60, deadline=None)
@given(held(), held(), st.integers(1, 1000))
def test_blocks_of_any_size_count_the_same(reference: Places, other: Places, block: int) -> None:
    """Catches a person at the end of a block who is counted twice or not at all."""
    who = who_people_are(asked("history"))
    whole, in_blocks = people_changes(reference, other, who), people_changes(reference, other, who, block)
    assert np.array_equal(whole.people, in_blocks.people)
    assert np.array_equal(whole.days, in_blocks.days)
    places = [dict(zip(each.persons.tolist(), each.paid.tolist(), strict=True)) for each in (reference, other)]
    assert whole.count(0, Change.GAINED) == len(places[1].keys() - places[0].keys())
    assert whole.count(0, Change.LOST) == len(places[0].keys() - places[1].keys())
    differ = [(places[0][person], places[1][person]) for person in places[0].keys() & places[1].keys()]
    later = [now - was for was, now in differ if PAID_ON_NO_DAY not in (was, now)]
    assert int(np.dot(whole.later(0), np.arange(1, whole.later(0).size + 1))) == sum(day for day in later if day > 0)
    assert int(np.dot(whole.earlier(0), np.arange(1, whole.earlier(0).size + 1))) == -sum(d for d in later if d < 0)


# Records


def test_a_record_is_read_as_it_was_written_and_never_in_part() -> None:
    """Catches a file that says something else, or that a run killed in the middle of writing would leave."""
    record = record_of(run("until_march_otherwise"))
    contents = written(record)
    assert contents == written(record_of(evaluate(asked("until_march_otherwise"), with_places=True)))
    again = read(contents)
    assert again.who == record.who
    assert again.places.registered == record.places.registered
    for name in ("persons", "paid"):
        one, other = getattr(again.places, name), getattr(record.places, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    for size in (0, 1, len(contents) // 2, len(contents) - 1):
        with pytest.raises(ValueError, match="no record of people"):
            read(contents[:size])


def test_other_people_are_not_held_against_one_another() -> None:
    """Catches a comparison of two who have a number in common and nothing else."""
    record = record_of(run("history"))
    for changed, told in (
        ({"population.applicants": 40_000_000}, "population.applicants"),
        ({"run.replication": 7}, "run.replication"),
        ({"population.women": 0.5, "population.rural": 0.5}, "population.women, population.rural"),
    ):
        other = parameters(SMALL, "engine=person", changes=changed)
        of_others = PeopleRecord(record.places, record.who | _who(other))
        assert told in str(why_other_people(record, of_others))
        with pytest.raises(ValueError, match="not the same people"):
            changes_of(record, of_others, other)
    assert why_other_people(record, record_of(run("payments_short"))) is None


def _who(parameters: Parameters) -> dict[str, Any]:
    from sim.experiments.comparing.people import who_of

    return who_of(parameters)


# The table


def table(*each: PeopleChanges) -> Table:
    return table_of([Held("payments_short", "history", asked("history"), each)])


def test_the_table_adds_up_at_full_population() -> None:
    """Catches a column that leaves somebody out, and counts that are not those of the full population."""
    for row in table(changes("until_march", "until_march_otherwise")).rows:
        assert row["gained"] - row["lost"] == row["net"] == row["places"] - row["places_reference"], row["label"]
        touched = ("gained", "lost", "paid_earlier", "paid_later", "paid_only_here", "paid_only_reference")
        assert row["people"] == row["untouched"] + sum(row[name] for name in touched), row["label"]
        assert row["people"] == row["simulated"] * 50_000
        assert row["gained_low"] is row["net_high"] is row["untouched_low"] is None, "one replication has no range"


def test_the_range_over_replications_and_days_of_all_of_them() -> None:
    """Catches a mean of medians, and a range of something else than the replications."""
    one, other = changes("history", "payments_short"), changes("history", "history")
    first, again, both = (table(*each).rows[0] for each in ([one], [one, one, one], [one, other]))
    assert first["days_later_median"] is not None
    assert again["paid_later_low"] == again["paid_later"] == again["paid_later_high"] == first["paid_later"]
    assert again["days_later_median"] == first["days_later_median"]
    assert (both["paid_later_low"], both["paid_later_high"]) == (0, first["paid_later"])
    assert both["paid_later"] == first["paid_later"] / 2
    assert both["days_later_median"] == first["days_later_median"], "of people, not of replications"
    days = np.repeat(np.arange(1, one.later(0).size + 1), one.later(0))
    assert first["days_later_median"] == np.median(days)
    assert first["days_later_mean"] == pytest.approx(days.mean())
    assert table(other).rows[0]["days_later_median"] is None, "nobody is paid later"


# The answer


def _sides(tables: dict[str, Table], others: dict[str, str] | None = None) -> Any:
    """Return what the lines read of a comparison."""
    comparison = SimpleNamespace(not_the_same_people=others or {})
    return SimpleNamespace(tables=tables, reference="history", comparison=comparison)


def test_the_answer_says_how_many_and_which_groups_clearly() -> None:
    """Catches a group that is told although another world says the contrary, and numbers of another column."""
    found = changes("few_places", "many_places")
    lines = people_lines(_sides({"people_changes": table(*[found] * 11)}))
    row = table(found).rows[0]
    cells = re.split("  +", lines[1].strip())
    assert cells[:2] == ["payments_short", amounts([row["gained"]])[0]]
    assert cells[2] == amounts([row["lost"]])[0] == "0"
    assert f"everyone {row['net_per_1000']:+,.1f}; most for " in " ".join(lines)
    back = changes("payments_short", "history")
    both = table(*[back, changes("history", "payments_short")] * 6)
    unclear = " ".join(people_lines(_sides({"people_changes": both})))
    assert "no group has more or fewer places by what is told from chance" in unclear
    few = " ".join(people_lines(_sides({"people_changes": table(*[found] * 4)})))
    assert "too few replications to tell any group from chance (11 are needed)" in few
    assert people_lines(_sides({})) == []
    told = people_lines(_sides({}, {"half": "not the same people as in the reference: population.applicants differs"}))
    assert told[1] == "  half: not the same people as in the reference: population.applicants differs."


def test_of_groups_that_chance_moves_hardly_ever_is_one_told() -> None:
    """Catches signs that are tested one by one: of 40 groups without a difference some always agree by chance."""
    rng, groups, bank = np.random.default_rng(5), 40, 300
    wrong = 0
    for _ in range(bank):
        more = rng.binomial(12, 0.5, groups)
        wrong += min(each for each in holm([sign_chance(int(k), 12 - int(k)) for k in more]) if each is not None) < 0.05
    assert wrong <= binom.ppf(1 - ALPHA, bank, FAMILY_WISE)
    assert sign_chance(0, 4) == 0.125 and sign_chance(0, 0) == 1.0
    assert (least_to_tell(1), least_to_tell(34)) == (6, 11)
