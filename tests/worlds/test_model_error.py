"""The model's own error: of the right size, alike over time, within its bounds, and in the interval that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.experiments.calibration.alike import alike, alike_by_waves
from sim.experiments.calibration.figures import AFTER_AWARD
from sim.experiments.calibration.figures import Figure as Fitted
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
    """Catch draws of another size than one, and counts that are more or less alike than earlier / later."""
    counts = [1.0, 2.0, 1e6, 1.05e6, 1.5e6, 1e7]
    draws = np.array([[ERROR.by_size(world, "bought_first", count) for count in counts] for world in range(1, N + 1)])
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(draws.mean(axis=0)).max() < SIGMAS / np.sqrt(N)
    alike = np.corrcoef(draws.T)
    for one, other in ((0, 1), (1, 2), (2, 3), (2, 4), (2, 5)):
        expected = counts[one] / counts[other]
        assert alike[one, other] == pytest.approx(expected, abs=SIGMAS * (1 - expected**2) / np.sqrt(N) + 2e-3)


def test_the_errors_of_the_revoked_are_as_alike_as_their_waves() -> None:
    """Catch revoked of waves 5 to 7 that share nothing with those of 1 to 7, or with wave 6, and all that are alike."""
    waves = (range(1, 8), range(1, 5), range(5, 8), range(6, 7))
    draws = np.array([[ERROR.by_waves(world, "revoked", some) for some in waves] for world in range(1, N + 1)])
    assert np.abs(draws.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N)
    alike = np.corrcoef(draws.T)
    for one, other in ((0, 1), (0, 2), (0, 3), (1, 2), (2, 3)):
        expected = alike_by_waves(waves[one], waves[other])
        assert alike[one, other] == pytest.approx(expected, abs=SIGMAS * (1 - expected**2) / np.sqrt(N))
    asked_of = [Asked(f"revoked {of}", "revoked", of, FIRST, "prediction", None) for of in ("wave.6", "6-6")]
    found = np.array(ERROR.published(3, asked_of, [1e5, 1e5]))
    assert found[0] == found[1] == pytest.approx(1e5 * np.exp(0.1 * ERROR.by_waves(3, "revoked", range(6, 7))))


def test_what_is_drawn_is_as_alike_as_the_fit_takes_it() -> None:
    """Catch a law of the fit that what is published of the worlds does not follow: counts, waves, revoked, rupiah.

    And along the funnel: of each report the stages that it tells, the awards given, and the sizes of both kinds.
    """
    counts = [
        ("nik_verified", "", FIRST, 13.4e6),
        ("ever_joined", "", FIRST, 9e6),
        ("awarded", "", FIRST, 3.88e6),
        ("bought_first", "", FIRST, 3.25e6),
        ("completed_first", "", FIRST, 2e6),
        ("paid_first_incentive", "", FIRST, 1.2e6),
        ("incentive_rupiah", "", FIRST, 1.6e12),
        ("completed_first", "", datetime(2020, 10, 5), 4e6),
        ("paid_first_incentive", "", datetime(2020, 10, 5), 2.4e6),
        ("paid_first_incentive", "", LATER, 1e7),
        ("incentive_rupiah", "", LATER, 2.4e13),
        ("joined", "4", datetime(2020, 8, 12), 1.2e6),
        ("joined", "7", datetime(2020, 9, 7), 2.8e6),
        ("revoked", "1-4", datetime(2020, 9, 25), 1.9e5),
        ("revoked", "5", datetime(2020, 9, 28), 4.8e4),
        ("revoked", "1-6", datetime(2020, 10, 5), 2.7e5),
    ]
    figures = [Fitted(what, of, at, count) for what, of, at, count in counts]
    place = [what for what, *_ in counts].index("awarded")
    told = [k for k in range(len(counts)) if k != place]  # the fit has no figure of what the config sets
    groups = alike([figures[k] for k in told], np.log([counts[k][-1] for k in told]), {FIRST: 3.88e6})
    expected = np.tensordot([0.02**2, 0.05**2], groups, axes=1)

    roles = ["input" if what == "awarded" else "prediction" for what, *_ in counts]
    named = zip(counts, roles, strict=True)
    some = [Asked(f"{what}.{of}.{at}", what, of, at, role, None) for (what, of, at, _), role in named]
    sizes = [count for *_, count in counts]
    found = [ModelError(0.02, 0.05, 7).published(world, some, sizes) for world in range(1, N + 1)]
    off = np.log(np.array(found, dtype=np.float64) / sizes)
    assert (off[:, place] == 0).all()
    drawn, size = np.cov(off[:, told].T), np.sqrt(np.diag(expected))
    assert np.abs(drawn / (size[:, None] * size) - expected / (size[:, None] * size)).max() < 1.5 * SIGMAS / np.sqrt(N)
    tied = expected / (size[:, None] * size)
    assert tied[4, 5] == pytest.approx(1)  # rupiah are off as those paid them
    assert 0.3 < tied[10, 11] < 0.5  # waves 4 and 7
    assert 0.5 < tied[3, 4] < 0.9  # who completed, and who was paid
    assert size[2] < 0.04  # who bought of a given number


def test_an_error_is_as_large_as_the_fit_says_and_shared_by_those_in_common() -> None:
    """Catch an error of another size, before or after the award, and stages that share more or less than people."""
    counts = {"in_pool": 90e6, "ever_joined": 45e6, "awarded": 10e6, "bought_first": 6e6, "completed_first": 3.6e6}
    found = logs(ModelError(0.02, 0.05, 7), counts, "awarded")
    bought = np.sqrt(1 - 0.6**2)  # of a given number
    completed = np.sqrt((0.6 * bought) ** 2 + 1 - 0.6**2)
    sizes = np.array([0.02, 0.02, 0.05 * bought, 0.05 * completed])
    off = np.delete(found, 2, axis=1)
    assert (found[:, 2] == 0).all()
    assert np.abs(off.std(axis=0) / sizes - 1).max() < SIGMAS / np.sqrt(2 * N)
    assert np.abs(np.median(off, axis=0) / sizes).max() < 1.2533 * SIGMAS / np.sqrt(N)
    alike = np.corrcoef(off.T)
    for one, other, share in ((0, 1, 0.5), (1, 2, 0.0), (2, 3, 0.6 * bought / completed)):
        assert alike[one, other] == pytest.approx(share, abs=SIGMAS / np.sqrt(N))


def test_stages_of_nearly_the_same_people_are_off_by_nearly_the_same() -> None:
    """Catch a cap on draws of their own: the last of four stages alike would lie 0.7 standard deviations too low."""
    counts = {"ever_joined": 11.932e6, "bought_first": 11.234e6, "completed_first": 10.964e6, "reviewed": 10.682e6}
    counts |= {"paid_first_incentive": 10.680e6, "incentive_rupiah": 24.9e12}
    found = logs(ModelError(0.043, 0.043, 7), counts, "") / 0.043
    assert np.abs(np.median(found, axis=0)).max() < 1.2533 * SIGMAS / np.sqrt(N) + 0.01
    assert np.abs(found.std(axis=0) - 1).max() < SIGMAS / np.sqrt(2 * N) + 0.03
    alike = np.corrcoef(found.T)
    for one, other in ((0, 1), (1, 2), (2, 3), (3, 4)):
        assert alike[one, other] == pytest.approx([*counts.values()][other] / [*counts.values()][one], abs=0.02)
    assert found[:, 5] == pytest.approx(found[:, 4])  # rupiah per participant are as simulated


def test_who_is_awarded_buys_or_is_revoked_and_not_both() -> None:
    """Catch more people who bought and who are revoked than were awarded, and an error of one that spares the other."""
    counts = {"awarded": 11.932e6, "bought_first": 11.18e6, "revoked": 0.742e6, "completed_first": 10.85e6}
    found = np.exp(logs(ModelError(0.02, 0.057, 7), counts, "awarded")) * [*counts.values()]
    bought, revoked, completed = found[:, 1], found[:, 2], found[:, 3]
    assert (bought + revoked).max() <= 11.932e6 + 1
    assert (completed / bought).max() <= 1 + 1e-9
    share = 11.18 / 11.932
    size = 0.057 * np.sqrt(1 - share**2)
    few = 1.2533 * SIGMAS / np.sqrt(N)
    assert np.abs(np.log(np.median(bought) / 11.18e6)) < few * size
    assert np.quantile(bought, 0.05) == pytest.approx(11.18e6 * np.exp(-1.645 * size), rel=0.004)
    assert bought.max() < 11.932e6
    assert np.abs(np.log(np.median(revoked) / 0.742e6)) < few * size * share / (1 - share) + 0.02
    assert np.corrcoef(bought, revoked)[0, 1] < -0.95
    left = 11.932e6 - bought - revoked  # 10,000 still had time
    assert np.median(left) == pytest.approx(0.01e6, rel=0.3)
    assert np.median(completed / bought) == pytest.approx(10.85 / 11.18, abs=0.001)
    rupiah = {"training_awarded_rupiah": 12e12, "training_paid_rupiah": 9e12, "training_returned_rupiah": 2.9e12}
    money = np.exp(logs(ERROR, rupiah, "training_awarded_rupiah")) * [*rupiah.values()]
    assert (money[:, 1] + money[:, 2]).max() <= 12e12 + 1
    assert np.median(money[:, 2]) == pytest.approx(2.9e12, rel=0.03)


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
    assert logs(ERROR, counts, "training_awarded_rupiah").max(axis=0)[1] < np.log(12 / 11)
    assert logs(ERROR, {"joined": 9e6, "awarded": 1e6, "revoked": 1e6}, "awarded").max(axis=0)[1:] == pytest.approx(0)


DATES = (FIRST, datetime(2021, 3, 3), LATER, datetime(2022, 2, 9))
WHATS = (*BY_DATE[:7], "revoked", *BY_DATE[7:], *TRAINING, *PAID)
"""Figures of a date, in the order of the table."""


def grown() -> list[float]:
    """Return counts of four dates, as a programme has them that grows, and then hardly grows any more."""
    people = {what: 8e7 * 0.8**k for k, what in enumerate(BY_DATE)}
    of_one = people | {"revoked": people["awarded"] * 0.15}
    for k, what in enumerate((*TRAINING, *PAID)):
        of_one[what] = (1e13, 6e12, 1e12, 2e13, 1e12)[k]
    return [of_one[what] * (1.0, 1.7, 2.0, 2.02)[date] for date in range(len(DATES)) for what in WHATS]


def test_what_is_published_does_not_depend_on_later_dates_nor_on_the_order() -> None:
    """Catch an error that a later date moves, or the order in which figures are asked for."""
    every, counts = [asked(what, at) for at in DATES for what in WHATS], grown()
    error = ModelError(0.021, 0.057, seed=7)
    for world in range(1, 31):
        whole = dict(zip(every, error.published(world, every, counts), strict=True))
        for last in range(1, len(DATES)):
            some = every[: last * len(WHATS)]
            assert error.published(world, some, counts[: len(some)]) == [whole[each] for each in some]
        back = error.published(world, every[::-1], counts[::-1])
        assert back == [whole[each] for each in every[::-1]]


def test_at_sizes_such_as_the_fitted_dates_between_hardly_change_anything() -> None:
    """Catch a law under which an error takes back more than is added, so that every count leans on the one before."""
    every, counts, error = (
        [asked(what, at) for at in DATES for what in WHATS],
        grown(),
        ModelError(0.02, 0.1, seed=7),
    )
    changed = []
    for world in range(1, 101):
        whole = dict(zip(every, error.published(world, every, counts), strict=True))
        for date in range(1, len(DATES)):
            some = every[date * len(WHATS) : (date + 1) * len(WHATS)]
            alone = error.published(world, some, counts[date * len(WHATS) : (date + 1) * len(WHATS)])
            changed += [abs(whole[each] / a - 1) for each, a in zip(some, alone, strict=True) if a]
    assert np.mean(np.array(changed) > 0) < 0.06
    assert np.mean(changed) < 0.001


@settings(max_examples=150, deadline=None)
@given(
    added=st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1)),
        min_size=len(DATES),
        max_size=len(DATES),
    ),
    missing=st.sets(st.tuples(st.sampled_from(DATES), st.sampled_from(("awarded", "revoked", "completed_first")))),
    size=st.floats(0.001, 1),
    world=st.integers(1, 1_000),
)
def test_a_count_so_far_never_falls(
    added: list[tuple[float, float, float, float]], missing: set[tuple[datetime, str]], size: float, world: int
) -> None:
    """Catch a count that an error takes back, or that exceeds its bound, at any size, whichever rows are missing."""
    whats = ("ever_joined", "awarded", "bought_first", "revoked", "completed_first", "paid_first_incentive")
    so_far, counts = np.zeros(4), dict[tuple[datetime, str], float]()
    for at, each in zip(DATES, added, strict=True):
        so_far += (*each[:3], each[3] * each[0])
        bought, revoked, waiting, completed = so_far.tolist()
        awarded = bought + revoked + waiting
        here = (awarded * 1.5, awarded, bought, revoked, completed, completed / 2)
        counts |= {(at, what): count for what, count in zip(whats, here, strict=True) if (at, what) not in missing}
    found = ModelError(size, size, 7).published(world, [asked(what, at) for at, what in counts], [*counts.values()])
    off = dict(zip(counts, found, strict=True))
    most = max(1.0, *map(float, off.values())) * 1e-12  # type: ignore[arg-type]
    for what in whats:
        assert all(b >= a - most for a, b in pairwise(off[at, what] for at in DATES if (at, what) in off))  # type: ignore[operator]
    for at in DATES:
        row = [float(off[at, what]) for what in whats if what != "revoked" and (at, what) in off]  # type: ignore[arg-type]
        assert all(later <= earlier + most for earlier, later in pairwise(row))
        if (at, "awarded") in off and (at, "revoked") in off:
            assert off[at, "bought_first"] + off[at, "revoked"] <= off[at, "awarded"] + most  # type: ignore[operator]


def test_all_that_are_revoked_are_no_fewer_than_those_of_some_waves_before() -> None:
    """Catch a total that lies below what was published of a part of it, at an earlier date."""
    part = Asked("published.revoked.waves_1-7.2020-09-15", "revoked", "1-7", FIRST, "fitted", 310_212)
    error = ModelError(0.02, 0.4, 7)
    for world in range(1, 201):
        some = [part, asked("awarded", LATER, "input"), asked("bought_first", LATER), asked("revoked", LATER)]
        of_part, _, bought, of_all = error.published(world, some, [310_000, 6e6, 5.6e6, 0.35e6])
        assert of_all >= of_part - 1e-6  # type: ignore[operator]
        assert bought + of_all <= 6e6 + 1e-6  # type: ignore[operator]


def test_revoked_of_more_waves_are_no_fewer_than_of_a_part_of_them_before() -> None:
    """Catch 344,959 revoked of waves 1 to 8 and fewer of waves 1 to 10 two weeks later; other waves bound nothing."""
    later = [Asked(f"revoked {of}", "revoked", of, LATER, "prediction", None) for of in ("1-10", "9-10")]
    some = [Asked("revoked 1-8", "revoked", "1-8", FIRST, "prediction", None), *later]
    error = ModelError(0.02, 0.2, 7)
    found = np.array([error.published(world, some, [345_000, 346_000, 1_000]) for world in range(1, N + 1)])
    floored = found[:, 1] == found[:, 0]
    assert (found[:, 1] >= found[:, 0]).all()
    assert 0.3 < floored.mean() < 0.6
    assert found[:, 2].max() < 5_000


def test_without_an_error_all_is_as_simulated() -> None:
    """Catch a division by a size of nothing."""
    every, counts = [asked(what, at) for at in DATES for what in WHATS], grown()
    assert ModelError(0.0, 0.0, 7).published(1, every, counts) == pytest.approx(counts)


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


@pytest.mark.parametrize("more", [0.0, 0.2e12])
def test_what_comes_back_with_the_revoked_is_off_as_they_are(more: float) -> None:
    """Catch balances returned that are fewer than those of the people revoked, and a rest without an error."""
    given = {"awarded": 6e6, "training_awarded_rupiah": 6e12}
    counts = {"bought_first": 5.5e6, "revoked": 0.44e6, "training_paid_rupiah": 3.6e12}
    counts |= {**given, "training_returned_rupiah": 0.44e12 + more}
    some = [asked(what, role="input" if what in given else "prediction") for what in counts]
    found = np.array([ERROR.published(world, some, [*counts.values()]) for world in range(1, N + 1)], dtype=np.float64)
    revoked, returned = found[:, 1], found[:, -1]
    assert revoked.std() > 0.05 * 0.44e6
    rest = returned - 1e6 * revoked
    if more:
        assert (rest > 0).all()
        assert np.log(rest / more).std() == pytest.approx(0.1, rel=0.1)
    else:
        assert rest == pytest.approx(0.0, abs=1.0)


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
    size = "hold the model's own error too (s.d. 2.0 % up to the award, 10.0 % after it)"
    assert f"{size}, so that what is published should lie in them" in flat
    otherwise = " ".join(" ".join(published_lines(replace(told, as_it_was=False))).split())
    assert f"{size}; but what was published is of the programme as it was" in otherwise, (
        "no counterfactual is published"
    )
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
