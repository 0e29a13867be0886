"""What varies by wave, date or cohort: each number of the base moves whom it speaks of, and nobody else's luck."""

from __future__ import annotations

import copy
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.calendar.instants import DAY, NEVER, instant
from sim.parameters import block_at
from sim.rules.luck import luck
from sim.rules.training import COMPLETES, COURSE_BLOCK, paced
from tests.building import INSTITUTIONS, OPEN, UNLIMITED_CAPS, Engine, Run, composed, on_both, parameters, run_on

SIZE = "population.scale=0.00005"
"""4,000 people: each wave of the base awards some."""

BASE = composed(SIZE)
WITHOUT: dict[str, Any] = {**UNLIMITED_CAPS, "payment.fails": 0, "purchase.further.appetite": 0}
"""Nobody's payment waits for another's."""


@cache
def base(engine: Engine, market: str = OPEN) -> Run:
    """Return what happens where nothing varies; read it, do not write in it."""
    return run_on(engine, SIZE, market, changes=WITHOUT)


def varied(
    engine: Engine,
    path: str,
    key: str,
    values: dict[int, float],
    market: str = OPEN,
    also: dict[str, Any] | None = None,
) -> Run:
    """Return what happens with other numbers of some steps of a list of the base."""
    group, name = path.rsplit(".", 1)
    steps = copy.deepcopy(_at(group)[name])
    for step, value in values.items():
        steps[step][key] = value
    return run_on(engine, SIZE, market, changes=WITHOUT | {path: steps} | (also or {}))


def _at(path: str) -> Any:
    found: Any = BASE
    for key in path.split("."):
        found = found[key]
    return found


def lengths(run: Run, since: str, until: str) -> NDArray[np.int64]:
    """Return the time between two stamps of each participant; NEVER where one is missing."""
    a, b = run.participants[since], run.participants[until]
    return np.where((a < NEVER) & (b < NEVER), b - a, NEVER)


