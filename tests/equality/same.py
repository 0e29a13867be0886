"""Hold both engines against each other: every column of every person, every record, count and table."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines.cohort import model as cohort
from sim.engines.journal import Journal
from sim.engines.observed import observe, places
from sim.engines.person import model as person
from sim.observers.audit import audit
from sim.observers.places import Places
from sim.programme.programme import Programme
from sim.results.key_figures import key_figures
from sim.results.people import people_rows
from sim.results.table import Table
from sim.results.tables import tables


def run_both(programme: Programme) -> tuple[Journal, cohort.Result]:
    """Return what each engine says of a programme, the cohort engine with the rows of everyone."""
    return person.simulate(programme), cohort.simulate(programme, record=np.arange(programme.people))


def assert_same(journal: Journal, result: cohort.Result) -> None:
    """Assert that the engines say the same, to the last microsecond, count and byte."""
    rows = person.rows(journal)
    assert differing(people_rows(rows), people_rows(result.rows)) == {}
    assert sorted(rows.returns.tolist()) == sorted(result.rows.returns.tolist())
    assert result.participants.tolist() == journal.participants["person"].tolist()
    assert _listed(result.places.by_person()) == _listed(places(journal, result.places.registered))
    assert result.waves == journal.waves
    assert result.runs == journal.runs
    assert list(map(tuple, result.days)) == list(map(tuple, journal.days))
    observations = observe(journal)
    assert result.places.registered == observations.total("registered")
    audit(observations, journal.days)
    audit(result.observations, result.days)
    of_person = tables(observations, journal.waves, journal.runs)
    of_cohort = tables(result.observations, result.waves, result.runs)
    assert list(of_person) == list(of_cohort)
    for name, table in of_person.items():
        assert written(table) == written(of_cohort[name]), name
    figures = key_figures(observations, journal.waves, of_person)
    assert figures == key_figures(result.observations, result.waves, of_cohort)


def _listed(held: Places) -> list[list[int]]:
    return [held.persons.tolist(), held.paid.tolist()]


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, list[int]]:
    """Return the columns that differ, each with its first rows that do (-1: another name, type or length)."""
    found: dict[str, list[int]] = {}
    for name in one.keys() | other.keys():
        a, b = one.get(name), other.get(name)
        if a is None or b is None or type(a) is not type(b) or a.dtype != b.dtype or a.shape != b.shape:
            found[name] = [-1]
            continue
        rows = np.flatnonzero(~_equal(a, b))
        if rows.size:
            found[name] = rows[:5].tolist()
    if list(one) != list(other):
        found["order of columns"] = [-1]
    return found


def _equal(a: Any, b: Any) -> Any:
    """Return where two columns hold the same; nothing is the same as nothing."""
    if isinstance(a, np.ma.MaskedArray):
        gone = np.ma.getmaskarray(a)
        return (gone == np.ma.getmaskarray(b)) & (gone | (a.data == b.data))
    if a.dtype.kind == "M":
        return a.view(np.int64) == b.view(np.int64)
    return a == b


def written(table: Table) -> bytes:
    """Return a table's columns, types and values as bytes; floats to their last bit."""
    return repr((table.name, list(table.columns), [list(row.items()) for row in table.rows])).encode()
