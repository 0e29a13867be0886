"""The way to the pool, and the pool, in whole runs of both engines: shares, delays and hazards are the config's."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.calendar.instants import HOUR, MINUTE, NEVER
from tests.building import Engine, Run, law, on_both, run_on
from tests.theory.evidence import fits, follows, is_share
from tests.theory.people import WRONG, always, common, hours, weekly

# On the way to the pool


@cache
def checked(engine: Engine) -> Run:
    """Return a run in which many fail a check."""
    return run_on(engine, changes={
        **common(engine), "clock.end": "2021-04-01T00:00",
        "processing.email.passes": 0.6, "processing.email.retry.share": 0.7, "processing.email.retry.passes": 0.5,
        "processing.email.retry.attempts": 4, "processing.email.retry.delay": hours(48, minimum=24),
        "processing.registry.passes": 0.8, "processing.registry.retry.share": 0,
        "processing.screening.passes": 0.9,
        "processing.test.taken": 0.85, "processing.test.delay": hours(12),
    })  # fmt: skip


@on_both
def test_tries_of_a_check(engine: Engine) -> None:
    """Catches a try too many, a share that is that of another try, or retries that depend on one another."""
    people = checked(engine).people
    tries, passed = people["email_tries"], people["email_passed"] < NEVER
    found = [np.count_nonzero((tries == k) & (passed == does)) for k in (1, 2, 3, 4) for does in (True, False)]
    assert sum(found) == people.rows

    def expected(again: float) -> list[float]:
        shares, left = [], 1.0
        for attempt in (1, 2, 3, 4):
            passes = 0.6 if attempt == 1 else 0.5
            goes_on = again if attempt < 4 else 0.0
            shares += [left * passes, left * (1 - passes) * (1 - goes_on)]
            left *= (1 - passes) * goes_on
        return shares

    assert fits(found, expected(0.7))
    assert not fits(found, expected(0.7 / WRONG[engine]))


@on_both
def test_shares_who_pass(engine: Engine) -> None:
    """Catches a share that is not the config's, or of others than those who came: registry, screening, the test."""
    people = checked(engine).people
    came, passed = people["registry_left"] < NEVER, people["registry_passed"] < NEVER
    assert is_share(passed.sum(), came.sum(), 0.8)
    assert not is_share(passed.sum(), came.sum(), 0.8 / WRONG[engine])
    screened = people["screening_passed"] < NEVER
    assert is_share(screened.sum(), passed.sum(), 0.9)
    tested = people["tested"] < NEVER
    assert is_share(tested.sum(), screened.sum(), 0.85)
    assert not is_share(tested.sum(), screened.sum(), 0.85 / WRONG[engine])


@on_both
def test_delays_on_the_way(engine: Engine) -> None:
    """Catches a delay of another mean or law, or one without its minimum: of a retry, and of the test."""
    people = checked(engine).people
    second = people["email_tries"] == 2  # the rows keep the last retry, which is then the only one
    waited = (people["email_retry_arrived"] - people["email_left"])[second] / HOUR
    assert follows(waited - 24, stats.expon(scale=48))
    assert not follows(waited - 24, stats.expon(scale=48 * WRONG[engine]))
    tested = people["tested"] < NEVER
    until = (people["tested"] - people["screening_left"])[tested] - 15 * MINUTE
    assert follows(until / HOUR, stats.expon(scale=12))
    assert not follows(until / HOUR, stats.expon(scale=12 * WRONG[engine]))


@on_both
@pytest.mark.parametrize("name", ["exponential", "lognormal", "uniform"])
def test_patience_before_a_closed_station(engine: Engine, name: str) -> None:
    """Catches patience of another law, or counted from elsewhere than the arrival: survival before a closed door."""
    patience = law(name, 48, "hours", spread=0.5 if name == "lognormal" else 0)
    end = {"clock.end": "2021-04-01T00:00"}
    made = run_on(engine, changes=common(engine) | end | {"processing.rate": 0, "processing.patience": patience})
    people = made.people
    assert np.all(people["gave_up"] < NEVER)
    assert np.all(people["gave_up_at"] == made.programme.journey.number("processing"))
    waited = (people["gave_up"] - people["processing_arrived"]) / HOUR
    variance = np.log(1 + 0.5**2)
    laws = {
        "exponential": stats.expon(scale=48),
        "lognormal": stats.lognorm(np.sqrt(variance), scale=48 * np.exp(-variance / 2)),
        "uniform": stats.uniform(0, 96),
    }
    assert follows(waited, laws[name])
    assert not follows(waited * WRONG[engine], laws[name])


@on_both
def test_hazards_of_joining(engine: Engine) -> None:
    """Catches propensities that are not the config's, of newcomers or losers, or waves that depend on one another."""
    newcomers, losers = 0.4, 0.25
    people = run_on(engine, changes={
        **common(engine), **weekly(3), "clock.end": "2020-06-15T00:00",
        "joining.newcomers": always(newcomers), "joining.losers": always(losers), "joining.delay": hours(20),
    }).people  # fmt: skip
    first, last, lost = people["first_wave"], people["last_wave"], people["waves_lost"]
    ways = list(product((0, 1), repeat=3))
    found = []
    for way in ways:
        joined = [wave for wave in range(3) if way[wave]]
        ends = (joined[0], joined[-1]) if joined else (-1, -1)
        found.append(np.count_nonzero((first == ends[0]) & (last == ends[1]) & (lost == len(joined))))
    assert sum(found) == people.rows

    def expected(losers: float) -> list[float]:
        shares = []
        for way in ways:
            share, has_lost = 1.0, False
            for joins in way:
                chance = losers if has_lost else newcomers
                share *= chance if joins else 1 - chance
                has_lost |= bool(joins)
            shares.append(share)
        return shares

    assert fits(found, expected(losers))
    assert not fits(found, expected(losers * WRONG[engine]))
    pressed = (people["first_joined"] - _at("2020-05-01"))[first == 0] / HOUR
    within = stats.truncexpon(96 / 20, scale=20)
    assert follows(pressed, within)
    assert not follows(pressed * WRONG[engine], within)


def _at(date: str) -> int:
    return int((np.datetime64(date) - np.datetime64("2020-04-11")).astype("timedelta64[us]").astype(int))


@on_both
def test_patience_in_waves_is_geometric(engine: Engine) -> None:
    """Catches patience counted from the wrong wave or of another mean: how many waves they lose, and who goes on."""
    mean = 3.0
    waves = 16
    made = run_on(engine, changes={
        **common(engine), **weekly(waves), "clock.end": "2020-09-01T00:00",
        "joining.newcomers": always(1), "joining.losers": always(1), "joining.patience_waves": mean,
    })  # fmt: skip
    lost, gave_up = made.people["waves_lost"], made.people["gave_up_waves"] < NEVER
    found = np.bincount(lost[gave_up], minlength=waves + 1)[1:].tolist()
    found.append(int(np.count_nonzero(~gave_up)))

    def expected(mean: float) -> Any:
        law_of_waves = stats.geom(1 / mean)
        return [*law_of_waves.pmf(np.arange(1, waves + 1)), law_of_waves.sf(waves)]

    assert fits(found, expected(mean))
    assert not fits(found, expected(mean * WRONG[engine]))
