"""A world over a scenario: it moves what is uncertain there and nothing else, and is the same in every scenario."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sim.composition import kinds
from sim.composition.compose import composition
from sim.composition.ensemble import worlds_of
from sim.composition.scenario import names
from sim.experiments.worlds import LUCKS, has, in_order, outside, path_of, put_over, run_twice, value_at, with_luck
from sim.parameters import BadInput
from sim.parameters.kinds import Kind
from tests.worlds.small import asked


def leaves(config: Any, above: str = "") -> dict[str, Any]:
    """Return every value of a config by its key."""
    if isinstance(config, dict) and config:
        return {k: v for key, inner in config.items() for k, v in leaves(inner, f"{above}.{key}".lstrip(".")).items()}
    if isinstance(config, list) and config:
        return {k: v for index, inner in enumerate(config) for k, v in leaves(inner, f"{above}[{index}]").items()}
    return {above: config}


@pytest.mark.parametrize("name", names())
def test_a_world_moves_nothing_but_what_is_uncertain_there(name: str) -> None:
    """Catch a lever, a constant or a text that a world moves, in any scenario; and a world that moves nothing."""
    found, worlds = asked(f"scenario={name}", "worlds=3")
    kind = {number.key: number.declared.kind for _, number in kinds.of_composition(found)}
    before = leaves(found.config)
    for world in worlds.worlds:
        after = leaves(put_over(found.config, world))
        moved = {key for key in before if after[key] != before[key]}
        assert set(after) == set(before)
        assert moved <= {key for key in kind if kind[key] is Kind.UNCERTAIN}
        assert len(moved) > 60
    told = {*worlds.unmoved.held, *worlds.unmoved.absent, *worlds.worlds[0].values}
    assert told == set(kinds.uncertain(found.base)), "every uncertain number of the base is moved, or told of"


@pytest.mark.parametrize("name", [name for name in names() if name != "history"])
def test_a_world_is_the_same_in_every_scenario(name: str) -> None:
    """Catch a world whose values, or whose luck, depend on the scenario that it is put over."""
    (there, base), (found, worlds) = asked("worlds=3"), asked(f"scenario={name}", "worlds=3")
    for one, other in zip(base.worlds, worlds.worlds, strict=True):
        both = set(one.values) & set(other.values)
        assert len(both) > 60
        assert {key: one.values[key] for key in both} == {key: other.values[key] for key in both}
        lucks = [with_luck(config, world)["run"] for config, world in ((there.config, one), (found.config, other))]
        assert lucks[0]["replication"] == lucks[1]["replication"] == one.number


def test_a_world_holds_at_any_scale() -> None:
    """Catch a value that is scaled twice, or not at all: what scales it is the scale of the run."""
    _, small = asked("worlds=2", "population.scale=0.001")
    _, whole = asked("worlds=2", "population.scale=1")
    assert small.worlds == whole.worlds


def test_what_is_overridden_is_held_and_told() -> None:
    """Catch a planner's value that a world overwrites, what follows it and moves on, and silence about it."""
    found, worlds = asked("worlds=3", "payment.partners.bni.cap=50000", "training.completes=0.9")
    held = worlds.unmoved.held
    assert held["payment.partners.bni.cap"] == 50_000
    assert held["training.completes"] == 0.9
    assert held["payment.partners.ovo.cap"] == 106_080  # follows the cap of BNI, which no world moves
    for world in worlds.worlds:
        config = put_over(found.config, world)
        assert all(value_at(config, path_of(key)) == value for key, value in held.items())


def test_steps_of_what_is_held_still_vary_and_are_told() -> None:
    """Catch silence about steps by date that move on although their first value is set."""
    assert asked("worlds=2", "processing.email.passes=0.6")[1].unmoved.about == {"processing.email.passes_steps": 6}
    assert asked("worlds=2")[1].unmoved.about == {}


def test_parts_of_which_some_are_held_keep_their_sum() -> None:
    """Catch shares of partners that no longer sum to 1 where two of them are set."""
    _, worlds = asked("worlds=3", "payment.partners.ovo.share=0.4", "payment.partners.gopay.share=0.24")
    for world in worlds.worlds:
        assert "payment.partners.ovo.share" not in world.values
        rest = [world.values[f"payment.partners.{partner}.share"] for partner in ("linkaja", "dana")]
        assert sum(rest) == pytest.approx(0.36, rel=1e-12)


