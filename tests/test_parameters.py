"""Parameters of another route: the blocks of further stations of every kind, found, validated and explained."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import pytest

from sim.composition.compose import compose
from sim.journey.journey import Journey
from sim.journey.kinds import Bank, Kind
from sim.journey.route import PATIENCE, ROUTE, Route, Station
from sim.parameters import BadInput, Block, Parameters, block_at, validate
from sim.parameters.processing import Processing
from sim.parameters.station import BLOCKS, DailyRuns, Offices, RateStation, Retries, Seats, Servers, hold_declaration


class Interview(Offices, Retries):
    """Offices that check, and let some of those who failed come again."""


class FurtherProcessing(Processing):
    """The processing with a further station of each kind."""

    queue: RateStation
    counters: Servers
    interview: Interview
    briefing: Seats
    post: DailyRuns


FURTHER: Route = (
    Station("queue", "Queue", Kind.RATE, "processing.queue", PATIENCE),
    Station("counters", "Counters", Kind.SERVERS, "processing.counters"),
    Station(
        "interview", "Interview", Kind.SERVERS, "processing.interview", checks=True, retries=True, bank=Bank.REGENCY
    ),
    Station("briefing", "Briefing", Kind.SEATS, "processing.briefing"),
    Station("post", "Post", Kind.DAILY_RUNS, "processing.post"),
)


class Further(Parameters):
    """Parameters of a route with further stations."""

    journey: ClassVar[Journey] = Journey((*ROUTE, *FURTHER))
    processing: FurtherProcessing


HOUR = {"law": "constant", "unit": "hours", "minimum": 0, "mean": 1, "spread": 0}
DAY = HOUR | {"unit": "days"}
RATE: dict[str, Any] = {"rate": 5, "per": "day"}
NO_CHANGES: dict[str, Any] = {"steps": [], "outages": []}
BLOCKS_OF_FURTHER: dict[str, Any] = {
    "queue": RATE | NO_CHANGES,
    "counters": {"servers": 3, "service": HOUR} | NO_CHANGES,
    "interview": {
        "servers": 2,
        "service": HOUR,
        "hours": {"opens": 8, "closes": 16.5},
        "passes": 0.9,
        "passes_steps": [],
        "retry": {"share": 1, "passes": 0.5, "attempts": 3, "delay": DAY} | RATE,
    } | NO_CHANGES,
    "briefing": {"seats": 20, "first": "2020-05-01T09:00", "every_days": 0.5, "service": HOUR},
    "post": {"cap": 10, "run_hour": 9} | NO_CHANGES,
}  # fmt: skip


@cache
def base() -> dict[str, Any]:
    """Return the composed base; read it, do not write in it."""
    return compose(())


def further(**changes: Any) -> dict[str, Any]:
    """Return a config with the further stations; `changes` are values by path below the processing, `__` for a dot."""
    config = copy.deepcopy(base())
    config["processing"] |= copy.deepcopy(BLOCKS_OF_FURTHER)
    for path, value in changes.items():
        *above, key = path.split("__")
        at = config["processing"]
        for name in above:
            at = at[name]
        at[key] = value
    return config


def told(config: dict[str, Any], model: type[Parameters] = Further) -> list[str]:
    """Return the problems of a config."""
    with pytest.raises(BadInput) as caught:
        validate(config, model)
    return [problem.text for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": Kind.RATE}, "a Screening: the kind RATE asks for a class of RateStation"),
        ({"checks": False}, "checks=False asks for one that is no class of Checks"),
        ({"retries": True}, "retries=True asks for one that is also a class of Retries"),
        ({"config": "processing.screning"}, "the parameters have no such block"),
        ({"patience": "processing.email"}, "is no law"),
    ],
)
def test_a_line_of_the_route_that_does_not_fit_its_block_says_so(change: dict[str, object], told: str) -> None:
    """Catch a station whose declaration fails somewhere in an engine, with words that name neither line nor block."""
    parameters = validate(base())
    (screening,) = [station for station in parameters.journey.route if station.name == "screening"]
    hold_declaration(screening, parameters)
    with pytest.raises(TypeError, match=re.escape(told)) as error:
        hold_declaration(replace(screening, **change), parameters)
    assert "sim/journey/route.py: station 'screening'" in str(error.value)
    assert set(BLOCKS) == set(Kind)


def test_a_block_is_found_by_its_path() -> None:
    """Catch a path that leads elsewhere, and one that leads nowhere and says nothing."""
    parameters = validate(base())
    assert block_at(parameters, "portal") is parameters.portal
    assert block_at(parameters, "processing.email.retry") is parameters.processing.email.retry
    assert block_at(parameters, "payment.partners.ovo") is parameters.payment.partners["ovo"]
    assert isinstance(block_at(parameters, "payment.survey"), Block)
    assert block_at(parameters, "processing.patience") is None
    for path in ("processing.offices", "payment.partners.gojek", "portal.rate.x"):
        with pytest.raises(AttributeError):
            block_at(parameters, path)


def test_a_further_station_is_no_key_of_the_base() -> None:
    """Catch a block that is accepted without a station that reads it, and a suggestion from another class."""
    texts = told(further(), Parameters)
    assert [text.split(" = ")[0] for text in texts] == [f"processing.{name}" for name in BLOCKS_OF_FURTHER]
    assert all("is not a key" in text for text in texts)
    mistyped = further()
    mistyped["processing"]["interveiw"] = mistyped["processing"].pop("interview")
    assert any("Did you mean interview?" in text for text in told(mistyped))
    assert any("lacks queue, counters, interview, briefing, post" in text for text in told(base()))


FAULTS: dict[str, tuple[Any, str, str]] = {
    "queue__rate": (1e15, "processing.queue.rate", "must be at most"),
    "counters__servers": (-1, "processing.counters.servers", "must be a whole number from 0"),
    "counters__service": (
        HOUR | {"mean": 0},
        "processing.counters.service.minimum",
        "must never be under 1 microsecond",
    ),
    "interview__passes": (1.5, "processing.interview.passes", "must be from 0 to 1"),
    "interview__hours": (
        {"opens": 16, "closes": 16},
        "processing.interview.hours.closes",
        "must be after the office opens (16)",
    ),
    "interview__hours__closes": (24.5, "processing.interview.hours.closes", "must be from 0 to 24"),
    "interview__retry__delay": (HOUR, "processing.interview.retry.delay.mean", "a retry must not come back sooner"),
    "briefing__seats": (-1, "processing.briefing.seats", "must be a whole number from 0"),
    "briefing__every_days": (0, "processing.briefing.every_days", "must be above 0 (1 microsecond at least)"),
    "briefing__first": ("2020-02-30T00:00", "processing.briefing.first", "must be a time that exists"),
    "briefing__service": (
        HOUR | {"mean": 0},
        "processing.briefing.service.minimum",
        "must never be under 1 microsecond",
    ),
    "post__cap": (-1, "processing.post.cap", "must be 0 (closed) or more"),
    "post__run_hour": (24, "processing.post.run_hour", "must be from 0 to below 24"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_further_station_is_told(fault: str) -> None:
    """Catch a rule of a kind of station that is gone."""
    value, key, allowed = FAULTS[fault]
    (text,) = told(further(**{fault: value}))
    assert text.startswith(f"{key} = ")
    assert allowed in text


def test_all_faults_of_further_stations_are_told_at_once() -> None:
    """Catch a fault inside a block, or of a station before, that hides what the route's rules say of another."""
    texts = told(further(email__passes=2, interview__retry__delay=HOUR, third_layer__retry__delay=HOUR,
                         third_layer__retry__share=1, post__cap=-1))  # fmt: skip
    found = {text.split(" = ")[0] for text in texts}
    assert found == {
        "processing.email.passes",
        "processing.post.cap",
        "processing.third_layer.retry.delay.mean",
        "processing.interview.retry.delay.mean",
    }


def test_a_service_of_a_microsecond_is_accepted() -> None:
    """Catch a rule that refuses the shortest service there is."""
    shortest = HOUR | {"unit": "seconds", "mean": 0, "minimum": 1e-6}
    validate(
        further(counters__service=shortest, briefing__service=shortest, briefing__every_days=1 / 86_400e6), Further
    )


def test_office_hours_may_be_left_out() -> None:
    """Catch an office that must close."""
    assert validate(further(interview__hours=None), Further).processing.interview.hours is None
