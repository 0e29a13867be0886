"""The model's own error: of the right size, alike over time, within its bounds, and in the interval that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import accumulate, pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.model_error import FOLLOWS_THE_AWARD, ModelError
from sim.report.intervals import Told
from sim.report.worlds_published import predicted_lines, published_lines
from sim.results.figure import Figure
from sim.results.table import Table
from sim.results.tables.published import BY_DATE, GIVEN, GIVEN_BY_CALENDAR, PAID, TRAINING
from sim.results.tables.published_in_worlds import Asked, published_in_worlds
from sim.results.tables.worlds import Run
from tests.building import SIGMAS

EARLY, FIRST, LATER = datetime(2020, 4, 16), datetime(2020, 9, 15, 12), datetime(2021, 12, 31)
ERROR = ModelError(0.02, 0.1, seed=7)
N = 2_000
"""Worlds of a test of chance."""


def asked(what: str, at: datetime = EARLY, role: str = "prediction") -> Asked:
    """Return a figure that is asked for."""
    return Asked(f"{what}.{at}", what, "", at, role, None)


def logs(error: ModelError, counts: dict[str, float], given: str) -> NDArray[np.float64]:
    """Return the logarithms by which figures of one instant are off, a row for each of N worlds, a column each."""
    some = [asked(what, role="input" if what == given else "prediction") for what in counts]
    found = [error.published(world, some, [*counts.values()]) for world in range(1, N + 1)]
    return np.log(np.array(found, dtype=np.float64) / [*counts.values()])


def test_draws_are_as_alike_as_the_fit_says() -> None:
    """Catch draws of another size than one, and days that are independent, the same, or alike for longer."""
    draws = np.array([ERROR.by_day(world, "bought_first", 151) for world in range(1, N + 1)])[:, [0, 30, 150]]
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(draws.mean(axis=0)).max() < SIGMAS / np.sqrt(N)
    alike = np.corrcoef(draws.T)
    for one, other, days in ((0, 1, 30), (1, 2, 120), (0, 2, 150)):
        assert alike[one, other] == pytest.approx(np.exp(-days / 30), abs=SIGMAS / np.sqrt(N))


def test_the_error_of_a_count_is_as_alike_as_it_has_grown() -> None:
    """Catch draws of another size than one, and counts that are more or less alike than a Matern law of 3/2 says."""
    counts = [1.0, 2.0, 1e6, 1.05e6, 1.5e6, 1e7]
    draws = np.array([[ERROR.by_size(world, "bought_first", count) for count in counts] for world in range(1, N + 1)])
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(draws.mean(axis=0)).max() < SIGMAS / np.sqrt(N)
    alike = np.corrcoef(draws.T)
    for one, other in ((0, 1), (1, 2), (2, 3), (2, 4), (2, 5)):
        x = 3 * np.log(counts[other] / counts[one])
        expected = (1 + x) * np.exp(-x)
        assert alike[one, other] == pytest.approx(expected, abs=SIGMAS * (1 - expected**2) / np.sqrt(N) + 2e-3)


def test_an_error_is_as_large_as_the_fit_says_and_shared_by_those_in_common() -> None:
    """Catch an error of another size, before or after the award, and stages that share more or less than people."""
    counts = {"in_pool": 90e6, "ever_joined": 45e6, "awarded": 10e6, "bought_first": 6e6, "completed_first": 3.6e6}
    found = logs(ModelError(0.02, 0.05, 7), counts, "awarded")
    sizes = np.array([0.02, 0.02, 0.05, 0.05])
    off = np.delete(found, 2, axis=1)
    assert (found[:, 2] == 0).all()
    assert np.abs(off.std(axis=0) / sizes - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(off.mean(axis=0) / sizes).max() < SIGMAS / np.sqrt(N)
    alike = np.corrcoef(off.T)
    for one, other, share in ((0, 1, 0.5), (1, 2, 0.0), (2, 3, 0.6)):
        assert alike[one, other] == pytest.approx(share, abs=SIGMAS / np.sqrt(N))


def test_a_bound_bends_no_stage_that_is_nearly_the_stage_before() -> None:
    """Catch a cap on draws of their own: the last of four stages alike would lie 0.7 standard deviations too low.

    What the cap on the first of them leaves of its error is followed by the others.
    """
    counts = {"awarded": 11.932e6, "bought_first": 11.234e6, "completed_first": 10.964e6, "reviewed": 10.682e6}
    counts |= {"paid_first_incentive": 10.680e6, "incentive_rupiah": 24.9e12}
    found = logs(ModelError(0.012, 0.043, 7), counts, "awarded") / 0.043
    room = np.log(11.932 / 11.234) / 0.043
    law = NormalDist()
    capped = np.isclose(found[:, 1], room).mean()
    expected = law.cdf(-room)
    assert capped == pytest.approx(expected, abs=SIGMAS * np.sqrt(expected / N))
    off = found[:, 2:]
    median = 1.2533 * SIGMAS / np.sqrt(N)  # of a normal law
    assert np.abs(np.median(off, axis=0)).max() < median + 0.01
    mean = -law.pdf(room) + room * expected  # of a normal draw that is cut off at the room
    size = np.sqrt(law.cdf(room) - room * law.pdf(room) + room**2 * expected - mean**2)
    assert off.std(axis=0)[0] == pytest.approx(np.sqrt((10.964 / 11.234 * size) ** 2 + 1 - (10.964 / 11.234) ** 2), 0.1)
    assert off[:, 3] == pytest.approx(off[:, 2])  # rupiah per participant are as simulated


def test_who_is_awarded_buys_or_is_revoked_and_not_both() -> None:
    """Catch more people who bought and who are revoked, together, than were awarded; and shares that the cap bends."""
    counts = {"awarded": 11.932e6, "revoked": 0.74e6, "bought_first": 11.18e6, "completed_first": 10.85e6}
    found = np.exp(logs(ModelError(0.02, 0.057, 7), counts, "awarded")) * [*counts.values()]
    assert (found[:, 1] + found[:, 2]).max() <= 11.932e6 + 1
    assert found[:, 1].min() > 0
    fewer = found[:, 2] <= 11.18e6  # then nothing is taken from those who are revoked
    assert np.log(found[fewer, 1] / 0.74e6).std() == pytest.approx(0.057, abs=SIGMAS * 0.057 / np.sqrt(N))
    assert np.median(found[:, 2]) == pytest.approx(11.18e6, rel=0.01)
    assert np.quantile(found[:, 2], 0.05) == pytest.approx(11.18e6 * np.exp(-1.645 * 0.057), rel=0.02)
    assert 11.6e6 < np.quantile(found[:, 2], 0.95) < 11.85e6
    completed = found[:, 3] / found[:, 2]
    assert completed.max() <= 1 + 1e-9
    assert np.median(completed) == pytest.approx(10.85 / 11.18, abs=0.001)
    rupiah = {"training_awarded_rupiah": 12e12, "training_paid_rupiah": 9e12, "training_returned_rupiah": 2.9e12}
    money = np.exp(logs(ERROR, rupiah, "training_awarded_rupiah")) * [*rupiah.values()]
    assert (money[:, 1] + money[:, 2]).max() <= 12e12 + 1


@settings(max_examples=60, deadline=None)
@given(
    shares=st.lists(st.floats(0, 1) | st.just(1.0), min_size=len(BY_DATE), max_size=len(BY_DATE)),
    missing=st.sets(st.sampled_from(BY_DATE)),
    given_=st.sets(st.sampled_from(("registered", "awarded"))),
    size=st.floats(0.001, 1),
    world=st.integers(1, 1_000),
)
def test_no_stage_exceeds_the_stage_before(
    shares: list[float], missing: set[str], given_: set[str], size: float, world: int
) -> None:
    """Catch more people at a stage than at one before it, whichever are asked for, in whatever order; and a nan."""
    counts = dict(zip(BY_DATE, accumulate(shares, lambda count, share: count * share, initial=1e6), strict=False))
    stages = [stage for stage in BY_DATE if stage not in missing]
    backwards = [asked(stage, role="input" if stage in given_ else "prediction") for stage in reversed(stages)]
    found = ModelError(size, size, 7).published(world, backwards, [counts[each.what] for each in backwards])
    off = {each.what: value for each, value in zip(backwards, found, strict=True)}
    assert all(off[stage] == counts[stage] for stage in given_ - missing)
    before_the_award = stages[: stages.index("awarded")] if "awarded" in stages else []
    for some in (before_the_award, stages[len(before_the_award) :]):
        assert all(off[later] <= off[earlier] for earlier, later in pairwise(some))  # type: ignore[operator]


def test_money_and_waves_are_bounded_too() -> None:
    """Catch more of the balances spent than were awarded, and more of a wave revoked than were awarded by it."""
    counts = {"training_awarded_rupiah": 12e12, "training_paid_rupiah": 11e12, "training_returned_rupiah": 1.0}
    found = logs(ERROR, counts, "training_awarded_rupiah").max(axis=0)
    assert found[:2] == pytest.approx([0, np.log(12 / 11)])
    assert logs(ERROR, {"joined": 9e6, "awarded": 1e6, "revoked": 1e6}, "awarded").max(axis=0)[1:] == pytest.approx(0)


DATES = (FIRST, datetime(2021, 3, 3), LATER, datetime(2022, 2, 9))


def test_a_draw_is_the_same_whatever_else_is_asked() -> None:
    """Catch an error that another date moves, one between two others above all, or a date that comes first or last.

    So it is at the sizes that are fitted: an error of theirs takes back less than is added.
    """
    every = [asked(what, at) for at in DATES for what in BY_DATE]
    grown = (1.0, 1.7, 2.0, 2.02)
    counts = [grown[k // len(BY_DATE)] * 1e6 / (k % len(BY_DATE) + 1) for k in range(len(every))]
    error = ModelError(0.021, 0.057, seed=7)
    for world in range(1, 101):
        whole = dict(zip(every, error.published(world, every, counts), strict=True))
        for dates in ([FIRST, LATER], [LATER], [FIRST]):
            some = {each: count for each, count in zip(every, counts, strict=True) if each.at in dates}
            assert error.published(world, [*some], [*some.values()]) == [whole[each] for each in some]


@settings(max_examples=100, deadline=None)
@given(
    added=st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e5), st.floats(0, 1)), min_size=len(DATES), max_size=len(DATES)
    ),
    given_=st.booleans(),
    size=st.floats(0.001, 1),
    world=st.integers(1, 1_000),
)
def test_a_count_so_far_never_falls(
    added: list[tuple[float, float, float]], given_: bool, size: float, world: int
) -> None:
    """Catch a count that an error takes back, and parts of the awarded that are more than they are, at any size."""
    whats = ("awarded", "revoked", "bought_first", "completed_first", "paid_first_incentive", "incentive_rupiah")
    bought, revoked, waiting, counts = 0.0, 0.0, 0.0, list[float]()
    for buy, revoke, share in added:
        bought, revoked, waiting = bought + buy, revoked + revoke, share * buy
        done = bought * 0.9
        counts += [bought + revoked + waiting + buy, revoked, bought, done, done * share, 6e5 * done * share]
    for k in range(len(whats)):  # what the draws above let fall was never a count so far
        counts[k :: len(whats)] = [*accumulate(counts[k :: len(whats)], max)]
    role = "input" if given_ else "prediction"
    some = [asked(what, at, role if what == "awarded" else "prediction") for at in DATES for what in whats]
    found = np.array(ModelError(size, size, 7).published(world, some, counts), dtype=np.float64)
    table = found.reshape(len(DATES), len(whats))
    assert (np.diff(table, axis=0) >= 0).all()
    assert (table[:, 1] + table[:, 2] <= table[:, 0] * (1 + 1e-12)).all()
    assert (np.diff(table[:, 2:5], axis=1) <= 0).all()


def test_a_draw_is_keyed_by_seed_world_and_figure() -> None:
    """Catch a draw that two seeds, worlds or figures share."""

    def drawn(error: ModelError, world: int, what: str) -> set[float]:
        return {*error.by_day(world, what, 9), *(error.by_size(world, what, count) for count in (1, 1e3, 1e6))}

    others = drawn(replace(ERROR, seed=8), 3, "revoked") | drawn(ERROR, 4, "revoked") | drawn(ERROR, 3, "reviewed")
    one = drawn(ERROR, 3, "revoked")
    assert not one & others
    assert len(one) == 12


def test_every_figure_has_the_error_of_its_side_of_the_award() -> None:
    """Catch a new figure of what follows the award that is taken for one of the way to it."""
    before = set(BY_DATE[: BY_DATE.index("awarded") + 1])
    every = {*BY_DATE, *PAID, *TRAINING, *AFTER_AWARD}
    assert every - before - {*GIVEN, *GIVEN_BY_CALENDAR} == FOLLOWS_THE_AWARD


def told_of(discrepancy: tuple[float, ...]) -> Told:
    """Return an answer of forty worlds that all simulate the same, but for the model's error."""

    def row(figure: str, at: datetime, published: float | None, role: str) -> dict[str, object]:
        return {"figure": figure, "scope": None, "at": at, "published": published, "role": role}

    rows = [
        row("bought_first", FIRST, 440_000, "fitted"),
        row("ever_joined", FIRST, 1_100_000, "fitted"),
        row("bought_first", LATER, None, "prediction"),
        row("awarded", LATER, None, "input"),
    ]
    names = ["bought_first.2020-09-15", "ever_joined.2020-09-15", "bought_first.2021-12-31", "awarded.2021-12-31"]
    figures = {f"published.{name}": Figure(400_000 if "bought" in name else 1_000_000, "people") for name in names}
    figures |= {f"wave.12.{what}": Figure(1_000_000, "people") for what in ("joined", "awarded")}
    figures["wave.12.revoked"] = Figure(50_000, "people")
    runs = [Run(world, 0, figures, {}) for world in range(41)]
    published = Table("published", dict.fromkeys(rows[0], ""), rows)  # type: ignore[arg-type]
    waves = Table("waves", {"wave": "", "announced": ""}, [{"wave": 12, "announced": datetime(2021, 3, 3)}])
    error = ModelError(discrepancy[0], discrepancy[1], seed=7).published if discrepancy else None
    found = published_in_worlds(published, waves, runs, error, by_calendar=True)
    beside = {str(each["figure"]): each for each in found.rows}
    tables = {"published": published, "waves": waves}
    ended = {"end": Figure("2022-02-09T20:18:00", "instant")}
    return Told(tables, ended, runs, {}, "fit", 60, {}, {}, [], 1.0, beside, discrepancy)


