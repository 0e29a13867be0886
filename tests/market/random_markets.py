"""Markets of a config: plain ones, and random ones, crowded, closed, hostile or easy, for some 150 people."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.building import law
from tests.engine.random_programmes import PEOPLE, laws, spells, wib

Config = dict[str, Any]

WINDOW = 6
"""Hours of the cohort engine's window where markets are drawn; no feedback is shorter."""


def platform(**changes: Any) -> Config:
    """Return a platform of a config: there for good, with plenty of everything."""
    return {
        "name": "Platform",
        "kind": "marketplace",
        "from": "2020-04-11T00:00",
        "until": None,
        "share": 1.0,
        "share_steps": [],
        "checkout": {"rate": None, "per": "hour", "steps": [], "outages": []},
        "certificates": {"cap": None, "steps": [], "outages": []},
    } | changes


def catalogue(**changes: Any) -> Config:
    """Return a catalogue of a config: ten self-paced courses of three providers."""
    return {
        "seed": 1,
        "providers": 3,
        "courses": 10,
        "sizes": 1.2,
        "popularity": 1.1,
        "platforms": {"least": 255, "most": 255},
        "live": 0.0,
        "seats": {"least": 2, "most": 8, "shape": 1},
        "seats_a_week": 100,
        "follow": 1.0,
        "price": {"least": 24_000, "most": 1_000_000, "shape": 1.4},
        "duration": law("exponential", 5, minimum=1),
        "completion": {"least": 0.9, "most": 1.0},
    } | changes


def market(**changes: Any) -> Config:
    """Return a market of a config: one platform, plenty of everything, courses at the pace of their duration."""
    return {
        "checkout_capacity": 1,
        "seats": 1,
        "instructors": 1,
        "certificates": 1,
        "certificates_hour": 9,
        "platforms": {"one": platform()},
        "file": None,
        "catalogue": catalogue(),
        "instructors_share": None,
        "live_only": False,
        "choices": 3,
        "tries": 3,
        "patience": law("constant", 14),
        "comes_back": law("exponential", 2, minimum=1),
        "pace": {"law": "constant", "minimum": 0, "mean": 1, "spread": 0},
        "adding": None,
    } | changes


CAPACITIES = st.sampled_from([1, 1, 1, 0.5, 2, 0])


@st.composite
def platforms(draw: st.DrawFn, size: float) -> Config:
    """Return platforms of which some enter, leave, are closed at times or crowded; `size` is 1 for 150 people."""
    found = {}
    for k in range(draw(st.integers(1, 4))):
        since = draw(st.sampled_from([0, 0, 0, 700]))
        leaves = draw(st.none() | st.none() | st.integers(since + 1, 3000))
        rate = draw(st.sampled_from([None, None, 0.0, 3.0, 20.0, 500.0]))
        cap = draw(st.sampled_from([None, None, 0.0, 0.4, 2.0, 50.0]))
        days = sorted(draw(st.lists(st.integers(1, 150), max_size=2, unique=True)))
        steps = [{"from": wib(24 * day), "rate": draw(st.sampled_from([None, 1.0, 40.0]))} for day in days]
        caps = [{"from": wib(24 * day + 7), "cap": draw(st.sampled_from([None, 1.0, 9.0]))} for day in days]
        found[f"p{k}"] = platform(
            name=f"Platform {k}",
            until=None if leaves is None else wib(leaves),
            share=draw(st.sampled_from([0.0, 0.2, 1.0])),
            share_steps=[{"from": wib(24 * day), "share": draw(st.sampled_from([0.0, 0.5, 1.0]))} for day in days],
            checkout={"rate": _sized(rate, size), "per": "day", "outages": draw(spells(1)),
                      "steps": [step | {"rate": _sized(step["rate"], size)} for step in steps]},
            certificates={"cap": _sized(cap, size), "outages": draw(spells(1)),
                          "steps": [step | {"cap": _sized(step["cap"], size)} for step in caps]},
        ) | {"from": wib(since)}  # fmt: skip
    return found


def _sized(number: float | None, size: float) -> float | None:
    return None if number is None else number * size


@st.composite
def catalogues(draw: st.DrawFn, size: float) -> Config:
    """Return catalogues of a few courses, mostly live, with seats for few or for many."""
    courses = draw(st.sampled_from([1, 3, 12, 40]))
    least = draw(st.integers(1, 3))
    return catalogue(
        seed=draw(st.integers(0, 2**63 - 1)),
        providers=draw(st.integers(1, min(courses, 5))),
        courses=courses,
        sizes=draw(st.sampled_from([0.5, 1.2, 10.0])),
        popularity=draw(st.sampled_from([0.5, 1.1, 10.0])),
        platforms={"least": 1, "most": draw(st.integers(1, 4))},
        live=draw(st.sampled_from([0.0, 0.5, 1.0, 1.0])),
        seats={"least": least, "most": least + draw(st.integers(0, 10)), "shape": draw(st.sampled_from([0.5, 2.0]))},
        seats_a_week=draw(st.sampled_from([0.0, 1.0, 10.0, 40.0, 1000.0])) * size,
        follow=draw(st.sampled_from([0.0, 1.0])),
        price={"least": 24_000, "most": draw(st.sampled_from([24_000, 1_000_000])), "shape": 1.4},
        duration=draw(laws("days", 30, minimum=0.5)),
    )


@st.composite
def markets(draw: st.DrawFn, scale: float = 1.0, people: int = PEOPLE) -> Config:
    """Return changes of a config: a market, and purchases on it; the window is of six hours."""
    size = people / PEOPLE / scale
    pace = draw(st.sampled_from(["constant", "exponential", "lognormal", "uniform"]))
    buys = draw(st.sampled_from([0.9, 1.0]))
    return {
        "run.window_hours": WINDOW,
        "market": market(
            checkout_capacity=draw(CAPACITIES),
            seats=draw(CAPACITIES),
            instructors=draw(CAPACITIES),
            certificates=draw(CAPACITIES),
            certificates_hour=draw(st.sampled_from([0, 9, 23.5])),
            platforms=draw(platforms(size)),
            catalogue=draw(catalogues(size)),
            instructors_share=draw(st.none() | st.sampled_from([0.0, 0.3, 1.0])),
            live_only=draw(st.booleans()),
            choices=draw(st.integers(1, 5)),
            tries=draw(st.integers(1, 5)),
            patience=draw(laws("days", 30)),
            comes_back=draw(laws("days", 10, minimum=0.25)),
            pace={"law": pace, "minimum": 0, "mean": draw(st.sampled_from([0.0, 1.0, 3.0])),
                  "spread": 0.8 if pace == "lognormal" else 0},
        ),
        "purchase.deadline_days": draw(st.sampled_from([1, 10, 30])),
        "purchase.waves": [{"from_wave": 1, "buys": buys, "delay": draw(laws("days", 20))}],
        "purchase.further": {
            "appetite": draw(st.sampled_from([0.0, 0.7, 1.0])), "courses": draw(st.integers(1, 4)),
            "delay": draw(laws("days", 20, minimum=0.25)),
        },
    }  # fmt: skip
