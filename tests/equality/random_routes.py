"""Routes drawn at random: some further stations anywhere, their capacities, laws and patience by whole hours."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from sim.journey.route import ROUTE, Route, Station
from tests.engine.random_programmes import passes_steps, wib
from tests.equality.awkward_programmes import awkward, closed, whole
from tests.journey.routes import KINDS, VARIANTS, further

STATIONS = [f"{name}{variant}" for name in KINDS for variant in VARIANTS]


class Drawn(NamedTuple):
    """A route, and changes of its programme."""

    route: Route
    changes: dict[str, Any]


@st.composite
def capacity(draw: st.DrawFn, kind: str, scale: float) -> dict[str, Any]:
    """Return the keys of a further station: from nothing to plenty, and much in between at which people wait."""
    outages = draw(closed(latest=240, most=1))
    if kind == "queue":
        rates = st.sampled_from([4.0, 2.0, 1.0, 4.0, None, 12.0, 0.0]).map(
            lambda rate: rate if rate is None else rate / scale
        )
        return {"rate": draw(rates), "outages": outages, "steps": [{"from": wib(120), "rate": draw(rates)}]}
    if kind == "post":
        caps = st.sampled_from([30.0, 12.5, 60.0, 0.4, None, 0.0]).map(lambda cap: cap if cap is None else cap / scale)
        hour = draw(st.sampled_from([0, 12, 14, 23.5]))
        return {
            "cap": draw(caps),
            "run_hour": hour,
            "outages": outages,
            "steps": [{"from": wib(120), "cap": draw(caps)}],
        }
    if kind == "briefing":
        return {
            "seats": draw(st.sampled_from([5, 40, 1, 12, 0])),
            "first": wib(draw(st.sampled_from([1, 24, 60]))),
            "every_days": draw(st.sampled_from([1 / 24, 0.25, 1, 7])),
            "service": draw(whole("hours", 1, 6, 24, minimum=1)),
        }
    changes = {
        "servers": draw(st.sampled_from([2, 5, 1, 9, 0])),
        "service": draw(whole("hours", 1, 2, 5, minimum=draw(st.sampled_from([0.01, 1])))),
        "outages": outages,
        "steps": [{"from": wib(120), "servers": draw(st.sampled_from([3, 8, 1, 0]))}],
    }
    if kind == "office":
        hours = [None, {"opens": 8, "closes": 16}, {"opens": 0, "closes": 24}, {"opens": 9.5, "closes": 10}]
        changes["hours"] = draw(st.sampled_from(hours))
    return changes


@st.composite
def check(draw: st.DrawFn, variant: str, scale: float, window: float) -> dict[str, Any]:
    """Return the keys of a check, and of its retries: some come back as soon as they may."""
    changes: dict[str, Any] = {}
    if variant:
        changes = {"passes": draw(st.sampled_from([0.8, 0.5, 1.0])), "passes_steps": draw(passes_steps(latest=20))}
    if variant == "_again":
        changes |= {
            "retry.share": draw(st.sampled_from([1.0, 0.7, 0.0])),
            "retry.passes": draw(st.sampled_from([0.7, 1.0, 0.2])),
            "retry.attempts": draw(st.sampled_from([3, 2, 5, 1])),
            "retry.delay": draw(whole("hours", 0, 1, 6, 24, minimum=window)),
            "retry.rate": draw(st.sampled_from([1.0 / scale, 0.25 / scale, None, 0.0])),
        }
    return changes


@st.composite
def routes(draw: st.DrawFn) -> Drawn:
    """Return a route with up to five further stations, and a programme of 120 people that finds crowds there."""
    changes = draw(awkward(*draw(st.sampled_from([(), (), ("stations",)]))))
    scale, window = changes["population.scale"], changes["run.window_hours"]
    if draw(st.booleans()):
        changes |= {"portal.rate": None, "portal.outages": [], "portal.steps": []}  # all come within an hour or days
    route: list[Station] = list(ROUTE)
    for name in draw(st.lists(st.sampled_from(STATIONS), min_size=1, max_size=5, unique=True)):
        kind, _, variant = name.partition("_")
        variant = f"_{variant}" if variant else ""
        keys = draw(capacity(kind, scale)) | draw(check(variant, scale, window))
        changes |= {f"further.{name}.{key}": value for key, value in keys.items()}
        station = further(kind, variant, patient=draw(st.booleans()), bank=draw(st.sampled_from([None, None, True])))
        route.insert(draw(st.integers(0, len(route))), station)
    changes["further.patience"] = draw(whole("hours", 24, 4, 96, 0))
    return Drawn(tuple(route), changes)
