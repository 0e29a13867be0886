"""Why a scenario differs: its differences alone and their interaction add up exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.composition.compose import composition
from sim.composition.named import named_as
from sim.experiments.comparing import causes as why
from sim.experiments.comparing.causes import causes_of, variants_of_causes
from sim.experiments.tasks import Task, outcome
from sim.experiments.worlds import World
from sim.parameters.differences import differences
from sim.report.comparing.why import adding_up as printed
from sim.report.comparing.why import causes_lines
from sim.results.compared_values import Paired
from sim.results.comparison import Compared, Comparison, Replicated
from sim.results.figure import Figure
from sim.results.outcome import Outcome
from sim.results.tables.comparing.causes import adding_up, causes
from sim.results.tried import Tried

Runs = Mapping[int, float | None]


@cache
def compared(*words: str, name: str = "", scale: float = 0.001) -> Compared:
    """Return a scenario at a thousandth of the population."""
    found = composition([*words, f"population.scale={scale}"])
    told = name or found.parameters.scenario.name
    return Compared(told, told, "", found.config, found.parameters, named_as(found), {})


def outcomes(values: Runs, figure: str = "funnel.awarded") -> dict[int, Outcome]:
    """Return runs of one figure."""
    return {k: Outcome({figure: Figure(value, "people")}, {}) for k, value in values.items()}


def paired(reference: Runs, other: Runs) -> Paired:
    """Return two scenarios side by side."""
    both = (compared(), compared("scenario=rate_800k"))
    sides = tuple(Replicated(one, outcomes(runs)) for one, runs in zip(both, (reference, other), strict=True))
    return Paired(Comparison(None, sides, 0, True, ("funnel.awarded",), 0.001))


def tried(*runs: Runs) -> list[Tried]:
    """Return differences alone."""
    return [Tried("rate_800k", f"cause_{k}", f"cause {k}", outcomes(each)) for k, each in enumerate(runs)]


def test_parts_add_up_exactly_whatever_the_figures() -> None:
    """Catches floats that add up to nearly the whole: 2,000 draws over 30 orders of magnitude, in any order."""
    chance = np.random.default_rng(1)
    for _ in range(2_000):
        size = 10 ** chance.uniform(-15, 15)
        means = [chance.uniform(-1, 1) * size * 10 ** chance.uniform(-6, 0) for _ in range(int(chance.integers(3, 10)))]
        *parts, whole = adding_up(means)
        chance.shuffle(parts)
        assert sum(parts) == whole
        assert whole == pytest.approx(means[-1], rel=1e-9, abs=1e-11 * max(map(abs, means)))


def test_what_is_printed_adds_up() -> None:
    """Catches parts that are rounded one by one."""
    chance = np.random.default_rng(2)
    for unit in ("people", "rupiah", "days", "weeks from the start", "share"):
        for _ in range(300):
            *known, whole = [chance.uniform(-1, 1) * 10 ** chance.uniform(-3, 13) for _ in range(4)]
            told = printed([*known, whole - math.fsum(known), whole], unit)
            parts = [Decimal(text.split(" ")[0].replace(",", "")) for text in told]
            assert sum(parts[:-1]) == parts[-1]


def test_effects_and_interaction_of_runs_made_by_hand() -> None:
    """Catches an effect against another run than the reference's of the same replication; world 3 has no value."""
    table = causes(
        paired({1: 100, 2: 200, 3: 5}, {1: 160, 2: 280, 3: 9}),
        tried({1: 110, 2: 230, 3: None}, {1: 130, 2: 230, 3: 7}),
    )
    found = {(row["part"], row["cause"]): row for row in table.rows}
    assert {key: row["effect"] for key, row in found.items()} == {
        ("alone", "cause_0"): 20, ("alone", "cause_1"): 30, ("interaction", None): 20, ("total", None): 70,
    }  # fmt: skip
    assert {row["pairs"] for row in table.rows} == {2}
    assert [found["alone", f"cause_{k}"]["effect_last"] for k in (0, 1)] == [40, 50]
    low, high = (found["alone", "cause_0"][end] for end in ("low", "high"))
    assert 10 <= low < high <= 30
    assert causes_lines(table, ["funnel.awarded"])[1:] == [
        "             +20  cause 0, alone",
        "             +30  cause 1, alone",
        "             +20  as they act together (interaction)",
        "             +70  in all",
    ]


