"""Adding a station: one more of each kind, anywhere, is a line of the route and a block; both engines are equal."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from pydantic import create_model

from sim.calendar.instants import NEVER
from sim.engines.journal import Journal
from sim.engines.observed import observe
from sim.journey import route
from sim.journey.journey import Journey
from sim.journey.route import ROUTE, Route, Station
from sim.observers.audit import people_by_place
from sim.parameters import Parameters
from sim.parameters import station as stations
from sim.parameters.processing import Processing
from sim.results.tables.daily import columns_of
from tests.building import SMALL, law, programme
from tests.engine.random_programmes import wib
from tests.equality.awkward_programmes import CHECKS, ODD, base, hours
from tests.equality.random_routes import Drawn, routes
from tests.equality.same import assert_same, run_both
from tests.journey.routes import BLOCKS, KINDS, VARIANTS, further, on_route, route_with

PEOPLE = 240
LAST = len(ROUTE)

SCARCE: dict[str, dict[str, Any]] = {
    "queue": {
        "rate": 5, "per": "hour", "steps": [{"from": wib(40), "rate": 9}],
        "outages": [{"from": wib(30), "until": wib(34)}],
    },
    "counters": {
        "servers": 3, "service": law("exponential", 0.5, "hours", 0.1),
        "steps": [{"from": wib(30), "servers": 1}, {"from": wib(36), "servers": 5}],
        "outages": [{"from": wib(24), "until": wib(26)}],
    },
    "briefing": {"seats": 7, "first": wib(20), "every_days": 1 / 24, "service": hours(1)},
    "post": {"cap": 50, "run_hour": 14, "steps": [{"from": wib(96), "cap": 60}]},
    "office": {
        "servers": 1, "service": law("exponential", 3, "hours", 0.25), "hours": {"opens": 8, "closes": 16},
    },
}  # fmt: skip
"""What makes people wait at each of the further stations: less than comes within a day and an hour."""

PATIENCE = {"queue": 20, "counters": 20, "briefing": 20, "post": 100, "office": 200}
"""Hours that people wait at each on average where they are not patient for ever; runs and offices have weekends."""


def crowd(name: str, variants: tuple[str, ...] = VARIANTS) -> dict[str, Any]:
    """Return changes under which some wait at a further station, and all others let people through at once."""
    changes = {f"further.{name}{variant}.{key}": value for variant in variants for key, value in SCARCE[name].items()}
    patience = {"further.patience": law("exponential", PATIENCE[name], "hours")}
    return changes | patience | {f"further.{name}_again.retry.rate": 3.0, f"further.{name}_again.retry.per": "hour"}


def compiled(route: Route, *crowds: dict[str, Any], window: float = 6.0, threads: int = 1, **changes: Any) -> Any:
    """Return a programme of 240 people who register within a day and find crowds at further stations."""
    of_all = base(PEOPLE, window, threads) | {
        "portal.rate": None, "portal.outages": [],
        "demand.points": [{"at": wib(19), "registered": 0}, {"at": wib(44), "registered": 1000}],
        "clock.longest_years": 1,
        "waves.rule": {"first_day": 7, "every_days": 4, "open_days": 3, "quota_share": 1.0, "places": None},
    }  # fmt: skip
    for each in crowds:
        of_all |= each
    return programme(changes=of_all | changes, model=on_route(route), blocks=BLOCKS)


def waited(journal: Journal, station: Station) -> int:
    """Return how many waited at a station before they were served."""
    visits = journal.visits[station.name]
    return int(np.count_nonzero((visits["started"] > visits["arrived"]) & (visits["started"] < NEVER)))


def hold(program: Any, *stations: Station) -> Journal:
    """Hold the engines against each other; assert that people and rupiah are conserved and that some waited."""
    journal, result = run_both(program)
    assert_same(journal, result)  # the audit of both, at every day's end, is part of it
    last = people_by_place(observe(journal))[:, -1]
    assert last[1:].sum() == program.people == PEOPLE
    assert journal.participants.rows > 20  # some come to the end of the route and beyond
    for station in stations:
        assert waited(journal, station) > 10, station.name
        if station.retries:
            assert np.any(journal.people[f"{station.name}_tries"] == 3), station.name
        if station.checks:
            assert np.any(journal.people["refused_by"] == journal.programme.journey.refusal(station.name))
        if station.patience is not None:
            gave_up_there = journal.people["gave_up_at"] == journal.programme.journey.number(station.name)
            assert np.any(gave_up_there), station.name
    return journal


PLACES = {"first": 0, "middle": LAST // 2, "last": LAST}
CASES = [
    (name, place, VARIANTS[(number + position) % 3], (number + position) % 2 == 0)
    for (number, name), (position, place) in product(enumerate(KINDS), enumerate(PLACES))
]
"""Each kind at each place; each with each variant, each place with each variant, patient for ever or not."""


@pytest.mark.parametrize(("name", "place", "variant", "patient"), CASES)
def test_one_more_station(name: str, place: str, variant: str, patient: bool) -> None:
    """Catches a kind that one of the engines cannot take at some place of the route, or takes otherwise."""
    station = further(name, variant, patient=patient)
    threads = 1 + (place == "middle")
    program = compiled(route_with(station, PLACES[place]), crowd(name), threads=threads)
    hold(program, station)


@pytest.mark.parametrize("name", ["queue", "briefing", "post"])
@pytest.mark.parametrize("patient", [True, False])
def test_a_bank_of_any_kind(name: str, patient: bool) -> None:
    """Catches a kind whose many instances are one queue, or of which an instance is another regency's.

    Each regency has a fiftieth of what is scarce elsewhere, and retries come back to one queue for all.
    """
    scarce: dict[str, Any] = {
        "queue": {"further.queue_again.rate": 0.2},
        "briefing": {"further.briefing_again.seats": 1, "further.briefing_again.every_days": 0.25},
        "post": {"further.post_again.cap": 0.4, "further.post_again.steps": []},
    }[name]
    station = further(name, "_again", patient=patient, bank=True)
    scarce["further.patience"] = law("exponential", 200 if name == "post" else 9, "hours")
    program = compiled(route_with(station, 3), crowd(name), scarce)
    assert program.stations[station.name].instances == 514
    journal = hold(program, station)
    instances = journal.visits[station.name]["instance"]
    assert len(np.unique(instances)) > 50
    assert np.unique(instances, return_counts=True)[1].max() > 3


def test_an_office_in_each_regency_serves_its_own_people_in_office_hours() -> None:
    """Catches a person sent to another regency's office, one served at night, and an office with the queue of all."""
    station = further("office", "_again", patient=False)
    journal = hold(compiled(route_with(station, 1), crowd("office")), station)
    visits, compiled_programme = journal.visits[station.name], journal.programme
    regencies = [province.regencies for province in compiled_programme.parameters.population.provinces.values()]
    assert sum(regencies) == 514
    of_days = [name for name in columns_of(compiled_programme.journey.stations, ()) if "office" in name]
    each = ("office_again", "office_again_retry")
    assert of_days == [f"{what}_{name}" for what in ("queue", "served") for name in each], "a bank has one, not 514"
    before = np.cumsum([0, *regencies])
    packed = journal.traits[visits["person"]]
    assert np.array_equal(visits["instance"], before[packed & 63] + (packed >> 6 & 63))
    started = visits["started"][visits["started"] < NEVER]
    hour, day = started // 3_600_000_000 % 24, started // 86_400_000_000
    assert np.all((hour >= 8) & (hour < 16))
    assert np.all(np.isin(day, compiled_programme.calendar.work))
    for instance in np.unique(visits["instance"]).tolist():  # one server: nobody starts before the last has left
        here = np.flatnonzero((visits["instance"] == instance) & (visits["started"] < NEVER))
        order = here[np.argsort(visits["started"][here])]
        assert np.all(visits["started"][order][1:] >= visits["left"][order][:-1])


