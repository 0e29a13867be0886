"""Bottlenecks, counted anew: person-days by hand, the partners as one group, retries with their station."""

from __future__ import annotations

from typing import Any

from sim.calendar.instants import DAY
from sim.engines.journal import Journal
from tests.engine.recount.journal import ratio
from tests.engine.recount.waits import of_partner, place, waited


def bottlenecks(journal: Journal) -> list[dict[str, Any]]:
    """Return the rows of the bottlenecks."""
    groups: dict[tuple[str, str], list[tuple[str, str, int]]] = {
        ("places", "Places (the quota)"): [("places", "Places (the quota)", sum(map(sum, place(journal))))]
    }
    for station in journal.programme.journey.stations:
        visits = journal.visits[station.name]
        time = sum(map(sum, waited(journal, visits["arrived"], visits["started"], visits["gave_up"])))
        first = station.name.removesuffix("_retry"), station.label.removesuffix(", again")
        groups.setdefault(first, []).append((station.name, station.label, time))
    groups["payment_partners", "Payment partners"] = [
        (partner.key, partner.name, sum(map(sum, of_partner(journal, partner.key))))
        for partner in journal.programme.partners
    ]
    total = sum(time for members in groups.values() for _, _, time in members)
    order = sorted(groups.items(), key=lambda item: -sum(time for _, _, time in item[1]))
    rows = []
    for rank, ((name, label), members) in enumerate(order, 1):
        together = (None, None, sum(time for _, _, time in members))
        for member, words, time in (together, *sorted(members, key=lambda each: -each[2])):
            rows.append(
                {
                    "rank": rank,
                    "group": name,
                    "group_label": label,
                    "member": member,
                    "label": words,
                    "person_days": time / DAY,
                    "share": ratio(time, total),
                }
            )
    return rows