def test_what_has_no_effect_alone_is_said() -> None:
    """Catches a difference that does nothing, told as one that is unknown."""
    table = causes(paired({1: 100, 2: 200}, {1: 160, 2: 280}), tried({1: 100, 2: 200}, {1: 160, 2: 280}))
    assert [row["said"] for row in table.rows] == ["no effect in any replication", None, None, None]
    assert "(no effect)" in causes_lines(table, ["funnel.awarded"])[1]


def test_one_difference_has_no_interaction() -> None:
    """Catches an interaction of a thing with itself, and a run that is made twice."""
    reference, other = compared(), compared("scenario=payment_caps_2020", "clock.end=2022-02-09T20:18:00")
    (one,) = variants_of_causes(reference, other)
    assert one.config == other.config
    table = causes(paired({1: 100, 2: 200}, {1: 160, 2: 280}), tried({1: 160, 2: 280}))
    assert [(row["part"], row["effect"]) for row in table.rows] == [("alone", 70), ("total", 70)]
    assert causes_lines(table, ["funnel.awarded"]) == []


def test_no_value_in_any_replication_is_said() -> None:
    """Catches a mean of nothing."""
    table = causes(paired({1: 1}, {1: None}), tried({1: 1}, {1: 2}))
    assert {row["effect"] for row in table.rows} == {None}
    assert "cannot be told" in causes_lines(table, ["funnel.awarded"])[0]
    assert {row["said"] for row in table.rows} == {"it has no value in rate_800k (1 of 1)"}


def test_what_cannot_be_told_of_one_figure_is_told_of_the_next() -> None:
    """Catches an answer that ends with "cannot be told": at a rate alone history ends before all are processed."""
    weeks, awarded = "processing.weeks_to_clear", "funnel.awarded"

    def of(*values: float | None) -> dict[int, Outcome]:
        return {1: Outcome({name: Figure(v, "people") for name, v in zip((weeks, awarded), values, strict=True)}, {})}

    both = (compared(), compared("scenario=rate_800k"))
    sides = tuple(Replicated(one, of(*v)) for one, v in zip(both, ((96, 10), (100, 40)), strict=True))
    some = [Tried("rate_800k", "a", "the rate", of(None, 20)), Tried("rate_800k", "b", "the budget", of(96, 15))]
    table = causes(Paired(Comparison(None, sides, 0, True, (weeks, awarded), 0.001)), some)
    lines = causes_lines(table, (weeks, awarded))
    assert "is not reached by the end of the run in history with “the rate” alone (1 of 1)" in " ".join(
        " ".join(lines).split()
    )
    assert lines[-4:] == [
        "             +10  the rate, alone",
        "              +5  the budget, alone",
        "             +15  as they act together (interaction)",
        "             +30  in all",
    ]


def test_a_difference_of_nothing_is_not_what_causes_are_told_of() -> None:
    """Catches causes of -0.0005 weeks, where the next figure differs by thousands."""
    weeks, awarded = "processing.weeks_to_clear", "funnel.awarded"

    def of(*values: float) -> dict[int, Outcome]:
        return {1: Outcome({name: Figure(v, "people") for name, v in zip((weeks, awarded), values, strict=True)}, {})}

    both = (compared(), compared("scenario=rate_800k"))
    sides = tuple(Replicated(one, of(*v)) for one, v in zip(both, ((96, 1000), (96.05, 4000)), strict=True))
    some = [Tried("rate_800k", "a", "the rate", of(96.05, 2000)), Tried("rate_800k", "b", "the budget", of(96, 1500))]
    table = causes(Paired(Comparison(None, sides, 0, True, (weeks, awarded), 0.001)), some)
    assert {row["figure"]: row["negligible"] for row in table.rows} == {weeks: True, awarded: False}
    assert causes_lines(table, (weeks, awarded))[-1] == "          +3,000  in all"
    assert causes_lines(table, (weeks,))[-1].endswith("in all")  # where no other figure differs


