"""For want of what awards are revoked, in both engines: what the buyer's last try lacked, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.calendar.instants import NEVER
from sim.engines.cohort import model as cohort
from sim.experiments.run import evaluate
from sim.report.figures import seats
from sim.report.market import WANT_OF, market_lines
from sim.report.trace import sentences
from tests.building import Engine, law, on_both, parameters, programme, run_on
from tests.engine.random_programmes import wib
from tests.equality.random_markets import course, hostile, live, market, platform

NOTHING, CHECKOUT, SEAT, COURSE, PLATFORM = range(5)

AGAIN = {"tries": 3, "comes_back": law("constant", 2), "patience": law("constant", 5)}
SOON = wib(24)

LACKS: dict[str, tuple[int, dict[str, Any]]] = {
    "a course on sale": (COURSE, market({"one": platform()}, [course(until=SOON)], **AGAIN)),
    "a course listed there": (COURSE, market({"one": platform(), "two": platform(share=0)}, [course(platforms="two")])),
    "a seat": (SEAT, market({"one": platform()}, [live(seats=0), course(until=SOON)], **AGAIN)),
    "a platform": (PLATFORM, market({"one": platform(until=SOON)}, [course()], **AGAIN)),
    "a checkout": (CHECKOUT, market({"one": platform(checkout={"rate": 0})}, [course()], **AGAIN)),
}
"""Markets by what everyone lacks there who tries to buy, with the outcome `revoked_for`."""


@on_both
@pytest.mark.parametrize("lack", LACKS)
def test_who_is_revoked_lacked_what_the_last_try_lacked(engine: Engine, lack: str) -> None:
    """Catches those told as wanting a seat who lacked none: nothing was on sale, or no platform was there."""
    want, block = LACKS[lack]
    own = run_on(engine, changes=hostile(block)).participants
    sought = own["sought_1"] < NEVER
    assert np.count_nonzero(sought) > 20
    assert np.array_equal(own["revoked_for"], np.where(sought, want, np.where(own["revoked"] < NEVER, NOTHING, -1)))


@on_both
def test_the_last_try_counts_not_the_first(engine: Engine) -> None:
    """Catches a cause that stays from an earlier try: a class without seats until it is no longer on sale."""
    block = market({"one": platform()}, [live(seats=0, until=wib(24 * 12))], **AGAIN | {"tries": 9})
    run = run_on(engine, changes=hostile(block))
    own = run.participants
    counts = np.bincount(own["revoked_for"] + 1, minlength=6)
    assert counts[COURSE + 1] > 5
    assert not counts[CHECKOUT + 1] + counts[PLATFORM + 1]
    assert np.all(own["tries_1"][own["revoked_for"] == COURSE] >= 1)
    assert np.any(own["tries_1"][own["revoked_for"] == COURSE] > 1)


@on_both
@pytest.mark.parametrize("lack", LACKS)
def test_tables_and_key_figures_name_the_cause(engine: Engine, lack: str) -> None:
    """Catches a cause that the table of seats or the key figures leave out, or count as another."""
    want, block = LACKS[lack]
    result = evaluate(parameters(f"engine={engine}", changes=hostile(block)))
    for code, name in enumerate(("checkout", "seat", "course", "platform"), start=1):
        figure = result.figures[f"market.revoked_for_{name}"].value
        assert figure == sum(result.tables["seats"].column(f"revoked_for_{name}"))
        assert (figure > 0) == (code == want), name


TOLD = {
    SEAT: "a seat: no chosen class had one soon enough",
    COURSE: "a course to buy: nothing was on sale that the balance buys",
    PLATFORM: "a platform: none was there, or it left",
    CHECKOUT: "checkout: they still stood at it",
}
"""By cause, what a trace says."""


@pytest.mark.parametrize("lack", LACKS)
def test_screen_trace_and_figure_name_the_cause(lack: str) -> None:
    """Catches words of a seat where no seat was wanting, and a cause that is told nowhere."""
    want, block = LACKS[lack]
    compiled = programme(changes=hostile(block))
    rows = cohort.simulate(compiled, record=np.arange(compiled.people)).rows
    some = np.flatnonzero(rows.participants["revoked_for"] == want)
    told = "\n".join(sentences(rows, int(rows.participants["person"][some[0]])))
    assert f"no course was bought before the deadline, for want of {TOLD[want]}" in told

    result = evaluate(parameters(changes=hostile(block)))
    said = " ".join(" ".join(market_lines(result.tables, result.figures)).split())
    people = {code: result.figures[f"market.revoked_for_{name}"].value for code, name in enumerate(WANT_OF, start=1)}
    words = dict(enumerate(WANT_OF.values(), start=1))
    lost = [f"{people[code] or 'nobody'} for want of {words[code]}" for code in people if code == want or code <= SEAT]
    assert f"Revoked at the deadline: {', '.join(lost)}." in said
    found = seats.finding(SimpleNamespace(rows=lambda table: result.tables[table].rows))  # type: ignore[arg-type]
    assert ("for want of a seat" in found) == (want == SEAT)
    assert ("for want of a course to buy" in found) == (want == COURSE)
