"""The bottleneck: the group where people waited most, read from the table of bottlenecks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Bottleneck(NamedTuple):
    """Where people waited most: the places or a group of stations, person-days and the share of all waits."""

    name: str
    label: str
    person_days: float
    share: float
    worst: str
    """The member of the group where most was waited."""
    members: int


def bottleneck(rows: Sequence[dict[str, Any]]) -> Bottleneck | None:
    """Return the first group of the table of bottlenecks; None where nobody waited."""
    group, *members = [row for row in rows if row["rank"] == 1]
    if not group["person_days"]:
        return None
    return Bottleneck(
        group["group"],
        group["group_label"],
        group["person_days"],
        group["share"],
        members[0]["member"],
        len(members),
    )
