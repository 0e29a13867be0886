"""Programmes in which much happens at one instant: whole hours, coarse draws, windows' edges, no slack.

Stations let people through on the hour, services and delays are whole hours, and outages, steps, waves,
announcements and payment runs fall on the hour as well, so that most acts share their instant with
others. A retry comes back no sooner than a window of the fast engine lasts, and often just then.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.building import NO_FIGURES, PARTNERS, law
from tests.engine.random_programmes import LIKELY, SHARES, programmes, wib

PEOPLE = 120
ODD = 5.0000000002777778
"""Five hours and a microsecond."""

WINDOWS = (1.0, ODD, 6.0, 24.0)
HOURLY = (168.0, 84.0, 28.0)
"""People a week: one every hour, two hours, six hours."""


def windows() -> st.SearchStrategy[dict[str, Any]]:
    """Return how a run is made; the person engine takes no notice of it."""
    return st.fixed_dictionaries(
        {"run.window_hours": st.sampled_from(WINDOWS), "run.threads": st.sampled_from([1, 2])}
    )


def whole(unit: str, *lengths: int, minimum: float = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Return laws of one whole length, and now and then others, with ties at the minimum or without any."""
    constant = st.sampled_from(lengths).map(lambda mean: law("constant", mean, unit, minimum))
    nothing = st.sampled_from(["exponential", "uniform"]).map(lambda name: law(name, 0, unit, minimum))
    drawn = st.builds(
        lambda name, mean: law(name, mean, unit, minimum, 1 if name == "lognormal" else 0),
        st.sampled_from(["exponential", "uniform", "lognormal"]),
        st.sampled_from(lengths),
    )
    return constant | constant | nothing | drawn


@st.composite
def closed(draw: st.DrawFn, *, latest: int, most: int = 3) -> list[dict[str, str]]:
    """Return outages from hour to hour; some end at a window's edge, some as others begin."""
    hours = sorted(draw(st.lists(st.integers(1, latest), max_size=2 * most, unique=True)))
    spells = list(zip(hours[::2], hours[1::2], strict=False))
    if spells and draw(st.booleans()):
        since, until = spells[-1]
        spells[-1] = (since, (until // 24 + 1) * 24)  # midnight is an edge of every window
    return [{"from": wib(since), "until": wib(until)} for since, until in spells]


@st.composite
def stations(draw: st.DrawFn, scale: float, window: float) -> dict[str, Any]:
    """Return stations that people leave on the hour, retries that come back as soon as they may."""
    a_week = st.sampled_from([None, *HOURLY, *HOURLY, 1000.0, 0.0])

    def rate(value: float | None) -> float | None:
        return None if value is None else value / scale

    changes: dict[str, Any] = {"portal.per": "week", "portal.rate": rate(draw(st.sampled_from(HOURLY)))}
    for path in ("portal", "processing", "processing.email", "processing.registry", "processing.third_layer"):
        if path != "portal":
            changes[f"{path}.rate"] = rate(draw(a_week.filter(lambda value: value != 0)))
        steps = sorted(draw(st.lists(st.integers(1, 14), max_size=2, unique=True)))
        changes[f"{path}.steps"] = [{"from": wib(24 * day), "rate": rate(draw(a_week))} for day in steps]
        if steps and changes[f"{path}.steps"][-1]["rate"] == 0 and draw(st.integers(0, 3)):
            changes[f"{path}.steps"][-1]["rate"] = rate(168.0)
        changes[f"{path}.outages"] = draw(closed(latest=400))
    # All come at one time and stand before the portal when it opens on the hour.
    changes["portal.outages"] = [{"from": wib(1), "until": wib(draw(st.sampled_from([24, 48, 49])))}]
    for check in ("email", "registry", "third_layer"):
        path = f"processing.{check}"
        changes |= {
            f"{path}.passes": draw(LIKELY),
            f"{path}.retry.share": draw(SHARES),
            f"{path}.retry.passes": draw(SHARES),
            f"{path}.retry.attempts": draw(st.integers(1, 4)),
            f"{path}.retry.delay": draw(whole("hours", 0, 0, 1, 6, 24, minimum=window)),
            f"{path}.retry.rate": rate(draw(a_week)),
        }
    return changes | {
        "processing.patience": draw(st.none() | whole("hours", 0, 2, 12, 48)),
        "processing.screening.servers": draw(st.sampled_from([0, 1, 2, 3, 5, 1000])),
        "processing.screening.steps": [
            {"from": wib(hour), "servers": draw(st.sampled_from([0, 1, 4, 7]))}
            for hour in sorted(draw(st.lists(st.integers(60, 400), max_size=2, unique=True)))
        ] + [{"from": wib(24 * 20), "servers": draw(st.sampled_from([1, 5]))}],
        "processing.screening.outages": draw(closed(latest=460)),
        "processing.screening.service": draw(whole("hours", 1, 2, 5, minimum=draw(st.sampled_from([0.01, 1])))),
        "processing.screening.passes": draw(LIKELY),
        "processing.test.taken": draw(LIKELY),
        "processing.test.delay": draw(whole("hours", 0, 0, 3, 24)),
        "processing.test.minutes": draw(st.sampled_from([0, 60])),
    }  # fmt: skip


@st.composite
def waves(draw: st.DrawFn, scale: float) -> dict[str, Any]:
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
                "places": round(draw(st.sampled_from([0, 1, 5, 30, 200])) / scale),
                "face_check_fails": draw(st.sampled_from([0.0, 0.0, 0.3, 1.0])),
            }  # fmt: skip
        changes |= {"waves.calendar": table, "waves.rule": None}
    else:
        places = draw(st.sampled_from([None, None, 0, 1.5, 12]))
        changes |= {"waves.calendar": None, "waves.rule": {
            "first_day": draw(st.sampled_from([0, 2, 2.5])), "every_days": draw(st.sampled_from([2, 3, 7])),
            "open_days": draw(st.sampled_from([0.5, 2, 7, 11])), "quota_share": draw(SHARES),
            "places": None if places is None else round(places / scale),
        }}  # fmt: skip
    for path in ("joining.newcomers", "joining.losers", "selection.eligible"):
        changes[path] = [{"from": wib(0), "share": draw(st.sampled_from([0.0, 0.5, 0.9, 1.0, 1.0, 1.0]))}]
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
def participation(draw: st.DrawFn, scale: float) -> dict[str, Any]:
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
        "training.certificate": draw(whole("days", 0, 1)),
        "training.completes": draw(LIKELY),
        "training.reviews": draw(LIKELY),
        "training.review": draw(whole("days", 0, 2)),
        "budget.unspent_returns_days": draw(st.sampled_from([11, 30, 90])),
        "budget.incentives": draw(st.integers(1, 4)),
        "payment.run_hour": draw(st.sampled_from([0, 12, 14])),
        "payment.incentive_days": draw(st.sampled_from([1, 7, 30])),
        "payment.survey_days": draw(st.sampled_from([[1], [7], [7, 30]])),
        "payment.lag_days": [
            {"days": days, "share": 0.5} for days in draw(st.sampled_from([(0, 0), (0, 1), (5, 3)]))
        ],
        "payment.fails": draw(st.sampled_from([0.0, 0.004, 0.5, 0.9, 1.0])),
        "payment.mending": draw(whole("days", 0, 0, 1, 3)),
    }  # fmt: skip
    for partner in PARTNERS:
        cap = draw(st.sampled_from([None, 100.0, 5.0, 1.0, 0.3, 0.0]))
        changes[f"payment.partners.{partner}.cap"] = None if cap is None else cap / scale
        changes[f"payment.partners.{partner}.outages"] = draw(closed(latest=2000, most=1))
    changes["payment.partners.dana.from"] = wib(24 * draw(st.sampled_from([0, 4, 10])))
    return changes