def step_of(starts: list[int], values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the step that is in force at each value."""
    return np.searchsorted(starts, values, side="right") - 1


def waves_of(run: Run) -> NDArray[np.int64]:
    """Return the wave of each participant, from 1."""
    waves: NDArray[np.int64] = run.people["last_wave"][run.participants["person"]] + 1
    return waves


@on_both
@pytest.mark.parametrize("market", [OPEN, INSTITUTIONS])
def test_each_pace_moves_the_courses_of_its_waves(engine: Engine, market: str) -> None:
    """Catches a factor of another wave, of the purchase's date in place of the award's, or of one market alone."""
    starts = [each["from_wave"] for each in BASE["training"]["pace"]]
    factors = {step: 0.5 + step / 8 for step in range(len(starts))}
    before = base(engine, market)
    run = varied(engine, "training.pace", "factor", factors, market)
    since = "bought_1" if market == OPEN else "begun_1"
    was, now = (lengths(each, since, "completed_1") for each in (before, run))
    both, steps = (was < NEVER) & (now < NEVER), step_of(starts, waves_of(before))
    assert set(steps[both].tolist()) == set(factors)
    expected = [paced(int(length), factors[int(step)]) for length, step in zip(was[both], steps[both], strict=True)]
    assert now[both].tolist() == expected


@on_both
@pytest.mark.parametrize("market", [OPEN, INSTITUTIONS])
def test_each_completion_moves_who_completes_of_its_waves(engine: Engine, market: str) -> None:
    """Catches odds of another wave or of one market alone, and odds that multiply a share."""
    starts = [each["from_wave"] for each in BASE["training"]["completion"]]
    odds = {step: 0.02 + step / 8 for step in range(len(starts))}
    run = varied(engine, "training.completion", "odds", odds, market)
    own, programme = run.participants, run.programme
    ended = (own["bought_1"] < NEVER) & (run.programme.horizon - own["bought_1"] > 300 * DAY)
    steps, completed = step_of(starts, waves_of(run))[ended], own["completed_1"][ended] < NEVER
    assert set(steps.tolist()) == set(odds)
    if market == OPEN:
        shares = np.full(len(steps), programme.parameters.training.completes)
    else:
        assert programme.seats is not None
        shares = programme.seats.courses["completion"][own["course_1"][ended]]
    luck_of = [COMPLETES(luck(programme.key, COURSE_BLOCK, person, 0)) for person in own["person"][ended].tolist()]
    expected = [
        one < share * odds[step] / (1 - share + share * odds[step])
        for one, share, step in zip(luck_of, shares.tolist(), steps.tolist(), strict=True)
    ]
    assert completed.tolist() == expected
    assert 0.1 < completed.mean() < 0.9


@on_both
def test_each_lag_step_moves_the_payments_due_in_its_time(engine: Engine) -> None:
    """Catches working days that are added by the date of the award or of the run, or to another step's payments."""
    starts = [instant(step.since) for step in parameters(SIZE).payment.lag_steps]
    more = {step: 1 + step for step in range(len(starts))}
    before = base(engine)
    run = varied(engine, "payment.lag_steps", "more_days", dict(more))
    due = before.participants["incentive_1_due"]
    assert np.array_equal(run.participants["incentive_1_due"], due)
    _, until = before.programme.calendar.days
    was, now = (each.participants["incentive_1_ready"] for each in (before, run))
    both = (was < NEVER) & (now < NEVER)
    steps = step_of(starts, due)[both]
    assert set(steps.tolist()) == set(more)
    added = until[now[both] // DAY] - until[was[both] // DAY]
    assert added.tolist() == [more[int(step)] for step in steps]


@on_both
@pytest.mark.parametrize("station", ["email", "registry", "third_layer", "screening"])
def test_each_cohort_passes_by_its_own_share(engine: Engine, station: str) -> None:
    """Catches a share by the date of the try, of another cohort or check, and one that moves retries."""
    path = f"processing.{station}"
    starts = [0, *(instant(step.since) for step in block_at(parameters(SIZE), path).passes_steps)]
    odds = {step: 0.0 if step % 2 == 0 else 1.0 for step in range(len(starts) - 1)}
    late: dict[str, Any] = {f"{path}.outages": [{"from": "2020-05-20T00:00", "until": "2020-11-20T00:00"}]}
    late |= {} if station == "screening" else {f"{path}.retry.share": 0}
    before = run_on(engine, SIZE, changes=WITHOUT | late)
    run = varied(engine, f"{path}.passes_steps", "odds", odds, also=late)
    left, registered = before.people[f"{station}_left"], before.people["portal_arrived"]
    assert np.array_equal(run.people[f"{station}_left"], left)
    was, now = (each.people[f"{station}_passed"] < NEVER for each in (before, run))
    cohorts = step_of(starts, registered)
    nobody = (cohorts % 2 == 1) & (registered < NEVER)
    assert not now[nobody].any()
    assert np.array_equal(now[~nobody], was[~nobody])
    tried = (left < NEVER) & (registered < NEVER)
    assert set(cohorts[tried].tolist()) == set(range(len(starts)))
    assert (step_of(starts, left)[tried] != cohorts[tried]).any()


@on_both
@pytest.mark.parametrize("who", ["newcomers", "losers"])
def test_a_propensity_to_join_moves_its_wave(engine: Engine, who: str) -> None:
    """Catches a step that reaches a wave before it, or that moves nothing."""
    begins = [instant(step.since) for step in getattr(parameters(SIZE).joining, who)]
    before = base(engine)
    opens = before.programme.waves.waves["open"]
    joined = [record.joined for record in before.waves]
    for wave in (6, 18):
        step = int(step_of(begins, opens[wave - 1]))
        now = [record.joined for record in varied(engine, f"joining.{who}", "share", {step: 0.9}).waves]
        assert now[: wave - 1] == joined[: wave - 1]
        assert now[wave - 1] > joined[wave - 1]


def test_who_has_lost_joins_as_who_is_new_from_august_on() -> None:
    """Catches a step of one that the fit, or a hand, has moved without the other."""
    joining = parameters(SIZE).joining
    assert joining.losers[1:] == joining.newcomers[1:]
    assert joining.losers[0] != joining.newcomers[0]


@on_both
def test_payments_are_held_in_june_2020(engine: Engine) -> None:
    """Catches a partner whose hold has another end, and one that pays while it holds."""
    run = run_on(engine, SIZE)
    own, (held, on) = run.participants, (instant(datetime(2020, 6, day)) for day in (4, 26))
    paid = own["incentive_1_paid"]
    assert not ((paid >= held) & (paid < on)).any()
    waiting = (own["incentive_1_ready"] < on) & (paid >= on)
    after = paid[(paid >= on) & (paid < on + DAY)]
    assert (paid < held).sum() > 5
    assert waiting.sum() > 1
    assert len(after) > 1


@on_both
def test_each_propensity_to_buy_moves_its_waves(engine: Engine) -> None:
    """Catches a trend that ends before the last wave: here nobody of every other step buys, all of the others do."""
    starts = [each["from_wave"] for each in BASE["purchase"]["waves"]]
    run = varied(engine, "purchase.waves", "buys", {step: step % 2 for step in range(len(starts))})
    steps = step_of(starts, waves_of(run))
    nobody = steps % 2 == 0
    assert set(steps.tolist()) == set(range(len(starts)))
    assert (run.participants["revoked"][nobody] < NEVER).all()
    late = run.participants["revoked"][~nobody] < NEVER  # the delay of some ends after the deadline
    assert late.mean() < 0.01
