"""Outages of a platform's checkout and of its certificates, recounted from the visits and rows of two runs."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import load
from sim.calendar.instants import DAY, NEVER
from sim.experiments.run import Result, evaluate
from sim.journey.measures import AT_ONCE, BY_ALL, EXACTLY
from sim.journey.route import CHECKOUT
from sim.parameters.outages import left_out, without
from sim.programme.compiling import compile_programme
from sim.report.outages import outage_lines
from tests.building import INSTITUTIONS, SMALL, Engine, on_both, parameters, run, simulate_on

CLOSED = [{"from": "2020-09-01T00:00", "until": "2020-09-11T00:00"}]
CHANGES: dict[str, dict[str, Any]] = {
    "checkout": {"market.platforms.marketplace_1.checkout.outages": CLOSED},
    "certificates": {
        "market.platforms.marketplace_1.certificates.outages": CLOSED,  # without a cap
        "market.platforms.marketplace_3.certificates.outages": CLOSED,
        "market.platforms.marketplace_3.certificates.steps": [],
        "market.platforms.marketplace_3.certificates.cap": 50_000,  # of the few that are simulated, one a working day
    },
}
END: dict[str, Any] = {"clock.end": "2021-01-01T00:00"}
"""Some weeks after the queues are where they would have been."""
BOTH = CHANGES["checkout"] | CHANGES["certificates"] | {"payment.partners.ovo.outages": CLOSED}


@cache
def compared(engine: Engine, what: str) -> Result:
    """Return a small run with outages of platforms beside the one without."""
    changes = CHANGES.get(what, BOTH) | END | {"run.without_outages": True}
    asked = parameters(SMALL, INSTITUTIONS, f"engine={engine}", changes=changes)
    return evaluate(asked, left_out=left_out(asked, load().parameters))


def rows(engine: Engine, what: str, table: str = "outages") -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a table by place."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in compared(engine, what).tables[table].rows:
        found.setdefault(row["place"], []).append(row)
    return found


@on_both
def test_whom_a_closed_checkout_left_behind_is_what_the_visits_say(engine: Engine) -> None:
    """Catch an outage of a checkout that is not told, told of another platform, and a backlog a day off."""
    (row,) = rows(engine, "checkout")["checkout_marketplace_1"]
    days = rows(engine, "checkout", "outage_days")["checkout_marketplace_1"]
    begins = []
    for outages in (CLOSED, []):
        changes = END | {"market.platforms.marketplace_1.checkout.outages": outages}
        journal = run(SMALL, INSTITUTIONS, changes=changes)
        visits, market = journal.visits[CHECKOUT], journal.programme.seats
        assert market is not None
        here = (visits["instance"] == market.keys.index("marketplace_1")) & (visits["started"] < NEVER)
        begins.append(np.bincount(visits["started"][here] // DAY, minlength=1_000))
    first = (date(2020, 9, 1) - date(2020, 4, 11)).days
    span = slice(first, first + len(days))
    behind = np.maximum(np.cumsum(begins[1][span] - begins[0][span]), 0)
    full = compared(engine, "checkout").observations.programme.parameters.population.scale
    assert (row["simulated"], row["touched_is"], row["kind"]) == (behind.max(), AT_ONCE, "station")
    assert behind.max() > 10
    assert row["touched"] == round(int(behind.max()) / full)
    assert row["days_later"] == round(int(behind.sum()) / full)
    assert row["median_days_later"] is None
    assert row["peak_queue"] == max(each["queue"] for each in days) > 0
    assert (days[0]["date"], days[-1]["date"]) == (date(2020, 9, 1), row["back_on"])
    assert days[-1]["queue"] <= days[-1]["queue_without"], "the queue is back"
    assert all(each["queue"] > each["queue_without"] for each in days[1:-1]), "and was not before"
    assert [each["served"] for each in days[:10]] == [0] * 10
    assert row["person_days_more"] > 0
    lines = outage_lines(compared(engine, "checkout").tables["outages"])
    said = " ".join(" ".join(lines).split())
    told = f"{row['touched']:,} people were behind at once."
    assert f"Checkout of Marketplace 1 closed 1 to 10 September 2020: up to {told}" in said
    assert compared(engine, "checkout").figures["outage.checkout_marketplace_1.1.touched"].value == row["touched"]


@pytest.mark.parametrize("platform", ["marketplace_1", "marketplace_3"])
@on_both
def test_whose_certificates_were_later_is_what_the_rows_say(engine: Engine, platform: str) -> None:
    """Catch a certificate of another platform, one later that is not counted, and a delay a day off."""
    ((row,),) = (found for place, found in rows(engine, "certificates").items() if place.endswith(platform))
    asked = parameters(SMALL, INSTITUTIONS, changes=CHANGES["certificates"] | END)
    programmes = [compile_programme(each) for each in (asked, without(asked, left_out(asked, load().parameters)))]
    runs = [simulate_on(engine, programme) for programme in programmes]
    number = list(asked.market.platforms).index(platform) if asked.market else -1
    issued = [_issued(each.participants, each.programme.courses, each.end, number) for each in runs]
    assert issued[0].keys() == issued[1].keys(), "the same people complete the same courses"
    later = sorted(issued[0][one] - issued[1][one] for one in issued[0] if issued[0][one] != issued[1][one])
    assert len(later) > 0
    assert (row["simulated"], row["touched_is"], row["earlier"], row["unpaid"]) == (len(later), EXACTLY, 0, 0)
    full = asked.population.scale
    assert row["days_later"] == round(sum(later) / full)
    assert row["median_days_later"] == later[-(-len(later) // 2) - 1]
    assert row["p95_days_later"] == later[-(-len(later) * 95 // 100) - 1]


def _issued(own: Any, courses: int, end: int, platform: int) -> dict[tuple[int, int], int]:
    """Return the day on which a platform issued each certificate, by participant and course; 10**6: not by the end."""
    return {
        (row, k): int(own[f"issued_{k}"][row]) // DAY if own[f"issued_{k}"][row] < end else 10**6
        for k in range(1, courses + 1)
        for row in np.flatnonzero((own[f"completed_{k}"] < end) & (own[f"platform_{k}"] == platform)).tolist()
    }


@on_both
def test_certificates_behind_a_closed_checkout_and_payments_behind_both_are_not_told_exactly(engine: Engine) -> None:
    """Catch days held against those of others: who stood at a closed checkout completes, and is paid, later."""
    found = {place: each[0] for place, each in rows(engine, "both").items()}
    assert found["certificates_marketplace_1"]["touched_is"] == AT_ONCE
    assert found["ovo"]["touched_is"] == BY_ALL
    lines = " ".join(" ".join(outage_lines(compared(engine, "both").tables["outages"])).split())
    assert "issues certificates once a working day, in both runs" in lines


def test_engines_say_the_same() -> None:
    """Catch queues of platforms that one engine counts otherwise."""
    for what in (*CHANGES, "both"):
        for table in ("outages", "outage_days"):
            one, other = (compared(engine, what).tables[table].rows for engine in ("person", "cohort"))
            assert one == other, what
