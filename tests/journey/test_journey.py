"""What follows from a route: turns at one instant, places, refusals and columns, whatever the stations."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.journey import limits
from sim.journey.journey import JOURNEY, Journey
from sim.journey.kinds import Kind
from sim.journey.order import REGISTER, PersonAct, ProgrammeAct
from sim.journey.places import Place
from sim.journey.route import ROUTE, Route, Station
from tests.journey.routes import KINDS, VARIANTS, further, route_with


def many(number: int, checks: bool = False) -> Route:
    """Return a route of many stations."""
    return tuple(
        Station(f"s{k}", f"Station {k}", Kind.RATE, "portal", checks=checks, retries=checks) for k in range(number)
    )


ROUTES = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60).map(
    lambda each: tuple(
        Station(f"s{k}", f"Station {k}", Kind.RATE, "portal", checks=checks, retries=checks and retries)
        for k, (checks, retries) in enumerate(each)
    )
)


@given(route=ROUTES)
def test_every_act_at_one_instant_has_a_turn_of_its_own_in_the_order_of_the_journey(route: Route) -> None:
    """Catches turns that collide from the sixteenth station on, and a retry that arrives before first tries leave."""
    journey = Journey(route)
    at_stations = [turn(name) for name in journey.names for turn in (journey.leave, journey.renege, journey.arrive)]
    turns = [*ProgrammeAct, REGISTER, *at_stations, *(journey.turn(act) for act in PersonAct)]
    assert turns == sorted(set(turns))
    assert min(turns) > 1  # SimPy keeps 0 and 1
    assert max(turns) < 1 << 31  # a turn and a number make one priority of 64 bits


@given(route=ROUTES)
def test_every_place_has_a_code_and_a_name_of_its_own(route: Route) -> None:
    """Catches two places counted as one, and a code that is another place's name."""
    journey = Journey(route)
    codes = {name: journey.place(name) for name in journey.names} | {place.name.lower(): int(place) for place in Place}
    assert sorted(codes.values()) == list(range(len(journey.places)))
    assert all(journey.places[code] == name for name, code in codes.items())
    assert set(journey.processing_places) == {codes[name] for name in journey.names} | {Place.TEST}


@given(route=ROUTES)
def test_retries_follow_their_station_and_refusals_their_checks(route: Route) -> None:
    """Catches retries without a station, a check that cannot refuse, and a station found under another's name."""
    journey = Journey(route)
    for station in route:
        assert journey.station(station.name) is station
        if station.retries:
            assert journey.number(station.retry.name) == journey.number(station.name) + 1
            assert journey.station(station.retry.name) == station.retry
    assert [name for name in journey.refusals if name in journey] == [each.name for each in route if each.checks]
    assert [journey.refusal(name) for name in journey.refusals] == list(range(len(journey.refusals)))
    assert (journey.refusals[0], journey.refusals[-1]) == ("nobody", "test")
    with pytest.raises(KeyError):
        journey.station("no such station")


def test_the_columns_of_the_route_are_those_of_its_stations() -> None:
    """Catches a station without stamps, a check without an outcome, and a retry whose last visit is not said."""
    stamps, outcomes = JOURNEY.person_stamps, JOURNEY.person_outcomes
    for station in JOURNEY.stations:
        for what in ("arrived", "started", "left"):
            assert station.label in stamps[f"{station.name}_{what}"]
            assert ("(the last time)" in stamps[f"{station.name}_{what}"]) == station.name.endswith("_retry")
    assert {f"{check.name}_passed" for check in JOURNEY.checks} < set(stamps)
    assert {name for name in outcomes if name.endswith("_tries")} == {
        "email_tries",
        "registry_tries",
        "third_layer_tries",
    }
    assert len(stamps) == 3 * 9 + 4 + 7
    assert not set(stamps) & set(outcomes)


@pytest.mark.parametrize(
    ("name", "variant", "position"), [(*each, k % 7) for k, each in enumerate(product(KINDS, VARIANTS))]
)
def test_a_further_station_adds_its_columns_and_changes_no_other(name: str, variant: str, position: int) -> None:
    """Catches a column that is named after a place in the route, and one that a further station takes away."""
    station = further(name, variant)
    journey = Journey(route_with(station, position))
    for columns, base in (
        (journey.person_stamps, JOURNEY.person_stamps),
        (journey.person_outcomes, JOURNEY.person_outcomes),
    ):
        assert {column: meaning for column, meaning in columns.items() if column in base} == base
        assert all(column.startswith(station.name) for column in columns.keys() - base.keys())
    added = journey.person_stamps.keys() - JOURNEY.person_stamps.keys()
    assert len(added) == {"": 3, "_check": 4, "_again": 7}[variant]
    assert len(journey.person_outcomes) == len(JOURNEY.person_outcomes) + (variant == "_again")


@pytest.mark.parametrize("name", ["portal", "email_retry", "pool", "test", "revoked"])
def test_a_station_with_the_name_of_another_or_of_a_place_is_refused(name: str) -> None:
    """Catches two stations, or a station and a place, whose people are counted as one."""
    with pytest.raises(ValueError, match="have one name"):
        Journey((*ROUTE, Station(name, "Twice", Kind.RATE, "portal")))


def test_a_route_has_as_many_stations_as_a_byte_can_tell_apart() -> None:
    """Catches places beyond the byte in which a person's place is kept: one station more than fits is refused."""
    most = limits.PLACES - len(Place)
    assert len(Journey(many(most)).places) == limits.PLACES
    with pytest.raises(ValueError, match=f"at most {most} stations: it has {most + 1}"):
        Journey(many(most + 1))
    with pytest.raises(ValueError, match=f"at most {most} stations: it has"):
        Journey(many(most // 2 + 1, checks=True))  # stations of retries count as well
