"""Small programmes of every kind: closed and crowded stations, overlapping waves, caps and failures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from sim.calendar.instants import EPOCH
from tests.building import NO_FIGURES, PARTNERS, law

PEOPLE = 150
SHARES = st.sampled_from([0.0, 0.2, 0.7, 1.0])
LIKELY = st.sampled_from([0.5, 0.9, 1.0])


def wib(hours: int) -> str:
    """Return a date and time so many hours after the epoch, as the configs write it."""
    return f"{EPOCH + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def laws(unit: str, most: float, minimum: float = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Return laws of every kind with a mean up to a length."""
    return st.builds(
        lambda name, mean, spread: law(name, mean, unit, minimum, spread if name == "lognormal" else 0),
        st.sampled_from(["constant", "exponential", "lognormal", "uniform"]),
        st.sampled_from([0.0, 0.1, 0.5, 1.0]).map(lambda share: share * most),
        st.sampled_from([0.5, 2.0]),
    )


@st.composite
def spells(draw: st.DrawFn, most: int = 2) -> list[dict[str, str]]:
    """Return outages that do not overlap, in the first months."""
    hours = sorted(draw(st.lists(st.integers(1, 2000), max_size=2 * most, unique=True)))
    pairs = zip(hours[::2], hours[1::2], strict=False)
    return [{"from": wib(since), "until": wib(until)} for since, until in pairs]


