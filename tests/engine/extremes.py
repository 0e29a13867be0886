"""Programmes at the limits of what validation accepts: any parameters, and sizes of lists, at their least or greatest.

A programme is drawn as `random_programmes` draws it, or is a tiny one in which everything matters; then some of its
parameters are brought to a limit, one after the other, as far as the whole config allows. How many people there are
stays small; so does how long most runs last, since a day in which nothing happens takes its time as well.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from sim.calendar.instants import EPOCH
from sim.journey import limits
from sim.parameters.quantities import Several
from tests.building import composed, put_at
from tests.engine.random_programmes import programmes, wib
from tests.limits.declared import Config, leaves, with_value
from tests.limits.reach import accepts, reach
from tests.limits.tiny import tiny

PEOPLE = 100

KEPT = ("population.applicants", "population.scale", "run.folder", "clock.end", "clock.longest_years", "engine")
"""Parameters that are not brought to limits here: how many people there are, and how long a run lasts."""

Shape = Callable[[Config, int], Config]
"""Brings the size of a list, or of a block of named entries, to a number."""


def _partners(config: Config, number: int) -> Config:
    """Let there be so many payment partners, one of them a bank."""
    bank = next(each for each in config["payment"]["partners"].values() if each["kind"] == "bank")
    other = next(each for each in config["payment"]["partners"].values() if each["kind"] != "bank")
    share = {"share": 1 / (number - 1), "from": wib(0)}
    partners = {f"p{k}": other | share for k in range(number - 1)} | {"bank": bank | {"share": 1, "from": wib(0)}}
    return with_value(config, ("payment", "partners"), partners)


def _provinces(config: Config, number: int) -> Config:
    """Let there be so many provinces, each of as many regencies as there may be, half of them lagging."""
    one = {"name": "One", "weight": 1, "regencies": min(limits.REGENCIES, limits.ALL_REGENCIES // number)}
    one["lagging"] = one["regencies"] // 2
    return with_value(config, ("population", "provinces"), {f"p{k}": one | {"weight": k + 1} for k in range(number)})


def _surveys(config: Config, number: int) -> Config:
    """Let there be so many surveys, a day apart."""
    return with_value(config, ("payment", "survey_days"), list(range(1, number + 1)))


def _waves(config: Config, number: int) -> Config:
    """Let there be so many waves in a calendar, an hour apart, each open for two."""
    calendar = {
        f"w{k}": {"open": wib(20 + k), "close": wib(22 + k), "announced": wib(22 + k), "places": 1,
                  "face_check_fails": 0.1}
        for k in range(number)
    }  # fmt: skip
    return with_value(with_value(config, ("waves", "calendar"), calendar), ("waves", "rule"), None)


def _tranches(config: Config, number: int) -> Config:
    """Let there be so many budgets, one a wave."""
    tranches = {f"t{k}": {"first_wave": k + 1, "rupiah": 7 * 3_550_000 * (k % 3)} for k in range(number)}
    return with_value(config, ("budget", "tranches"), tranches)


def _purchases(config: Config, number: int) -> Config:
    """Let the propensity to buy change with each of so many waves."""
    first = config["purchase"]["waves"][0]
    steps = [first | {"from_wave": k + 1, "buys": (k % 3) / 2} for k in range(number)]
    return with_value(config, ("purchase", "waves"), steps)


def _lags(config: Config, number: int) -> Config:
    """Let there be so many lags, alike in their shares."""
    shares = [{"days": (37 * k) % 366, "share": 1 / number} for k in range(number)]
    return with_value(config, ("payment", "lag_days"), shares)


def _holidays(config: Config, number: int) -> Config:
    """Let so many days from a Wednesday on be holidays."""
    days = [f"{EPOCH + timedelta(days=4 + k):%Y-%m-%d}" for k in range(number)]
    return with_value(config, ("clock", "holidays", "dates"), days)


def _outages(config: Config, number: int) -> Config:
    """Let the first station be closed every other second, so many times."""
    begins = [EPOCH + timedelta(hours=20, seconds=2 * k) for k in range(number)]
    spells = [
        {"from": f"{at:%Y-%m-%dT%H:%M:%S}", "until": f"{at + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"} for at in begins
    ]
    return with_value(config, ("portal", "outages"), spells)


def _education(config: Config, number: int) -> Config:
    """Let everyone have finished the same school."""
    names = ("primary_or_less", "junior_high", "senior_high_or_more")
    return with_value(config, ("population", "education"), {name: float(k == number) for k, name in enumerate(names)})


SHAPES: dict[str, tuple[Shape, tuple[int, ...]]] = {
    "partners": (_partners, (2, 3, limits.PARTNERS)),
    "provinces": (_provinces, (1, limits.PROVINCES)),
    "surveys": (_surveys, (1, limits.SURVEYS)),
    "waves of a calendar": (_waves, (0, 1, 500)),
    "budgets": (_tranches, (1, 300)),
    "purchases": (_purchases, (1, 300)),
    "lags": (_lags, (1, 100)),
    "holidays": (_holidays, (0, 30, 29_100)),
    "outages": (_outages, (0, 400)),
    "education": (_education, (0, 1, 2)),
}
"""Sizes that no number of the config sets: the least, the greatest, and where a limit is of thousands some hundreds."""


@cache
def _tiny(by_rule: bool) -> Config:
    return tiny(by_rule=by_rule)


@st.composite
def _bases(draw: st.DrawFn, people: int) -> Config:
    """Return the config of a tiny programme, or of one drawn at random."""
    which = draw(st.sampled_from(["calendar", "rule", "random"]))
    if which != "random":
        return copy.deepcopy(_tiny(which == "rule"))
    config = copy.deepcopy(composed())
    for path, value in draw(programmes(people)).items():
        put_at(config, path, value)
    return config


@st.composite
def _at_a_limit(draw: st.DrawFn, config: Config) -> Config:
    """Return a config with a parameter at one of its limits, or as near as the whole config allows."""
    of_config = [leaf for leaf in leaves(config) if leaf.name not in KEPT and not isinstance(leaf.check, Several)]
    of_config = [leaf for leaf in of_config if leaf.accepted and not leaf.name.startswith(("published", "scenario"))]
    leaf = draw(st.sampled_from(of_config))
    limit = draw(st.sampled_from(leaf.accepted))
    brought = with_value(config, leaf.path, limit)
    if accepts(brought):
        return brought
    found = None if limit is None else reach(config, leaf, limit)
    return config if found is None else with_value(config, leaf.path, found.value)


@st.composite
def extremes(draw: st.DrawFn, people: int = PEOPLE) -> Config:
    """Return a config that is accepted, with some of its parameters and sizes at their limits."""
    config = draw(_bases(people))
    for name in draw(st.lists(st.sampled_from(sorted(SHAPES)), max_size=1)):
        shape, sizes = SHAPES[name]
        brought = shape(config, draw(st.sampled_from(sizes)))
        if accepts(brought):
            config = brought
    for _ in range(draw(st.sampled_from([1, 1, 2, 2, 3, 4, 6, 9]))):
        config = draw(_at_a_limit(config))
    years = draw(st.sampled_from([1] * 8 + [2, 2, 2, 7.5, 0.1, 1 / 365.25]))
    end = draw(st.sampled_from([None] * 8 + ["2020-09-30T23:59:59", "2023-03-01T00:00", "2020-04-13T07:00:01"]))
    for path, value in ((("clock", "longest_years"), years), (("clock", "end"), end)):
        brought = with_value(config, path, value)
        if accepts(brought):
            config = brought
    return config


def size_of(config: Any) -> int:
    """Return how many people a config simulates."""
    return round(config["population"]["applicants"] * config["population"]["scale"])
