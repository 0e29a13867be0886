"""Scenarios are small deltas from the base, composed last, and change exactly what they declare."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.composition import compose as composing
from sim.composition import folders
from sim.composition.compose import compose as compose_now
from sim.composition.compose import load
from sim.composition.scenario import names, table
from sim.parameters import validate

compose = cache(lambda *words: compose_now(words))  # composed once for all tests of a process
OTHERS = [name for name in names() if name != "history"]


def leaves(config: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Return the values of a config by key path; a list is one value, and so is an empty block."""
    found = {}
    for key, value in config.items():
        path = f"{above}{key}"
        found.update(leaves(value, f"{path}.") if isinstance(value, dict) and value else {path: value})
    return found


def changed(scenario: str) -> set[str]:
    """Return the keys whose values differ from the base's, those of the scenario's own words left out."""
    base, other = leaves(compose()), leaves(compose(f"scenario={scenario}"))
    paths = {path for path in base.keys() | other.keys() if base.get(path, "absent") != other.get(path, "absent")}
    return {path for path in paths if not path.startswith("scenario.")}


@pytest.mark.parametrize("name", names())
def test_a_scenario_is_valid_and_named_as_its_file(name: str) -> None:
    """Catch a scenario that no longer fits the parameters, or that would file its run under another name."""
    parameters = validate(compose(f"scenario={name}"))
    assert parameters.scenario.name == name
    assert "\n" not in parameters.scenario.question
    assert parameters.scenario.question.endswith("?")


@pytest.mark.parametrize("name", names())
def test_a_scenario_changes_exactly_what_it_declares(name: str) -> None:
    """Catch a change that is not declared, and one that is declared but has no effect.

    A swapped block is declared by its name, everything else key by key.
    """
    declared = set(compose(f"scenario={name}")["scenario"]["changes"])
    swapped = {
        key.removeprefix("override /")
        for entry in _file(name).get("defaults", [])
        if isinstance(entry, dict)
        for key in entry
    }
    found = {path.split(".")[0] if path.split(".")[0] in swapped else path for path in changed(name)}
    assert found == declared


@pytest.mark.parametrize("name", OTHERS)
def test_a_scenario_is_not_the_base(name: str) -> None:
    """Catch a scenario that is composed before the base's own values, which would win silently."""
    assert changed(name)


def test_history_is_the_base() -> None:
    """Catch a scenario named history that drifts from the base, and a base that names itself otherwise."""
    assert compose("scenario=history") == compose()
    from hydra import compose as plainly
    from hydra import initialize_config_dir
    from omegaconf import OmegaConf

    with initialize_config_dir(str(folders.configs()), version_base=None):
        plain = OmegaConf.to_container(plainly("base"))
    assert isinstance(plain, dict)
    # A part whose file says nothing is null.
    assert {group: None if said == {} else said for group, said in plain.items()} == compose()


def test_the_rates_asked_about() -> None:
    """Catch a scenario that asks another question than its name says."""
    for name, rate in (("rate_200k", 200_000), ("rate_800k", 800_000), ("rate_step", 200_000)):
        parameters = validate(compose(f"scenario={name}"))
        assert (parameters.processing.rate, parameters.processing.per) == (rate, "week")
        assert parameters.clock.end is None
        assert parameters.waves.rule is not None
    step = validate(compose("scenario=rate_step")).processing.steps
    assert [(f"{one.since:%Y-%m-%d}", one.rate) for one in step] == [("2020-08-08", 800_000)]


def test_caps_of_2020_are_a_fifth_of_the_base() -> None:
    """Catch caps that do not follow the base's when those are changed."""
    names_of_both = ("history", "payment_caps_2020")
    base, caps = (validate(compose(f"scenario={name}")).payment.partners for name in names_of_both)
    assert all(caps[name].cap == pytest.approx(0.2 * (base[name].cap or 0), rel=1e-12) for name in base)
    assert sum(partner.cap or 0 for partner in caps.values()) == 80_000


