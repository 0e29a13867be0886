"""The runs that say why: each in the world of the scenario that it changes, none made twice."""

from __future__ import annotations

from sim.experiments.comparing import why
from sim.experiments.comparing.design import Design
from sim.experiments.comparing.specification import job_of
from sim.experiments.worlds import World
from sim.results.outcome import Outcome
from tests.comparing.test_causes import compared


def design() -> Design:
    """Return three scenarios in two worlds."""
    scenarios = (compared(), compared("scenario=payment_caps_2020"), compared("scenario=lottery_only"))
    worlds = tuple(tuple(World(k, {"portal.rate": 80_000.0 + k}) for k in (1, 2)) for _ in scenarios)
    return Design(None, None, scenarios, worlds, 0, (), in_worlds=True, replications=2)


def test_runs_of_causes_are_counted_and_none_is_made_twice() -> None:
    """Catches a run of what is the scenario itself, and a plan that does not say how many runs there are."""
    asked = design()
    variants = why.causes(asked)
    assert [each.key for each in variants] == [
        "payment_caps_2020: clock",
        "payment_caps_2020: payment.partners",
        "lottery_only: selection.shares",
    ]
    found = list(why.runs(asked, variants, (1, 2)))
    own = {job_of(*run).file for run in asked.runs((1, 2))}
    new = [job_of(scenario, world).file for _, scenario, world in found]
    assert len(new) == len(set(new)) == 6
    assert len(set(new) - own) == why.more_runs(asked, variants) == 4


def test_shadow_prices_are_run_in_the_worlds_of_their_scenario() -> None:
    """Catches a portal that is as fast as the world says, and a luck of another world."""
    asked = design()
    variants = why.shadow_prices(asked)
    assert len({each.key for each in variants}) == len(variants) == why.more_runs(asked, variants) / 2
    portals = [world for each, _, world in why.runs(asked, variants, (2,)) if each.name == "portal"]
    assert [(world.number, round(world.values["portal.rate"], 6)) for world in portals] == [(2, 88_002.2)] * 3


def test_what_was_run_is_found_again() -> None:
    """Catches runs of one scenario's variant told as those of another's of the same name."""
    asked = design()
    variants = why.causes(asked)
    done = {each.key: {1: Outcome({}, {})} for each in variants[:2]}
    assert [(each.of, each.name, list(each.runs)) for each in why.tried(variants, done)] == [
        ("payment_caps_2020", "clock", [1]),
        ("payment_caps_2020", "payment.partners", [1]),
        ("lottery_only", "selection.shares", []),
    ]
