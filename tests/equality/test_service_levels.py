"""Service levels of every wait: both engines count the same, and what a journal says."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engines.observed import observe
from sim.journey.journey import JOURNEY
from sim.journey.measures import PAYMENT_WAITS, WAITS
from sim.results.tables.service_levels import service_levels
from tests.building import PARTNERS, SMALL, programme
from tests.engine.recount import RECOUNT
from tests.engine.test_tables import same
from tests.equality.awkward_programmes import CROWDS, PAYMENTS
from tests.equality.same import assert_same, run_both


def every_wait(market: bool = False) -> dict[str, Any]:
    """Return a service level of each wait there is, counted from wherever it can be."""
    levels: dict[str, Any] = {}
    stations = (*JOURNEY.names, *(JOURNEY.names_after_award if market else ()))
    for wait in (*WAITS, *stations, *PARTNERS):
        for counted_from in ("due", "ready") if wait in (*PAYMENT_WAITS, *PARTNERS) else (None,):
            days = 7 if counted_from else 1 if wait in stations else 40
            levels[f"{wait}_{counted_from}"] = {"wait": wait, "from": counted_from, "days": days, "share": 0.8}
    return levels


RUNS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "history": ((SMALL,), {}),
    "crowds": ((), CROWDS),
    "failing payments": ((), PAYMENTS),
    "until nothing is left": (("population.scale=0.00001", "scenario=rate_800k"), {}),
    "nobody": (("population.applicants=0",), {}),
}


@pytest.mark.parametrize("name", RUNS)
def test_both_engines_hold_every_wait_against_its_level(name: str) -> None:
    """Catches a wait that is told twice or never, a limit off by one, a group or a partner of somebody else."""
    overrides, changes = RUNS[name]
    journal, result = run_both(programme(*overrides, changes={**changes, "service_levels": every_wait()}))
    assert_same(journal, result)
    found, expected = service_levels(observe(journal)).rows, RECOUNT["service_levels"](journal)
    assert len(found) == len(expected)
    for row, should_be in zip(found, expected, strict=True):
        wrong = {column: (row[column], should_be[column]) for column in row if not same(row[column], should_be[column])}
        assert wrong == {}, f"{row['level']} by {row['by']} {row['value']}"


SLOW_CERTIFICATES = "market.platforms.marketplace_1.certificates.cap=100000"


def test_both_engines_hold_checkout_and_certificates_against_their_levels() -> None:
    """Catches a wait of the market that one engine tells and the other does not, and one that none tells."""
    levels = {"service_levels": every_wait(market=True)}
    compiled = programme(
        SMALL, "market=institutions", "market.checkout_capacity=0.02", SLOW_CERTIFICATES, changes=levels
    )
    journal, result = run_both(compiled)
    assert_same(journal, result)
    rows = service_levels(observe(journal)).rows
    for station in JOURNEY.names_after_award:
        (row,) = (row for row in rows if row["level"] == f"{station}_None" and row["by"] == "all")
        assert row["began"] > 0 and row["in_time"] < row["began"], station
