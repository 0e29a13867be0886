"""Bottlenecks: where people waited, ranked by person-days; stations of a kind as one group, opened into its members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sim.calendar.instants import DAY
from sim.journey.measures import PARTNERS_GROUP, PLACES, PROVIDERS, WAITS, partner_wait
from sim.journey.route import Group
from sim.observers.observations import Observations
from sim.results.full_population import at_full_population
from sim.results.members import members
from sim.results.table import Cell, Table, ratio
from sim.results.tables.providers import waited_by_provider

COLUMNS = {
    "rank": "rank of the group, 1 for the one where most person-days were waited",
    "group": "places (the quota), providers (their classes), or stations of a kind; stable name",
    "group_label": "the same in words",
    "member": "station, platform of it, provider with live courses, or payment partner of the group, stable name; "
    "empty: the whole group",
    "label": "the member in words; empty: the whole group",
    "person_days": "person-days waited until the end of the run, the unfinished waits included; places: of "
    f"{WAITS['place'].who}; providers: from booking a live course to its class, of all bookings",
    "share": "of all person-days waited for stations, classes and places, share",
}


class Waited(NamedTuple):
    """What was waited at one member of a group, µs."""

    group: Group
    member: str
    label: str
    time: int


def bottlenecks(observations: Observations) -> Table:
    """Return the groups in the order of their rank, each followed by its members."""
    scale = observations.programme.parameters.population.scale
    table = Table("bottlenecks", COLUMNS, ranked(_waited(observations)))
    return at_full_population(table, scale, ("person_days",), "person_days", "person-days waited")


def _waited(observations: Observations) -> Iterable[Waited]:
    journey = observations.programme.journey
    yield Waited(PLACES, PLACES.name, PLACES.label, observations.waits("place").time)
    for name, observer in observations.stations.items():
        station, platforms = journey.station(name), members(observations, name)
        for each in platforms:
            yield Waited(station.grouped, each.name, each.label, each.observer.waits.time)
        if not platforms:
            yield Waited(station.grouped, name, station.label, observer.waits.time)
    if observations.market is not None:
        for provider, time in waited_by_provider(observations.market).items():
            yield Waited(PROVIDERS, provider, provider, time)
    for partner in observations.programme.partners:
        yield Waited(PARTNERS_GROUP, partner.key, partner.name, observations.waits(partner_wait(partner.key)).time)


def ranked(waited: Iterable[Waited]) -> list[dict[str, Cell]]:
    """Return the rows of groups by the sums over their members; how many members a group has makes no difference."""
    groups: dict[Group, list[Waited]] = {}
    for each in waited:
        groups.setdefault(each.group, []).append(each)
    time = {group: sum(each.time for each in members) for group, members in groups.items()}
    total, rows = sum(time.values()), list[dict[str, Cell]]()

    def add(rank: int, group: Group, member: str | None, label: str | None, waited: int) -> None:
        cells = (rank, group.name, group.label, member, label, waited / DAY, ratio(waited, total))
        rows.append(dict(zip(COLUMNS, cells, strict=True)))

    for rank, group in enumerate(sorted(groups, key=lambda group: -time[group]), 1):
        add(rank, group, None, None, time[group])
        for each in sorted(groups[group], key=lambda each: -each.time):
            add(rank, group, each.member, each.label, each.time)
    return rows