@pytest.mark.parametrize("name", ["rate_800k", "rate_step", "intake_200k", "payment_caps_2020", "open_market"])
def test_differences_alone_make_the_whole_together(name: str) -> None:
    """Catches a key that no difference has, or two have, and a reference that is changed."""
    reference, other = compared(), compared(f"scenario={name}")
    before = repr(reference.config)
    variants = variants_of_causes(reference, other)
    told = [path for each in causes_of(reference, other) for path in each.paths]
    assert sorted(told) == sorted(one.path for one in differences(reference.parameters, other.parameters))
    for each in variants:
        alone = {one.path for one in differences(reference.parameters, each.parameters)}
        assert alone == set(each.taken)
    assert repr(reference.config) == before


def test_a_difference_that_is_no_programme_alone_is_joined_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a run that is refused: here whatever has waves by a rule needs a budget for all waves."""

    def problems(config: dict[str, Any]) -> list[str]:
        needs = config["waves"]["rule"] is not None and "whole" not in config["budget"]["tranches"]
        return ["a budget for all waves"] if needs else []

    reference, other = compared(), compared("scenario=rate_800k")
    names = [each.name for each in causes_of(reference, other)]
    assert {"waves", "budget"} < set(names)
    monkeypatch.setattr(why, "problems", problems)
    found = causes_of(reference, other)
    assert {each.name for each in found} == set(names) - {"waves", "budget"} | {"waves+budget"}
    joined = next(each for each in found if each.name == "waves+budget")
    assert " together with a budget of 41.2 trillion" in joined.words
    monkeypatch.setattr(why, "problems", lambda config: ["whatever is changed"] if config != reference.config else [])
    (one,) = causes_of(reference, other)
    assert one.name == "+".join(names)


def test_a_world_has_what_is_taken_of_the_other_scenario() -> None:
    """Catches a variant in a world whose numbers belong to nobody: what the other holds, it holds."""
    reference, other = compared(), compared("scenario=rate_800k")
    (joining,) = (each for each in variants_of_causes(reference, other) if each.name == "joining")
    own = World(3, {"joining.newcomers[0].share": 0.2, "joining.losers[0].share": 0.1, "portal.rate": 90_000.0})
    its = World(3, {"joining.losers[0].share": 0.3, "portal.rate": 80_000.0})
    assert joining.world(own, its) == World(3, {"joining.losers[0].share": 0.3, "portal.rate": 90_000.0})


def test_a_scenario_in_two_lucks_adds_up() -> None:
    """Catches parts of real runs that do not add up, and a payment cap that moves who is awarded."""
    until = "clock.end=2020-09-15T00:00"
    reference = compared(until, scale=0.0003)
    other = compared(until, "payment.capacity=0.05", "selection.shares.priority=0", name="b", scale=0.0003)
    variants = variants_of_causes(reference, other)
    assert [each.name for each in variants] == ["selection.shares", "payment"]
    shown = ("funnel.paid_first_incentive", "awarded.listed_worker")
    sides = tuple(Replicated(one, runs(one)) for one in (reference, other))
    alone = [Tried(each.of, each.name, each.words, runs(each.compared(reference))) for each in variants]
    table = causes(Paired(Comparison(None, sides, 0, False, shown, 0.0003)), alone)
    for figure in shown:
        effects = [row["effect"] for row in table.rows if row["figure"] == figure]
        assert sum(effects[:-1]) == effects[-1]
    found = {(row["figure"], row["cause"]): row["effect"] for row in table.rows if row["part"] == "alone"}
    assert found["awarded.listed_worker", "payment"] == 0
    assert found["awarded.listed_worker", "selection.shares"] < -0.1
    assert found["funnel.paid_first_incentive", "payment"] < 0


def runs(one: Compared) -> dict[int, Outcome]:
    """Return the runs of a scenario in two lucks."""
    own = one.parameters.run
    lucks = (own.model_copy(update={"replication": k, "threads": 1}) for k in (1, 2))
    return {run.replication: outcome(Task(one.parameters.model_copy(update={"run": run}))) for run in lucks}