def passes_steps(latest: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return other odds of passing a check from some days after the epoch on."""
    steps = st.tuples(st.integers(0, latest), st.sampled_from([0.5, 3, 1, 0]))
    return st.lists(steps, max_size=3, unique_by=lambda step: step[0]).map(
        lambda some: [{"from": wib(24 * day), "odds": odds} for day, odds in sorted(some)]
    )


@st.composite
def stations(draw: st.DrawFn, scale: float, people: int) -> dict[str, Any]:
    """Return rates at which a few dozen of 150 people a week pass, more or none."""

    def a_week() -> st.SearchStrategy[float | None]:
        return st.sampled_from([None, None, 0.0, 13.0, 40.0, 111.1, 5000.0]).map(
            lambda rate: None if rate is None else rate / scale * people / PEOPLE
        )

    changes: dict[str, Any] = {"portal.per": "week", "run.window_hours": 6}
    for path in ("portal", "processing", "processing.email", "processing.registry", "processing.third_layer"):
        closed = draw(st.integers(0, 9)) == 0
        changes[f"{path}.rate"] = 0 if closed else draw(a_week().filter(lambda rate: rate != 0))
        days = sorted(draw(st.lists(st.integers(1, 90), max_size=2, unique=True)))
        changes[f"{path}.steps"] = [{"from": wib(24 * day), "rate": draw(a_week())} for day in days]
        changes[f"{path}.outages"] = draw(spells())
    for check in ("email", "registry", "third_layer"):
        path = f"processing.{check}"
        changes |= {
            f"{path}.passes": draw(LIKELY),
            f"{path}.passes_steps": draw(passes_steps(latest=90)),
            f"{path}.retry.share": draw(SHARES),
            f"{path}.retry.passes": draw(SHARES),
            f"{path}.retry.attempts": draw(st.integers(1, 4)),
            f"{path}.retry.delay": draw(laws("hours", 200, minimum=6)),
            f"{path}.retry.rate": draw(a_week()),
        }
    patience = draw(st.none() | laws("hours", 100))
    changes |= {f"{group}.capacity": draw(st.sampled_from([1, 1, 0.7, 1.3])) for group in ("portal", "processing")}
    changes |= {
        "processing.patience": patience,
        "processing.screening.servers": draw(st.sampled_from([0, 1, 2, 5])) * people // PEOPLE,
        "processing.screening.steps": [{"from": wib(24 * draw(st.integers(1, 60))), "servers": 3 * people // PEOPLE}],
        "processing.screening.outages": draw(spells()),
        "processing.screening.service": draw(laws("hours", 12, minimum=0.01)),
        "processing.screening.passes": draw(LIKELY),
        "processing.screening.passes_steps": draw(passes_steps(latest=90)),
        "processing.test.taken": draw(LIKELY),
        "processing.test.delay": draw(laws("hours", 48)),
    }
    return changes


@st.composite
def waves(draw: st.DrawFn, scale: float, people: int) -> dict[str, Any]:
    """Return a calendar of waves that may overlap, or waves by rule; and who joins and is selected."""
    changes: dict[str, Any] = {}
    each = people / PEOPLE / scale
    if draw(st.booleans()):
        opens = sorted(draw(st.lists(st.integers(1, 2400), max_size=5, unique=True)))
        table = {}
        for k, at in enumerate(opens, start=1):
            close = at + draw(st.integers(1, 400))
            table[f"w{k:02d}"] = {
                "open": wib(at), "close": wib(close), "announced": wib(close + draw(st.integers(0, 300))),
                "places": round(draw(st.sampled_from([0, 3, 20, 200])) * each),
                "face_check_fails": draw(SHARES),
            }  # fmt: skip
        changes |= {"waves.calendar": table, "waves.rule": None}
    else:
        places = draw(st.sampled_from([None, 0, 2.5, 30]))
        changes |= {"waves.calendar": None, "waves.rule": {
            "first_day": draw(st.integers(0, 20)), "every_days": draw(st.integers(3, 20)),
            "open_days": draw(st.sampled_from([1, 4, 8, 25])), "quota_share": draw(SHARES),
            "places": None if places is None else round(places * each),
        }}  # fmt: skip
    steps = st.lists(st.tuples(st.integers(1, 90), SHARES), max_size=1)
    for path in ("joining.newcomers", "joining.losers", "selection.eligible"):
        changes[path] = [{"from": wib(0), "share": draw(SHARES | st.just(1.0))}]
        changes[path] += [{"from": wib(24 * day), "share": share} for day, share in draw(steps)]
    shares = draw(st.sampled_from([(0, 0, 0), (0.8, 0.05, 0.05), (1, 0, 0), (0.3, 0.3, 0.4)]))
    rupiah = round(draw(st.sampled_from([0, 10, 60, 1000])) * 3_550_000 * each)
    changes |= {
        "joining.delay": draw(laws("hours", 60)),
        "joining.patience_waves": draw(st.sampled_from([None, 1, 2.5])),
        "selection.shares": dict(zip(("priority", "regional", "affirmative"), shares, strict=True)),
        "selection.days": draw(st.sampled_from([0, 0.5, 4, 10])),
        "budget.tranches": {"first": {"first_wave": 1, "rupiah": rupiah}},
    }
    return changes


def paces() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return by what the durations of courses are multiplied, from the first wave and often from a later one on."""
    factors = st.sampled_from([1, 0.5, 2.25, 0])
    later = st.sampled_from([(), (2,), (3,), (2, 3)])
    return st.builds(
        lambda waves, factors: [
            {"from_wave": wave, "factor": factor} for wave, factor in zip((1, *waves), factors, strict=False)
        ],
        later,
        st.lists(factors, min_size=3, max_size=3),
    )


def completions() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return by what the odds of completing a course are multiplied, from the first wave and often from a later one."""
    odds = st.sampled_from([1, 0.5, 20, 0])
    return st.builds(
        lambda later, odds: [{"from_wave": wave, "odds": each} for wave, each in zip((1, *later), odds, strict=False)],
        st.sampled_from([(), (2,)]),
        st.lists(odds, min_size=2, max_size=2),
    )


def lag_steps(latest: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return working days more or fewer before the payments that fall due up to some days after the epoch."""
    steps = st.tuples(st.integers(0, latest), st.sampled_from([-2, -0.5, 0, 0.25, 3, 6.5]))
    return st.lists(steps, max_size=3, unique_by=lambda step: step[0]).map(
        lambda some: [{"from": wib(24 * day), "more_days": more} for day, more in sorted(some)]
    )


@st.composite
def participation(draw: st.DrawFn, scale: float, people: int) -> dict[str, Any]:
    """Return how people buy, train and are paid."""
    changes: dict[str, Any] = {
        "account.delay": draw(laws("days", 40)),
        "account.fails": draw(SHARES),
        "purchase.deadline_days": draw(st.sampled_from([1, 10, 30])),
        "purchase.waves": [{"from_wave": 1, "buys": draw(LIKELY), "delay": draw(laws("days", 30))}],
        "purchase.further": {
            "appetite": draw(SHARES), "courses": draw(st.integers(1, 4)), "delay": draw(laws("days", 60))
        },
        "training.duration": draw(laws("days", 100)),
        "training.pace": draw(paces()),
        "training.completion": draw(completions()),
        "training.completes": draw(LIKELY),
        "training.reviews": draw(LIKELY),
        "budget.unspent_returns_days": draw(st.sampled_from([31, 90, 365])),
        "budget.incentives": draw(st.integers(1, 4)),
        "payment.run_hour": draw(st.sampled_from([0, 14, 23.5])),
        "payment.incentive_days": draw(st.sampled_from([1, 30])),
        "payment.survey_days": draw(st.sampled_from([[1], [30, 90, 150]])),
        "payment.survey.answers": draw(LIKELY | st.just(0.0)),
        "payment.survey.delay": draw(laws("days", 20)),
        "payment.lag_days": [
            {"days": days, "share": 0.5} for days in draw(st.sampled_from([(0, 0), (0, 3), (5, 3)]))
        ],
        "payment.lag_steps": draw(lag_steps(latest=250)),
        "payment.fails": draw(st.sampled_from([0.0, 0.3, 0.9])),
        "payment.repair": draw(laws("days", 10)),
    }  # fmt: skip
    for partner in PARTNERS:
        cap = draw(st.sampled_from([None, 0.0, 0.4, 2.0, 100.0]))
        changes[f"payment.partners.{partner}.cap"] = None if cap is None else cap / scale * people / PEOPLE
        changes[f"payment.partners.{partner}.outages"] = draw(spells(most=1))
    changes["payment.partners.dana.from"] = wib(24 * draw(st.integers(0, 80)))
    return changes


EASY: dict[str, Any] = {
    "selection.eligible": [{"from": wib(0), "share": 1}],
    "joining.newcomers": [{"from": wib(0), "share": 1}],
    "budget.tranches": {"first": {"first_wave": 1, "rupiah": 10**15}},
    "waves.calendar": None,
    "waves.rule": {"first_day": 5, "every_days": 10, "open_days": 8, "quota_share": 0.5, "places": None},
}
"""What lets people through to the parts behind, so that those are tried as well."""


@st.composite
def programmes(draw: st.DrawFn, people: int = PEOPLE) -> dict[str, Any]:
    """Return changes of the base: 150 people, or so many, or none register within ten weeks, and what awaits them.

    Each of the three parts of the journey is as in the base, or easy, or drawn.
    """
    scale = draw(st.sampled_from([1.0, 0.25, 0.01]))
    registrants = draw(st.sampled_from([people] * 6 + [1, 0]))
    end = draw(st.none() | st.integers(100, 8000))
    days = sorted(draw(st.lists(st.integers(1, 70), min_size=1, max_size=3, unique=True)))
    points = [{"at": wib(19), "registered": 0}]
    points += [{"at": wib(24 * day + 5), "registered": 10 * day} for day in days]
    changes = {
        **NO_FIGURES,
        **EASY,
        "run.seed": draw(st.integers(0, 2**63 - 1)),
        "clock.end": None if end is None else wib(end),
        "clock.longest_years": 2,
        "population.applicants": round(registrants / scale),
        "population.scale": scale,
        "demand.points": points,
    }
    parts = draw(st.lists(st.sampled_from([stations, waves, participation]), min_size=1, unique=True))
    for part in parts:
        changes |= draw(part(scale, people))
    return changes