def test_the_interval_holds_what_is_published_as_often_as_it_says() -> None:
    """Catch an interval of the simulated programme where one of what is published is meant, and a widened input."""
    told = told_of((0.02, 0.1))
    rows = told.beside_published
    bought, joined = rows["published.bought_first.2020-09-15"], rows["published.ever_joined.2020-09-15"]
    assert np.log(bought["high"] / bought["low"]) == pytest.approx(2 * 1.645 * 0.1, rel=0.35)  # forty draws
    assert np.log(joined["high"] / joined["low"]) == pytest.approx(2 * 1.645 * 0.02, rel=0.35)
    for name in ("published.awarded.2021-12-31", "wave.12.awarded"):
        assert (rows[name]["low"], rows[name]["high"]) == pytest.approx((1e6, 1e6))
        assert not rows[name]["with_error"]
    assert rows["wave.12.joined"]["low"] < 0.98e6
    assert rows["wave.12.revoked"]["high"] > 55_000
    flat = " ".join(" ".join(published_lines(told)).split())
    assert "1 of 2 fitted figures lie inside." in flat
    assert "hold the model's own error too (s.d. 2.0 % up to the award, 10.0 % after it)" in flat
    said = predicted_lines(told)
    given = "Given the registrations and the waves that came, with their places and the budget:"
    assert " ".join(" ".join(said).split()).startswith(given)
    assert any("awarded (given)" in line for line in said)


def test_members_that_do_not_say_it_widen_nothing() -> None:
    """Catch an error that is made up where the table of members says none, and a screen that is silent about it."""
    told = told_of(())
    for row in (each for each in told.beside_published.values() if each["reached"]):
        assert (row["low"], row["high"]) == pytest.approx((row["base"], row["base"]))
        assert not row["with_error"]
    assert "How far the model itself is off is not known" in " ".join(" ".join(published_lines(told)).split())
