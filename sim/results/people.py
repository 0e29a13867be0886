"""The row a person: a column for each time stamp and each outcome; `sim.results.codebook` says what each means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import EPOCH, NEVER
from sim.engines.rows import Rows
from sim.journey.measures import WANTS
from sim.rules.people import EDUCATIONS, Trait, trait
from sim.rules.selecting import Verdict

_EPOCH = np.datetime64(EPOCH, "us")

GROUPS = ("woman", "rural", "disability", "returned_migrant", "listed_worker", "e_money", "unbanked", "lagging")
"""Traits that are there or not."""


def people_rows(rows: Rows) -> dict[str, Any]:
    """Return the columns of people's rows, in order of number."""
    people, programme = rows.people, rows.programme
    columns: dict[str, Any] = {"person": rows.numbers, **_groups(rows)}
    columns |= {name: _times(people[name]) for name in people.stamps}
    words = {
        "refused_by": list(programme.journey.refusals),
        "gave_up_at": list(programme.journey.names),
        "awarded_by": [verdict.name.lower() for verdict in Verdict],
        "partner": [partner.key for partner in programme.partners],
        "revoked_for": ["nothing_tried", *WANTS.values()],
    }
    if programme.seats is not None:
        platforms = list(programme.seats.keys)
        words |= {f"platform_{course + 1}": platforms for course in range(programme.courses)}
    for name in people.outcomes:
        columns[name] = _outcome(name, people[name], words)

    own, row = rows.participants, rows.participant_row
    is_one = row >= 0

    def of_people(name: str, filler: int) -> NDArray[np.int64]:
        values = np.full(row.size, filler, dtype=np.int64)
        values[is_one] = own[name][row[is_one]]
        return values

    for name in own.outcomes:
        if name != "person":
            columns[name] = _outcome(name, of_people(name, -1), words)
    return columns | {name: _times(of_people(name, NEVER)) for name in own.stamps}


def _groups(rows: Rows) -> dict[str, Any]:
    names = [province.name for province in rows.programme.parameters.population.provinces.values()]
    columns: dict[str, Any] = {
        "province": _words(trait(rows.traits, Trait.PROVINCE).astype(np.int64), names),
        "regency": trait(rows.traits, Trait.REGENCY).astype(np.int64) + 1,
        "education": _words(trait(rows.traits, Trait.EDUCATION).astype(np.int64), list(EDUCATIONS)),
    }
    return columns | {name: trait(rows.traits, Trait[name.upper()]).astype(bool) for name in GROUPS}


def _outcome(name: str, values: NDArray[np.int64], words: dict[str, list[str]]) -> Any:
    if name in words:
        return _words(values, words[name])
    known = values >= 0
    # Waves are numbered from 1 where people read them.
    return np.ma.array(np.where(known, values + name.endswith("wave"), 0), mask=~known)


def _times(instants: NDArray[np.int64]) -> Any:
    times = np.where(instants < NEVER, instants, 0).astype("timedelta64[us]") + _EPOCH
    times[instants >= NEVER] = np.datetime64("NaT")
    return times


def _words(values: NDArray[np.int64], words: list[str]) -> Any:
    table = np.array([*words, None], dtype=object)
    return table[values]
