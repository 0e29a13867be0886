"""The bottleneck: where people waited most, read from the tables of a run."""

from __future__ import annotations

from typing import NamedTuple

from sim.results.table import Table


class Bottleneck(NamedTuple):
    """Where people waited most: a station or the places, simulated person-days and the share of all waits."""

    name: str
    label: str
    person_days: float
    share: float


def bottleneck(tables: dict[str, Table]) -> Bottleneck | None:
    """Return the station, or the places, with most person-days waited until the end; None where nobody waited."""
    waited = [(row["person_days_waited"], row["station"], row["label"]) for row in tables["stations"].rows]
    place = next(row for row in tables["waits"].rows if row["wait"] == "place")
    waited.append((place["person_days"], "places", "Places (the quota)"))
    total = sum(float(days) for days, _, _ in waited)
    if total <= 0.0:
        return None
    days, name, label = max(waited, key=lambda row: float(row[0]))
    return Bottleneck(str(name), str(label), float(days), float(days) / total)
