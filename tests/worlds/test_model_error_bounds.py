"""The model's own error within its bounds: no stage exceeds the one before, no count falls, no people are twice."""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiments.model_error import ModelError
from sim.results.tables.published import BY_DATE, PAID, TRAINING
from sim.results.tables.published_in_worlds import Asked
from tests.building import SIGMAS
from tests.worlds.asked import ERROR, FIRST, LATER, N, asked, logs


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
