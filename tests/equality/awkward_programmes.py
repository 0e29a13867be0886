"""Programmes in which much happens at one instant: whole hours, coarse draws, windows' edges, no slack.

Stations let people through on the hour, services and delays are whole hours, and outages, steps, waves,
announcements and payment runs fall on the hour as well, so that most acts share their instant with
others. A retry comes back no sooner than a window of the cohort engine lasts, and often just then.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.building import NO_FIGURES, PARTNERS, law
from tests.engine.random_programmes import LIKELY, SHARES, completions, lag_steps, paces, passes_steps, programmes, wib

PEOPLE = 120
ODD = 5.0000000002777778
"""Five hours and a microsecond."""

PATHS = ("portal", "processing", "processing.email", "processing.registry", "processing.third_layer")
CHECKS = PATHS[2:]
WINDOWS = (1.0, ODD, 6.0, 24.0)
HOURLY = (168.0, 84.0, 28.0)
"""People a week: one every hour, two hours, six hours."""


def windows() -> st.SearchStrategy[dict[str, Any]]:
    """Return how a run is made; the person engine takes no notice of it."""
    return st.fixed_dictionaries({"run.window_hours": st.sampled_from(WINDOWS), "run.threads": st.sampled_from([1, 2])})


@st.composite
def whole(draw: st.DrawFn, unit: str, *lengths: int, minimum: float = 0) -> dict[str, Any]:
    """Return a law: every other time of one whole length, else of any kind, now and then of mean zero."""
    mean = draw(st.sampled_from(lengths))
    name = draw(st.sampled_from(["constant", "constant", "constant", "exponential", "lognormal", "uniform"]))
    if name != "constant" and draw(st.integers(0, 3)) == 3:
        mean = 0
    return law(name, mean, unit, minimum, 1 if name == "lognormal" else 0)


@st.composite
def closed(draw: st.DrawFn, *, latest: int, most: int = 2) -> list[dict[str, str]]:
    """Return outages from hour to hour; some end at a window's edge, some as others begin."""
    hours = sorted(draw(st.lists(st.integers(1, latest), max_size=2 * most, unique=True)))
    spells = list(zip(hours[::2], hours[1::2], strict=False))
    at_midnight: bool = draw(st.booleans())
    if spells and at_midnight:
        since, until = spells[-1]
        spells[-1] = (since, (until // 24 + 1) * 24)  # midnight is an edge of every window
    return [{"from": wib(since), "until": wib(until)} for since, until in spells]


@st.composite
def stations(draw: st.DrawFn, scale: float, window: float) -> dict[str, Any]:
    """Return stations that people leave on the hour, retries that come back as soon as they may."""
    a_week = st.sampled_from([168.0, None, 168.0, 84.0, 28.0, 1000.0, 0.0])

    def rate(value: float | None) -> float | None:
        return None if value is None else value / scale

    changes: dict[str, Any] = {"portal.rate": rate(draw(st.sampled_from(HOURLY)))}
    for path in PATHS:
        if path != "portal":
            changes[f"{path}.rate"] = rate(draw(a_week.filter(lambda value: value != 0)))
        steps = sorted(draw(st.lists(st.integers(3, 14), max_size=1, unique=True)))
        changes[f"{path}.steps"] = [{"from": wib(24 * day), "rate": rate(draw(a_week))} for day in steps]
        changes[f"{path}.outages"] = draw(closed(latest=240, most=1))
    # All come at one time and stand before the portal when it opens on the hour.
    changes["portal.outages"] = [{"from": wib(1), "until": wib(draw(st.sampled_from([24, 48, 49])))}]
    for path in CHECKS:
        changes |= {
            f"{path}.passes": draw(st.sampled_from([0.5, 0.8, 1.0])),
            f"{path}.passes_steps": draw(passes_steps(latest=12)),
            f"{path}.retry.share": draw(st.sampled_from([1.0, 0.7, 0.0])),
            f"{path}.retry.passes": draw(st.sampled_from([0.7, 1.0, 0.2, 0.0])),
            f"{path}.retry.attempts": draw(st.sampled_from([3, 2, 4, 1, 300])),
            f"{path}.retry.delay": draw(whole("hours", 0, 1, 6, 24, minimum=window)),
            f"{path}.retry.rate": rate(draw(a_week)),
        }
    return changes | {
        "processing.patience": draw(whole("hours", 2, 3, 12, 0)) if draw(st.integers(0, 2)) else None,
        "processing.screening.servers": draw(st.sampled_from([5, 3, 2, 1, 7, 0])),
        "processing.screening.steps": [
            {"from": wib(hour), "servers": draw(st.sampled_from([4, 7, 1, 0]))}
            for hour in sorted(draw(st.lists(st.integers(60, 400), max_size=2, unique=True)))
        ] + [{"from": wib(24 * 20), "servers": draw(st.sampled_from([1, 5]))}],
        "processing.screening.outages": draw(closed(latest=200)),
        "processing.screening.service": draw(whole("hours", 1, 2, 5, minimum=draw(st.sampled_from([0.01, 1])))),
        "processing.screening.passes": draw(LIKELY),
        "processing.test.taken": draw(LIKELY),
        "processing.test.delay": draw(whole("hours", 0, 0, 3, 24)),
        "processing.test.minutes": draw(st.sampled_from([0, 60])),
    }  # fmt: skip


@st.composite
def waves(draw: st.DrawFn, scale: float, _window: float) -> dict[str, Any]:
    """Return waves by calendar, of which many overlap and touch, or by rule; places few, many or none."""
    changes: dict[str, Any] = {}
    if draw(st.booleans()):
        opens = sorted(draw(st.lists(st.integers(2, 40), min_size=1, max_size=6, unique=True)))
        table = {}
        for k, at in enumerate(opens, start=1):
            close = 12 * (at + draw(st.sampled_from([1, 2, 6, 14])))
            announced = close + 12 * draw(st.sampled_from([0, 0, 1, 4, 10]))
            table[f"w{k:02d}"] = {
                "open": wib(12 * at), "close": wib(close), "announced": wib(announced),
                "places": round(draw(st.sampled_from([30, 5, 200, 1, 0])) / scale),
                "face_check_fails": draw(st.sampled_from([0.3, 0.0, 0.0, 1.0])),
            }  # fmt: skip
        changes |= {"waves.calendar": table, "waves.rule": None}
    else:
        places = draw(st.sampled_from([None, None, 12, 1.5, 0]))
        changes |= {"waves.calendar": None, "waves.rule": {
            "first_day": draw(st.sampled_from([0, 2, 2.5])), "every_days": draw(st.sampled_from([2, 3, 7])),
            "open_days": draw(st.sampled_from([0.5, 2, 7, 11])), "quota_share": draw(SHARES),
            "places": None if places is None else round(places / scale),
        }}  # fmt: skip
    for path in ("joining.newcomers", "joining.losers", "selection.eligible"):
        changes[path] = [{"from": wib(0), "share": draw(st.sampled_from([1.0, 1.0, 1.0, 0.9, 0.5, 0.0]))}]
        changes[path] += [
            {"from": wib(12 * half), "share": draw(SHARES)}
            for half in sorted(draw(st.lists(st.integers(4, 60), max_size=2, unique=True)))
        ]
    shares = draw(st.sampled_from([(0, 0, 0), (0.8, 0.05, 0.05), (1, 0, 0), (0, 0.5, 0.5)]))
    rupiah = [round(draw(st.sampled_from([1000, 1000, 1000, 40, 7, 0])) * 3_550_000 / scale) for _ in range(2)]
    return changes | {
        "joining.delay": draw(whole("hours", 0, 12, 48)),
        "joining.patience_waves": draw(st.sampled_from([None, 1, 2, 3.5])),
        "selection.shares": dict(zip(("priority", "regional", "affirmative"), shares, strict=True)),
        "selection.days": draw(st.sampled_from([0, 0.5, 1, 2, 4])),
        "budget.tranches": {
            "first": {"first_wave": 1, "rupiah": rupiah[0]}, "later": {"first_wave": 3, "rupiah": rupiah[1]}
        },
    }  # fmt: skip


@st.composite
def participation(draw: st.DrawFn, scale: float, _window: float) -> dict[str, Any]:
    """Return purchases, courses and payments by whole days, at caps of nothing to plenty, many failing."""
    changes: dict[str, Any] = {
        "account.delay": draw(whole("days", 0, 1, 20)),
        "account.fails": draw(SHARES),
        "purchase.deadline_days": draw(st.sampled_from([1, 2, 10])),
        "purchase.waves": [{"from_wave": 1, "buys": draw(LIKELY), "delay": draw(whole("days", 0, 1, 9))}],
        "purchase.further": {
            "appetite": draw(SHARES), "courses": draw(st.integers(1, 4)), "delay": draw(whole("days", 0, 3))
        },
        "training.duration": draw(whole("days", 0, 1, 5, 40)),
        "training.pace": draw(paces()),
        "training.completion": draw(completions()),
        "training.certificate": draw(whole("days", 0, 1)),
        "training.completes": draw(LIKELY),
        "training.reviews": draw(LIKELY),
        "training.review": draw(whole("days", 0, 2)),
        "budget.unspent_returns_days": draw(st.sampled_from([11, 30, 90])),
        "budget.incentives": draw(st.integers(1, 4)),
        "payment.run_hour": draw(st.sampled_from([0, 12, 14])),
        "payment.incentive_days": draw(st.sampled_from([1, 7, 30])),
        "payment.survey_days": draw(st.sampled_from([[1], [7], [7, 30]])),
        "payment.survey.answers": draw(st.sampled_from([1.0, 1.0, 0.5, 0.0])),
        "payment.survey.delay": draw(whole("days", 0, 1, 3) | whole("hours", 0, 7, 24)),
        "payment.lag_days": [
            {"days": days, "share": 0.5} for days in draw(st.sampled_from([(0, 0), (0, 1), (5, 3)]))
        ],
        "payment.lag_steps": draw(lag_steps(latest=100)),
        "payment.fails": draw(st.sampled_from([0.5, 0.9, 0.004, 0.0, 1.0])),
        "payment.repair": draw(whole("days", 0, 0, 1, 3)),
    }  # fmt: skip
    for partner in PARTNERS:
        cap = draw(st.sampled_from([None, 100.0, 5.0, 1.0, 0.3, 0.0]))
        changes[f"payment.partners.{partner}.cap"] = None if cap is None else cap / scale
        changes[f"payment.partners.{partner}.outages"] = draw(closed(latest=2000, most=1))
    changes["payment.partners.dana.from"] = wib(24 * draw(st.sampled_from([0, 4, 10])))
    return changes


EASY: dict[str, Any] = {
    **{f"{path}.rate": None for path in (*PATHS, *(f"{check}.retry" for check in CHECKS))},
    **{f"{check}.passes": 1.0 for check in CHECKS},
    "processing.screening.servers": 1_000_000,
    "processing.screening.service": law("constant", 1, "hours"),
    "processing.test.delay": law("constant", 0, "hours"),
    "processing.test.minutes": 60,
    "selection.eligible": [{"from": wib(0), "share": 1}],
    "joining.newcomers": [{"from": wib(0), "share": 1}],
    "budget.tranches": {"first": {"first_wave": 1, "rupiah": 10**15}},
    "waves.calendar": None,
    "waves.rule": {"first_day": 2, "every_days": 4, "open_days": 3, "quota_share": 0.5, "places": None},
}
"""What lets people through on the hour to the parts behind, so that those are tried by many."""

PARTS: dict[str, Any] = {"stations": stations, "waves": waves, "participation": participation}


def base(people: int, window: float, threads: int, end: int | None = None) -> dict[str, Any]:
    """Return changes of the base that let people through on the hour, all from one day on."""
    return {
        **NO_FIGURES,
        **EASY,
        "run.window_hours": window,
        "run.threads": threads,
        "portal.per": "week",
        "portal.rate": 168.0,
        "portal.outages": [{"from": wib(1), "until": wib(24)}],
        "clock.end": None if end is None else wib(end),
        "clock.longest_years": 2,
        "population.applicants": people,
        "population.scale": 1.0,
        "demand.points": [{"at": wib(19), "registered": 0}, {"at": wib(20), "registered": 1000}],
    }


@st.composite
def awkward(draw: st.DrawFn, *parts: str) -> dict[str, Any]:
    """Return changes of the base: 120 people or none register within an hour or days, and what awaits them.

    The parts of the journey that are named are drawn, the others let everyone through.
    """
    scale = draw(st.sampled_from([1.0, 0.25]))
    people = draw(st.sampled_from([PEOPLE] * 20 + [1, 0]))
    how = draw(windows())
    end = draw(st.sampled_from([None, None, 24 * 9 + 14, 24 * 20, 2000, 5001]))
    changes = base(people, how["run.window_hours"], how["run.threads"], end) | {
        "run.seed": draw(st.integers(0, 2**63 - 1)),
        "clock.longest_years": 1,
        "population.applicants": round(people / scale),
        "population.scale": scale,
        "portal.rate": 168.0 / scale,
    }
    changes["demand.points"][1]["at"] = wib(draw(st.sampled_from([20, 44, 200])))
    for part in parts:
        changes |= draw(PARTS[part](scale, how["run.window_hours"]))
    return changes


@st.composite
def usual(draw: st.DrawFn) -> dict[str, Any]:
    """Return changes of the base of every kind, few at whole hours, in windows that their retries allow."""
    changes, how = draw(programmes()), draw(windows())
    if how["run.window_hours"] > 6:  # retries come back after six hours at the least
        how["run.window_hours"] = 6.0
    return changes | how | {"clock.longest_years": 1}


def hours(length: float, minimum: float = 0) -> dict[str, Any]:
    """Return the law of a length that is always the same."""
    return law("constant", length, "hours", minimum)


RETRIES: dict[str, Any] = {
    key: value
    for path in CHECKS
    for key, value in {
        f"{path}.passes": 0.6,
        f"{path}.retry.share": 1.0,
        f"{path}.retry.passes": 0.7,
        f"{path}.retry.attempts": 3,
        f"{path}.retry.delay": hours(0, minimum=6),
    }.items()
}
CROWDS = base(200, 6.0, 2) | RETRIES | {
    "processing.email.rate": 168.0,
    "processing.registry.rate": 84.0,
    "portal.steps": [{"from": wib(24 * 8), "rate": 0}],
    "processing.third_layer.retry.rate": 0.0,
    "processing.patience": hours(3),
    "processing.screening.servers": 3,
    "processing.screening.outages": [{"from": wib(30), "until": wib(96)}],
    "processing.screening.service": hours(2),
}  # fmt: skip
"""First tries and retries at one instant, patience of whole hours, servers that open at a midnight, closed doors."""

MANY_TRIES = base(4, 1.0, 1) | {
    "processing.email.passes": 0.0,
    "processing.email.retry.share": 1.0,
    "processing.email.retry.passes": 0.0,
    "processing.email.retry.attempts": 400,
    "processing.email.retry.delay": hours(0, minimum=1),
}
"""More tries than a byte can count."""

OVERLAPS = base(120, 24.0, 1, end=24 * 40) | {
    "waves.rule": None,
    "waves.calendar": {
        f"w{k:02d}": {"open": wib(opens), "close": wib(closes), "announced": wib(announced), "places": places,
                      "face_check_fails": fails}
        for k, (opens, closes, announced, places, fails) in enumerate(
            [(24, 48, 48, 3, 0.0), (36, 96, 120, 10, 0.5), (48, 60, 120, 0, 0.0), (96, 144, 144, 30, 0.3),
             (120, 168, 240, 60, 0.0), (480, 504, 504, 9, 0.0)], start=1)
    },
    "joining.losers": [{"from": wib(0), "share": 1}],
    "joining.delay": hours(12),
    "joining.patience_waves": 2,
    "selection.eligible": [{"from": wib(0), "share": 0.7}, {"from": wib(490), "share": 0}],
    "budget.tranches": {"first": {"first_wave": 1, "rupiah": 40 * 3_550_000}},
    "purchase.waves": [{"from_wave": 1, "buys": 0.5, "delay": hours(24)}],
}  # fmt: skip
"""Waves that overlap, touch and are announced together, at whole hours at which people enter the pool."""

MANY_FAILURES = base(60, ODD, 2, end=24 * 600) | {
    "payment.fails": 1.0,
    "payment.lag_days": [{"days": 0, "share": 1}],
    "payment.partners.ovo.cap": 2.0,
    "payment.partners.bni.cap": 0.3,
    "payment.partners.gopay.cap": None,
    "payment.partners.dana.cap": 0.0,
}
"""Every payment fails, at each of four hundred runs, at caps of nothing to plenty."""

PAYMENTS = base(80, 6.0, 1) | {
    "payment.fails": 0.7,
    "payment.run_hour": 12,
    "payment.lag_days": [{"days": 0, "share": 0.5}, {"days": 1, "share": 0.5}],
    "payment.repair": law("constant", 1, "days"),
    "payment.survey_days": [1, 30],
    "payment.survey": {"answers": 0.8, "delay": law("constant", 0, "days")},
    "payment.incentive_days": 1,
    "budget.incentives": 3,
    "budget.unspent_returns_days": 31,
    "account.delay": hours(0),
    "purchase.waves": [{"from_wave": 1, "buys": 0.9, "delay": hours(0)}],
    "training.duration": law("constant", 5, "days"),
    "training.certificate": law("constant", 1, "days"),
    "training.review": law("constant", 0, "days"),
    "payment.partners.ovo.cap": 2.0,
    "payment.partners.gopay.cap": 0.3,
    "payment.partners.bni.outages": [{"from": wib(24 * 20 + 12), "until": wib(24 * 60 + 12)}],
}
"""Payments ready at the instants of runs, failing, repaired by the instant of the next, until all are paid."""

CROWDS_OF_THOUSANDS = base(2_000, 6.0, 2) | RETRIES | {
    "portal.rate": None,
    "processing.patience": hours(3),
    "processing.email.retry.delay": law("uniform", 3, "hours", 6),
    "processing.screening.servers": 1_500,
    "waves.rule": {"first_day": 2, "every_days": 4, "open_days": 3, "quota_share": 0.7, "places": None},
    "joining.delay": hours(12),
    "selection.shares": {"priority": 0.4, "regional": 0.1, "affirmative": 0.2},
    "account.delay": hours(0),
    "purchase.waves": [{"from_wave": 1, "buys": 0.9, "delay": law("uniform", 1, "days")}],
    "purchase.further": {"appetite": 0.8, "courses": 3, "delay": hours(24)},
    "training.duration": law("constant", 5, "days"),
    "training.certificate": law("constant", 0, "days"),
    "training.review": law("uniform", 0, "days"),
    "training.completes": 1.0,
    "training.reviews": 1.0,
    "budget.unspent_returns_days": 40,
    "budget.incentives": 2,
    "payment.fails": 0.3,
    "payment.incentive_days": 7,
    "payment.survey_days": [2, 7],
    "payment.survey": {"answers": 0.5, "delay": law("uniform", 1, "days")},
    "payment.lag_days": [{"days": 0, "share": 1}],
    **{f"payment.partners.{partner}.cap": None for partner in PARTNERS},
}  # fmt: skip
"""More people at once, and not a whole number of chunks, than luck is dealt to at a time, in every kernel."""

STUCK = base(20, 1.0, 1) | {"processing.rate": 0.0}
"""A closed station before which people stand until the longest run ends."""

CUT = base(60, ODD, 1, end=60) | {"processing.rate": 0.0, "processing.patience": hours(20)}
"""Patience that ends after the run does, people who would register, arrive and be paid after it."""

NOBODY = base(0, 6.0, 2)
KNOWN = (CROWDS, MANY_TRIES, OVERLAPS, MANY_FAILURES, PAYMENTS, CROWDS_OF_THOUSANDS, STUCK, CUT, NOBODY)
