"""A service level of runs that are made up: broken by a known share, from a known day on, at a known station."""

from __future__ import annotations

import numpy as np
import pytest

from sim.results.baselines.levels import Blame, Kept, Level, levels
from sim.results.figure import Value
from tests.baselines.made import baseline, expected

NAME = "service_level.mine"
N = 8
PLACES = "places.person_days_waited"
REGISTRY, SCREENING, OVO = (f"station.{name}.person_days_waited" for name in ("registry", "screening", "ovo"))
UNITS = {"station.ovo.peak_queue": "payments", "station.registry.peak_queue": "people", PLACES: "", OVO: ""}
UNITS |= {REGISTRY: "", SCREENING: "", NAME: "share"}

EXPECTED = baseline(
    **{
        NAME: expected([0.99] * 6, "share"),
        PLACES: expected([9e9] * 6, "person-days"),
        REGISTRY: expected([1e6] * 6, "person-days"),
        SCREENING: expected([5.0] * 6, "person-days"),
        OVO: expected([2e6] * 6, "person-days"),
    }
)


def found(wait: str, share: float = 0.9, days: list[str | None] | None = None, **waited: float) -> Level:
    """Return what is found of the level where runs have so much in time, from these days on, and wait so long."""
    since: list[str | None] = days or ["2020-09-28"] * N
    runs: list[dict[str, Value]] = [
        {
            NAME: share + luck,
            f"{NAME}.asked": 0.95,
            f"{NAME}.failed_since": day and f"{day[:7]}-01",
            f"{NAME}.failed_since_day": day,
            PLACES: waited.get("places", 9e9),
            REGISTRY: waited.get("registry", 1e6),
            SCREENING: 5.0,
            OVO: waited.get("ovo", 2e6),
        }
        for day, luck in zip(since, np.linspace(-1e-4, 1e-4, N).tolist(), strict=True)
    ]
    return levels(EXPECTED, runs, UNITS, {"service_levels.mine.wait": wait})[0]


def test_it_says_how_far_since_which_day_and_where() -> None:
    """Catches a day that one unlucky replication decides, and a level that is broken by luck or kept in part."""
    some = found("incentive_due_to_paid", days=["2020-04-12", None, *["2020-09-28"] * 4, "2020-10-01", "2021-02-03"])
    assert (some.before, some.now, some.newly_broken) == (Kept.KEPT, Kept.BROKEN, True)
    assert (some.asked, some.expected, some.found) == (0.95, pytest.approx(0.99), pytest.approx(0.9))
    assert some.since == "2020-09-28"
    assert found("incentive_due_to_paid", share=0.99, days=[None] * N).since is None
    assert found("incentive_due_to_paid", share=0.95).now is Kept.NEAR


def test_where_nothing_changed_the_level_is_what_it_was() -> None:
    """Catches a level that two of its twenty replications leave open, although all of them are what they were."""
    shares = np.random.default_rng(1).normal(0.97, 0.004, 20).round(6).tolist()
    held = baseline(**{NAME: expected(shares, "share")})
    runs: list[dict[str, Value]] = [
        {NAME: share, f"{NAME}.asked": 0.95, f"{NAME}.failed_since": None} for share in shares[:2]
    ]
    assert levels(held, runs, {}, {})[0].now is Kept.KEPT
    runs[0][NAME] = 0.96
    assert levels(held, runs, {}, {})[0].now is Kept.NEAR


@pytest.mark.parametrize(
    ("wait", "waited", "blame"),
    [
        # Places are always waited for longest; that more is waited at the registry is what broke it.
        ("registered_to_award", {"registry": 4e6}, Blame("registry", 1.0, more=True)),
        ("registered_to_award", {"registry": 4e6, "places": 10e9}, Blame("places", 1e9 / (1e9 + 3e6), more=True)),
        ("registered_to_award", {"ovo": 9e6}, Blame("places", 9e9 / (9e9 + 1e6 + 5), more=False)),
        ("registered_to_incentive", {"ovo": 9e6}, Blame("ovo", 1.0, more=True)),
        ("incentive_due_to_paid", {"registry": 4e6}, Blame("ovo", 1.0, more=False)),
        ("incentive_due_to_paid", {"registry": 4e6, "ovo": 3e6}, Blame("ovo", 1.0, more=True)),
        ("place", {"registry": 4e6}, Blame("places", 1.0, more=False)),
        ("registry", {}, Blame("registry", 1.0, more=False)),
    ],
)
def test_to_blame_is_where_more_is_waited_than_expected(wait: str, waited: dict[str, float], blame: Blame) -> None:
    """Catches the station that always has the longest queue blamed for what another broke, or one not on the way."""
    of_it = found(wait, **waited).blame
    assert of_it is not None
    assert (of_it.station, of_it.more) == (blame.station, blame.more)
    assert of_it.share == pytest.approx(blame.share, rel=1e-3)


def test_what_people_do_in_their_own_time_is_no_stations_fault() -> None:
    """Catches a station blamed for how long people take to review a course."""
    assert found("completion_to_review", registry=4e6).blame is None
