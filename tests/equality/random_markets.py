"""Markets in which much happens at one instant: few platforms, providers and courses, scarce in every way.

Platforms enter and leave, checkouts open and close, classes begin and courses end at whole hours; people come to buy in
crowds, a day after their awards, and come back no sooner than a window of the cohort engine lasts, often just then.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st

from sim.parameters.market_file import COLUMNS
from tests.building import law
from tests.engine.random_programmes import LIKELY, SHARES, completions, paces, wib
from tests.equality.awkward_programmes import ODD, base, closed, whole, windows

PEOPLE = 100
FOLDER = TemporaryDirectory(prefix="markets-")
"""Where market files of the tests lie until the process ends."""

Row = dict[str, Any]

# Markets by hand


def platform(**changes: Any) -> dict[str, Any]:
    """Return a platform that is there for good, has the same share as its like, and lets everyone through."""
    unknown = changes.keys() - {"since", "until", "share", "share_steps", "checkout", "certificates"}
    assert not unknown, unknown
    return {
        "name": "A platform",
        "kind": "marketplace",
        "from": changes.get("since", wib(0)),
        "until": changes.get("until"),
        "share": changes.get("share", 1.0),
        "share_steps": changes.get("share_steps", []),
        "checkout": {"rate": None, "per": "hour", "steps": [], "outages": []} | changes.get("checkout", {}),
        "certificates": {"cap": None, "steps": [], "outages": []} | changes.get("certificates", {}),
    }


def course(**changes: Any) -> Row:
    """Return a row of a market file: a self-paced course on platform `one`, or as `changes` say."""
    row = {
        "provider": "A provider", "course": "A course", "platforms": "one", "kind": "self-paced", "seats": "",
        "classes_per_week": "", "first": wib(0), "until": "", "price": 250_000, "popularity": 1, "duration": 1,
        "completion": 1,
    }  # fmt: skip
    return row | changes


def live(**changes: Any) -> Row:
    """Return a row of a market file: a live course of a class a day with two seats, or as `changes` say."""
    return course(kind="live") | {"seats": 2, "classes_per_week": 7} | changes


def market_file(rows: Iterable[Row]) -> str:
    """Write a market file and return its path: the same rows, the same path."""
    rows = [row | {"course": f"{row['course']} {number}"} for number, row in enumerate(rows)]
    path = Path(FOLDER.name) / f"{blake2b(repr(rows).encode(), digest_size=8).hexdigest()}.csv"
    if not path.exists():
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    return str(path)


def market(platforms: Mapping[str, Any], rows: Iterable[Row] = (), **changes: Any) -> dict[str, Any]:
    """Return the block of a market; without rows it is made by a catalogue of few courses."""
    block: dict[str, Any] = {
        **dict.fromkeys(("checkout_capacity", "seats", "instructors", "certificates"), 1),
        "certificates_hour": 9,
        "platforms": dict(platforms),
        "file": market_file(rows) if rows else None,
        "catalogue": None if rows else catalogue(),
        "instructors_share": None,
        "live_only": False,
        "choices": 3,
        "tries": 3,
        "patience": law("constant", 3, "days"),
        "comes_back": law("constant", 0, "hours", minimum=24),
        "pace": {"law": "uniform", "minimum": 0.5, "mean": 0.5, "spread": 0},
        "adding": None,
    }
    assert not changes.keys() - block.keys(), changes.keys() - block.keys()
    return block | changes


def catalogue(**changes: Any) -> dict[str, Any]:
    """Return a catalogue of six courses of three providers, or as `changes` say."""
    block: dict[str, Any] = {
        "seed": 1, "providers": 3, "courses": 6, "sizes": 1.2, "popularity": 1.1,
        "platforms": {"least": 1, "most": 2}, "live": 0.5, "seats": {"least": 1, "most": 4, "shape": 1},
        "seats_a_week": 40, "follow": 1, "price": {"least": 200_000, "most": 600_000, "shape": 1},
        "duration": law("uniform", 2, "days", 0.5), "completion": {"least": 0.8, "most": 1},
    }  # fmt: skip
    assert not changes.keys() - block.keys(), changes.keys() - block.keys()
    return block | changes


def buying(people: int, window: float, threads: int, end: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return changes of the base by which people, three in five on 18 April and others on 22 April, are awarded."""
    return base(people, window, threads, end) | {
        "clock.longest_years": 1,
        "waves.rule": {"first_day": 2, "every_days": 4, "open_days": 3, "quota_share": 0, "places": people * 3 // 5},
        "selection.days": 2,
        "portal.rate": 10.0 * people,
        "purchase.deadline_days": 6,
        "purchase.waves": [{"from_wave": 1, "buys": 0.95, "delay": law("constant", 24, "hours")}],
        "purchase.further": {"appetite": 0.8, "courses": 3, "delay": law("constant", 1, "days", minimum=1)},
        "training.certificate": law("constant", 1, "days"),
        "training.review": law("constant", 0, "days"),
        "budget.unspent_returns_days": 40,
        "budget.incentives": 1,
        "payment.survey_days": [2],
        "payment.lag_days": [{"days": 0, "share": 1}],
        **changes,
    }


# Markets drawn


@st.composite
def platforms(draw: st.DrawFn, scale: float) -> dict[str, Any]:
    """Return one to four platforms, of which few people an hour pass the checkout."""
    rates = st.sampled_from([None, 60.0, 2.0, 4.0, 1.0, 0.25, 0.0]).map(lambda r: r if r is None else r / scale)
    caps = st.sampled_from([None, None, 3.0, 1.5, 0.4, 30.0, 0.0]).map(lambda c: c if c is None else c / scale)
    days = st.integers(4, 24)
    at_most_one = st.lists(days, max_size=1)
    found = {}
    for key in ("one", "two", "three", "four")[: draw(st.sampled_from([2, 3, 1, 4]))]:
        since = draw(st.sampled_from([0, 0, 0, 0, 8, 9]))
        until = draw(st.sampled_from([None, None, None, None, 8, 9, 12]))
        found[key] = platform(
            since=wib(24 * since),
            until=None if until is None else wib(24 * max(until, since + 1) + draw(st.sampled_from([0, 5]))),
            share=draw(st.sampled_from([1.0, 0.3, 0.5, 0.05, 0.0])),
            share_steps=[{"from": wib(24 * day), "share": draw(SHARES)} for day in draw(at_most_one)],
            checkout={
                "rate": draw(rates),
                "steps": [{"from": wib(24 * day), "rate": draw(rates)} for day in draw(at_most_one)],
                "outages": draw(closed(latest=400, most=1)),
            },
            certificates={
                "cap": draw(caps),
                "steps": [{"from": wib(24 * day), "cap": draw(caps)} for day in draw(at_most_one)],
                "outages": draw(closed(latest=900, most=1)),
            },
        )
    return found


@st.composite
def rows(draw: st.DrawFn, keys: list[str], scale: float) -> list[Row]:
    """Return a market file of one to eight courses: scarce, dear, sold for a few days, or plenty."""
    found = []
    for _ in range(draw(st.sampled_from([3, 5, 8, 2, 1]))):
        first = draw(st.sampled_from([0, 0, 0, 24 * 7, 24 * 9 + 5]))
        until = draw(st.sampled_from([None, None, None, 24 * 9, 24 * 14 + 1]))
        row = course(
            provider=f"Provider {draw(st.integers(1, 3))}",
            platforms=" ".join(draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True))),
            first=wib(first),
            until="" if until is None or until <= first else wib(until),
            price=draw(st.sampled_from([250_000, 333_333, 500_000, 1, 1_000_000])),
            popularity=draw(st.sampled_from([1, 1, 10, 1e-6])),
            duration=draw(st.sampled_from([1, 1, 0.5, 7, 1e-9])),
            completion=draw(LIKELY),
        )
        if draw(st.integers(0, 2)):
            seats, a_week = draw(st.sampled_from([(5, 7), (2, 7), (1, 168), (5, 3.5), (40, 1), (1, 7), (0, 7)]))
            row |= {"kind": "live", "seats": round(seats / scale), "classes_per_week": a_week}
        found.append(row)
    return found


