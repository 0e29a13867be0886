"""Person by person: what is kept of a run to say who gains and who loses against another.

A record is small: of everyone who has a place, their number and the day of the first incentive. Who people are is not
kept, since it follows from their number.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.experiments.run import Result
from sim.observers import people_changes
from sim.observers.people_changes import PeopleChanges
from sim.observers.places import Places
from sim.parameters import Parameters
from sim.programme.people import who_people_are


@dataclass(frozen=True)
class PeopleRecord:
    """Who has a place at the end of a run, in the order of people's numbers, and who the people of the run are."""

    places: Places
    who: dict[str, Any]
    """Values of the config that decide who a number is, by key: two runs have the same people if these are equal."""


def who_of(parameters: Parameters) -> dict[str, Any]:
    """Return the values of the config that decide who a number is, by key, as JSON has them."""
    population = parameters.population.model_dump(mode="json")
    values: dict[str, Any] = {"run.seed": parameters.run.seed, "run.replication": parameters.run.replication}
    return values | {f"population.{key}": value for key, value in population.items()}


def record_of(result: Result) -> PeopleRecord:
    """Return the record of a run that was evaluated with its places."""
    if result.places is None:
        raise ValueError("who has a place was not kept: evaluate with with_places=True")
    return PeopleRecord(result.places, who_of(result.observations.programme.parameters))


def written(record: PeopleRecord) -> bytes:
    """Return a record as a file holds it; the same record gives the same bytes."""
    who = np.frombuffer(json.dumps(record.who, sort_keys=True).encode(), dtype=np.uint8)
    places, file = record.places, io.BytesIO()
    np.savez(file, persons=places.persons, paid=places.paid, registered=np.int64(places.registered), who=who)
    return file.getvalue()


def read(contents: bytes) -> PeopleRecord:
    """Return the record that a file holds; raise ValueError where it is not whole."""
    try:
        with np.load(io.BytesIO(contents), allow_pickle=False) as found:
            persons, paid, registered, who = (found[name] for name in ("persons", "paid", "registered", "who"))
            return PeopleRecord(Places(persons, paid, int(registered)), json.loads(who.tobytes()))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("is no record of people") from error


def why_other_people(reference: PeopleRecord, other: PeopleRecord) -> str | None:
    """Return why two runs cannot be held against one another person by person; None where they can."""
    differ = [key for key in reference.who if reference.who[key] != other.who.get(key)]
    if not differ:
        return None
    return f"not the same people as in the reference: {', '.join(differ)} {'differs' if len(differ) == 1 else 'differ'}"


def changes_of(
    reference: PeopleRecord, other: PeopleRecord, parameters: Parameters, block: int = people_changes.BLOCK
) -> PeopleChanges:
    """Return what differs for whom between the reference and another run of the same people and luck.

    `parameters` are those of either run. Raises ValueError where they are not the same people.
    """
    why = why_other_people(reference, other)
    if why is not None or reference.who != who_of(parameters):
        raise ValueError(why or "the parameters are not those of the run")
    return people_changes.people_changes(reference.places, other.places, who_people_are(parameters), block)
