"""The row a person: a column for each time stamp (WIB, microseconds) and each outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.instants import EPOCH, NEVER
from sim.calendar.order import STATIONS
from sim.engines.journal import PERSON_OUTCOMES, PERSON_STAMPS, Journal
from sim.programme.places import Refusal
from sim.rules.people import EDUCATIONS, Trait, trait
from sim.rules.selecting import Outcome

_EPOCH = np.datetime64(EPOCH, "us")

GROUPS = ("woman", "rural", "disability", "returned_migrant", "listed_worker", "e_money", "unbanked", "lagging")


def people_rows(journal: Journal, who: str) -> dict[str, Any]:
    """Return the columns of everyone (`all`) or of those awarded (`participants`), in order of number."""
    people = journal.people
    number = np.arange(people.rows)
    if who == "participants":
        number = number[people["participant"] >= 0]
    columns: dict[str, Any] = {"person": number, **_groups(journal, number)}
    for name in PERSON_STAMPS:
        columns[name] = _times(people[name][number])
    words = {
        "refused_by": [refusal.name.lower() for refusal in Refusal],
        "gave_up_at": list(STATIONS),
        "awarded_by": [outcome.name.lower() for outcome in Outcome],
    }
    for name in PERSON_OUTCOMES:
        values = people[name][number]
        if name in words:
            columns[name] = _words(values, words[name])
        else:
            columns[name] = _known(values + 1 if name.endswith("wave") else values, people[name][number] >= 0)
    columns |= _participant(journal, people["participant"][number])
    return columns


def _groups(journal: Journal, number: NDArray[np.int64]) -> dict[str, Any]:
    packed = journal.traits[number]
    names = [province.name for province in journal.programme.parameters.population.provinces.values()]
    columns: dict[str, Any] = {
        "province": _words(trait(packed, Trait.PROVINCE).astype(np.int64), names),
        "regency": trait(packed, Trait.REGENCY).astype(np.int64) + 1,
        "education": _words(trait(packed, Trait.EDUCATION).astype(np.int64), list(EDUCATIONS)),
    }
    return columns | {name: trait(packed, Trait[name.upper()]).astype(bool) for name in GROUPS}


def _participant(journal: Journal, number: NDArray[np.int64]) -> dict[str, Any]:
    own, is_one = journal.participants, number >= 0
    columns: dict[str, Any] = {}

    def of_people(name: str, filler: int) -> NDArray[np.int64]:
        values = np.full(number.size, filler, dtype=np.int64)
        values[is_one] = own[name][number[is_one]]
        return values

    for name in own.outcomes:
        if name == "person":
            continue
        values = of_people(name, -1)
        if name == "partner":
            columns[name] = _words(values, [partner.key for partner in journal.programme.partners])
        elif name == "wave":
            columns[name] = _known(values + 1, values >= 0)
        else:
            columns[name] = _known(values, values >= 0)
    for name in own.stamps:
        columns[name] = _times(of_people(name, NEVER))
    return columns


def _times(instants: NDArray[np.int64]) -> Any:
    times = np.where(instants < NEVER, instants, 0).astype("timedelta64[us]") + _EPOCH
    times[instants >= NEVER] = np.datetime64("NaT")
    return times


def _known(values: NDArray[np.int64], known: NDArray[np.bool_]) -> Any:
    return np.ma.array(np.where(known, values, 0), mask=~known)


def _words(values: NDArray[np.int64], words: list[str]) -> Any:
    table = np.array([*words, None], dtype=object)
    return table[values]