@st.composite
def catalogues(draw: st.DrawFn, scale: float) -> dict[str, Any]:
    """Return a catalogue of one to a dozen courses; their seats are of full population, and scaled."""
    providers = draw(st.integers(1, 4))
    least = draw(st.sampled_from([1, 24_000, 400_000]))
    return catalogue(
        seed=draw(st.integers(0, 99)),
        providers=providers,
        courses=providers + draw(st.integers(0, 8)),
        sizes=draw(st.sampled_from([1.2, 0.1, 100])),
        popularity=draw(st.sampled_from([1.1, 0.1, 100])),
        platforms={"least": 1, "most": draw(st.integers(1, 4))},
        live=draw(st.sampled_from([0.5, 1.0, 1.0, 0.0])),
        seats={"least": 1, "most": draw(st.sampled_from([3, 20, 1])), "shape": 1},
        seats_a_week=draw(st.sampled_from([60, 150, 400, 20, 0])) / scale,
        follow=draw(st.sampled_from([0, 0.8])),
        price={"least": least, "most": draw(st.sampled_from([400_000, 1_000_000])), "shape": 1},
        duration=draw(whole("days", 1, 2, 0, minimum=0.25)),
    )


@st.composite
def markets(draw: st.DrawFn) -> dict[str, Any]:
    """Return changes of the base: 100 people, or 1, are awarded, and the market in which they buy."""
    scale = draw(st.sampled_from([1.0, 0.25]))
    people = draw(st.sampled_from([PEOPLE] * 9 + [1]))
    how = draw(windows())
    window = how["run.window_hours"]
    end = draw(st.sampled_from([None, None, None, None, 24 * 10 + 7, 24 * 20]))
    found = draw(platforms(scale))
    from_file: bool = draw(st.booleans())
    levers = st.sampled_from([1, 1, 1, 0.5, 2])
    block = market(
        found,
        draw(rows(list(found), scale)) if from_file else (),
        **({} if from_file else {"catalogue": draw(catalogues(scale))}),
        certificates_hour=draw(st.sampled_from([9, 0, 23.5])),
        instructors_share=draw(st.sampled_from([None, None, 0.3, 1, 0])),
        adding=draw(st.sampled_from([None, None, {"ratio": 0.5, "step": 0.6, "most": 3}])),
        choices=draw(st.sampled_from([3, 1, 2, 64])),
        tries=draw(st.sampled_from([3, 1, 2, 10])),
        patience=draw(whole("days", 3, 1, 10, 20)),
        comes_back=draw(whole("hours", 0, 6, 48, minimum=window)),
        pace=draw(st.sampled_from(["uniform", "exponential"]).map(lambda name: law(name, 1.0))) | {"minimum": 0.2},
        **{lever: draw(levers) for lever in ("checkout_capacity", "seats", "instructors", "certificates")},
    )
    block["pace"].pop("unit")
    block["live_only"] = draw(st.booleans()) and (not from_file or _has_live(block["file"]))
    return buying(people, window, how["run.threads"], end) | {
        "run.seed": draw(st.integers(0, 2**63 - 1)),
        "population.applicants": round(people / scale),
        "population.scale": scale,
        "portal.rate": 1000.0 / scale,
        "waves.rule": {
            "first_day": 2, "every_days": 4, "open_days": 3, "quota_share": 0, "places": round(60 / scale)
        },
        "purchase.deadline_days": draw(st.sampled_from([6, 10, 2, 1])),
        "purchase.waves": [
            {"from_wave": 1, "buys": draw(st.sampled_from([1.0, 0.9])), "delay": draw(whole("hours", 24, 0, 1, 48))}
        ],
        "purchase.further": {
            "appetite": draw(st.sampled_from([0.8, 1.0, 0.0])), "courses": draw(st.sampled_from([3, 1, 2, 4])),
            "delay": draw(whole("hours", 0, 24, minimum=max(window, 1))),
        },
        "training.pace": draw(paces()),
        "training.completion": draw(completions()),
        "budget.unspent_returns_days": draw(st.sampled_from([40, 11, 20])),
        "market": block,
    }  # fmt: skip