@pytest.mark.parametrize(("window", "threads"), [(1.0, 1), (ODD, 2)])
def test_all_further_stations_at_once(window: float, threads: int) -> None:
    """Catches a route of 29 stations whose turns, places or luck collide, in windows at whole hours and not."""
    new = [
        further(name, variant, patient=bool((number + k) % 2))
        for number, name in enumerate(KINDS)
        for k, variant in enumerate(VARIANTS)
    ]
    whole = list(ROUTE)
    for number, station in enumerate(new):
        whole.insert(min(number + number // 2, len(whole)), station)
    retries = {f"{path}.passes": 0.9 for path in CHECKS} | {
        f"{path}.retry.delay": hours(0, minimum=6) for path in CHECKS
    }
    easy = {f"further.{station.name}.passes": 0.97 for station in new if station.checks}
    program = compiled(
        tuple(whole),
        *map(crowd, KINDS),
        retries,
        easy,
        window=window,
        threads=threads,
        **{"further.patience": law("exponential", 90, "hours")},
    )
    assert len(program.journey.stations) == 9 + 15 + 5
    journal, result = run_both(program)
    assert_same(journal, result)
    assert sum(waited(journal, station) > 0 for station in new) > 10


def hold_any(examples: int) -> Counter[str]:
    """Hold the engines against each other on routes drawn at random; return in how many some waited, or gave up."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples)
    @given(drawn=routes())
    def agree(drawn: Drawn) -> None:
        journal, result = run_both(programme(changes=drawn.changes, model=on_route(drawn.route), blocks=BLOCKS))
        assert_same(journal, result)
        seen["gets a place"] += journal.participants.rows > 0
        for station in journal.programme.journey.stations:
            if station.config.startswith("further"):
                kind = "retries" if station.name.endswith("_retry") else station.name.split("_")[0]
                seen[f"waits: {kind}"] += waited(journal, station) > 0
                seen["gives up"] += bool(np.any(journal.visits[station.name]["gave_up"] < NEVER))

    agree()
    return seen


def test_any_route() -> None:
    """Catches a person whose journeys differ by a microsecond on a route that nobody thought of."""
    seen = hold_any(16)
    assert all(seen[f"waits: {name}"] for name in KINDS), seen
    assert min(seen["gives up"], seen["gets a place"]) > 2


@pytest.mark.exhaustive
def test_hundreds_of_routes() -> None:
    """Catches what occurs on one route of hundreds; all kinds, and retries, must have queues among them often."""
    seen = hold_any(400)
    assert min(seen[f"waits: {name}"] for name in (*KINDS, "retries")) > 10, seen


def added_lines(readme: str, section: str) -> dict[str, list[tuple[str, str]]]:
    """Return by file the lines that the diff of a section adds, each with the line of the file that follows."""
    diff = readme.split(f"### {section}")[1].split("```diff\n")[1].split("```")[0].splitlines()
    found: dict[str, list[tuple[str, str]]] = {}
    added: list[str] = []
    file = ""
    for line in [*diff, "--- end"]:
        if line.startswith("+"):
            added.append(line[1:])
            continue
        if added:
            found.setdefault(file, []).extend((each, line.strip()) for each in added)
        added = []
        if line.startswith("---"):
            file = line.removeprefix("--- ").strip()
    return found


def test_the_station_of_the_readme() -> None:
    """Catches a README that no longer says how to add a station, or needs more than five lines of Python for it."""
    added = added_lines((Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8"), "Add a station")
    assert sum(len(lines) for file, lines in added.items() if file.endswith(".py")) <= 5
    ((line, follows),) = added["sim/journey/route.py"]
    (new,) = eval(f"({line})", vars(route))  # noqa: S307  (our own README)
    position = next(k for k, each in enumerate(ROUTE) if f'"{each.name}"' in follows)
    ((field, _),) = added["sim/parameters/processing.py"]
    name, kind = field.strip().split(": ")
    processing = create_model("WithNew", __base__=Processing, **{name: (getattr(stations, kind), ...)})
    model = create_model("OfReadme", __base__=Parameters, processing=(processing, ...))
    model.journey = Journey(route_with(new, position))
    ((file, lines),) = ((file, lines) for file, lines in added.items() if file.endswith(".yaml"))
    group = Path(file).parts[1]
    block = yaml.safe_load("\n".join(line for line, _ in lines))
    blocks = {f"{group}.{key}": value for key, value in block.items()}
    journal, result = run_both(programme(SMALL, model=model, blocks=blocks))
    assert_same(journal, result)
    assert np.count_nonzero(journal.people[f"{new.name}_left"] < NEVER) > 500


def compiled_signatures() -> dict[str, int]:
    """Return how many specialisations each compiled function of the project has."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "sim":
            for each in vars(module).values():
                if hasattr(each, "signatures") and each.__module__ == name:
                    found[f"{name}.{each.__name__}"] = len(each.signatures)
    return found


def test_another_route_compiles_nothing_anew() -> None:
    """Catches a route that is compiled in: a new station, place, name or number of checks would cost half a minute.

    After one route with every kind the stations stand in another order, with other checks, and fewer of them.
    """
    kinds = [further(name, variant, patient=False) for name in KINDS for variant in ("", "_again")]
    patient = [further(name, "_check") for name in KINDS]
    banks = [further(name, bank=True) for name in ("queue", "briefing", "post")]
    crowds = [crowd(name) for name in KINDS]
    run_both(compiled((*ROUTE, *kinds, *patient), *crowds))
    run_both(compiled((*banks, *ROUTE), *crowds))
    before = compiled_signatures()
    assert {"sim.stations.rate.pass_rate", "sim.stations.servers.pass_server_bank", "sim.rules.checks.verify"} <= {
        name for name, signatures in before.items() if signatures
    }
    others = [further(name, variant, patient=patient) for name, variant, patient in (
        ("post", "_check", True), ("office", "_again", False), ("briefing", "", False), ("queue", "_check", True),
    )]  # fmt: skip
    for other in ((others[0], *ROUTE[:3], *others[1:], *ROUTE[3:]), (*ROUTE[:2], others[2], ROUTE[5]), ROUTE):
        run_both(compiled(other, *crowds))
    assert compiled_signatures() == before