def test_the_question_of_the_caps_names_both_figures() -> None:
    """Catch caps that rest on one printed figure as if the other did not contradict it."""
    caps = validate(compose("scenario=payment_caps_2020"))
    paid = {f"{row.at:%Y-%m-%d}": row.paid_first_incentive for row in caps.published.funnel}
    first_incentives = (paid["2020-09-17"] or 0) - (paid["2020-09-12"] or 0)
    for figure in ("60,000 to 80,000 a day", f"{first_incentives:,} first incentives", "four working days"):
        assert figure in caps.scenario.question
    assert first_incentives > 4 * 80_000, "or there is no contradiction to name"


def test_a_file_of_ones_own_is_composed_last(tmp_path: Path) -> None:
    """Catch the base winning over a scenario, in a value of a block, in a swapped block and at the top."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "defaults:\n  - override /waves: weekly\n"
        "scenario: {name: mine, question: 'What if?', changes: [waves, processing.rate]}\n"
        "processing: {rate: 5}\nwaves: {rule: {places: 7}}\n"
    )
    parameters, composed = load([f"scenario={mine}"])
    assert parameters.scenario.name == "mine"
    assert parameters.processing.rate == 5
    assert parameters.waves.calendar is None
    assert parameters.waves.rule is not None
    assert parameters.waves.rule.places == 7
    assert composed["scenario"]["changes"] == ["waves", "processing.rate"]


def test_a_path_is_read_from_where_the_planner_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catch a path that is looked up beside the package."""
    (tmp_path / "mine.yaml").write_text("scenario: {name: mine, question: 'What if?'}\nportal: {rate: 3}\n")
    monkeypatch.chdir(tmp_path)
    assert load(["scenario=./mine.yaml"])[0].portal.rate == 3
    assert load(["scenario=mine.yaml"])[0].portal.rate == 3


def test_words_win_over_the_scenario() -> None:
    """Catch an override that a scenario, composed last, would overrule."""
    parameters, _ = load(["scenario=rate_800k", "processing.rate=1.6e6", "waves=calendar", "run.seed=7"])
    assert parameters.processing.rate == 1_600_000
    assert parameters.waves.rule is None
    assert parameters.run.seed == 7
    assert load(["processing.rate=5", "scenario=rate_800k"])[0].processing.rate == 5  # wherever it stands


def test_one_scenario_does_not_leak_into_the_next() -> None:
    """Catch a scenario that stays in Hydra's memory for the one that is composed after it."""
    before = compose_now(["scenario=rate_200k"])
    compose_now(["scenario=payment_caps_2020"])
    assert compose_now(["scenario=rate_200k"]) == before


def test_another_key_may_be_referred_to() -> None:
    """Catch a guard that refuses more than resolvers."""
    found, _ = load(["processing.registry.rate=6.5e6", "processing.third_layer.rate=${processing.registry.rate}"])
    assert found.processing.third_layer.rate == 6.5e6


def test_the_table_lists_every_file() -> None:
    """Catch a scenario that is not listed, or listed without a question."""
    assert [name for name, _ in table()] == names()
    assert names()[0] == "history"


def _file(name: str) -> dict[str, Any]:
    from omegaconf import OmegaConf

    text = (folders.scenarios() / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# @package _global_\n")
    plain = OmegaConf.to_container(OmegaConf.create(text))
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def test_a_part_that_nothing_changes_is_composed_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a part that is another, or stands elsewhere, since Hydra was not given what it says."""
    of_parts = {frozenset(path.split(".")[0] for path in changed(name)): name for name in names()}
    some = [[f"scenario={name}"] for name in of_parts.values()] + [["waves=weekly", "portal.rate=5", "run.seed=3"]]
    composed = [json.dumps(composing.compose(words)) for words in some]
    monkeypatch.setattr(composing, "_touched", lambda asked, changes: set(composing.base.options()))
    assert [json.dumps(composing.compose(words)) for words in some] == composed
