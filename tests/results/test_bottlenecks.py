"""The bottleneck is ranked by groups: no split of a group changes its rank."""

from __future__ import annotations

from sim.calendar.instants import DAY
from sim.journey.kinds import Kind
from sim.journey.route import ROUTE, Group, Station
from sim.results.bottleneck import bottleneck
from sim.results.tables.bottlenecks import Waited, ranked

PARTNERS, REGISTRY = Group("payment_partners", "Payment partners"), Group("registry", "Civil registry")


def some(split: int) -> list[Waited]:
    """Return 500 days waited at one registry and 600 at the partners, over so many of them."""
    each = [Waited(PARTNERS, f"p{k}", f"P{k}", 600 * DAY // split) for k in range(split)]
    return [Waited(REGISTRY, "registry", "Civil registry", 500 * DAY), *each]


def test_a_group_s_rank_does_not_depend_on_how_many_members_it_has() -> None:
    """Catch a registry named before the five partners at which more was waited, since each has a fifth."""
    for split in (1, 2, 5, 600):
        rows = ranked(some(split))
        groups = [(row["group"], row["person_days"], round(row["share"], 3)) for row in rows if row["member"] is None]
        assert groups == [("payment_partners", 600.0, 0.545), ("registry", 500.0, 0.455)]
        members = [row for row in rows if row["group"] == "payment_partners" and row["member"]]
        assert len(members) == split
        assert {row["person_days"] for row in members} == {600 / split}
        found = bottleneck(rows)
        assert found is not None
        assert (found.name, found.members) == ("payment_partners", split)


def test_where_nobody_waits_nothing_is_the_bottleneck() -> None:
    """Catch a share of nothing, and a group that is ranked first for no reason."""
    rows = ranked([each._replace(time=0) for each in some(2)])
    assert bottleneck(rows) is None
    assert {row["share"] for row in rows} == {None}


def test_the_group_of_a_station_is_declared_with_it() -> None:
    """Catch retries told apart from their station, and a group that is declared where nobody reads it."""
    assert all(station.retry.grouped == station.grouped for station in ROUTE if station.retries)
    offices = Group("offices", "Offices")
    assert Station("medan", "Office of Medan", Kind.SERVERS, "offices.medan", group=offices).grouped == offices
    assert Station("portal", "Portal", Kind.RATE, "portal").grouped == ("portal", "Portal")
