"""What becomes of the balances that are left at the end of a run, with people on every step of the way to a course."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.engines.journal import Journal
from sim.engines.observed import observe
from sim.results.tables import tables
from tests.building import INSTITUTIONS, SMALL, law, run
from tests.engine.random_programmes import wib
from tests.engine.recount import RECOUNT
from tests.equality.random_markets import HOSTILE, course, hostile, live, market, platform

CROWDED = hostile(
    market({"one": platform(checkout={"rate": 1 / 3})}, [course(), live(popularity=9, until=wib(24 * 14))]),
    clock__end=wib(24 * 16),
    purchase__deadline_days=9,
    training__certificate=law("constant", 0, "days"),
)
TRYING = HOSTILE["all try and try until the account closes"] | {"clock.end": "2020-05-20T01:00"}
NO_PLATFORM = hostile(
    market({"one": platform(until=wib(24 * 10 + 2))}, [course(), course(), course()], tries=100),
    clock__end=wib(24 * 20),
)
MARKETS: dict[str, Callable[[], Journal]] = {
    "of the base": lambda: run(SMALL, INSTITUTIONS, changes={"clock.end": "2021-08-01T12:34"}),
    "with queues at checkouts": lambda: run(changes=CROWDED),
    "in which all try until the account closes": lambda: run(changes=TRYING),
    "whose platform has left": lambda: run(changes=NO_PLATFORM),
}


@pytest.mark.parametrize("name", MARKETS)
def test_balances_that_will_return_are_those_of_whoever_looks_for_no_course(name: str) -> None:
    """Catches a balance that is certain to return told as undecided, or the other way round."""
    journal = MARKETS[name]()
    found, expected = tables(observe(journal), journal.waves, journal.runs)["money"].rows, RECOUNT["money"](journal)
    assert found == expected
    last = next(row for row in reversed(found) if row["kind"] == "training")
    assert last["will_return"] > 0
    assert last["undecided"] > 0
