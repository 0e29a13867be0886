"""Waits in whole runs of both engines against queueing theory, each figure at the error rate ALPHA.

People come to a station by a Poisson process, as near as a programme has one: all register within a minute, all fail
the email check once and are back after delays that are uniform over some thousands of services. Independent instants
over an interval are Poisson, given their number. A tenth of the interval at the start is left out, by which a queue
that starts empty has forgotten its start.

The person engine takes 16 times 800 people, the cohort engine 16 times 20,000; each test asks the same of a theory
whose load is wrong, by 30 % for the one and by 5 % for the other, and must see it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import HOUR, MINUTE, NEVER, WEEK
from tests.building import NO_FIGURES, UNLIMITED_STATIONS, Engine, Run, law, on_both, run_on
from tests.theory.evidence import agrees
from tests.theory.queueing import erlang_c, pollaczek_khinchine, reneging_mm1d, reneging_mmcm, wait_mmc

PEOPLE: dict[Engine, int] = {"person": 800, "cohort": 20_000}
RUNS: dict[Engine, int] = {"person": 16, "cohort": 16}
WRONG: dict[Engine, float] = {"person": 1.3, "cohort": 1.05}
"""A fault of the load that the test must see."""
WRONG_PATIENCE: dict[Engine, float] = {"person": 4.0, "cohort": 1.3}
"""The same of patience, of which the share who give up depends less."""

LENGTH = 240
"""Hours over which people come."""

FAR = "2020-05-02T00:00"
"""When all have been served."""


def run_of(engine: Engine, replication: int, changes: dict[str, Any]) -> Run:
    """Return a run in which people come to the checks behind email as Poisson arrivals."""
    return run_on(engine, changes={
        **NO_FIGURES, **UNLIMITED_STATIONS,
        "run.replication": replication, "clock.end": FAR,
        "population.applicants": PEOPLE[engine], "population.scale": 1,
        "demand.points": [
            {"at": "2020-04-11T19:00", "registered": 0}, {"at": "2020-04-11T19:01", "registered": 1000}
        ],
        "processing.email.passes": 0, "processing.email.retry.share": 1, "processing.email.retry.passes": 1,
        "processing.email.retry.delay": law("uniform", LENGTH / 2, "hours", minimum=24),
        "processing.registry.passes": 1, "processing.third_layer.passes": 1,
        **changes,
    })  # fmt: skip


def arrivals(made: Run, station: str) -> tuple[Any, Any]:
    """Return who came to a station after the start, and the instant of each."""
    arrived = made.people[f"{station}_arrived"]
    first = arrived.min() + LENGTH * HOUR // 10
    who = np.flatnonzero((arrived >= first) & (arrived < NEVER))
    return who, arrived[who]


def a_service(engine: Engine, load: float, servers: int) -> float:
    """Return the mean service in hours that gives servers a load."""
    return load * servers * LENGTH / PEOPLE[engine]


def figures(engine: Engine, what: Callable[[Run], Any], changes: dict[str, Any]) -> Any:
    """Return the figures of independent runs [run, figure]."""
    return np.array([what(run_of(engine, k, changes)) for k in range(RUNS[engine])])


def wait(station: str, service: float) -> Callable[[Run], Any]:
    """Return what gives the mean wait in mean services (hours), and the share who wait."""

    def measure(made: Run) -> Any:
        who, arrived = arrivals(made, station)
        waits = made.people[f"{station}_started"][who] - arrived
        return waits.mean() / (service * HOUR), (waits > 0).mean()

    return measure


def gave_up(made: Run) -> Any:
    """Return the share of those who came to screening who gave up."""
    who, _ = arrivals(made, "screening")
    return (made.people["screening_started"][who] == NEVER).mean()


@on_both
def test_md1(engine: Engine) -> None:
    """Catches a rate whose intervals are longer or shorter than they should be, or vary, somewhere in a whole run."""
    load = 0.7
    a_week = PEOPLE[engine] / LENGTH * (WEEK // HOUR) / load
    mean = figures(engine, wait("registry", a_service(engine, load, 1)), {"processing.registry.rate": a_week})[:, 0]
    assert agrees(mean, pollaczek_khinchine(load, 0))
    assert not agrees(mean, pollaczek_khinchine(load * WRONG[engine], 0))
    assert not agrees(mean, pollaczek_khinchine(load, 1))


def of_screening(servers: int, service: dict[str, Any], patience: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return changes that let people wait at screening alone."""
    return {
        "processing.screening.servers": servers,
        "processing.screening.service": service | {"minimum": 1e-6 if service["unit"] == "seconds" else 1e-9},
        "processing.patience": patience,
    }