def test_what_a_scenario_does_not_have_is_told_by_block() -> None:
    """Catch a list of forty keys of the market for who asks of the open market, and none of who has another list."""
    _, worlds = asked("scenario=open_market", "worlds=1")
    assert list(worlds.unmoved.absent_blocks()) == ["market"]
    assert worlds.unmoved.held == {}
    moved = worlds.worlds[0].values["training.duration.mean"]  # follows the market's, which is not there
    assert moved != 11.35


def test_what_the_base_has_outside_its_worlds_is_found() -> None:
    """Catch a base that lies at the edge of what is thought, taken for the middle; and one of few worlds."""
    found, worlds = asked("worlds=40")
    beyond = outside(worlds.worlds, found.config)
    for key, (base, low, high) in beyond.items():
        assert base == value_at(found.config, path_of(key))
        values = [world.values[key] for world in worlds.worlds]
        assert sum(value < base for value in values) <= 2 or sum(value > base for value in values) <= 2
        assert sum(low <= value <= high for value in values) >= 36
    inside = set(worlds.worlds[0].values) - set(beyond)
    assert "payment.repair.mean" in beyond  # it is nothing in the base, and from nothing on in the worlds
    for key in inside:
        base, values = value_at(found.config, path_of(key)), [world.values[key] for world in worlds.worlds]
        assert sum(value <= base for value in values) >= 2, key
    few, of_few = asked("worlds=3")
    assert outside(of_few.worlds, few.config) == {}


def test_whole_numbers_stay_whole() -> None:
    """Catch 3.0 attempts, of which a validation or a kernel may make something else than of 3."""
    found, worlds = asked("worlds=3")
    whole = [key for key, number in kinds.uncertain(found).items() if number.declared.law and number.declared.law.whole]
    assert len(whole) > 5
    assert all(type(world.values[key]) is int for world in worlds.worlds for key in whole)


def test_the_config_that_was_composed_is_left_alone() -> None:
    """Catch a world that is put over the one before it."""
    found, worlds = asked("worlds=2")
    before = leaves(found.config)
    with_luck(found.config, worlds.worlds[0], luck=1)
    assert leaves(found.config) == before


def test_each_world_has_a_luck_of_its_own() -> None:
    """Catch two runs of one luck, and a second luck that moves the first."""
    found, worlds = asked("worlds=12", "run.replication=5")
    order = list(in_order(worlds.worlds))
    lucks = [with_luck(found.config, world, luck)["run"]["replication"] for world, luck in order]
    assert lucks[:12] == list(range(6, 18))
    assert lucks[12:] == [5 + k + LUCKS for k in range(1, 11)]
    assert [run_twice(n) for n in (1, 2, 10, 11, 40, 60, 100)] == [1, 2, 10, 10, 10, 15, 25]


def test_a_world_that_is_not_in_order_is_refused_before_anything_runs() -> None:
    """Catch a fault of the 12th world that is told after the others were simulated, or without saying whose."""
    # In the base the greatest is 0.99; in some worlds it is below 0.98.
    with pytest.raises(BadInput) as bad:
        worlds_of(composition(["worlds=12", "market.catalogue.completion.least=0.98"]))
    assert re.search(r"world \d+: market\.catalogue\.completion", bad.value.text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["worlds=0"], "worlds = 0: must be a whole number from 1"),
        (["worlds=1.5"], "worlds = 1.5: must be a whole number from 1"),
        (["worlds=true"], "worlds = true: must be a whole number from 1"),
        (["worlds=many"], 'worlds = "many": must be a whole number from 1. Write worlds=40, or worlds=base'),
        (["worlds=61"], "worlds = 61: must be at most 60, as many as there are"),
        (["worlds=2", "worlds=3"], "worlds = [2, 3]: is given more than once"),
        (["+worlds=2"], "must be worlds=NUMBER or worlds=base"),
        (["worlds=2,3"], "worlds = 2,3: must be a whole number from 1. Write worlds=40"),
    ],
)
def test_a_word_that_asks_for_no_worlds_is_refused(words: list[str], said: str) -> None:
    """Catch a word that is passed over, so that the base is taken for many worlds."""
    with pytest.raises(BadInput, match=re.escape(said)):
        worlds_of(composition(words))


def test_the_base_is_what_is_run_unless_asked_otherwise() -> None:
    """Catch worlds that nobody asked for, and another composition where somebody did."""
    assert worlds_of(composition([])) is None
    assert worlds_of(composition(["worlds=base"])) is None
    assert composition(["worlds=3"]).config == composition([]).config
    assert has(composition(["worlds=3"]).config, ("worlds",)) is False
