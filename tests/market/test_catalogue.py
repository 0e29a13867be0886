"""The catalogue made from a few numbers, and the table that both engines read: what they must be on any market."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar.instants import DAY, NEVER, WEEK
from sim.parameters import Parameters
from sim.programme.catalogue import Catalogue, catalogue
from sim.programme.compiling import compile_programme
from sim.programme.market import MarketTable
from sim.rules.choosing import SELF_PACED
from tests.building import parameters
from tests.engine.random_programmes import wib
from tests.market.random_markets import market, markets, platform


@cache
def institutions(**changes: Any) -> Parameters:
    """Return parameters with the market of the article; `a__b` is the key market.a.b."""
    keys = {f"market.{name.replace('__', '.')}": value for name, value in changes.items()}
    return parameters("market=institutions", changes=keys)


def made(**changes: Any) -> Catalogue:
    """Return the catalogue of a market."""
    found = institutions(**changes)
    assert found.market is not None
    return catalogue(found, found.market)


def table(changed: dict[str, Any]) -> MarketTable:
    """Return the compiled market of parameters."""
    found = compile_programme(parameters("market=institutions", changes=changed)).seats
    assert found is not None
    return found


COLUMNS = ("live", "seats", "wait", "price", "popularity", "duration", "completion")


def test_the_article_has_180_providers_and_700_courses() -> None:
    """Catches a provider without a course, a price beyond those asked for, and a course that is listed nowhere."""
    found = made()
    assert (len(found.providers), len(found.names)) == (180, 700)
    counts = np.bincount(found.provider, minlength=180)
    assert counts.min() >= 1
    assert 24_000 <= found.price.min() < 40_000 < 900_000 < found.price.max() <= 1_000_000
    on = found.listed.sum(axis=1)
    assert (on.min(), on.max()) == (2, 6)
    assert abs(found.live.mean() - 0.4) < 0.1
    assert found.seats_a_week.sum() == pytest.approx(300_000, rel=1e-6)


def test_sizes_and_popularity_have_heavy_tails() -> None:
    """Catches providers of one size, and courses that all sell alike."""
    heavy, light = made(), made(catalogue__sizes=50.0, catalogue__popularity=50.0)
    for found, is_heavy in ((heavy, True), (light, False)):
        largest = np.sort(np.bincount(found.provider))[::-1]
        sold = np.sort(found.popularity)[::-1] / found.popularity.sum()
        assert (largest[:18].sum() > 0.3 * 700) == is_heavy
        assert (sold[:70].sum() > 0.4) == is_heavy


def test_a_catalogue_depends_on_its_own_seed_alone() -> None:
    """Catches courses that move with the seed or the replication of a run, and two seeds with one catalogue."""
    base, other = made(), made(catalogue__seed=1)
    again = parameters("market=institutions", "run.seed=5", "run.replication=3")
    assert again.market is not None
    assert equal(catalogue(again, again.market), base)
    assert not (other.price == base.price).any()


def test_more_courses_and_platforms_leave_the_others_as_they_are() -> None:
    """Catches a catalogue drawn in turn: one course more would be another market."""
    base, more = made(), made(catalogue__courses=1400, catalogue__providers=360)
    for name in COLUMNS:
        assert (getattr(more, name)[:700] == getattr(base, name)).all(), name
    assert more.seats_a_week.sum() == pytest.approx(base.seats_a_week.sum())
    held = institutions().market
    assert held is not None
    added = held.model_copy(update={"platforms": held.platforms | {"new": held.platforms["store_1"]}})
    beside = catalogue(institutions(), added)
    assert (beside.listed[:, :10] <= base.listed).all()  # the new one may take the place of another
    assert (beside.listed.sum(axis=1) == base.listed.sum(axis=1)).all()


def test_seats_follow_the_sales_that_are_expected() -> None:
    """Catches seats that do not follow, or do where they should not."""
    for follow, spread in ((0.0, 1.0), (1.0, 50.0)):
        found = made(catalogue__follow=follow)
        a_week = (found.seats * found.classes_a_week)[found.live]
        assert (a_week.max() / a_week.min() > spread) == (follow > 0)


def test_live_only_adds_seats_and_moves_no_live_course() -> None:
    """Catches a self-paced course that stays so, or that gets the seats of nobody."""
    base, live = made(), made(live_only=True)
    assert live.live.all()
    assert (live.seats[base.live] == base.seats[base.live]).all()
    assert set(live.seats[~base.live].tolist()) == {round(float(np.median(base.seats[base.live])))}
    # Where live classes are closed, those of the others are.
    assert not made(live_only=True, catalogue__seats_a_week=0).seats.any()


def equal(one: Catalogue, other: Catalogue) -> bool:
    """Return whether two catalogues are one."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)


# The table


