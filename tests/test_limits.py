"""What the engines' stores hold, the config may ask for; one more is refused, with what is allowed and what to do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from sim.calendar.instants import EPOCH
from sim.composition.compose import compose
from sim.journey import limits
from sim.parameters import BadInput, validate
from sim.parameters.dates import LAST_YEAR
from sim.parameters.payment import KINDS

Config = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """A limit of the stores: the key that it bounds, how a config is brought to a number, and the advice beyond it."""

    key: str
    most: int
    bring: Callable[[Config, int], None]
    do: str


def put(path: str) -> Callable[[Config, int], None]:
    """Return what sets the number at a path."""

    def bring(config: Config, number: int) -> None:
        *above, key = path.split(".")
        at = config
        for name in above:
            at = at[name]
        at[key] = number

    return bring


def lagging(config: Config, number: int) -> None:
    """Let a province have so many lagging regencies, of as many as there may be."""
    config["population"]["provinces"]["bali"] |= {"regencies": limits.REGENCIES, "lagging": number}


def provinces(config: Config, number: int) -> None:
    """Let there be so many provinces."""
    some = next(iter(config["population"]["provinces"].values()))
    config["population"]["provinces"] = {f"p{k}": some for k in range(number)}


def all_regencies(config: Config, number: int) -> None:
    """Let there be so many regencies in all, as even over the provinces as they may be."""
    some = next(iter(config["population"]["provinces"].values()))
    each, more = divmod(number, limits.PROVINCES)
    config["population"]["provinces"] = {
        f"p{k}": some | {"regencies": each + (k < more), "lagging": 0} for k in range(limits.PROVINCES)
    }


def partners(config: Config, number: int) -> None:
    """Let there be so many partners, one a bank."""
    some = config["payment"]["partners"]["bni"]
    shares = {"kind": KINDS[1], "share": 1 / (number - 1)}
    config["payment"]["partners"] = {f"p{k}": some | shares for k in range(number - 1)} | {"bni": some}


def surveys(config: Config, number: int) -> None:
    """Let there be so many surveys."""
    config["payment"]["survey_days"] = list(range(1, number + 1))


def waves(config: Config, number: int) -> None:
    """Let there be so many waves in the calendar, one an hour."""

    def at(hours: int) -> str:
        return f"{EPOCH + timedelta(hours=hours):%Y-%m-%dT%H:%M}"

    config["waves"]["calendar"] = {
        f"w{k}": {"open": at(k), "close": at(k + 1), "announced": at(k + 1), "places": 1, "face_check_fails": 0}
        for k in range(number)
    }


def later_waves(config: Config, number: int) -> None:
    """Let the propensity to buy change from a wave on."""
    first = config["purchase"]["waves"][0]
    config["purchase"]["waves"] = [first, first | {"from_wave": number}]


def platforms(config: Config, number: int) -> None:
    """Let there be so many platforms."""
    some = config["market"]["platforms"]["store_1"]
    config["market"]["platforms"] = {f"p{k}": some for k in range(number)}


def providers(config: Config, number: int) -> None:
    """Let there be so many providers, and a course of each."""
    config["market"]["catalogue"] |= {"providers": number, "courses": number}


LIMITS = {
    "platforms": Limit("market.platforms", limits.PLATFORMS, platforms, "Join some of them"),
    "providers": Limit("market.catalogue.providers", limits.PROVIDERS, providers, "Set a number of providers"),
    "on sale": Limit(
        "market.catalogue.courses", limits.ON_SALE, put("market.catalogue.courses"), "Set a number of courses"
    ),
    "choices": Limit("market.choices", limits.CHOICES, put("market.choices"), "Set how many courses a buyer tries"),
    "tries": Limit("market.tries", limits.TRIES, put("market.tries"), "Set the tries in all"),
    "people": Limit("population.applicants", limits.PEOPLE, put("population.applicants"), "Set a number of people"),
    "provinces": Limit("population.provinces", limits.PROVINCES, provinces, "Join some of them"),
    "regencies": Limit(
        "population.provinces.bali.regencies",
        limits.REGENCIES,
        put("population.provinces.bali.regencies"),
        "split a province of more",
    ),
    "lagging": Limit(
        "population.provinces.bali.lagging", limits.REGENCIES, lagging, "Set the number of lagging regencies"
    ),
    "all regencies": Limit("population.provinces", limits.ALL_REGENCIES, all_regencies, "Join some of them"),
    "waves": Limit("waves.calendar", limits.WAVES, waves, "Leave some out"),
    "number of a wave": Limit("purchase.waves[1].from_wave", limits.WAVES, later_waves, "Set the number of a wave"),
    "courses": Limit(
        "purchase.further.courses", limits.COURSES, put("purchase.further.courses"), "Set how many courses"
    ),
    "incentives": Limit("budget.incentives", limits.INCENTIVES, put("budget.incentives"), "Set the number of monthly"),
    "surveys": Limit("payment.survey_days", limits.SURVEYS, surveys, "List the days"),
    "partners": Limit("payment.partners", limits.PARTNERS, partners, "Join some of them"),
    "attempts": Limit(
        "processing.email.retry.attempts",
        limits.ATTEMPTS,
        put("processing.email.retry.attempts"),
        "Set the tries in all",
    ),
    "rupiah": Limit("budget.incentive", limits.RUPIAH_OF_ONE, put("budget.incentive"), "Set an amount in rupiah"),
    "years": Limit("clock.longest_years", limits.LONGEST_YEARS, put("clock.longest_years"), "Set years"),
}


@cache
def base() -> Config:
    """Return the composed base; read it, do not write in it."""
    return compose(("market=institutions",))


def brought(limit: Limit, number: int) -> Config:
    """Return the base with what the limit bounds brought to a number."""
    config = copy.deepcopy(base())
    limit.bring(config, number)
    return config


@pytest.mark.parametrize("name", LIMITS)
def test_what_the_stores_hold_is_accepted(name: str) -> None:
    """Catch a limit of the config that is below that of the stores."""
    validate(brought(LIMITS[name], LIMITS[name].most))


@pytest.mark.parametrize("name", LIMITS)
def test_one_more_is_refused(name: str) -> None:
    """Catch what overflows in silence, and a refusal that does not say key, value, what is allowed and what to do."""
    limit = LIMITS[name]
    with pytest.raises(BadInput) as caught:
        validate(brought(limit, limit.most + 1))
    (problem,) = caught.value.problems
    assert problem.path == limit.key
    assert f"{limit.most:,}" in problem.allowed
    assert problem.value == limit.most + 1 or problem.allowed.endswith(f"there are {limit.most + 1:,}")
    assert limit.do in problem.do


def test_every_limit_is_driven() -> None:
    """Catch a limit without a case of its own; no config says how many places there are, the route does."""
    declared = {name: value for name, value in vars(limits).items() if name.isupper() and name != "PLACES"}
    assert set(declared.values()) == {limit.most for limit in LIMITS.values()}


def test_rupiah_of_everyone_are_added_up_in_64_bits() -> None:
    """Catch an amount so large that what all people are awarded wraps to a negative sum."""
    of_one = (1 + limits.INCENTIVES + limits.SURVEYS) * limits.RUPIAH_OF_ONE
    assert limits.PEOPLE * of_one < 1 << 63


def test_the_longest_run_stays_inside_its_counts() -> None:
    """Catch a run so long that waves by rule, days or daily attempts to pay overflow, which no limit alone refuses."""
    days = limits.LONGEST_YEARS * 366
    assert days <= limits.WAVES  # rule waves open a day apart at the least
    last_day = (LAST_YEAR + 1 - EPOCH.year) * 366 + days
    assert last_day < 1 << 16
