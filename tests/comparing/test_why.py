"""The runs that say why: each in the world of the scenario that it changes, none made twice."""

from __future__ import annotations

from dataclasses import replace

from sim.experiments.comparing import why
from sim.experiments.comparing.design import Design
from sim.experiments.comparing.specification import job_of
from sim.experiments.worlds import World
from sim.results.comparison import Comparison, LeftOut, Replicated
from sim.results.outcome import Outcome
from sim.results.tables.comparing.tasks import tasks
from sim.results.tried import Tried
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
        "payment_caps_2020: clock, alone",
        "payment_caps_2020: payment.partners, alone",
        "lottery_only: selection.shares, alone",
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
    assert [each.called for each in why.tried(asked, variants, {})] == [*(each.key for each in variants[:2]), ""]
    done = {each.key: {1: Outcome({}, {})} for each in variants[:2]}
    assert [(each.of, each.name, list(each.runs)) for each in why.tried(asked, variants, done)] == [
        ("payment_caps_2020", "clock", [1]),
        ("payment_caps_2020", "payment.partners", [1]),
        ("lottery_only", "selection.shares", []),
    ]


def test_a_group_that_is_a_difference_and_is_raised_has_runs_of_its_own() -> None:
    """Catches a tenth more processing told by the runs of the reference with the other rate alone."""
    asked = replace(design(), scenarios=(compared(), compared("scenario=rate_800k"), compared("scenario=lottery_only")))
    tried = [*why.causes(asked), *why.shadow_prices(asked)]
    assert [each.name for each in tried if each.of == "rate_800k"].count("processing") == 2
    assert len({each.key for each in tried}) == len(tried)


def test_the_runs_that_say_why_are_among_the_tasks() -> None:
    """Catches a table of runs that has no more than those of the scenarios, and a run that is listed twice."""
    sides = tuple(Replicated(one, {1: Outcome({}, {}), 2: Outcome({}, {})}) for one in design().scenarios[:2])
    tried = (
        Tried("payment_caps_2020", "clock", "until the end", {1: Outcome({}, {})}, "payment_caps_2020: clock, alone"),
        Tried("payment_caps_2020", "all", "the caps", sides[1].runs),
    )
    lost = (LeftOut("payment_caps_2020: clock, alone", 2, "found no memory, twice"),)
    found = tasks(Comparison(None, sides, 0, True, (), 0.001, left_out=lost, causes=tried))
    assert [(row["scenario"], row["variant"], row["replication"], row["done"]) for row in found.rows] == [
        ("history", None, 1, True),
        ("history", None, 2, True),
        ("payment_caps_2020", None, 1, True),
        ("payment_caps_2020", None, 2, True),
        ("payment_caps_2020", "clock, alone", 1, True),
        ("payment_caps_2020", "clock, alone", 2, False),
    ]
