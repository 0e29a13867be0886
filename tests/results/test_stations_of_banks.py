"""Checkout and certificates by platform: each a station of its own, recounted from the visits, together the bank."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import NEVER, instant
from sim.experiments.run import Result, evaluate
from sim.journey.route import CERTIFICATES, CHECKOUT
from tests.building import ENGINES, INSTITUTIONS, SMALL, Engine, on_both, parameters, run

LEAVES = "2020-10-01T00:00"
CHANGES: dict[str, Any] = {
    "market.checkout_capacity": 0.01,
    "market.platforms.marketplace_1.until": LEAVES,
    "market.platforms.store_4.checkout.rate": None,
}
"""Checkouts that are short, one that leaves, and one of which there is plenty."""


@cache
def made(engine: Engine) -> Result:
    return evaluate(parameters(SMALL, INSTITUTIONS, f"engine={engine}", changes=CHANGES))


def rows(engine: Engine, table: str, station: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a bank and of its platforms, by their names."""
    name = {"stations": "station", "waits": "wait"}[table]
    return {row[name]: row for row in made(engine).tables[table].rows if row[name].startswith(station)}


@pytest.mark.parametrize("station", [CHECKOUT, CERTIFICATES])
@on_both
def test_platforms_are_together_their_bank(engine: Engine, station: str) -> None:
    """Catch a visit that no platform has, or two; and a platform's wait told as that of all."""
    for table, columns in (
        ("stations", "arrived served gave_up waiting_at_end person_days_waited"),
        ("waits", "began got_it left_without still_waiting person_days"),
    ):
        bank, *platforms = rows(engine, table, station).values()
        assert len(platforms) == 10
        for column in columns.split():
            assert sum(row[column] for row in platforms) == pytest.approx(bank[column]), column
        assert len({row[columns.split()[0]] for row in platforms}) > 1
    bank, *platforms = rows(engine, "stations", station).values()
    assert {row["bank"] for row in platforms} == {station}
    assert bank["bank"] is None
    assert max(row["longest_wait_days"] for row in platforms) == bank["longest_wait_days"] > 0
    assert max(row["peak_queue"] for row in platforms) <= bank["peak_queue"]
    ranked = {row["member"]: row for row in made(engine).tables["bottlenecks"].rows if row["group"] == station}
    assert set(ranked) == {None, *(row["station"] for row in platforms)}
    assert all(ranked[row["station"]]["person_days"] == row["person_days_waited"] for row in platforms)


@on_both
def test_platforms_are_what_the_visits_say(engine: Engine) -> None:
    """Catch visits of one platform counted at another: who came, who was served, who gave up, and the longest wait."""
    journal = run(SMALL, INSTITUTIONS, changes=CHANGES)
    visits, market = journal.visits[CHECKOUT], journal.programme.seats
    assert market is not None
    scale = journal.programme.parameters.population.scale
    found = rows(engine, "stations", f"{CHECKOUT}_")
    gave_up = 0
    for number, key in enumerate(market.keys):
        here, row = visits["instance"] == number, found[f"{CHECKOUT}_{key}"]
        for column, stamp in (("arrived", "arrived"), ("served", "started"), ("gave_up", "gave_up")):
            assert row[column] == round(np.count_nonzero(visits[stamp][here] < journal.end) / scale), (key, column)
        assert row["arrived"] == row["served"] + row["gave_up"] + row["waiting_at_end"]
        gave_up += row["gave_up"]
    assert gave_up > 0


@on_both
def test_a_platform_says_what_its_checkout_is(engine: Engine) -> None:
    """Catch a checkout without limit that has a use, and orders an hour offered by a platform that has left."""
    found = rows(engine, "stations", f"{CHECKOUT}_")
    plenty, leaves = found[f"{CHECKOUT}_store_4"], found[f"{CHECKOUT}_marketplace_1"]
    assert plenty["kind"] == "plenty"
    assert plenty["arrived"] > 0
    assert [plenty[use] for use in ("utilisation", "busiest_month", "last_served")] == [None] * 3
    assert {row["kind"] for name, row in found.items() if name != plenty["station"]} == {"rate"}
    observations = made(engine).observations
    assert observations.members(CHECKOUT)[0].open_time() == instant_of(LEAVES)
    plan = observations.programme.stations[CHECKOUT]
    assert plan is not None
    alone = plan.alone(0)
    assert alone is not None
    assert alone.offered(NEVER) == alone.offered(instant_of(LEAVES))
    assert leaves["utilisation"] > 0.2


@on_both
def test_runs_of_certificates_are_over_capacity_while_a_cap_binds(engine: Engine) -> None:
    """Catch everybody's wait for the next run told as a cap that is short, and runs of platforms that have no cap."""
    changes = {"market.platforms.marketplace_2.certificates.cap": 5_000}
    table = evaluate(parameters(SMALL, INSTITUTIONS, f"engine={engine}", changes=changes)).tables["stations"]
    found = {row["station"]: row for row in table.rows if row["station"].startswith(CERTIFICATES)}
    bank, short, wide = (found.pop(f"{CERTIFICATES}{name}") for name in ("", "_marketplace_2", "_marketplace_3"))
    # Of one a cap of a tenth of a certificate a run binds to the end; of the other it falls away on 1 July 2020.
    assert short["time_over_capacity"] > 0.3 > bank["time_over_capacity"] > wide["time_over_capacity"]
    assert short["waiting_at_end"] > 0 == wide["waiting_at_end"]
    assert wide["longest_wait_days"] > 0
    rest = {(row["kind"], row["arrived"], row["time_over_capacity"]) for row in found.values()}
    assert rest == {("plenty", 0, None)}


def instant_of(text: str) -> int:
    """Return the instant of a date."""
    return instant(datetime.fromisoformat(text))


def test_engines_say_the_same_of_each_platform() -> None:
    """Catch a platform that one engine counts otherwise."""
    one, other = (made(engine) for engine in ENGINES)
    for table in ("stations", "waits", "bottlenecks", "daily"):
        assert one.tables[table].rows == other.tables[table].rows, table