def _has_live(file: str) -> bool:
    return any(row["kind"] == "live" for row in csv.DictReader(Path(file).read_text().splitlines()))


# Hostile ones

WINDOW = 6.0

TOMORROW = 24 * 8 + 9
"""The hour, the ninth of the day on which the first come to buy."""


def hostile(block: dict[str, Any], people: int = PEOPLE, **changes: Any) -> dict[str, Any]:
    """Return changes of the base by which a crowd meets a market; keys of `changes` are written with two lines."""
    return buying(people, WINDOW, 1) | {"market": block} | {k.replace("__", "."): v for k, v in changes.items()}


HOSTILE: dict[str, dict[str, Any]] = {
    "one course with one seat": hostile(market({"one": platform()}, [live(seats=1, classes_per_week=0.001)])),
    "one course with a seat a day": hostile(market({"one": platform()}, [live(seats=1)], tries=10)),
    "nobody can afford a second course": hostile(
        market({"one": platform()}, [course(price=1_000_000), live(price=1_000_000, seats=20)])
    ),
    "every course ends tomorrow": hostile(
        market(
            {"one": platform(checkout={"rate": 4})},
            [course(until=wib(TOMORROW)), live(until=wib(TOMORROW)), live(until=wib(TOMORROW + 12), seats=9)],
            tries=10,
        )
    ),
    "ten thousand courses": hostile(
        market(
            {"one": platform(), "two": platform()},
            catalogue=catalogue(
                courses=10_000,
                providers=1_500,
                live=1.0,
                seats={"least": 1, "most": 1, "shape": 1},
                seats_a_week=400,
                popularity=0.1,
            ),
            choices=64,
            instructors_share=0.5,
        )
    ),
    "all checkouts are closed": hostile(
        market({key: platform(checkout={"rate": 0}) for key in ("one", "two")}, [course(platforms="one two")])
    ),
    "all platforms are gone": hostile(
        market({key: platform(until=wib(24)) for key in ("one", "two")}, [course(platforms="one two")])
    ),
    "no platform is there yet": hostile(market({"one": platform(since=wib(24 * 300))}, [course()])),
    "nobody has a share": hostile(market({"one": platform(share=0)}, [course()])),
    "the platforms leave one after the other, with people at checkout": hostile(
        market(
            {
                "one": platform(checkout={"rate": 2}, until=wib(24 * 8 + 3)),
                "two": platform(checkout={"rate": 2}, until=wib(24 * 8 + 7)),
                "three": platform(checkout={"rate": 2}, since=wib(24 * 9)),
                "four": platform(share=0.1, since=wib(24 * 8)),
            },
            [course(platforms="one two three four"), live(platforms="one two three")],
            tries=10,
        )
    ),
    "certificates are never issued, or at once": hostile(
        market(
            {
                "one": platform(certificates={"cap": 0}),
                "two": platform(until=wib(24 * 9)),
                "three": platform(certificates={"cap": 1.5}, until=wib(24 * 9)),
            },
            [course(platforms="one two three"), live(platforms="one two three", seats=40)],
            certificates_hour=0,
        ),
        service_levels={
            f"reviewed_in_{days}_days": {"wait": "completion_to_review", "from": None, "days": days, "share": 0.9}
            for days in (1, 7, 30)
        },
    ),
    "many complete two courses at one instant, and certificates wait": hostile(
        market(
            {"one": platform(certificates={"cap": 9})},
            [live(seats=999, classes_per_week=0.5, first=wib(24 * 3), price=price) for price in (200_000, 300_000)],
            patience=law("constant", 30, "days"),
        ),
        people=300,
    ),
    "no provider teaches anything": hostile(
        market({"one": platform()}, [live(), live(seats=40)], instructors=0, instructors_share=1)
    ),
    "a provider teaches one seat a week": hostile(
        market({"one": platform()}, [live(), live(seats=40), course(popularity=0.1)], instructors_share=1 / 294)
    ),
    "all try and try until the account closes": hostile(
        market(
            {"one": platform()},
            [live(seats=1), live(seats=0)],
            tries=1_000,
            choices=1,
            comes_back=law("constant", 0, "hours", minimum=12),
        ),
        purchase__deadline_days=39,
    ),
    "a wait is as long as the patience": hostile(
        market(
            {"one": platform(checkout={"rate": 2})},
            [live(classes_per_week=168, seats=1), live(seats=1, classes_per_week=84)],
            patience=law("constant", 10, "hours"),
        )
    ),
    "nobody wants to buy": hostile(
        market({"one": platform()}, [course()]),
        purchase__waves=[{"from_wave": 1, "buys": 0, "delay": law("constant", 24, "hours")}],
    ),
    "all stand at a checkout until the account closes": hostile(
        market(
            {"one": platform(checkout={"rate": 10, "steps": [{"from": wib(24 * 9), "rate": 0}]})},
            [course(), course(), course(until=wib(24 * 8 + 2))],
        ),
        budget__unspent_returns_days=9,
    ),
    "the seats are after the account has closed": hostile(
        market({"one": platform()}, [live(seats=1)], patience=law("constant", 60, "days")),
        budget__unspent_returns_days=9,
    ),
    "a checkout takes seven hours": hostile(market({"one": platform(checkout={"rate": 1 / 7})}, [course()])),
    "cut while people stand at a checkout": hostile(
        market({"one": platform(checkout={"rate": 1}, certificates={"cap": 1})}, [course()]), clock__end=wib(24 * 9 + 7)
    ),
    "an odd window": buying(PEOPLE, ODD, 2)
    | {
        "market": market(
            {"one": platform(checkout={"rate": 3}), "two": platform(checkout={"rate": 1})},
            [live(platforms="one two"), course(platforms="two", popularity=0.2)],
            tries=10,
            comes_back=law("constant", 0, "hours", minimum=ODD),
        )
    },
}
"""Markets in which hardly anything is to be had, by what they are."""