@on_both
@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (4, 0.75)])
def test_mmc(engine: Engine, servers: int, load: float) -> None:
    """Catches servers that idle while someone waits, or a service drawn from another law: Erlang C, mean and chance."""
    service = a_service(engine, load, servers)
    found = figures(engine, wait("screening", service), of_screening(servers, law("exponential", service, "hours")))
    mean, waited = found.T
    assert agrees(mean, wait_mmc(servers, load))
    assert agrees(waited, erlang_c(servers, load))
    assert not agrees(mean, wait_mmc(servers, load * WRONG[engine]))
    assert not agrees(waited, erlang_c(servers, load * WRONG[engine]))


@on_both
def test_mg1_lognormal(engine: Engine) -> None:
    """Catches lognormal services of another variance than the config says (Pollaczek, Khinchine)."""
    load, spread = 0.6, 0.8
    service = a_service(engine, load, 1)
    changes = of_screening(1, law("lognormal", service, "hours", spread=spread))
    mean = figures(engine, wait("screening", service), changes)[:, 0]
    assert agrees(mean, pollaczek_khinchine(load, spread**2))
    assert not agrees(mean, pollaczek_khinchine(load * WRONG[engine], spread**2))
    assert not agrees(mean, pollaczek_khinchine(load, (spread * WRONG[engine] ** 2) ** 2))


@on_both
def test_reneging_of_exponential_patience(engine: Engine) -> None:
    """Catches one who gives up and still takes a server's time, or waits by another's patience: M/M/c+M."""
    servers, load, patience = 3, 1.1, 2.0
    service = a_service(engine, load, servers)
    laws = (law("exponential", mean, "hours") for mean in (service, patience * service))
    share = figures(engine, gave_up, of_screening(servers, *laws))
    assert agrees(share, reneging_mmcm(servers, load, patience))
    assert not agrees(share, reneging_mmcm(servers, load * WRONG[engine], patience))
    assert not agrees(share, reneging_mmcm(servers, load, patience * WRONG_PATIENCE[engine]))


@on_both
def test_reneging_of_one_patience_for_all(engine: Engine) -> None:
    """Catches patience that is counted from another instant than the arrival: M/M/1+D."""
    load, patience = 0.9, 3.0
    service = a_service(engine, load, 1)
    changes = of_screening(1, law("exponential", service, "hours"), law("constant", patience * service, "hours"))
    share = figures(engine, gave_up, changes)
    assert agrees(share, reneging_mm1d(load, patience))
    assert not agrees(share, reneging_mm1d(load * WRONG[engine], patience))
    assert not agrees(share, reneging_mm1d(load, patience * WRONG_PATIENCE[engine]))


@cache
def overloaded(engine: Engine, a_week: int) -> Run:
    """Return a run in which all of 80 million, scaled, wait from the first hour on for so many a week."""
    scale = {"person": 0.00002, "cohort": 0.0002}[engine]
    return run_on(engine, f"population.scale={scale}", changes={
        **NO_FIGURES, **UNLIMITED_STATIONS, "processing.rate": a_week,
        "clock.end": "2028-06-01T00:00" if a_week == 200_000 else "2022-06-01T00:00",
        "waves.calendar": None,
        "waves.rule": {"first_day": 7, "every_days": 700, "open_days": 4, "quota_share": 0, "places": None},
        "demand.points": [
            {"at": "2020-04-11T19:00", "registered": 0}, {"at": "2020-04-11T19:01", "registered": 80_000_000}
        ],
    })  # fmt: skip


@on_both
@pytest.mark.parametrize("a_week", [200_000, 800_000])
def test_weeks_to_clear(engine: Engine, a_week: int) -> None:
    """Catches a rate that is not kept for years: 80 million at 800,000 a week take 100 weeks, at 200,000 a week 400."""
    made = overloaded(engine, a_week)
    n = {"person": 1_600, "cohort": 16_000}[engine]
    left, started = np.sort(made.people["processing_left"]), np.sort(made.people["processing_started"])
    assert n == left.size == np.count_nonzero(left < NEVER)
    weeks = 80_000_000 // a_week
    # Who came first starts at once; the nth leaves n intervals later, unless the queue ran empty in the first minute.
    assert abs(int(left[-1] - started[0]) - weeks * WEEK) < MINUTE
    each = np.diff(left)
    assert each.max() - each.min() < MINUTE
    assert np.all(np.abs(each[n // 100 :] - weeks * WEEK / n) <= 1)


@on_both
def test_backlog_of_an_overload(engine: Engine) -> None:
    """Catches people lost or gained in an overload: at each week's end the census says arrivals less rate × weeks."""
    made = overloaded(engine, 800_000)
    n = made.people.rows
    begun = int(made.people["processing_started"].min())
    place = made.programme.journey.place("processing")
    for day in made.days[:600:50]:
        served = int((day.now - begun) * (n / (100 * WEEK)))
        assert abs(day.people[place] - (n - served)) <= 1
