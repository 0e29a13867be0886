"""Everyone's journeys as columns by person, alike for both engines, and who differs between two runs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from tests.building import Run

Everyone = dict[str, NDArray[np.int64] | NDArray[np.object_]]
"""Column → the value of each person: stamps in µs, and what happened; codes of a route or a list as words."""


def everyone(run: Run | Journal) -> Everyone:
    """Return all stamps and outcomes of a run by person, without the participant's number: an order among others."""
    programme, people, own = run.programme, run.people, run.participants
    found: Everyone = {"traits": run.traits.astype(np.int64)}
    found |= {name: people[name] for name in (*people.stamps, *people.outcomes) if name != "participant"}
    person = own["person"]
    for names, nothing in ((own.stamps, NEVER), (own.outcomes, -1)):
        for name in names:
            found[name] = np.full(people.rows, nothing, dtype=np.int64)
            found[name][person] = own[name]
    words = {
        "refused_by": list(programme.journey.refusals),
        "gave_up_at": list(programme.journey.names),
        "partner": [partner.key for partner in programme.partners],
    }
    return found | {name: np.array([*each, None], dtype=object)[found[name]] for name, each in words.items()}


def moved(one: Everyone, other: Everyone, leave_out: Iterable[str] = ()) -> dict[str, list[int]]:
    """Return the columns of both in which somebody differs, each with the first who do."""
    both = [name for name in one if name in other and name not in set(leave_out)]
    differ = {name: np.flatnonzero(one[name] != other[name]) for name in both}
    return {name: people[:5].tolist() for name, people in differ.items() if people.size}


def who_differ(one: Everyone, other: Everyone, leave_out: Iterable[str] = ()) -> set[int]:
    """Return the people whose journeys differ in any column of both."""
    both = [name for name in one if name in other and name not in set(leave_out)]
    return set(np.flatnonzero(np.any([one[name] != other[name] for name in both], axis=0)).tolist())


def before(of: Everyone, names: Iterable[str], at: int) -> Everyone:
    """Return some columns of stamps as they stood at an instant: what came later had not happened."""
    return {name: np.where(of[name] < at, of[name], NEVER) for name in names}