def test_shares_are_those_of_the_platforms_that_are_there() -> None:
    """Catches a share of one that has not entered or has left, a step that is not taken, and sums other than 1."""
    platforms = {
        "a": platform(share=0.5, until=wib(72)),
        "b": platform(share=0.25, share_steps=[{"from": wib(48), "share": 0.5}]),
        "c": platform(share=0.25) | {"from": wib(24)},
    }
    found = table({"market": market(platforms=platforms)})
    assert found.share_since.tolist() == [-NEVER, 0, DAY, 2 * DAY, 3 * DAY]
    assert found.shares[0].tolist() == [0, 0, 0]
    expected = [[2 / 3, 1, 1], [0.5, 0.75, 1], [0.4, 0.8, 1], [0, 2 / 3, 1]]
    assert np.allclose(found.shares[1:], expected, rtol=1e-15)
    assert found.exit.tolist() == [3 * DAY, NEVER, NEVER]


def test_levers_multiply_what_they_say_and_nothing_else() -> None:
    """Catches a lever without effect, or with one elsewhere."""
    base = table({"market.instructors_share": 0.8})
    half = {name: table({"market.instructors_share": 0.8, f"market.{name}": 0.5}) for name in LEVERS}
    live = base.courses["seats"] > 0
    for name, found in half.items():
        same = {
            "checkout_capacity": rates(found) == rates(base),
            "certificates": caps(found) == caps(base),
            "instructors": np.array_equal(found.weeks, base.weeks),
            "seats": np.array_equal(found.courses["seats"], base.courses["seats"]),
        }
        assert {lever for lever, is_same in same.items() if not is_same} == {name}
    assert [2 * rate for rate in rates(half["checkout_capacity"])] == rates(base)
    seats = half["seats"].courses["seats"][live] / base.courses["seats"][live]
    assert abs(seats - 0.5).max() < 0.05
    assert half["instructors"].weeks.sum() == pytest.approx(base.weeks.sum() / 2, rel=1e-5)


LEVERS = ("checkout_capacity", "seats", "instructors", "certificates")


def rates(found: MarketTable) -> list[int]:
    """Return the rates of the checkouts."""
    assert found.checkout is not None
    return [int(schedule.at(0)) for schedule in found.checkout.schedules]


def caps(found: MarketTable) -> list[int]:
    """Return the caps of certificates at the start."""
    assert found.certificates is not None
    return [int(schedule.at(0)) for schedule in found.certificates.schedules]


def test_one_slow_platform_issues_certificates_in_runs_the_others_at_once() -> None:
    """Catches a platform without a cap whose certificates wait for a run, and one with a step that does not."""
    found = table({})
    assert found.issues_at_once.tolist() == [key != "marketplace_3" for key in found.keys]


def test_a_scaled_market_offers_as_many_seats_a_person() -> None:
    """Catches a scale that changes the seats of courses or of instructors, and first classes all at one time."""
    for scale in (0.1, 0.001):
        whole, scaled = (
            table({"market.instructors_share": 0.5, "population.scale": each, "market.seats": 1})
            for each in (1.0, scale)
        )
        live = whole.courses["seats"] > 0

        def a_week(found: MarketTable, live: Any = live) -> Any:
            return (found.courses["seats"] / found.courses["interval"])[live] * WEEK

        assert np.allclose(a_week(scaled), scale * a_week(whole), rtol=1e-6)
        assert scaled.weeks.sum() == pytest.approx(scale * whole.weeks.sum(), rel=0.01)
        assert abs(scaled.weeks.cumsum(axis=1) - scale * whole.weeks.cumsum(axis=1)).max() <= 1 + scale
        of_interval = scaled.courses["first"][live] / scaled.courses["interval"][live]
        assert np.quantile(of_interval, 0.1) < 0.2 < 0.8 < np.quantile(of_interval, 0.9)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_holds_of_any_market(data: st.DataObject) -> None:
    """Catches a table that a kernel could read out of bounds, or that no search would end in."""
    scale = data.draw(st.sampled_from([1.0, 0.25, 0.01]))
    changes = data.draw(markets(scale)) | {"population.scale": scale, "population.applicants": 1000}
    found = compile_programme(parameters(changes=changes)).seats
    assert found is not None
    courses = found.courses
    assert found.bounds[0, 0] == 0
    assert found.bounds[-1, 1] == found.listed.size == found.popularity.size
    assert (found.bounds[1:, 0] == found.bounds[:-1, 1]).all()
    for begin, end in found.bounds.tolist():
        here = found.listed[begin:end]
        assert (np.diff(here) > 0).all()
        assert (np.diff(found.popularity[begin:end]) >= 0).all()
        assert end == begin or found.popularity[end - 1] == 1
    assert found.listed.max() < courses.size
    assert (courses["interval"] >= 1).all()
    assert (courses["first"] >= courses["since"]).all()
    live = courses["seats"] != SELF_PACED
    assert (courses["seats"][live] >= 0).all()
    assert ((courses["first"] - courses["since"])[live] <= courses["interval"][live]).all()
    assert (np.diff(found.shares, axis=1) >= 0).all()
    assert set(found.shares[:, -1].tolist()) <= {0.0, 1.0}
    assert found.weeks.shape[0] in (0, len(found.providers))
    assert (found.weeks >= 0).all()
    assert equal_tables(found, compile_programme(parameters(changes=changes)).seats)


def equal_tables(one: MarketTable, other: MarketTable | None) -> bool:
    """Return whether two tables have the same courses, listings and weeks."""
    assert other is not None
    names = ("courses", "listed", "popularity", "weeks", "shares")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
