"""The compiled programme: scale and schedules applied to what the configs say."""

from __future__ import annotations

import pytest

from sim.calendar.instants import DAY, HOUR, WEEK, instant
from sim.journey.journey import JOURNEY
from sim.programme.programme import Programme
from sim.stations.plan import Plan
from sim.stations.schedule import MILLION, UNLIMITED, Schedule
from sim.stations.servers import ServersPlan
from tests.building import SMALL, UNLIMITED_STATIONS, programme


def plan(of: Programme, station: str) -> Plan:
    """Return the plan of a station that is not plenty."""
    found = of.stations[station]
    assert found is not None
    return found


def capacity(of: Programme, station: str) -> Schedule:
    """Return the schedule of a station of one instance."""
    (schedule,) = plan(of, station).schedules
    return schedule


def test_rates_are_scaled_and_counted_by_the_week() -> None:
    """Catches a portal read by the week in place of the minute, and a rate or step left unscaled."""
    of = programme(SMALL, changes={
        "processing.rate": 200_000,
        "processing.registry.rate": 6_500_000,
        "processing.steps": [
            {"from": "2020-08-08T00:00", "rate": 800_000}, {"from": "2021-01-01T00:00", "rate": 0}
        ],
    })  # fmt: skip
    assert tuple(of.stations) == tuple(of.route) == JOURNEY.names
    assert capacity(of, "portal").at(0) == 80_000 * 60 * 24 * 7 * 20
    assert capacity(of, "registry").at(0) == 6_500_000 * 20
    assert of.stations["email"] is None
    processing = capacity(of, "processing")
    august = instant(of.parameters.processing.steps[0].since)
    assert [processing.at(at) for at in (0, august - 1, august)] == [4 * MILLION, 4 * MILLION, 16 * MILLION]
    assert processing.at(of.horizon) == 0


def test_plenty_is_no_station_and_an_outage_of_plenty_closes_it() -> None:
    """Catches plenty that queues, and an outage that is lost where there is plenty otherwise."""
    plenty = programme(SMALL, changes=UNLIMITED_STATIONS).stations
    assert [name for name, its in plenty.items() if its is not None] == ["screening"]
    outage = {"from": "2020-04-12T00:00", "until": "2020-04-13T00:00"}
    email = capacity(programme(SMALL, changes={"processing.email.outages": [outage]}), "email")
    assert [email.at(at) // (WEEK * MILLION) for at in (0, DAY, 2 * DAY - 1, 2 * DAY)] == [1, 0, 0, 1]


def test_a_rate_so_small_that_it_rounds_to_nothing_is_not_closed() -> None:
    """Catches a scaled station that closes for ever because its rate rounds to nought."""
    assert capacity(programme(SMALL, changes={"processing.rate": 0.01}), "processing").at(0) == 1
    assert capacity(programme(SMALL, changes={"processing.rate": 0}), "processing").at(0) == 0


def test_servers_are_scaled_by_the_station_not_by_the_schedule() -> None:
    """Catches servers scaled twice: their schedule holds whole servers, as the config has them."""
    of = programme(SMALL, changes={
        "processing.screening.steps": [{"from": "2020-04-12T00:00", "servers": 480}],
        "processing.screening.outages": [{"from": "2020-04-13T06:00", "until": "2020-04-13T07:00"}],
    })  # fmt: skip
    screening = capacity(of, "screening")
    its = plan(of, "screening")
    assert isinstance(its, ServersPlan)
    assert its.scale == 0.00002
    assert list(screening.changes()) == [(DAY, 480), (2 * DAY + 6 * HOUR, 0), (2 * DAY + 7 * HOUR, 480)]
    assert screening.at(0) == 240


def test_caps_are_scaled_and_closed_before_the_partner_enters() -> None:
    """Catches a cap left unscaled, and a partner that pays before its entry."""
    partners = {each.key: each.caps for each in programme(SMALL).partners if each.caps is not None}
    assert list(partners) == ["bni", "ovo", "gopay", "linkaja", "dana"]
    assert partners["bni"].at(0) == 88_000 * 20
    entry = instant(programme(SMALL).parameters.payment.partners["dana"].since)
    assert [partners["dana"].at(at) for at in (0, entry - 1, entry)] == [0, 0, 49_920 * 20]


def test_a_partner_whose_cap_never_binds_has_no_schedule() -> None:
    """Catches a cap of null that is counted as nothing, and one that forgets an outage or an entry."""
    of = programme(SMALL, changes={f"payment.partners.{key}.cap": None for key in ("bni", "ovo", "dana")} | {
        "payment.partners.bni.outages": [],
        "payment.partners.ovo.outages": [{"from": "2020-06-01T00:00", "until": "2020-07-01T00:00"}],
    })  # fmt: skip
    caps = {each.key: each.caps for each in of.partners}
    assert caps["bni"] is None
    june, october = (51 + 1) * DAY, instant(of.parameters.payment.partners["dana"].since)
    for key, closed, open_again in (("ovo", june, june + 30 * DAY), ("dana", october - 1, october)):
        schedule = caps[key]
        assert schedule is not None
        assert [schedule.at(at) for at in (closed, open_again)] == [0, UNLIMITED]


@pytest.mark.parametrize(("scale", "people"), [(1, 80_000_000), (0.001, 80_000), (0.00002, 1600)])
def test_people_are_scaled(scale: float, people: int) -> None:
    """Catches a person lost to the rounding of the scale."""
    assert programme(changes={"population.scale": scale}).people == people


def test_the_end() -> None:
    """Catches a run that ends at another instant than 9 February 2022, 20:18, or twenty years."""
    assert programme(SMALL).horizon == (669 * 24 + 20) * HOUR + 18 * 60 * 1_000_000
    assert programme(SMALL, "scenario=rate_800k").horizon == 20 * 365.25 * DAY