EASY_STATIONS: dict[str, Any] = {
    f"{path}.rate": None
    for path in (
        "portal",
        "processing",
        *(f"processing.{check}{retry}" for check in ("email", "registry", "third_layer") for retry in ("", ".retry")),
    )
}
EASY_WAVES: dict[str, Any] = {
    "selection.eligible": [{"from": wib(0), "share": 1}],
    "joining.newcomers": [{"from": wib(0), "share": 1}],
    "budget.tranches": {"first": {"first_wave": 1, "rupiah": 10**15}},
    "waves.calendar": None,
    "waves.rule": {"first_day": 2, "every_days": 4, "open_days": 3, "quota_share": 0.5, "places": None},
}


@st.composite
def awkward(draw: st.DrawFn) -> dict[str, Any]:
    """Return changes of the base: 120 people or none register within an hour or days, and what awaits them."""
    scale = draw(st.sampled_from([1.0, 0.25]))
    people = draw(st.sampled_from([PEOPLE] * 8 + [1, 0]))
    how = draw(windows())
    end = draw(st.none() | st.sampled_from([24, 24 * 9 + 14, 24 * 20, 2000, 5001]))
    last = draw(st.sampled_from([20, 20, 44, 200]))
    changes = {
        **NO_FIGURES,
        **EASY_STATIONS,
        **EASY_WAVES,
        **how,
        "run.seed": draw(st.integers(0, 2**63 - 1)),
        "clock.end": None if end is None else wib(end),
        "clock.longest_years": 1,
        "population.applicants": round(people / scale),
        "population.scale": scale,
        "demand.points": [{"at": wib(19), "registered": 0}, {"at": wib(last), "registered": 1000}],
    }
    for part, likely in (("stations", 3), ("waves", 3), ("participation", 2)):
        if draw(st.integers(0, 3)) <= likely:
            if part == "stations":
                changes |= draw(stations(scale, how["run.window_hours"]))
            else:
                changes |= draw(waves(scale) if part == "waves" else participation(scale))
    return changes


@st.composite
def any_programme(draw: st.DrawFn) -> dict[str, Any]:
    """Return changes of the base, awkward ones two times of three, in windows that its retries allow."""
    if draw(st.integers(0, 2)):
        return draw(awkward())
    changes = draw(programmes())
    how = draw(windows())
    if how["run.window_hours"] > 6:  # its retries come back after six hours at the least
        how["run.window_hours"] = 6.0
    return changes | how | {"clock.longest_years": 1}
