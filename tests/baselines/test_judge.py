"""A figure is judged at stated rates of error: by theory where there is one, by simulation where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.results.baselines.baseline import LEAST, Expected, Margin
from sim.results.baselines.chances import MOVED, SAME, errors_of_a_margin, student
from sim.results.baselines.judge import BEYOND, Judged, Verdict, judge
from sim.results.baselines.margins import by_hand
from sim.results.figure import Value
from sim.results.meaning import Better
from tests.baselines.made import baseline, expected, runs
from tests.theory.evidence import ALPHA

N, FIRST = 20, 8


def test_student_is_as_the_tables_have_it() -> None:
    """Catches a tail taken for two, or a quantile of the wrong side."""
    assert student(0.05, 9) == pytest.approx(1.8331, abs=1e-4)
    assert student(0.025, 30) == pytest.approx(2.0423, abs=1e-4)
    assert student(MOVED, 7) == pytest.approx(float(stats.t.isf(MOVED, 7)))


def test_what_is_equal_is_identical_and_a_margin_holds_what_lies_in_it() -> None:
    """Catches a judge that needs luck to differ, calls a shift inside the margin moved, or one beyond it the same."""
    values = runs(np.random.default_rng(1), N)
    held = expected(values)
    assert held.margin is not None
    size = held.margin.of(float(np.mean(values)))
    for paired in (True, False):
        assert judge(held, values[:FIRST], paired).verdict is Verdict.IDENTICAL
    for shift, verdict in ((0.5, Verdict.SAME), (-0.5, Verdict.SAME), (1.5, Verdict.BETTER), (-1.5, Verdict.WORSE)):
        found = judge(held, [value + shift * size for value in values[:FIRST]], paired=True)
        assert (found.verdict, found.difference) == (verdict, pytest.approx(shift * size))


@pytest.mark.parametrize(
    ("better", "up", "down"),
    [
        (Better.MORE, Verdict.BETTER, Verdict.WORSE),
        (Better.LESS, Verdict.WORSE, Verdict.BETTER),
        (Better.NEITHER, Verdict.MOVED, Verdict.MOVED),
    ],
)
def test_the_direction_says_what_is_better(better: Better, up: Verdict, down: Verdict) -> None:
    """Catches a longer wait that is called better."""
    values = runs(np.random.default_rng(2), N)
    held = expected(values, better=better)
    assert judge(held, [value * 2 for value in values], paired=True).verdict is up
    assert judge(held, [value / 2 for value in values], paired=True).verdict is down


def test_what_cannot_be_told_says_how_many_runs_would() -> None:
    """Catches a number of runs that would not do, and a verdict where the interval leaves both open."""
    rng = np.random.default_rng(3)
    values = [0.0, *runs(rng, N - 1, 1e6, 1e4)]
    values[0] = 1e6
    held = expected(values)
    assert held.margin is not None
    size = held.margin.of(float(np.mean(values)))
    noise = rng.normal(0, 1, 400)
    noise = (noise - noise.mean()) / noise.std(ddof=1) * size

    def found(count: int) -> list[float]:
        few = (noise[:count] - noise[:count].mean()) / noise[:count].std(ddof=1) * size
        return [value + 0.5 * size + one for value, one in zip(values, few, strict=False)]

    some = judge(held, found(4), paired=True)
    assert some.verdict is Verdict.UNCLEAR
    assert some.needed is not None
    assert 4 < some.needed <= N
    assert judge(held, found(some.needed), paired=True).verdict is Verdict.SAME
    assert judge(held, found(some.needed - 1), paired=True).verdict is Verdict.UNCLEAR
    at_the_margin = [value + size + one for value, one in zip(values, noise[:N], strict=True)]
    assert judge(held, at_the_margin, paired=True).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(("shift", "beyond_those_recorded"), [(0.82, False), (0.9, True), (1.5, False)])
def test_without_pairs_those_recorded_do_not_grow_with_those_found(shift: float, beyond_those_recorded: bool) -> None:
    """Catches a number of runs that would do only if the baseline had as many more as well."""
    rng = np.random.default_rng(8)

    def drawn(count: int, mean: float) -> list[Value]:
        values = rng.normal(0, 1, count)
        return list((values - values.mean()) / values.std(ddof=1) * 1e4 + mean)

    size = errors_of_a_margin(N) * 1e4
    margin = Margin(size, False, "luck")

    def judged(recorded: int, count: int) -> Judged:
        held = Expected("people", Better.MORE, margin, tuple(drawn(recorded, 1e6)))
        return judge(held, drawn(count, 1e6 + shift * size), paired=False)

    some = judged(N, FIRST)
    assert some.verdict is Verdict.UNCLEAR
    assert some.needed is not None
    assert (some.needed > N) == beyond_those_recorded
    assert judged(max(N, some.needed), some.needed).verdict is not Verdict.UNCLEAR
    assert judged(max(N, some.needed - 1), some.needed - 1).verdict is Verdict.UNCLEAR


def test_where_some_runs_do_not_reach_a_figure_more_runs_are_needed() -> None:
    """Catches a number of those that reach it, told as one of runs."""
    values = runs(np.random.default_rng(9), N, 100.0, 1.0)
    all_reach, half = ([1.0, 2.0, 3.0, 4.0], [None, 1.0, None, 2.0, None, 3.0, None, 4.0])
    expected_all = Expected("days", Better.LESS, Margin(4.0, False, "luck"), tuple(values))

    def needed(shifts: list[float | None]) -> int | None:
        before = [None if shift is None else value for value, shift in zip(values, shifts, strict=False)]
        held = replace(expected_all, values=(*before, *values[len(before) :]))
        found = [None if s is None else float(v) + s for v, s in zip(values, shifts, strict=False)]  # type: ignore[arg-type]
        return judge(held, found, paired=True).needed

    assert needed(half) == 2 * (needed(all_reach) or 0)


def test_without_pairs_a_jump_from_the_usual_value_is_no_change_unless_it_comes_more_often() -> None:
    """Catches a quantile that one run in ten has a day higher, and that no more is known of each time luck is new."""
    usual: list[Value] = [42.08] * N
    held = expected(usual, "days", Better.LESS)

    def with_jumps(count: int, of: int = N) -> list[Value]:
        return [*[42.8] * count, *[42.08] * (of - count)]

    for jumps, verdict in ((1, Verdict.SAME), (3, Verdict.SAME), (6, Verdict.UNCLEAR), (N, Verdict.WORSE)):
        assert judge(held, with_jumps(jumps), paired=False).verdict is verdict, jumps
    assert judge(held, with_jumps(2), paired=False).said == "20 of 20 were so, now 18 of 20"
    assert judge(held, with_jumps(2, FIRST), paired=True).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ([5.0] * 15 + [6.0] * 5, [5.0] * 13 + [50.0] * 7),
        ([5.0] * N, [5.0] * 17 + [500.0] * 3),
        ([5.0] * N, [5.0] * 7 + [500.0]),
    ],
)
def test_without_pairs_a_far_jump_is_not_called_the_same(before: list[Value], found: list[Value]) -> None:
    """Catches a figure that jumps no more often than it did, but many margins farther, taken for the same."""
    assert judge(expected(before, "days", Better.LESS), found, paired=False).verdict is not Verdict.SAME


@pytest.mark.parametrize(
    ("other", "of", "verdict"),
    [
        (0, 8, Verdict.IDENTICAL),
        (1, 8, Verdict.SAME),
        (4, 8, Verdict.UNCLEAR),
        (8, 8, Verdict.MOVED),
        (5, N, Verdict.SAME),
        (10, N, Verdict.UNCLEAR),
        (N, N, Verdict.MOVED),
    ],
)
def test_seed_by_seed_what_is_another_in_about_half_of_the_runs_cannot_be_told(
    other: int, of: int, verdict: Verdict
) -> None:
    """Catches a coin toss between moved and the same: of a text, and of whether a figure is reached."""
    texts = expected(["places"] * N, "group of stations, or places", Better.NEITHER)
    assert judge(texts, ["portal"] * other + ["places"] * (of - other), paired=True).verdict is verdict
    values = runs(np.random.default_rng(8), N, 100.0, 1.0)
    reached = expected(values, "days", Better.LESS)
    assert judge(reached, [None] * other + values[other:of], paired=True).verdict is verdict


@pytest.mark.parametrize("paired", [True, False])
def test_what_few_runs_reach_is_compared(paired: bool) -> None:
    """Catches a figure of three runs that is a hundred times what it was, and one that is what it was."""
    few = expected([None] * 17 + [1.0, 1.1, 1.2], "days", Better.LESS)
    far = judge(few, [None] * 17 + [100.0, 100.0, 100.0], paired)
    assert (far.verdict, far.needed) == (Verdict.UNCLEAR, 27)
    assert judge(few, [None] * 17 + [1.0, 1.1, 1.201], paired).verdict is Verdict.SAME


@pytest.mark.parametrize("now", ["portal", None])
def test_with_the_fewest_replications_a_text_can_move(now: Value) -> None:
    """Catches a change in every run that can never be told, since of eight no chance is small enough."""
    before: list[Value] = ["places"] * LEAST if now else [1.0 + k for k in range(LEAST)]
    held = expected(before, "days", Better.LESS)
    for paired in (True, False):
        assert judge(held, [now] * LEAST, paired).verdict is Verdict.MOVED


def test_a_figure_that_is_nothing_in_every_run_has_a_margin() -> None:
    """Catches a division by a mean of nothing, of a unit without a least margin."""
    assert expected([0.0] * N, "rupiah paid or earned, of each").margin == Margin(0.0, False, "counting")


def test_a_margin_that_is_taken_out_is_as_the_replications_give_it() -> None:
    """Catches a figure that any value would do for, once its margin was taken out of the file and that was sealed."""
    own = baseline(people=expected(runs(np.random.default_rng(2), N)))
    budget = {"budget.training_balance": 1e6, "budget.incentives": 4, "budget.incentive": 6e5}
    own = replace(own, parameters={**own.parameters, **budget, "population.scale": 1.0})
    out = replace(own, figures={name: replace(one, margin=None) for name, one in own.figures.items()})
    wider = own.figures["people"].margin._replace(size=0.5)  # type: ignore[union-attr]
    by = replace(own, figures={name: replace(one, margin=wider) for name, one in own.figures.items()})
    assert by_hand(out).figures == by_hand(own).figures == own.figures
    assert by_hand(by).figures["people"].margin == wider._replace(why="hand")


@pytest.mark.parametrize("paired", [True, False])
def test_rates_of_error_are_those_stated(paired: bool) -> None:
    """Catches margins that luck alone crosses, and that hide a change of twice their size."""
    rng, checks = np.random.default_rng(4), 1_500
    moved = {0.0: 0, 0.1: 0, 2.0: 0}
    told_twice = 0
    true = errors_of_a_margin(N) * 1e4
    for _ in range(checks):
        values = runs(rng, N)
        held = expected(values)
        for change in moved:
            base = values if paired else runs(rng, N)
            own = [value + change * true + (rng.normal(0, 1e4) if paired else 0.0) for value in base]
            found = judge(held, own[:FIRST], paired)
            if found.verdict is Verdict.UNCLEAR:
                told_twice += 1
                found = judge(held, own, paired)
            moved[change] += found.verdict in BEYOND
    assert moved[0.0] == moved[0.1] == 0
    # Catching less than 95 % would show itself with this evidence.
    assert stats.binomtest(moved[2.0], checks, 0.95, alternative="less").pvalue > ALPHA
    assert 0 < told_twice < checks


def test_at_the_margin_the_same_is_said_as_rarely_as_stated() -> None:
    """Catches a test of equivalence whose level is another: at the margin itself it may hold in 5 % of checks."""
    rng, checks, same = np.random.default_rng(5), 2_000, 0
    held = expected(runs(rng, N))
    assert held.margin is not None
    size = held.margin.of(float(np.mean(np.array(held.values, dtype=float))))
    for _ in range(checks):
        found = [float(value) + size + rng.normal(0, size / 10) for value in held.values[:FIRST]]  # type: ignore[arg-type]
        same += judge(held, found, paired=True).verdict is Verdict.SAME
    assert stats.binomtest(same, checks, SAME).pvalue > ALPHA


def test_words_move_where_most_runs_say_another() -> None:
    """Catches a bottleneck that moves and is called the same, and one that luck moves in a run or two."""
    held = expected(["places"] * N, "group of stations, or places", Better.NEITHER)
    assert held.margin is None
    other = ["payment_partners"]
    assert judge(held, ["places"] * FIRST, True).verdict is Verdict.IDENTICAL
    assert judge(held, [*other, *["places"] * (FIRST - 1)], True).verdict is Verdict.SAME
    for paired in (True, False):
        assert judge(held, other * FIRST, paired).verdict is Verdict.MOVED
    assert judge(held, [*other * 3, *["places"] * 5], paired=False).verdict is Verdict.UNCLEAR
    half = expected([*other, "places"] * (N // 2), "group of stations, or places", Better.NEITHER)
    assert judge(half, [*other * 5, *["places"] * 3], paired=False).verdict is Verdict.SAME


def test_what_is_not_reached_is_told_apart_from_what_is() -> None:
    """Catches a figure that is no longer reached and passes, or is reached and was not."""
    values = runs(np.random.default_rng(6), N, 100.0, 1.0)
    reached, never = expected(values, "days", Better.LESS), expected([None] * N, "days", Better.LESS)
    gone = judge(reached, [None] * FIRST, True)
    usual = float(np.mean(np.array(values[:FIRST], dtype=np.float64)))
    assert (gone.verdict, gone.expected, gone.found) == (Verdict.MOVED, pytest.approx(usual), None)
    come = judge(never, values[:FIRST], True)
    assert (come.verdict, come.expected, come.found) == (Verdict.MOVED, None, pytest.approx(usual))
    once = judge(reached, [None, *values[1:FIRST]], True)
    assert once.verdict is Verdict.SAME
    longer = judge(reached, [None, *(value * 2 for value in values[1:FIRST])], True)  # type: ignore[operator]
    assert longer.verdict is Verdict.WORSE
